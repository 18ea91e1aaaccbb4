"""A list of customers as a CSV file or a workbook: read whole before anything is written, faults told by row.

UTF-8 (with or without its mark) and GB 18030 are read, with commas, semicolons or tabs between the cells. A file that
ends within a character, a quoted cell or an archive was cut off, and is refused whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl

from callcenter.errors import UnreadableFile
from callcenter.files.cells import cell_text, is_filled
from callcenter.locale import english
from callcenter.untrusted import live

MOST_ROWS = 200_000
_LARGEST = 64_000_000
_LARGEST_UNPACKED = 512_000_000
_MOST_PARTS = 500
_MOST_COLUMNS = 60
_LAST_ROW = 1_048_576
"""Of any sheet of Excel's; a workbook may say that it has a row far beyond, and each one before is made up."""
_LONGEST_CELL = 4_000
_LAST_CHARACTER = 4
_MORE_THAN_A_CELL = 2 * 1024 * 1024
"""Signs of one cell that the reader of CSV takes, so that a cell that is too long is its row's fault alone."""


class SheetLine(NamedTuple):
    """A row of the list: its number as people count rows, its cells, and what is wrong with it."""

    row: int
    cells: tuple[str, ...]
    fault: str | None = None


class CustomerSheet(NamedTuple):
    """A list of customers: the file's name and SHA-256, its headings, and its rows; empty rows are left out."""

    file: str
    digest: str
    headings: tuple[str, ...]
    lines: list[SheetLine]


def read_customer_sheet(path: Path) -> CustomerSheet:
    """Read a list of customers, a CSV file or the first sheet of a workbook (.xlsx).

    Raises:
        UnreadableFile: There is no such file, it is too large, cut off, or not what it is called.
    """
    try:
        with path.open("rb") as file:
            held = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnreadableFile(f"the customer list {path} cannot be read: {error.strerror or error}") from error
    return customer_sheet_of(held, path.name)


def customer_sheet_of(held: bytes, name: str) -> CustomerSheet:
    """Read a list of customers out of the bytes of a file of that name.

    Raises:
        UnreadableFile: It is too large, cut off, or not what it is called.
    """
    if len(held) > _LARGEST:
        raise UnreadableFile(f"the customer list {name} is larger than {_LARGEST // 1_000_000} MB: bring it in parts")
    rows = _workbook(name, held) if name.lower().endswith(".xlsx") else _csv(name, held)
    filled = ((row, cells) for row, cells in rows if any(map(is_filled, cells)))
    first = next(filled, None)
    if first is None:
        raise UnreadableFile(f"the customer list {name} is empty: its first row names the columns")
    heading = _line(*first)
    if heading.fault is not None:
        raise UnreadableFile(f"the customer list {name}, row {heading.row}: {heading.fault}")
    widths = range(0 if name.lower().endswith(".xlsx") else len(heading.cells), len(heading.cells) + 1)
    lines: list[SheetLine] = []
    for row, cells in filled:
        if len(lines) == MOST_ROWS:
            raise UnreadableFile(f"the customer list {name} has more than {MOST_ROWS} rows: bring it in parts")
        lines.append(_line(row, cells, widths))
    return CustomerSheet(name, hashlib.sha256(held).hexdigest(), heading.cells, lines)


def _line(row: int, cells: Sequence[Any], widths: range | None = None) -> SheetLine:
    """Read a row; of a CSV file it is as wide as its heading, of a workbook no wider."""
    if len(cells) > _MOST_COLUMNS:
        return SheetLine(row, (), english(f"there are more than {_MOST_COLUMNS} columns"))
    if widths is not None and len(cells) not in widths:
        fault = english(f"there are {len(cells)} cells under {widths[-1]} headings: the row is cut off or misplaced")
        return SheetLine(row, (), fault)
    told: list[str] = []
    for n, cell in enumerate(cells, start=1):
        try:
            told.append(live(cell_text(cell, _LONGEST_CELL)))
        except ValueError as error:
            return SheetLine(row, (), english(f"column {n}: {error}"))
    return SheetLine(row, tuple(told))


def _csv(name: str, held: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _text(name, held)
    before = csv.field_size_limit(_MORE_THAN_A_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 0
    try:
        for row in reader:
            yield line + 1, row
            line = reader.line_num
    except csv.Error as error:
        raise UnreadableFile(f"the customer list {name}, line {line + 1}, is not CSV: {error}") from error
    finally:
        csv.field_size_limit(before)


def _text(name: str, held: bytes) -> str:
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(held) - _LAST_CHARACTER and not held[: error.start].isascii():
            raise UnreadableFile(f"the customer list {name} ends within a character: it was cut off") from error
    try:
        return held.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"the customer list {name} is neither UTF-8 nor GB 18030, or was cut off: save it as CSV UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    """Tell by the heading what stands between the cells."""
    heading = text.partition("\n")[0]
    return max(",\t;", key=heading.count)


def _workbook(name: str, held: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        _refuse_bomb(name, held)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # decorations that openpyxl leaves out do not matter here
            yield from _rows(held)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken workbook makes openpyxl raise almost anything
        raise UnreadableFile(f"the customer list {name} is no workbook that can be read, or was cut off") from error


def _refuse_bomb(name: str, held: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(held)) as parts:
        sizes = [part.file_size for part in parts.infolist()]
    if len(sizes) > _MOST_PARTS or sum(sizes) > _LARGEST_UNPACKED:
        raise UnreadableFile(f"the customer list {name} unpacks to more than {_LARGEST_UNPACKED // 1_000_000} MB")


def _rows(held: bytes) -> Iterable[tuple[int, Sequence[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(held), read_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # a workbook may lie about its size
    for row, cells in enumerate(sheet.iter_rows(max_row=_LAST_ROW, max_col=_MOST_COLUMNS + 1), start=1):
        filled = [n for n, cell in enumerate(cells, start=1) if is_filled(cell)]
        yield row, cells[: filled[-1]] if filled else ()
    book.close()
