"""The end of a queue_log that grows: what was written since the last look, through every rotation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from callcenter.errors import UnreadableFile

_AT_ONCE = 1_000_000


class LogTail:
    """Read a file as it grows, from its present end on; blocks, so call it in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._begun = False

    def read(self) -> list[bytes]:
        """Return what was written since the last call, at most a megabyte a file; empty: nothing.

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
        """Let the file go; the next call begins at its end again."""
        if self._file is not None:
            self._file.close()
        self._file, self._begun = None, False

    def _read(self) -> list[bytes]:
        found = []
        if self._file is not None:
            found.append(self._file.read(_AT_ONCE))
            if len(found[0]) == _AT_ONCE or self._same(self._file):
                return found
            self._file.close()
        self._file = self._path.open("rb")
        if not self._begun:
            self._file.seek(0, os.SEEK_END)
            self._begun = True
        return [*found, self._file.read(_AT_ONCE)]

    def _same(self, file: IO[bytes]) -> bool:
        """Tell whether the open file is still the one of that name, and has not been cut."""
        ours, there = os.fstat(file.fileno()), self._path.stat()
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino) and there.st_size >= file.tell()
