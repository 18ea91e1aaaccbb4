"""The end of a queue_log that grows: what was written since the last look, through every rotation.

It begins at the present end, or some way before it: at a moment from which a gap has to be filled, which may lie in a
file that was rotated away since.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import UnreadableFile

_AT_ONCE = 50_000
_FIRST_LINE = re.compile(rb"\n(\d{9,11})\|")
_ROTATED = re.compile(r"[.-]\d{1,14}")


class LogTail:
    """Read a file as it grows; blocks, so call it in a thread.

    Args:
        path: The file that the switch writes to.
        since: From about when on, to be reached a little too early rather than too late; None: from its present end.
    """

    def __init__(self, path: Path, since: Micros | None = None) -> None:
        self._path = path
        self._since = since
        self._begun = False
        self._files: list[IO[bytes]] = []
        self._left_off: tuple[int, int, int] | None = None

    def read(self) -> list[bytes]:
        """Return the next of what was written, at most 50 kB a file; nothing but empty: that was all for now.

        A file that was moved away is read to its end before the new one is begun, and goes on being read while there
        is none; one that was cut to nothing is begun anew. After an error, reading goes on where it was.

        Raises:
            UnreadableFile: It is not there, or may not be read.
        """
        try:
            return self._read()
        except OSError as error:
            self.close()
            raise UnreadableFile(f"{self._path} cannot be read: {error.strerror or error}") from error

    def close(self) -> None:
        """Let the file go; a later call goes on where this was."""
        for file in self._files:
            file.close()
        self._files = []

    def _read(self) -> list[bytes]:
        if not self._begun:
            self._begin()
        if not self._files:
            self._files.append(self._go_on())
        found = [self._files[0].read(_AT_ONCE)]
        if len(found[0]) < _AT_ONCE and (len(self._files) > 1 or self._was_replaced(self._files[0])):
            self._files.pop(0).close()
            if not self._files:
                self._files.append(self._path.open("rb"))
            found.append(self._files[0].read(_AT_ONCE))
        self._left_off = _place_in(self._files[-1])
        return found

    def _begin(self) -> None:
        """Open the file, and those that it was rotated into since then, each before it can be renamed again."""
        paths = [*(self._rotated(self._since) if self._since is not None else ()), self._path]
        files = [path.open("rb") for path in paths]
        first, end = files[0], files[0].seek(0, os.SEEK_END)
        if self._since is not None:
            first.seek(_place_before(first, end, self._since))
        self._files, self._begun, self._left_off = files, True, _place_in(files[-1])

    def _go_on(self) -> IO[bytes]:
        """Open the file again after an error: at the place where it was left, if it is the same."""
        file = self._path.open("rb")
        if self._left_off is not None and self._left_off[:2] == _place_in(file)[:2]:
            file.seek(min(self._left_off[2], file.seek(0, os.SEEK_END)))
        return file

    def _rotated(self, since: Micros) -> list[Path]:
        """List the plain files that it was rotated into since then, the oldest first."""
        name = self._path.name
        beside = (p for p in self._path.parent.iterdir() if p.name.startswith(name))
        older = [p for p in beside if _ROTATED.fullmatch(p.name.removeprefix(name))]
        written = {p: p.stat().st_mtime_ns // 1000 for p in older}
        return sorted((p for p in older if written[p] >= since), key=written.__getitem__)

    def _was_replaced(self, file: IO[bytes]) -> bool:
        """Tell whether another file has taken its name, or it was cut; one that was only moved away goes on."""
        ours = os.fstat(file.fileno())
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino) or there.st_size < file.tell()


def _place_in(file: IO[bytes]) -> tuple[int, int, int]:
    """Name a file whatever it is called now, and how far it was read."""
    there = os.fstat(file.fileno())
    return there.st_dev, there.st_ino, file.tell()


def _place_before(file: IO[bytes], end: int, since: Micros) -> int:
    """Find the beginning of a line before that moment, looking back from the end piece by piece."""
    place = end
    while place > 0:
        place = max(0, place - _AT_ONCE)
        file.seek(place)
        line = _FIRST_LINE.search(file.read(_AT_ONCE))
        if place > 0 and line is not None and int(line[1]) * SECOND < since:
            return place + line.start() + 1
    return 0
