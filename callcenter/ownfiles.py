"""The service's own files: for their owner alone, and known again by their place on the disk while they are open.

A database that is removed goes on to work for whoever has it open, until the last one closes it, and then all of it is
gone. So whoever writes looks again before saying that something is kept, and a watch looks while nobody writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from callcenter.errors import FileTaken, StoreError

EVERY_SECONDS = 2.0

_MENDED = ((3, 44, 6), (3, 50, 7))
_OWNER, _OTHERS = 0o600, 0o077
_BESIDE = ("-wal", "-shm", "-lock")

_OPEN_FILES = Path("/proc/self/fd")
_LOG_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""Of SQLite's write-ahead log, https://sqlite.org/fileformat2.html#walformat."""

_Place = tuple[int, int] | None


def private_folder(path: Path) -> None:
    """Make a folder and those above it, what is missing of them, for its owner alone; what is there stays as it is.

    Raises:
        OSError: It cannot be made.
    """
    for folder in reversed([one for one in (path, *path.parents) if not one.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)


def make_private(path: Path) -> None:
    """Create an SQLite file readable by its owner alone, before SQLite would create it for everybody.

    One that is there already, and what SQLite keeps beside it, is closed to others where it is ours.

    Raises:
        OSError: It cannot be created.
    """
    private_folder(path.parent)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER))
    except FileExistsError:
        keep_private(path)
        return
    parent = os.open(path.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def keep_private(path: Path) -> None:
    """Close a file to others, and what SQLite keeps beside it; somebody else's stays as it is."""
    for one in (named.with_name(named.name + end) for named in {path, path.resolve()} for end in ("", *_BESIDE)):
        with contextlib.suppress(OSError):
            mode = one.stat().st_mode
            if stat.S_ISREG(mode) and mode & _OTHERS:
                one.chmod(_OWNER)


def open_private(path: Path, mode: str, **how: Any) -> IO[Any]:
    """Open a file as `open` does; one that is made now is for its owner alone."""
    return open(path, mode, opener=_private, **how)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER)


@contextlib.contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Be the only one who holds a file; the lock is on the file itself and dies with the process.

    SQLite's own locks are of another kind, which closing any descriptor of the file drops: so this ends last.

    Raises:
        StoreError: Somebody else holds it.
    """
    lock = hold(path, what)
    try:
        yield
    finally:
        os.close(lock)


def hold(path: Path, what: str) -> int:
    """Hold a file as `held` does, until the descriptor that is returned is closed.

    Raises:
        StoreError: Somebody else holds it, or it is a directory.
        OSError: It cannot be opened.
    """
    try:
        lock = os.open(path, os.O_RDWR)
    except IsADirectoryError as error:
        raise StoreError(f"{what} {path} cannot be opened: it is a directory") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StoreError(f"{what} {path} is already being written by another process") from error
    return lock


def has_wal_reset_bug(version: str) -> bool:
    """Tell whether an SQLite may, very rarely, lose or damage what two connections write at the same moment.

    Source: sqlite.org/wal.html#walresetbug (3.7.0 to 3.51.2; mended in 3.44.6 and 3.50.7, too).
    """
    number = tuple(int(part) for part in version.split("."))
    return number < (3, 51, 3) and not any(mended <= number < (*mended[:2], 99) for mended in _MENDED)


class OwnFile:
    """An SQLite file that is open, and its write-ahead log.

    Args:
        path: Its name.
        held: A descriptor of the file itself, by which it is known whatever has its name by now.
    """

    def __init__(self, path: Path, held: int | None = None) -> None:
        self.path = path
        real = path.resolve()  # SQLite keeps the log beside the file itself, not beside a link to it
        self._log = real.with_name(f"{real.name}-wal")
        self._known = _place(path if held is None else held)
        self._log_known = _place(self._log)

    def require(self) -> None:
        """Pass if the file under its name is still the one that was opened; costs two looks at a folder.

        Raises:
            FileTaken: It was removed or replaced, or its log was.
        """
        place = _place(self.path)
        if place is None or place != self._known:
            raise _taken(self.path)
        log = _place(self._log)
        if log != self._log_known:
            # SQLite itself begins a new one where nobody had the file open for a moment
            if self._log_known is not None and _is_log_held(self._log_known):
                raise _taken(self._log)
            self._log_known = log


async def watch_files(files: Iterable[OwnFile | None], every: float = EVERY_SECONDS) -> None:
    """Look after files until cancelled.

    Raises:
        FileTaken: One of them is no longer there.
    """
    kept = [file for file in files if file is not None]
    while True:
        for file in kept:
            file.require()
        await asyncio.sleep(every)


def _taken(path: Path) -> FileTaken:
    return FileTaken(f"{path} was removed or replaced while it was in use; put it back from a backup and start again")


def _place(file: Path | int) -> _Place:
    try:
        found = os.stat(file)  # noqa: PTH116 - a descriptor, too
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_log_held(known: tuple[int, int]) -> bool:
    """Tell whether this process still writes a log that its folder names no more; False where no system says so."""
    try:
        numbers = [int(name) for name in os.listdir(_OPEN_FILES)]  # noqa: PTH208 - names alone are wanted
    except OSError:
        return False
    return any(_place(number) == known and _begins_as_log(number) for number in numbers)


def _begins_as_log(number: int) -> bool:
    """Tell whether an open file is a log, and not another one that was given its place on the disk."""
    try:
        return os.pread(number, 4, 0) in _LOG_BEGINS
    except OSError:
        return False
