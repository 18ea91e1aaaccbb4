"""A way to a broker that takes its time, or stops: bytes pass in small pieces, as a test says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class SlowWay:
    """Passes so many bytes a second each way."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = 0
        self.bytes_a_second = 1_000_000

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[SlowWay]:
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in [one for one in asyncio.all_tasks() if one.get_name() == "slow-way"]:
                task.cancel()
                await asyncio.wait([task])

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, on = await asyncio.open_connection("127.0.0.1", self._to)
        ways = [asyncio.create_task(self._one_way(*way), name="slow-way") for way in ((reader, on), (there, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in (writer, on):
            one.close()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(max(1, self.bytes_a_second // 50)):
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0.02)
