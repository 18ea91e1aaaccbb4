"""One sheet of a roster as a table of text, whatever file it comes from."""

from __future__ import annotations

import msgspec

from callcenter.staff.roster_columns import Sheet

MOST_ROWS = 20_000
"""A month of 80 agents has about 2,000 shifts."""


class Table(msgspec.Struct):
    """One sheet or file.

    Attributes:
        rows: Number as people count rows (the heading is row 1), and cells; empty rows are left out.
        faults: Row, column (from 1) and what is wrong with a cell, or with the whole table (row 0).
    """

    file: str
    name: str
    sheet: Sheet | None
    heading: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    faults: list[tuple[int, int, str]] = []
