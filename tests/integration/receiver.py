"""Whoever is at the other end of a webhook: answers as a test wants, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

Answer = Callable[["Posted", asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Posted(msgspec.Struct):
    """One request."""

    headers: dict[str, str]
    body: bytes

    def told(self) -> dict[str, Any]:
        """Return what its document says."""
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found


class Receiver:
    """Keeps what was posted.

    Attributes:
        answer: What a request is answered by.
        connections: How many were made.
    """

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.answer: Answer = says(OK)
        self.connections = 0
        self.port = 0
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
                posted = Posted(headers, await reader.readexactly(int(headers["content-length"])))
                self.posted.append(posted)
                await self.answer(posted, writer)
                await writer.drain()
        writer.close()
        self._answering.discard(task)

    async def end(self) -> None:
        for task in self._answering:
            task.cancel()
        if self._answering:
            await asyncio.wait(self._answering)


def says(answer: bytes) -> Answer:
    """Answer every request by the same bytes."""

    async def write(_posted: Posted, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


async def hangs(_posted: Posted, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def never_ends(_posted: Posted, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        await writer.drain()


async def never_begins(_posted: Posted, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)
        await writer.drain()
        await asyncio.sleep(0.01)


async def trickles(_posted: Posted, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def hangs_up(_posted: Posted, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await found.end()
        await server.wait_closed()
