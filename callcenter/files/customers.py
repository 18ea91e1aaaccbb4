"""Customers and their numbers as one CSV file; any fault refuses the whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from callcenter.cases.owners import NumberTable
from callcenter.errors import BadInput, UnreadableFile
from callcenter.numbers import Numbering, read_number
from callcenter.untrusted import live, replaced

COLUMNS = ("id", "name", "numbers", "class", "key_account", "agent")
_NEEDED = ("id", "numbers")
_LARGEST = 128_000_000
_LONGEST_ID = 100
_LONGEST_SHOWN = 40
_BETWEEN = re.compile("[;；]")


def load_customers(path: Path, numbering: Numbering) -> NumberTable:
    """Read which customers have which numbers; of the columns only `id` and `numbers` are looked at.

    Raises:
        UnreadableFile: There is no such file, or it is no CSV in UTF-8 or GB 18030.
        BadInput: A row cannot be used; the sentence names its line.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        return NumberTable(_customers(path, _lines(reader), numbering))
    except csv.Error as error:
        raise UnreadableFile(f"the customers {path}, line {reader.line_num}, are not CSV: {error}") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            held = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnreadableFile(f"the customers {path} cannot be read: {error.strerror or error}") from error
    if len(held) > _LARGEST:
        raise UnreadableFile(f"the customers {path} are larger than {_LARGEST // 1_000_000} MB")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return held.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"the customers {path} are neither UTF-8 nor GB 18030: save them as CSV UTF-8")


def _lines(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number each row by the line on which it begins; rows in which nothing stands are left out."""
    line = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line + 1, [live(cell).strip() for cell in row]
        line = getattr(reader, "line_num", line + 1)


def _customers(
    path: Path, lines: Iterator[tuple[int, list[str]]], numbering: Numbering
) -> Iterator[tuple[str, list[str]]]:
    heading, names = next(lines, (1, []))
    columns = [name.lower() for name in names]
    if missing := [name for name in _NEEDED if columns.count(name) != 1]:
        raise BadInput(
            f"the customers {path}, line {heading}: there is no one column {missing[0]}; "
            f"the first line must be {','.join(COLUMNS)}"
        )
    seen: dict[str, int] = {}
    for line, cells in lines:
        if len(cells) > len(columns):
            raise BadInput(f"the customers {path}, line {line}: has more cells than the first line")
        row = dict(zip(columns, cells, strict=False))
        customer = row["id"]
        if not customer or len(customer) > _LONGEST_ID or replaced(customer) != customer:
            raise BadInput(f"the customers {path}, line {line}: an id has 1 to {_LONGEST_ID} signs that can be shown")
        if customer in seen:
            raise BadInput(
                f"the customers {path}, line {line}: the id {customer} stands on line {seen[customer]} already"
            )
        seen[customer] = line
        yield customer, [*_keys(path, line, row.get("numbers", ""), numbering)]


def _keys(path: Path, line: int, numbers: str, numbering: Numbering) -> Iterator[str]:
    for raw in _BETWEEN.split(numbers):
        if not raw.strip():
            continue
        key = read_number(raw, numbering).key
        if key is None:
            shown = replaced(raw.strip()[:_LONGEST_SHOWN])
            raise BadInput(f"the customers {path}, line {line}: {shown} is nobody's number, and links nothing")
        yield key
