"""Whether a workbook may be opened: what it unpacks to, and how many texts it has, each of which takes memory."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

from callcenter.errors import UnreadableFile

_MOST_PARTS = 500
_MOST_TEXTS = 1_000_000
_TEXT = re.compile(rb"[<:]si[\s/>]")
_PIECE = 1 << 20
_MARK = 3
"""Bytes of a mark that may be in the piece before."""


def refuse_bomb(name: str, held: bytes, largest: int) -> None:
    """Refuse a workbook that would take far more memory than its file.

    Raises:
        UnreadableFile: It unpacks to more than `largest` bytes, or has too many texts.
    """
    with zipfile.ZipFile(io.BytesIO(held)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > largest:
            raise UnreadableFile(f"the workbook {name} unpacks to more than {largest // 1_000_000} MB")
        texts = 0
        for part in parts:
            with archive.open(part) as file:
                texts += _texts(file)
            if texts > _MOST_TEXTS:
                raise UnreadableFile(f"the workbook {name} has more than {_MOST_TEXTS} texts: bring it in parts")


def _texts(file: IO[bytes]) -> int:
    found, before = 0, b""
    while found <= _MOST_TEXTS and (piece := file.read(_PIECE)):
        found += sum(1 for _ in _TEXT.finditer(before + piece))
        before = piece[-_MARK:]
    return found
