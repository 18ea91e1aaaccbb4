"""Passwords that stand in a list of breached ones: a file of SHA-1 hashes in their order, tens of gigabytes long.

Each line is a hash in hex, alone or with a colon and how often it was seen. The file is searched by halves, so that a
look reads a few blocks of it, and it is never read as a whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from callcenter.errors import BadSetting
from callcenter.locale import english

_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]{1,15})?\r?")
_LONGEST = 64
_LOOKED_AT = 64


class BreachedPasswords:
    """The list at a path; it may be replaced by a newer one at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self) -> None:
        """Pass if the file looks like such a list: some lines of it, from the first to the last, and their order.

        Raises:
            BadSetting: It cannot be read, or is no such list.
        """
        try:
            with self._path.open("rb", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                if size == 0:
                    raise self._none(english("it is empty"))
                looked = [self._line_at(file, size * n // _LOOKED_AT) for n in range(_LOOKED_AT)]
                looked.append(self._line_at(file, size - 1))
        except OSError as error:
            raise self._unreadable(error) from error
        if any(one > other for (one, _, _), (other, _, _) in pairwise(looked)):
            raise self._none(english("its hashes are not in their order; take the file that is ordered by hash"))

    def holds(self, password: str) -> bool:
        """Tell whether a password is in the list.

        Raises:
            BadSetting: The list cannot be read, or is none.
        """
        # the hash by which public lists name a password; nothing is protected by it
        sought = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with self._path.open("rb", buffering=0) as file:
                low, high = 0, file.seek(0, os.SEEK_END)
                while low < high:
                    found, begin, end = self._line_at(file, (low + high) // 2)
                    if found == sought:
                        return True
                    low, high = (end, high) if found < sought else (low, begin)
        except OSError as error:
            raise self._unreadable(error) from error
        return False

    def _line_at(self, file: BinaryIO, at: int) -> tuple[bytes, int, int]:
        """Return the hash of the line that a byte is in, and where that line begins and the next one does."""
        start = max(0, at - _LONGEST)
        file.seek(start)
        block = file.read(2 * _LONGEST)
        begin = block.rfind(b"\n", 0, at - start) + 1
        end = block.find(b"\n", at - start)
        line = _LINE.fullmatch(block[begin:] if end < 0 else block[begin:end])
        if line is None:
            raise self._none(english(f"at byte {start + begin} is no SHA-1 hash"))
        return line[1].upper(), start + begin, start + (len(block) if end < 0 else end + 1)

    def _none(self, why: str) -> BadSetting:
        return BadSetting(f"web.breached_passwords: {self._path} is no list of SHA-1 hashes, one a line: {why}")

    def _unreadable(self, error: OSError) -> BadSetting:
        return BadSetting(f"web.breached_passwords: {self._path} cannot be read: {error.strerror or error}")
