"""Tapes: the raw bytes of a manager login in a file, plain or gzip, read and written as a stream."""

from __future__ import annotations

import errno
import gzip
import zlib
from typing import IO, TYPE_CHECKING, cast

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput, CallcenterError, DiskFull, UnreadableFile
from callcenter.ownfiles import open_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from callcenter.domain.frame import Micros

CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"
_BLANK_LINES = (b"\n", b"\r\n")


def read_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked when its first two bytes say gzip.

    Nothing that could be read is lost: a damaged or truncated gzip yields what comes before the damage first.
    `require_whole` refuses it before anything is made of it.

    Raises:
        UnreadableFile: The file is missing, not readable, a directory, or its gzip is damaged.
    """
    try:
        with path.open("rb") as file:
            yield from _unpacked(file) if _is_packed(file) else _plain(file)
    except EOFError as error:
        raise UnreadableFile(
            f"{path} ends in the middle of its gzip data: "
            "`zcat FILE > OTHER` keeps what comes before, give that instead."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile(
            f"{path} is damaged ({error}): `zcat FILE > OTHER` keeps what comes before, give that instead."
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error


def require_whole(path: Path) -> None:
    """Refuse a gzip that is damaged or was cut short, so that no part of it is taken for all of it.

    Raises:
        UnreadableFile: It is, or the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            packed = _is_packed(file)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error
    if packed:
        for _ in read_chunks(path):
            pass


def _is_packed(file: BufferedReader) -> bool:
    return file.peek(len(_GZIP))[: len(_GZIP)] == _GZIP


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    # read1 hands out what one step unpacked: read would withhold a last chunk that the damage cut short
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        while chunk := packed.read1(CHUNK):
            yield chunk


class TapeWriter:
    """Write the bytes of a login as they were received; compressed when the file's name ends in `.gz`.

    With a time given, a line `#t <epoch seconds>` goes before each frame, for a switch that sends no
    Timestamp; a login is either marked throughout or not at all.

    Attributes:
        bytes: Written so far, before compression.
        failed: What went wrong while writing: the socket's reader has nobody to raise it to.
    """

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            BadInput: It exists already; a tape is never written over another.
            UnreadableFile: It cannot be created.
        """
        self.path = path
        self.bytes = 0
        self.failed: CallcenterError | None = None
        try:
            self._file: IO[bytes] = open_private(path, "xb")
        except FileExistsError as error:
            raise BadInput(f"{path} exists already; give another name, a tape is never overwritten") from error
        except OSError as error:
            raise UnreadableFile(f"{path} cannot be written: {error.strerror}") from error
        self._out: IO[bytes] = self._file
        if path.suffix == ".gz":
            # neither name nor time inside: the same bytes make the same file
            packed = gzip.GzipFile(filename="", fileobj=self._file, mode="wb", mtime=0)
            self._out = cast("IO[bytes]", packed)
        self._line = b""
        self._between = True

    def write(self, data: bytes, at: Micros | None = None) -> None:
        """Append received bytes as they are, or with the time before each frame that begins in them."""
        if self.failed is not None:
            return
        marked = data if at is None else self._marked(data, f"#t {at // SECOND}.{at % SECOND:06}\n".encode())
        try:
            self._out.write(marked)
        except OSError as error:
            kind = DiskFull if error.errno == errno.ENOSPC else UnreadableFile
            self.failed = kind(f"{self.path} cannot be written further: {error.strerror}")
        else:
            self.bytes += len(marked)

    def flush(self) -> None:
        """Hand everything to the operating system, so that a crash of ours loses none of it."""
        self._out.flush()
        self._file.flush()

    def close(self) -> None:
        """Finish the file; raises what has gone wrong, now or before."""
        try:
            self._out.close()
            self._file.close()
        except OSError as error:
            self.failed = self.failed or DiskFull(f"{self.path} could not be finished: {error.strerror}")
        if self.failed is not None:
            raise self.failed

    def discard(self) -> None:
        """Remove a tape whose login never opened."""
        self._out.close()
        self._file.close()
        self.path.unlink()

    def _marked(self, data: bytes, marker: bytes) -> bytes:
        """Put the marker before each line that follows a blank one, however the lines were chunked."""
        marked: list[bytes] = []
        *lines, rest = data.split(b"\n")
        for line in [*(line + b"\n" for line in lines), *([rest] if rest else [])]:
            whole = self._line + line
            if whole in _BLANK_LINES:
                self._between = True
            elif self._between and whole != b"\r":
                # a carriage return alone may yet become a blank line
                marked.append(marker)
                self._between = False
            marked.append(line)
            self._line = b"" if whole.endswith(b"\n") else (self._line + line)[:2]
        return b"".join(marked)
