"""Whoever opens connections and asks nothing, slowly, or without end, is in nobody's way."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from callcenter.listening import Bounds, HttpServer, bind, network_of, raise_open_files, share_of_open_files
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import at_home

FLOOD = 1100
WEB = """
[web]
enabled = true
port = 0
"""


async def hello(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    body = b"hello" * (2_000_000 if scope["path"] == "/long" else 1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def serving(app: Any = hello, **bounds: Any) -> AsyncIterator[int]:
    told = {"connections": 40, "per_address": 20, **bounds}
    server = HttpServer("test", app, bind("127.0.0.1", 0), Bounds(**told), 1)
    running = asyncio.create_task(server.run())
    try:
        yield server.port
    finally:
        running.cancel()
        await asyncio.wait([running])


Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def crowd(port: int, count: int, says: bytes = b"") -> AsyncIterator[list[Peer]]:
    peers: list[Peer] = []
    try:
        for _ in range(count):
            peers.append(await asyncio.open_connection("127.0.0.1", port))
            peers[-1][1].write(says)
        yield peers
    finally:
        for _, writer in peers:
            writer.transport.abort()


async def answer(port: int, path: str = "/") -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        return (await client.get(f"http://127.0.0.1:{port}{path}")).status_code


async def closed(peer: Peer) -> bytes:
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(peer[0].read(), 10)
    return b""


SLOW = pytest.mark.parametrize(
    "says",
    [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nslow"],
    ids=["silent", "slow header", "slow body"],
)


@SLOW
async def test_others_are_answered_while_a_crowd_asks_nothing(says: bytes) -> None:
    async with serving() as port, crowd(port, 100, says):
        assert [await answer(port) for _ in range(5)] == [200] * 5


@SLOW
async def test_whoever_does_not_come_to_the_point_is_cut_off(monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    monkeypatch.setattr("callcenter.listening.door.EVERY_SECONDS", 0.02)
    async with serving(asking_seconds=0.1, body_seconds=0.1) as port, crowd(port, 3, says) as peers:
        assert [await closed(peer) for peer in peers] == [b""] * 3


async def test_a_body_may_take_longer_the_more_of_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.listening.door.EVERY_SECONDS", 0.02)
    asks = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    async with serving(body_seconds=0.1, body_rate=0.01) as port, crowd(port, 2, asks) as peers:
        (slow, silent), patient = peers, peers[0][1]
        patient.write(b"slow")
        async with serving(asking_seconds=0.1) as other, crowd(other, 1) as measure:
            await closed(measure[0])  # as long as another is borne that says nothing
        patient.write(b" body")
        told = await asyncio.wait_for(slow[0].readuntil(b"hello"), 10)
        assert told.startswith(b"HTTP/1.1 200")
        del silent


async def test_a_second_request_has_the_same_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.listening.door.EVERY_SECONDS", 0.02)
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(asking_seconds=0.2) as port, crowd(port, 1, whole + whole[:20]) as peers:
        assert (await closed(peers[0])).endswith(b"hello")


async def test_whoever_does_not_read_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.listening.door.EVERY_SECONDS", 0.02)
    asks = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(reading_seconds=0.2) as port, crowd(port, 1, asks) as peers:
        peers[0][1].transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(1)
        peers[0][1].transport.resume_reading()  # type: ignore[attr-defined]
        assert 0 < len(await closed(peers[0])) < 10_000_000


async def test_whoever_is_being_served_is_not_cut_off_for_another() -> None:
    let_go, served = asyncio.Event(), 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal served
        served += 1
        await let_go.wait()
        await hello(scope, receive, send)

    async with serving(slow, connections=4, per_address=4) as port:
        waiting = [asyncio.create_task(answer(port)) for _ in range(4)]
        while served < len(waiting):  # noqa: ASYNC110 - told by the server's own tasks
            await asyncio.sleep(0.01)
        with pytest.raises(httpx.TransportError):
            await answer(port)
        let_go.set()
        assert await asyncio.gather(*waiting) == [200] * 4


async def test_a_socket_that_cannot_be_accepted_is_logged_once_and_accepted_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, failed = asyncio.get_running_loop(), 0
    real = loop.sock_accept

    async def accept(bound: Any) -> Any:
        nonlocal failed
        failed += 1
        if failed <= 20:
            raise OSError(errno.EMFILE, "Too many open files")
        return await real(bound)

    monkeypatch.setattr(loop, "sock_accept", accept)
    monkeypatch.setattr("callcenter.listening.server._AGAIN_SECONDS", 0.01)
    with structlog.testing.capture_logs() as told:
        async with serving() as port:
            assert await answer(port) == 200
    assert [(line["event"], line["reason"]) for line in told] == [
        ("connections_refused", "not accepted: Too many open files")
    ]


async def test_what_is_no_http_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as port:
        for _ in range(30):
            async with crowd(port, 1, b"\x16\x03\x01 hello\r\n\r\n") as peers:
                assert b"400" in await closed(peers[0])
    assert len([record for record in caplog.records if "Invalid HTTP" in record.getMessage()]) <= 1


async def test_a_request_that_is_framed_in_two_ways_is_refused_and_its_connection_closed() -> None:
    both = (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1"
    )
    async with serving() as port, crowd(port, 1, both) as peers:
        told = await closed(peers[0])
    assert told.startswith(b"HTTP/1.1 400")
    assert told.count(b"HTTP/1.1") == 1


def test_a_customer_of_ipv6_is_one_whatever_addresses_it_takes() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("fe80::1%eth0") == network_of("fe80::2")
    assert network_of("unix") == "unix"


def test_descriptors_are_kept_back_however_few_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (64, 256, 1024, 65_536):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        taken = share_of_open_files(0.7, 512) + share_of_open_files(0.2, 128)
        assert taken <= limit - min(250, limit // 2) + 8


async def test_a_flood_on_either_port_leaves_the_switch_and_everybody_else_alone(tmp_path: Path) -> None:
    assert raise_open_files() > FLOOD + 200
    async with LoadedSwitch(stories(), 4.0) as switch, at_home(tmp_path, switch.port, more=WEB) as service:
        await service.start()
        assert service.pid is not None
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (1024, 1024))
        for port in (service.exporter_port, int(service.api().rpartition(":")[2])):
            async with crowd(port, FLOOD):
                await switch.vanish()
                await switch.listen()
                await service.until("/healthz", lambda answer: answer.json()["gap_open_at"] is None)
                await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)
                async with httpx.AsyncClient(base_url=service.api(), trust_env=False) as client:
                    assert (await client.get("/api/v1/session")).status_code == httpx.codes.UNAUTHORIZED
                assert await answer(service.exporter_port, "/metrics") == 200
        assert await service.stop() == 0
    assert len((tmp_path / "serve.log").read_bytes()) < 30_000
