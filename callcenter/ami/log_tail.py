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

_AT_ONCE = 250_000
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
        self._file: IO[bytes] | None = None
        self._begun = False
        self._older: list[Path] = []

    def read(self) -> list[bytes]:
        """Return the next of what was written, at most 250 kB a file; nothing but empty: that was all for now.

        A file that was moved away is read to its end before the new one is begun; one that was cut to nothing is
        begun anew.

        Raises:
            UnreadableFile: It is not there, or may not be read.
        """
        try:
            return self._read()
        except OSError as error:
            self.close()
            raise UnreadableFile(f"{self._path} cannot be read: {error.strerror or error}") from error

    def close(self) -> None:
        """Let the file go; once it was begun, the next call begins at its end again."""
        if self._file is not None:
            self._file.close()
        self._since = None if self._begun else self._since
        self._file, self._begun, self._older = None, False, []

    def _read(self) -> list[bytes]:
        found = []
        if self._file is not None:
            found.append(self._file.read(_AT_ONCE))
            if len(found[0]) == _AT_ONCE or self._same(self._file):
                return found
            self._file.close()
        self._file = self._next()
        return [*found, self._file.read(_AT_ONCE)]

    def _next(self) -> IO[bytes]:
        """Open the file that comes next, at the place from which it is wanted."""
        if self._begun:
            return (self._older.pop(0) if self._older else self._path).open("rb")
        if self._since is not None:
            self._older = self._rotated(self._since)
        file = (self._older.pop(0) if self._older else self._path).open("rb")
        self._begun = True
        file.seek(0, os.SEEK_END)
        if self._since is not None:
            file.seek(_place_before(file, file.tell(), self._since))
        return file

    def _rotated(self, since: Micros) -> list[Path]:
        """List the plain files that it was rotated into since then, the oldest first."""
        name = self._path.name
        beside = (p for p in self._path.parent.iterdir() if p.name.startswith(name))
        older = [p for p in beside if _ROTATED.fullmatch(p.name.removeprefix(name))]
        written = {p: p.stat().st_mtime_ns // 1000 for p in older}
        return sorted((p for p in older if written[p] >= since), key=written.__getitem__)

    def _same(self, file: IO[bytes]) -> bool:
        """Tell whether the open file is still the one of that name, and has not been cut."""
        ours, there = os.fstat(file.fileno()), self._path.stat()
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino) and there.st_size >= file.tell()


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
