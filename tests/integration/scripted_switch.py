"""A manager interface that does as it is told, for what a real switch does only on its worst days."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Self

from callcenter.ami.settings import AmiSettings
from tests.integration.loaded_switch import reserved
from tests.support.party import party

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

OK = {"Response": "Success"}
DENIED = {"Response": "Error", "Message": "Permission denied"}


def block(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


class ScriptedSwitch:
    """A manager interface that does as it is told, honest unless a test says otherwise."""

    def __init__(self) -> None:
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self.secrets = {"events": "es", "control": "cs"}
        self.denied: set[str] = set()
        self.unanswered: set[str] = set()
        self.refusals: dict[str, str] = {}
        self.echoes = True
        self.writers: dict[str, asyncio.StreamWriter] = {}
        self.received: list[dict[str, str]] = []
        self.logins: list[str] = []
        self.sequence = 0
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._holder: socket.socket | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._holder = reserved()
        self.port = self._holder.getsockname()[1]
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._holder is not None
        await self.vanish()
        self._holder.close()

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)

    async def vanish(self) -> None:
        """Cut every connection and take no more."""
        assert self._server is not None
        self._server.close()
        self.hang_up()
        await asyncio.gather(*self._serving)
        await self._server.wait_closed()

    def hang_up(self) -> None:
        """Cut every connection, logged in or not."""
        for writer in self._open:
            writer.transport.abort()

    def cut(self, username: str) -> None:
        """Cut one login."""
        self.writers.pop(username).transport.abort()

    def event(self, name: str, headers: dict[str, str]) -> bytes:
        self.sequence += 1
        opening = {
            "Event": name,
            "Privilege": "call,all",
            "Timestamp": f"1795418218.{self.sequence:06}",
            "SequenceNumber": str(self.sequence),
            "File": "manager.c",
            "Line": "1",
            "Func": "f",
        }
        return block({**opening, **headers})

    def say(self, data: bytes) -> None:
        self.writers["events"].write(data)

    def call(self, number: int) -> bytes:
        return self.event("Newchannel", party(Channel=f"PJSIP/t-{number}", Uniqueid=f"1.{number}", ChannelState="0"))

    def count(self, action: str) -> int:
        return len([asked for asked in self.received if asked["Action"] == action])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._open.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._talk(reader, writer)
        self._open.discard(writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.banner)
        while True:
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            asked = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
            self.received.append(asked)
            for answer in self._answer(asked, writer):
                writer.write(block({**answer, "ActionID": asked["ActionID"]}))

    def _answer(self, asked: dict[str, str], writer: asyncio.StreamWriter) -> list[dict[str, str]]:
        action = asked["Action"]
        if action in self.unanswered:
            return []
        if action in self.denied | self.refusals.keys():
            return [DENIED | {"Message": self.refusals.get(action, DENIED["Message"])}]
        if action == "Login":
            return self._log_in(asked, writer)
        if action == "UserEvent" and self.echoes and "events" in self.writers:
            body = {name: value for name, value in asked.items() if name not in {"Action", "ActionID"}}
            self.say(self.event("UserEvent", body))
        if action == "QueueAdd":
            return [{**OK, "Message": "Added interface to queue"}]
        if action == "QueueStatus":
            queue = {"Event": "QueueParams", "Queue": "consumers", "Strategy": "ringall", "Calls": "0"}
            return [{**OK, "EventList": "start"}, queue, {"Event": "QueueStatusComplete", "EventList": "Complete"}]
        if action == "CoreShowChannels":
            return [{**OK, "EventList": "start"}, {"Event": "CoreShowChannelsComplete", "EventList": "Complete"}]
        if action == "DeviceStateList":
            return [{"Response": "Error", "Message": "Invalid/unknown command"}]
        return [OK]

    def _log_in(self, asked: dict[str, str], writer: asyncio.StreamWriter) -> list[dict[str, str]]:
        name = asked["Username"]
        self.logins.append(name)
        if self.secrets.get(name) != asked["Secret"]:
            return [{"Response": "Error", "Message": "Authentication failed"}]
        self.writers[name] = writer
        return [{**OK, "Message": "Authentication accepted"}]


def settings(switch: ScriptedSwitch, **changes: Any) -> AmiSettings:
    values: dict[str, Any] = {
        "port": switch.port,
        "events": {"username": "events", "secret": "es"},
        "control": {"username": "control", "secret": "cs"},
        "connect_timeout": 5,
        "action_timeout": 5,
        "heartbeat_every": 0.1,
        "heartbeat_deadline": 20,
        "backoff_min": 0.01,
        "backoff_max": 0.05,
    }
    return AmiSettings.model_validate(values | changes)


async def until_true(condition: Callable[[], Any]) -> None:
    while not condition():  # noqa: ASYNC110 - the condition is the other side's
        await asyncio.sleep(0.01)
