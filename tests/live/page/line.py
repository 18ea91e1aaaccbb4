"""What lies between pages and the switch's WebSocket: a wire that can be cut, and laid again."""

from __future__ import annotations

import asyncio
import contextlib


class Wire:
    """Takes connections on loopback and carries them to a port there, while it is whole.

    Attributes:
        port: Where it listens; the same for as long as it lives.
    """

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._running: set[asyncio.Task[None]] = set()

    async def lay(self) -> None:
        """Take connections, from now on or again."""
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Let go of every connection, and take none."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in [*self._open]:
            writer.transport.abort()
        if self._running:
            await asyncio.wait([*self._running])

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            there, thither = await asyncio.open_connection("127.0.0.1", self._to)
            self._open |= {writer, thither}
            try:
                await asyncio.gather(_pour(reader, thither), _pour(there, writer))
            finally:
                self._open -= {writer, thither}
                thither.transport.abort()
        except OSError:
            pass
        finally:
            writer.transport.abort()
            self._running.discard(task)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
