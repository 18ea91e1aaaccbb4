"""Tapes: the raw bytes of a manager login in a file, plain or gzip, read and written as a stream."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import IO, TYPE_CHECKING, Self, cast

from callcenter.domain.frame import SECOND
from callcenter.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from callcenter.domain.frame import Micros

CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked when its first two bytes say gzip.

    Nothing that could be read is lost: a damaged or truncated gzip yields what comes before the damage first.

    Raises:
        UnreadableFile: The file is missing, not readable, a directory, or its gzip is damaged.
    """
    try:
        with path.open("rb") as file:
            yield from _unpacked(file) if file.peek(len(_GZIP))[: len(_GZIP)] == _GZIP else _plain(file)
    except EOFError as error:
        raise UnreadableFile(f"{path} ends in the middle of its gzip data: what came before was read.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile(f"{path} is damaged ({error}): what came before was read.") from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    # read1 hands out what one step unpacked: read would withhold a last chunk that the damage cut short
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        while chunk := packed.read1(CHUNK):
            yield chunk


class TapeWriter:
    """Write the bytes of a login as they were received; `Wire` reads the same back.

    With a time given, a line `#t <epoch seconds>` goes before each frame, for a switch that sends no
    Timestamp; a login is either marked throughout or not at all.
    """

    def __init__(self, path: Path, *, packed: bool = False) -> None:
        """Create the file.

        Raises:
            UnreadableFile: It exists already or cannot be created; a recording never overwrites one.
        """
        try:
            self._file: IO[bytes] = path.open("xb")
        except OSError as error:
            raise UnreadableFile(f"{path} cannot be written: {error.strerror or error}.") from error
        self._out: IO[bytes] = (
            cast("IO[bytes]", gzip.GzipFile(filename="", fileobj=self._file, mode="wb", mtime=0))
            if packed
            else self._file
        )
        self._line = b""
        self._between = True
        self.written = 0

    def write(self, data: bytes, at: Micros | None = None) -> None:
        """Append received bytes, as they are, or with the time before each frame that begins in them."""
        marked = data if at is None else self._marked(data, f"#t {at // SECOND}.{at % SECOND:06}\n".encode())
        self.written += self._out.write(marked)

    def flush(self) -> None:
        """Hand everything to the operating system, so that a crash loses none of it."""
        self._out.flush()
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        self._out.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _marked(self, data: bytes, marker: bytes) -> bytes:
        out = io.BytesIO()
        for line in data.splitlines(keepends=True) if b"\r" not in data else _lines(data):
            whole = self._line + line
            if self._between and not self._line and whole.strip(b"\r\n"):
                out.write(marker)
                self._between = False
            out.write(line)
            self._line = b"" if whole.endswith(b"\n") else whole[-2:]
            if whole in {b"\n", b"\r\n"}:
                self._between = True
        return out.getvalue()


def _lines(data: bytes) -> list[bytes]:
    pieces = data.split(b"\n")
    return [piece + b"\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
