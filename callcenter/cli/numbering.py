"""The options by which a command knows what digits mean at a site."""

from __future__ import annotations

from typing import Annotated

import typer

AreaCode = Annotated[str | None, typer.Option("--area-code", help="The site's own area code, like 0571.")]
OutsideDigit = Annotated[str | None, typer.Option("--outside-digit", help="The digit dialled for an outside line.")]
Internal = Annotated[str, typer.Option("--internal", help="The site's own extensions, like 801,8001.")]


def extensions_of(text: str) -> list[str]:
    """Take a list apart at its commas."""
    return [part for part in text.replace("，", ",").split(",") if part.strip()]
