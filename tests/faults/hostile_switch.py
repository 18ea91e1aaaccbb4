"""A switch that means harm: it takes a login and floods it, each way another, and counts what it got rid of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from typing import Any

from callcenter.ami.settings import AmiSettings
from tests.support.party import party

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
MEGA = 1_000_000
_CHUNK = 64 * 1024

Act = Callable[["Flood"], Awaitable[None]]


def block(headers: dict[str, str]) -> bytes:
    """Make one frame."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


def events(**more: str) -> Iterator[bytes]:
    """Yield needed events without end, in sequence, with whatever headers beside their own."""
    for seq in count(1):
        opening = {
            "Event": "Newchannel",
            "Privilege": "call,all",
            "Timestamp": f"1795418218.{seq % 1_000_000:06}",
            "SequenceNumber": str(seq),
            "File": "a.c",
            "Line": "1",
            "Func": "f",
        }
        yield block(opening | party(Channel=f"PJSIP/t-{seq}", Uniqueid=f"1.{seq}") | more)


class Flood:
    """One connection to the switch, and how much it took."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.sent = 0
        self.cut_off = asyncio.Event()

    async def asked(self, action: str) -> dict[str, str]:
        """Wait for an action, answering others with Success, and return its headers."""
        while True:
            text = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            found = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
            if found["Action"] == action:
                return found
            await self.say(block({"Response": "Success", "ActionID": found["ActionID"]}))

    async def say(self, data: bytes) -> None:
        """Send, and wait until it is taken."""
        self._writer.write(data)
        self.sent += len(data)
        await self._writer.drain()

    async def pour(self, frames: Iterator[bytes], most: int = 400 * MEGA) -> None:
        """Send frames until the connection is cut off, or so many bytes were taken."""
        held: list[bytes] = []
        size = 0
        while self.sent < most:
            held.append(next(frames))
            size += len(held[-1])
            if size >= _CHUNK:
                await self.say(b"".join(held))
                held, size = [], 0


@contextlib.asynccontextmanager
async def hostile(act: Act) -> AsyncIterator[tuple[AmiSettings, list[Flood]]]:
    """Listen on loopback; every connection is treated by `act`."""
    floods: list[Flood] = []
    tasks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        flood = Flood(reader, writer)
        floods.append(flood)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await flood.say(BANNER)
            await act(flood)
        flood.cut_off.set()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield _settings(server.sockets[0].getsockname()[1]), floods
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def _settings(port: int) -> AmiSettings:
    values: dict[str, Any] = {
        "port": port,
        "events": {"username": "events", "secret": "es"},
        "control": {"username": "control", "secret": "cs"},
        # what floods us ends by what it fills, or by itself; how long that takes says how busy the machine is
        "connect_timeout": 3600,
        "action_timeout": 3600,
    }
    return AmiSettings.model_validate(values)
