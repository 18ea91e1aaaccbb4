"""Lists of classes as CSV, out and in again: a row a class, and a row more for each further text of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import msgspec

from callcenter.cases.classes import CannedText, CaseClass, FiledClass, tree
from callcenter.errors import UnreadableFile
from callcenter.locale import english
from callcenter.spreadsheet import Rows
from callcenter.untrusted import live

HEADING = ("code", "parent", "zh", "en", "closed", "text", "text_zh", "text_en")
_LARGEST = 8_000_000
_YES, _NO = "yes", ""


def class_rows(classes: Iterable[FiledClass]) -> Rows:
    """Return classes as a table that `read_classes` reads again."""
    rows: list[list[str]] = [list(HEADING)]
    for _, filed in tree(classes):
        told = filed.told
        own = [told.code, told.parent or "", told.zh, told.en, _YES if told.closed else _NO]
        texts = [[one.name, one.zh, one.en] for one in told.texts] or [["", "", ""]]
        rows += [own + text for text in texts]
    return rows


def read_classes(path: Path) -> list[CaseClass]:
    """Read a list of classes, in its order.

    Raises:
        UnreadableFile: It cannot be read, is no such list, or a row of it cannot be.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        rows = [(reader.line_num, [live(cell).strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise UnreadableFile(f"{path}, line {reader.line_num}, is not CSV: {error}") from error
    if not rows or tuple(rows[0][1]) != HEADING:
        raise UnreadableFile(f"{path} is no list of classes: its first row must be {','.join(HEADING)}")
    found: dict[str, CaseClass] = {}
    for line, row in rows[1:]:
        if len(row) != len(HEADING):
            raise UnreadableFile(f"{path}, line {line}: there are {len(row)} cells under {len(HEADING)} headings")
        try:
            one = _class(row, found)
        except ValueError as error:
            raise UnreadableFile(f"{path}, line {line}: {error}") from None
        found[one.code] = one
    return list(found.values())


def _class(row: list[str], found: dict[str, CaseClass]) -> CaseClass:
    code, parent, zh, en, closed, name, text_zh, text_en = row
    if closed not in {_YES, _NO}:
        raise ValueError(english(f"closed is {_YES}, or empty"))
    texts = (CannedText(name=name, zh=text_zh, en=text_en),) if name or text_zh or text_en else ()
    one = CaseClass(code=code, zh=zh, en=en, parent=parent or None, texts=texts, closed=closed == _YES)
    before = found.get(code)
    if before is None:
        return one
    if not texts or msgspec.structs.replace(before, texts=texts) != one:
        raise ValueError(english(f"{code} stands in the list before, and is told otherwise here"))
    return msgspec.structs.replace(before, texts=before.texts + texts)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            held = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error
    if len(held) > _LARGEST:
        raise UnreadableFile(f"{path} is larger than {_LARGEST // 1_000_000} MB")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return held.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path} is neither UTF-8 nor GB 18030: save it as CSV UTF-8")
