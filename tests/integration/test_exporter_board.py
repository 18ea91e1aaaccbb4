"""`callcenter board` in a process of its own, looking at a service over HTTP."""

from __future__ import annotations

import asyncio
import http.server
import sys
import threading
from collections.abc import Iterator

import pytest

from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.domain.health import Health
from callcenter.exporter import Exporter, ExporterServer, ExporterSettings
from callcenter.exporter.exporter import our_clock


async def run_board(*options: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callcenter", "board", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_board_without_a_terminal_looks_once_and_prints_plainly() -> None:
    exporter, floor = Exporter(ExporterSettings(), lambda: Health(node="pbx", started_at=our_clock())), Floor()
    seen = ev.MemberSeen(our_clock(), 1, "sales", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=False, reason="")
    exporter.happened(floor.apply(seen), floor)
    server = ExporterServer(ExporterSettings(port=0), exporter)
    serving = asyncio.create_task(server.run())
    code, out, err = await run_board("--url", f"http://127.0.0.1:{server.port}", "--lang", "zh-CN")
    serving.cancel()
    await asyncio.wait([serving])
    assert (code, err) == (0, "")
    assert "Alice" in out
    assert "空闲" in out
    assert "\x1b" not in out


async def test_board_of_a_service_that_is_not_there_says_so_in_one_sentence() -> None:
    code, out, err = await run_board("--url", "http://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "http://127.0.0.1:9 does not answer" in err


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:9464", "http://[::1", "http://h:99999"])
async def test_address_that_is_none_is_refused(url: str) -> None:
    code, out, err = await run_board("--url", url)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


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


async def test_somebody_else_at_the_address_is_told_apart(stranger: int) -> None:
    code, out, err = await run_board("--url", f"http://127.0.0.1:{stranger}")
    assert (code, out) == (2, "")
    assert "not as a callcenter service" in err
