"""Tables as files that a spreadsheet opens: text made inert, figures as figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter

from callcenter.errors import BadInput
from callcenter.untrusted import inert

Cell = str | int | Decimal | None
Rows = Sequence[Sequence[Cell]]
"""The first row is the heading."""

_WIDTH = 26


def with_columns(rows: Rows, names: Sequence[str], wanted: Sequence[str]) -> Rows:
    """Keep some columns of a table, in the order in which they are asked for; all where none is.

    Raises:
        BadInput: One is not there, or is asked for twice.
    """
    if not wanted:
        return rows
    if len({*wanted}) < len(wanted) or not {*wanted} <= {*names}:
        raise BadInput(f"columns must be some of {', '.join(names)}, each once")
    places = [names.index(name) for name in wanted]
    return [[row[place] for place in places] for row in rows]


def workbook(tables: Iterable[tuple[str, Rows]]) -> bytes:
    """Write tables as a workbook (.xlsx), a sheet for each."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, rows in tables:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(rows[0]) - 1, _WIDTH)
            for n, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, int | Decimal):
                        sheet.write_number(n, column, cell)
                    else:
                        sheet.write_string(n, column, inert(cell or ""), None if n else bold)
    return out.getvalue()


def csv_file(rows: Rows) -> bytes:
    """Write a table as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([inert(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # without the mark Excel takes it for the local code page
