"""Workbooks and CSV files as tables of text: bounded before they are read, whatever they hold.

A workbook has a sheet for each list, a folder has a file for each (`shifts.csv`); both by English or Chinese names.
Cells that Excel keeps as dates become ISO times; formulas are told, never computed.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from callcenter.errors import UnreadableFile
from callcenter.files.cells import cell_text, is_filled
from callcenter.files.workbooks import refuse_bomb
from callcenter.staff.roster_columns import sheet_named
from callcenter.staff.roster_table import MOST_ROWS, Table
from callcenter.untrusted import live

_LARGEST = 8_000_000
_LARGEST_UNPACKED = 64_000_000
_MOST_COLUMNS = 40
_LAST_ROW = 1_048_576
"""Of any sheet of Excel's; many are painted empty down to it."""

_LONGEST = 1_000


def read_tables(path: Path) -> list[Table]:
    """Read a workbook (.xlsx), a folder of CSV files, or one CSV file.

    Raises:
        UnreadableFile: There is no such file, it is too large, or not what it is called.
    """
    try:
        if path.is_dir():
            return [_csv(one) for one in sorted(path.iterdir()) if one.suffix.lower() == ".csv"]
        return [_csv(path)] if path.suffix.lower() == ".csv" else _workbook(path)
    except OSError as error:
        raise UnreadableFile(f"the roster {path} cannot be read: {error.strerror or error}") from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        held = file.read(_LARGEST + 1)
    if len(held) > _LARGEST:
        raise UnreadableFile(f"the roster {path} is larger than {_LARGEST // 1_000_000} MB")
    return held


def _csv(path: Path) -> Table:
    table = Table(path.name, path.stem, sheet_named(path.stem))
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        _fill(table, _csv_rows(reader))
    except csv.Error as error:
        raise UnreadableFile(f"the roster {path}, line {reader.line_num}, is not CSV: {error}") from error
    return table


def _text(path: Path) -> str:
    held = _bytes(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return held.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"the roster {path} is neither UTF-8 nor GB 18030: save it as CSV UTF-8")


def _csv_rows(reader: Any) -> Iterator[tuple[int, list[Any]]]:
    line = 0
    for row in reader:
        yield line + 1, row
        line = reader.line_num


def _workbook(path: Path) -> list[Table]:
    held = _bytes(path)
    try:
        refuse_bomb(str(path), held, _LARGEST_UNPACKED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # decorations that openpyxl leaves out do not matter here
            return _sheets(path, io.BytesIO(held))
    except UnreadableFile:
        raise
    except Exception as error:  # a broken workbook makes openpyxl raise almost anything
        raise UnreadableFile(f"the roster {path} is no workbook that can be read (.xlsx is expected)") from error


def _sheets(path: Path, held: io.BytesIO) -> list[Table]:
    book = openpyxl.load_workbook(held, read_only=True, keep_links=False)
    found: list[Table] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # a workbook may lie about its size
        table = Table(path.name, sheet.title, sheet_named(sheet.title))
        if table.sheet is not None and table.sheet not in {other.sheet for other in found}:
            _fill(table, enumerate(sheet.iter_rows(max_row=_LAST_ROW, max_col=_MOST_COLUMNS + 1), start=1))
        found.append(table)
    book.close()
    return found


def _fill(table: Table, rows: Iterable[tuple[int, Sequence[Any]]]) -> None:
    filled = (row for row in rows if any(map(is_filled, row[1])))
    for count, (number, cells) in enumerate(filled):
        if count > MOST_ROWS:
            table.faults.append((0, 0, f"there are more than {MOST_ROWS} rows"))
            return
        told = [_told(table, number, n, cell) for n, cell in enumerate(cells, start=1)]
        while told and not told[-1]:
            told.pop()
        if len(told) > _MOST_COLUMNS:
            table.faults.append((number, 0, f"there are more than {_MOST_COLUMNS} columns"))
        elif not table.heading:
            table.heading = told
        elif told:
            table.rows.append((number, told))


def _told(table: Table, row: int, column: int, cell: Any) -> str:
    """Say what a cell holds; a fault makes it empty."""
    try:
        return live(cell_text(cell, _LONGEST))
    except ValueError as error:
        table.faults.append((row, column, str(error)))
        return ""
