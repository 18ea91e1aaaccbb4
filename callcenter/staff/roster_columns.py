"""Sheets of a roster and their columns, by the names that people write."""

from __future__ import annotations

from typing import Literal

from callcenter.locale import Language, spellings

Sheet = Literal["agents", "shifts", "leave", "breaks", "patterns", "calendar", "extensions", "site"]

_TIMES = ("agent", "from", "to", "note")
LAYOUT: dict[Sheet, tuple[str, ...]] = {
    "agents": ("agent", "interface", "team", "queues", "from", "to"),
    "shifts": _TIMES,
    "leave": _TIMES,
    "breaks": _TIMES,
    "patterns": ("agent", "days", "from", "to", "first", "last"),
    "calendar": ("date", "kind"),
    "extensions": ("extension",),
    "site": ("timezone",),
}
"""The columns of each sheet (or file), in the order in which they are written. `extensions` and `site` hold what the
JSON form has beside the lists, `patterns` and `calendar` become shifts."""

REQUIRED: dict[Sheet, frozenset[str]] = {
    "agents": frozenset({"agent", "interface"}),
    "shifts": frozenset({"agent", "from", "to"}),
    "leave": frozenset({"agent", "from", "to"}),
    "breaks": frozenset({"agent", "from", "to"}),
    "patterns": frozenset({"agent", "days", "from", "to", "first", "last"}),
    "calendar": frozenset({"date", "kind"}),
    "extensions": frozenset({"extension"}),
    "site": frozenset({"timezone"}),
}
"""Columns that must be there, and filled in every row."""


def sheet_named(name: str) -> Sheet | None:
    """Find the sheet that somebody's name for it means, None where it means none."""
    told, others = name.strip().casefold(), spellings("sheets")
    return next((sheet for sheet in LAYOUT if told == sheet or told in others[sheet]), None)


def column_named(sheet: Sheet, heading: str) -> str | None:
    """Find the column that somebody's heading means in a sheet, None where it means none."""
    told, others = heading.strip().casefold(), spellings("columns")
    return next((name for name in LAYOUT[sheet] if told == name or told in others[name]), None)


def title(sheet: Sheet, language: Language) -> str:
    """Name a sheet as somebody would write it."""
    return sheet if language == "en" else spellings("sheets")[sheet][0]


def heading(column: str, language: Language) -> str:
    """Name a column as somebody would write it."""
    return column if language == "en" else spellings("columns")[column][0]
