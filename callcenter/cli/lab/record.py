"""`callcenter record`: the raw bytes of a manager login, kept as `callcenter replay` reads them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callcenter import locale
from callcenter.ami.link import Link
from callcenter.ami.settings import LoginSettings, SwitchSettings
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import SETTINGS_FILE, load_settings
from callcenter.errors import SwitchError
from callcenter.locale import Language, english
from callcenter.tape import TapeWriter

if TYPE_CHECKING:
    from callcenter.ami.protocol import Batch

app = typer.Typer(add_completion=False, help="Record a manager login to a tape.")

_REACHED = english("{path}: {seconds} s, {frames} frames, {mega} MB")
_RECORDED, _SEVERAL_RECORDED = english("{logins} login recorded."), english("{logins} logins recorded.")
_RETRY_SECONDS = 0.5
_PROGRESS_SECONDS = 1.0
_MEGA = 1_000_000


def numbered(path: Path, login: int) -> Path:
    """Name the tape of the n-th login: `board.ami.gz`, `board.2.ami.gz`, `board.3.ami.gz`."""
    if login == 1:
        return path
    stem, dot, rest = path.name.partition(".")
    return path.with_name(f"{stem}.{login}{dot}{rest}")


class Recording:
    """Record one login after another, a tape each, until the time is over or a signal comes."""

    def __init__(
        self, switch: SwitchSettings, login: LoginSettings, *, marked: bool = False, language: Language = "en"
    ) -> None:
        self._switch = switch
        self._login = login
        self._marked = marked
        self._language = language
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Finish the tape and return."""
        self._stop.set()

    async def run(self, path: Path) -> int:
        """Record; returns the number of logins.

        Raises:
            SwitchError: The first login fails; later ones are tried again and again.
            BadInput: A tape of that name exists already.
            DiskFull: What was written before is on the tape.
        """
        logins = 0
        while not self._stop.is_set():
            try:
                await self._record_login(numbered(path, logins + 1))
            except SwitchError as error:
                if logins == 0:
                    raise
                _show(locale.sentence(english(f"{error}; trying again"), self._language) + "\n")
                await self._tick(_RETRY_SECONDS)
            else:
                logins += 1
        return logins

    async def _record_login(self, path: Path) -> None:
        """Record one login from its banner to its end."""
        tape = TapeWriter(path)

        def write(data: bytes) -> None:
            tape.write(data, wall_clock() if self._marked else None)

        try:
            link = await Link.open(self._switch, self._login, events=True, tee=write)
        except BaseException:
            tape.discard()
            raise
        link.deliver(_let_go)
        begun = time.monotonic()
        ending = asyncio.ensure_future(link.wait_ended())
        try:
            while not (link.ended or tape.failed or self._stop.is_set()):
                await self._tick(_PROGRESS_SECONDS, ending)
                with contextlib.suppress(OSError):  # the next write meets the same and keeps it
                    tape.flush()
                frames, seconds = sum(link.frames_total.values()), time.monotonic() - begun
                _show("\r" + self._told(path, seconds, frames, tape.bytes))
        finally:
            reason = link.ended
            link.close()
            await ending
            tape.close()
        _show(f"\n{locale.sentence(reason, self._language)}\n" if reason else "\n")

    def _told(self, path: Path, seconds: float, frames: int, held: int) -> str:
        whole, mega = f"{seconds:.0f}", f"{held / _MEGA:.1f}"
        return locale.text(_REACHED, self._language, path=path, seconds=whole, frames=frames, mega=mega)

    async def _tick(self, seconds: float, *others: asyncio.Future[Any]) -> None:
        """Wait so long, or until told to stop, or until one of the others is done."""
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait([stopping, *others], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()


async def record(recording: Recording, path: Path, seconds: float | None) -> int:
    """Run a recording until Ctrl-C, SIGTERM or the end of its time."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, recording.stop)
    if seconds is not None:
        loop.call_later(seconds, recording.stop)
    return await recording.run(path)


def _let_go(_: Batch) -> None:
    """Keep no frame: their bytes are on the tape already."""


def _show(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)


@app.command()
def main(
    path: Annotated[Path, typer.Argument(help="Tape to write, such as board.ami.gz; .gz compresses.")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after so long; without it, on Ctrl-C.")] = None,
    settings: Annotated[Path | None, typer.Option(envvar=SETTINGS_FILE, help="Its events login is recorded.")] = None,
    host: Annotated[str, typer.Option(help="Manager interface, where the login is given here.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its TCP port.")] = 5038,
    username: Annotated[str | None, typer.Option(help="Manager login.")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="File whose first line is its secret.")] = None,
    mark_times: Annotated[bool, typer.Option(help="Mark our time, for a switch without timestampevents.")] = False,
    lang: LangOption = "",
) -> None:
    """Write a manager login to a tape that replay reads; a second login goes to board.2.ami.gz, and so on."""
    if username and secret_file:
        switch = SwitchSettings(host=host, port=port)
        login = LoginSettings(username=username, secret_file=secret_file)
    else:
        switch = ami = load_settings(settings).ami
        login = ami.events
    recording = Recording(switch, login, marked=mark_times, language=spoken(lang))
    logins = asyncio.run(record(recording, path, seconds))
    told = _RECORDED if logins == 1 else _SEVERAL_RECORDED
    print(locale.text(told, spoken(lang), logins=logins), file=sys.stderr)
