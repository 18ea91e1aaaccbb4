"""Text that a spreadsheet would run: made inert when it is written, and as it was when it is read back."""

from __future__ import annotations

import re

_RUNS = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r]")


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet may take for a formula."""
    return f"'{text}" if _RUNS.match(text) else text


def live(text: str) -> str:
    """Take the apostrophe off that `inert` put on."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text
