"""Whoever asks much and reads little is cut off in the end, and before that makes room for others."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog

from tests.faults.test_connections_that_ask_nothing import answer, crowd, hello, serving

LONG = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"
BYTES = 50_000
SHORT = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def page(_: Any, receive: Any, send: Any) -> None:
    await receive()
    body = b"x" * BYTES
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def slow_reader(port: int, says: bytes, address: str) -> socket.socket:
    """Connect with room for next to nothing, and ask."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    one.bind((address, 0))
    one.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(one, ("127.0.0.1", port))
    await loop.sock_sendall(one, says)
    return one


@contextlib.asynccontextmanager
async def crowd_of(port: int, count: int, says: bytes, addresses: int = 4) -> AsyncIterator[list[socket.socket]]:
    with contextlib.ExitStack() as crowd:
        yield [
            crowd.enter_context(await slow_reader(port, says, f"127.0.0.{2 + number % addresses}"))
            for number in range(count)
        ]


@pytest.mark.parametrize("says", [LONG, LONG * 20], ids=["once", "again and again"])
async def test_a_crowd_from_a_few_addresses_that_does_not_read_is_in_nobody_s_way(says: bytes) -> None:
    async with serving(connections=40, per_address=10) as port, crowd_of(port, 40, says):
        assert [await answer(port) for _ in range(3)] == [200] * 3


async def test_whoever_reads_a_little_now_and_then_and_asks_again_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.listening.door.EVERY_SECONDS", 0.02)
    with structlog.testing.capture_logs() as told:
        async with serving(page, reading_seconds=1) as port, crowd(port, 1, SHORT * 2000) as [(reader, _)]:
            while not told:
                await reader.read(100_000)
                await asyncio.sleep(0.01)
    assert [line["reason"] for line in told] == ["took too long"]


async def test_little_is_answered_that_nobody_reads() -> None:
    answered = 0

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        nonlocal answered
        answered += 1
        await page(scope, receive, send)

    async with serving(counted) as port, crowd_of(port, 1, SHORT * 400):
        await asyncio.sleep(0.5)
        assert 0 < answered * BYTES < 1_000_000


async def test_whoever_asks_again_before_the_answer_makes_room_for_others() -> None:
    let_go, served = asyncio.Event(), 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal served
        served += 1
        if served <= 4:
            await let_go.wait()
        await hello(scope, receive, send)

    async with serving(slow, connections=4, per_address=4) as port, crowd_of(port, 4, SHORT * 2):
        while served < 4:  # noqa: ASYNC110 - told by the server's own tasks
            await asyncio.sleep(0.01)
        assert await answer(port) == 200
        let_go.set()


async def test_the_largest_crowd_that_is_being_served_does_not_shield_another_that_does_not_read() -> None:
    let_go, served = asyncio.Event(), 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal served
        if scope["path"] == "/slow":
            served += 1
            await let_go.wait()
        await hello(scope, receive, send)

    async with serving(slow, connections=6, per_address=4) as port, crowd_of(port, 2, LONG, 1):
        waiting = [asyncio.create_task(answer(port, "/slow")) for _ in range(4)]
        while served < len(waiting):  # noqa: ASYNC110 - told by the server's own tasks
            await asyncio.sleep(0.01)
        other = await slow_reader(port, SHORT, "127.0.0.9")
        assert (await asyncio.get_running_loop().sock_recv(other, 100)).startswith(b"HTTP/1.1 200")
        other.close()
        let_go.set()
        assert await asyncio.gather(*waiting) == [200] * 4
