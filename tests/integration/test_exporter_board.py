"""`callcenter board` in a process of its own, looking at a service over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import http.server
import io
import os
import pty
import signal
import struct
import termios
import threading
from collections.abc import AsyncIterator, Iterator
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console, RenderableType, RenderResult

from callcenter.cli.office.board import _live
from callcenter.clock import wall_clock
from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.exporter import Exporter, ExporterSettings, exporter_server
from callcenter.exporter.health import Health
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.board.source import BoardSource
from callcenter.reports.board.tables import Board
from tests.integration.service import command
from tests.support.commands import run_command


async def run_board(*options: str) -> tuple[int, str, str]:
    async with command("board", *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE) as process:
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_board_without_a_terminal_looks_once_and_prints_plainly() -> None:
    async with service() as url:
        code, out, err = await run_board("--url", url, "--lang", "zh-CN")
    assert (code, err) == (0, "")
    assert "Alice" in out
    assert "空闲" in out
    assert "\x1b" not in out


def refused_board(*options: str) -> tuple[int, str, str]:
    """Ask for a board that never comes: it needs no process of its own."""
    ended = run_command("board", *options)
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


def test_board_of_a_service_that_is_not_there_says_so_in_one_sentence() -> None:
    code, out, err = refused_board("--url", "http://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "http://127.0.0.1:9 does not answer" in err


@pytest.mark.parametrize("zone", ["X/Y", "../../etc/passwd"])
def test_time_zone_that_is_none_is_refused(zone: str) -> None:
    code, out, err = refused_board("--timezone", zone)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "use a name like Asia/Shanghai" in err


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:9464", "http://[::1", "http://h:99999"])
def test_address_that_is_none_is_refused(url: str) -> None:
    code, out, err = refused_board("--url", url)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@contextlib.asynccontextmanager
async def service() -> AsyncIterator[str]:
    """A service that has seen one agent; gives its address."""
    exporter, floor = (
        Exporter(ExporterSettings(), lambda: Health(node="pbx", started_at=wall_clock()), load_rulebook().figures),
        Floor(),
    )
    seen = ev.MemberSeen(wall_clock(), 1, "sales", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=False, reason="")
    exporter.happened(floor.apply(seen), floor)
    server = exporter_server(ExporterSettings(port=0), exporter)
    serving = asyncio.create_task(server.run())
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def test_board_into_a_pipe_goes_on_plainly_until_ctrl_c() -> None:
    async with (
        service() as url,
        command("board", "--url", url, "--lang", "en", "--every", "0.1", stdout=asyncio.subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        for _ in range(2):
            await process.stdout.readuntil(b"Queues")
        process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
    assert process.returncode == 0
    assert b"\x1b" not in rest


async def test_board_in_a_terminal_is_live_and_gives_the_screen_back() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    async with (
        service() as url,
        command(
            "board",
            "--url",
            url,
            "--lang",
            "en",
            "--every",
            "0.1",
            stdin=theirs,
            stdout=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
        ) as process,
    ):
        os.close(theirs)
        screen = await asyncio.to_thread(read_until, ours, b"Alice")
        process.send_signal(signal.SIGINT)
        left = await asyncio.to_thread(read_until, ours, b"\x1b[?1049l")
        code = await process.wait()
    os.close(ours)
    assert code == 0
    assert b"\x1b[?1049h" in screen
    assert left.endswith(b"\x1b[?1049l")


class InterruptedAtOnce(Board):
    """A board at whose first drawing Ctrl-C is pressed."""

    def show(self, *_: object, **__: object) -> RenderableType:
        return self

    def __rich_console__(self, *_: object) -> RenderResult:
        raise KeyboardInterrupt


def test_board_that_is_interrupted_while_it_is_first_drawn_gives_the_screen_back() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120, height=40, _environ={"TERM": "xterm-256color"})
    board = InterruptedAtOnce("en", ZoneInfo("Asia/Shanghai"), plain=False, width=120)
    exporter = Exporter(
        ExporterSettings(), lambda: Health(node="pbx", started_at=wall_clock()), load_rulebook().figures
    )
    with pytest.raises(KeyboardInterrupt):
        _live(console, board, BoardSource("http://127.0.0.1:9"), exporter.live(), 0.1, 0)
    assert "\x1b[?1049h" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[?1049l")


def read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        seen += os.read(terminal, 1)
    return seen


class _Stranger(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_somebody_else_at_the_address_is_told_apart(stranger: int) -> None:
    code, out, err = refused_board("--url", f"http://127.0.0.1:{stranger}")
    assert (code, out) == (2, "")
    assert "not as a callcenter service" in err
