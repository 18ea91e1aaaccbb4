"""Attachments as bytes: each once, under its SHA-256, in a folder that nobody else may read.

A file is written under another name first, and has its own only when it is whole and on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from callcenter.cases.file_kinds import HEAD
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.ownfiles import open_private, private_folder

_HASHED = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INCOMING = "incoming-"
_GRACE: Micros = 3_600 * SECOND
"""A file without a row is so young that its row may still come."""


class IncomingFile:
    """A file that is being sent."""

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        self.path = folder / f"{_INCOMING}{secrets.token_hex(16)}"
        self._file = open_private(self.path, "xb")
        self._seal = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, chunk: bytes) -> None:
        """Take what came next.

        Raises:
            StoreError: The disk takes no more.
        """
        with _kept_in(self.path.parent):
            self._file.write(chunk)
        self._seal.update(chunk)
        self.size += len(chunk)
        self.head = (self.head + chunk[:HEAD])[:HEAD]

    def whole(self) -> bytes:
        """Return all that came; errors as `write`."""
        with _kept_in(self.path.parent):
            self._file.flush()
            return self.path.read_bytes()

    def keep(self) -> str:
        """Give the file its name, durably; returns its hash. One that is there already stays. Errors as `write`."""
        name = self._seal.hexdigest()
        with _kept_in(self.path.parent):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self.path.rename(self.path.with_name(name))
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return name

    def drop(self) -> None:
        """Leave nothing of it."""
        with contextlib.suppress(OSError):  # what was not written yet does not matter any more
            self._file.close()
        self.path.unlink(missing_ok=True)


class FileFolder:
    """Where attachments lie."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self) -> IncomingFile:
        """Begin to write a file.

        Raises:
            StoreError: The folder cannot be written.
        """
        with _kept_in(self.path):
            return IncomingFile(self.path)

    def place(self, sha256: str) -> Path:
        """Return where a file is.

        Raises:
            StoreError: It is gone.
        """
        place = self.path / sha256
        if not _HASHED.fullmatch(sha256) or not place.is_file():
            raise StoreError(f"an attachment is gone from {self.path}: put it back from a backup")
        return place

    def remove(self, sha256: str) -> None:
        """Delete a file."""
        (self.path / sha256).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Name the files that are whole."""
        if not self.path.is_dir():
            return []
        return sorted(path.name for path in self.path.iterdir() if _HASHED.fullmatch(path.name))

    def sweep(self, needed: Collection[str], now: Micros) -> list[str]:
        """Delete what no row needs, and what was never finished; returns the names. The young are let be."""
        if not self.path.is_dir():
            return []
        gone = []
        for path in sorted(self.path.iterdir()):
            ours = path.name.startswith(_INCOMING) or (_HASHED.fullmatch(path.name) and path.name not in needed)
            if ours and now - round(path.stat().st_mtime * SECOND) > _GRACE:
                path.unlink(missing_ok=True)
                gone.append(path.name)
        return gone


@contextlib.contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"attachments cannot be kept in {folder}: {error.strerror}") from error
