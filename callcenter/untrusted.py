r"""Text that a spreadsheet would run or show turned around: inert when it is written, as it was when it is read back.

Marks that are seen by nobody and change how the rest is shown (U+202E turns it around), and control characters, become
visible text: `\u{202e}`. Whoever has written such text by hand gets it back as well.
"""

from __future__ import annotations

import re
import unicodedata

_RUNS = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r]")
_SHOWN = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_KEPT = frozenset("\n\t\r")


def inert(text: str) -> str:
    """Show hidden marks, and put an apostrophe before what a spreadsheet may take for a formula."""
    shown = text
    if not text.isprintable() or "\\u{" in text:
        shown = "".join(map(_shown, text.replace("\\u{", "\\u{5c}u{")))
    return f"'{shown}" if _RUNS.match(shown) else shown


def live(text: str) -> str:
    """Give back the text that `inert` was given."""
    plain = text[1:] if text.startswith("'") and _RUNS.match(text) else text
    return _SHOWN.sub(_hidden, plain)


def _shown(char: str) -> str:
    acts = unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in _KEPT
    return f"\\u{{{ord(char):x}}}" if acts else char


def _hidden(found: re.Match[str]) -> str:
    char = int(found[1], 16)
    return chr(char) if char == ord("\\") or _shown(chr(min(char, 0x10FFFF))) == found[0] else found[0]
