"""Two plain manager logins for tests and recordings: one that writes down every byte, one that acts."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from typing import TYPE_CHECKING

from callcenter.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

_LOGIN_SECONDS = 5.0
_GREETING = 4096
"""FullyBooted comes within the first bytes of a login that reads `system`."""


def action(name: str, **headers: str) -> bytes:
    """Write an action; a value may hold no line break.

    Raises:
        LabError: One does.
    """
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise LabError("An action's value may hold no line break.")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class LoginRecorder:
    """One login whose bytes are kept exactly as they were sent; `save` writes them, gzipped."""

    def __init__(self, port: int, login: str, secret: str) -> None:
        self.port = port
        self.login = login
        self.heard = bytearray()
        self.lost = asyncio.Event()
        self._booted = asyncio.Event()
        self._secret = secret
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start(self) -> None:
        """Connect, log in, and record until `stop` or the end of the connection.

        Raises:
            LabError: The login fails.
        """
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer.write(action("Login", Username=self.login, Secret=self._secret))
        self._task = asyncio.create_task(self._listen(reader), name=f"recorder-{self.login}")
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                await self._booted.wait()
        except TimeoutError as error:
            await self.stop()
            raise LabError(f"The login {self.login} was refused or is not served yet.") from error

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                self.heard += data
                if b"FullyBooted" in self.heard[:_GREETING]:
                    self._booted.set()
        self.lost.set()

    async def stop(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
        if self._task is not None:
            await self._task

    def save(self, path: Path) -> None:
        """Write what was heard; the same bytes give the same file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(bytes(self.heard), mtime=0))


class Operator:
    """One login that acts and hears only the answers."""

    def __init__(self, port: int, login: str, secret: str) -> None:
        self.port = port
        self.login = login
        self._secret = secret
        self._last = 0
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            LabError: The login is refused.
        """
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        await self._reader.readline()
        answer = await self.act("Login", Username=self.login, Secret=self._secret, Events="off")
        if answer.get("Response") != "Success":
            raise LabError(f"The login {self.login} was refused.")

    async def act(self, name: str, **headers: str) -> dict[str, str]:
        """Send an action and return its answer."""
        async with self._lock:
            action_id = self._send(name, headers)
            return await self._answer_to(action_id)

    async def list(self, name: str, **headers: str) -> list[dict[str, str]]:
        """Send an action that answers by a list of events and return these."""
        async with self._lock:
            action_id = self._send(name, headers)
            await self._answer_to(action_id)
            items = []
            while (item := await self._answer_to(action_id)).get("EventList") != "Complete":
                items.append(item)
            return items

    async def channel_of(self, number: str) -> str:
        """Find the channel of a caller by his number.

        Raises:
            LabError: There is none.
        """
        for channel in await self.list("CoreShowChannels"):
            if channel.get("CallerIDNum") == number:
                return channel["Channel"]
        raise LabError(f"No channel has the caller number {number}.")

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def _send(self, name: str, headers: dict[str, str]) -> str:
        self._last += 1
        action_id = f"operator-{self._last}"
        self._writer.write(action(name, ActionID=action_id, **headers))
        return action_id

    async def _answer_to(self, action_id: str) -> dict[str, str]:
        async with asyncio.timeout(_LOGIN_SECONDS):
            while True:
                frame = (await self._reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
                pairs = (line.partition(": ") for line in frame.split("\r\n") if line)
                headers = {key.rstrip(":"): value for key, _, value in pairs}
                if headers.get("ActionID") == action_id:
                    return headers
