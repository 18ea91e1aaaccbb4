"""`callcenter record`: the raw bytes of a manager login, kept as `callcenter replay` reads them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gzip
import signal
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from callcenter.ami.link import Link
from callcenter.ami.settings import LoginSettings, SwitchSettings, load_ami
from callcenter.errors import BadInput, BadSetting, CallcenterError, DiskFull, SwitchError, UnreadableFile

if TYPE_CHECKING:
    from callcenter.ami.protocol import Batch

app = typer.Typer(add_completion=False, help="Record a manager login to a tape.")

_RETRY_SECONDS = 1.0
_PROGRESS_SECONDS = 1.0
_MEGA = 1_000_000


class Tape:
    """One login's file; compressed when its name says so, and never written over another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self.failed: CallcenterError | None = None
        opener = gzip.open if path.suffix == ".gz" else open
        try:
            self._file: IO[bytes] = opener(path, "xb")  # type: ignore[assignment]  # both give binary files
        except FileExistsError as error:
            raise BadInput(f"{path} exists already; give another name, a tape is never overwritten") from error
        except OSError as error:
            raise UnreadableFile(f"{path} cannot be written: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        """Add bytes; a full disk is kept in `failed`, for the socket's reader has nobody to raise to."""
        if self.failed is not None:
            return
        try:
            self._file.write(data)
        except OSError as error:
            kind = DiskFull if error.errno == errno.ENOSPC else UnreadableFile
            self.failed = kind(f"{self.path} cannot be written further: {error.strerror}")
        else:
            self.bytes += len(data)

    def close(self) -> None:
        """Finish the file; raises what has gone wrong."""
        try:
            self._file.close()
        except OSError as error:
            self.failed = self.failed or DiskFull(f"{self.path} could not be finished: {error.strerror}")
        if self.failed is not None:
            raise self.failed

    def discard(self) -> None:
        """Remove a tape whose login never opened."""
        self._file.close()
        self.path.unlink()


def numbered(path: Path, login: int) -> Path:
    """Name the tape of the n-th login: `board.ami.gz`, `board.2.ami.gz`, `board.3.ami.gz`."""
    if login == 1:
        return path
    stem, dot, rest = path.name.partition(".")
    return path.with_name(f"{stem}.{login}{dot}{rest}")


async def record(settings: SwitchSettings, login: LoginSettings, path: Path, seconds: float | None) -> int:
    """Record until the time is over or a signal comes; returns the number of logins.

    Raises:
        SwitchError: The first login fails; later ones are tried again and again.
        DiskFull: What was written before is whole.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    ends = None if seconds is None else time.monotonic() + seconds
    logins = 0
    while not _is_over(stop, ends):
        try:
            await _record_login(settings, login, numbered(path, logins + 1), stop, ends)
        except SwitchError as error:
            if logins == 0:
                raise
            print(f"\n{error}; trying again", file=sys.stderr)
        else:
            logins += 1
        if not _is_over(stop, ends):
            await _pause(stop, _RETRY_SECONDS)
    return logins


async def _record_login(
    settings: SwitchSettings, login: LoginSettings, path: Path, stop: asyncio.Event, ends: float | None
) -> None:
    """Record one login from its banner to its end."""
    tape = Tape(path)
    try:
        link = await Link.open(settings, login, events=True, tee=tape.write)
    except BaseException:
        tape.discard()
        raise
    link.deliver(_let_go)
    begun = time.monotonic()
    try:
        while not (link.ended or tape.failed or _is_over(stop, ends)):
            await _pause(stop, _PROGRESS_SECONDS if ends is None else min(_PROGRESS_SECONDS, ends - time.monotonic()))
            frames, recorded = sum(link.frames_total.values()), time.monotonic() - begun
            _show(f"\r{path}: {recorded:.0f} s, {frames} frames, {tape.bytes / _MEGA:.1f} MB")
    finally:
        reason = link.ended
        link.close()
        tape.close()
    _show(f"\n{reason}\n" if reason else "\n")


def _let_go(_: Batch) -> None:
    """Keep no frame: their bytes are on the tape already."""


def _is_over(stop: asyncio.Event, ends: float | None) -> bool:
    return stop.is_set() or (ends is not None and time.monotonic() >= ends)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0)):
            await stop.wait()


def _show(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)


@app.command()
def main(
    path: Annotated[Path, typer.Argument(help="Tape to write, such as board.ami.gz; .gz compresses.")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after so long; without it, on Ctrl-C.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Settings file; its events login is recorded.")] = None,
    host: Annotated[str, typer.Option(help="Manager interface, when there is no settings file.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 5038,
    username: Annotated[str | None, typer.Option(help="Manager login.")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="File whose first line is its secret.")] = None,
) -> None:
    """Write a manager login to a tape that replay reads; a second login goes to board.2.ami.gz, and so on."""
    if settings is not None:
        ami = load_ami(settings)
        switch: SwitchSettings = ami
        login = ami.events
    elif username and secret_file:
        switch = SwitchSettings(host=host, port=port)
        login = LoginSettings(username=username, secret_file=secret_file)
    else:
        raise BadSetting("give --settings, or --username and --secret-file")
    logins = asyncio.run(record(switch, login, path, seconds))
    print(f"{logins} login{'s' if logins != 1 else ''} recorded.", file=sys.stderr)
