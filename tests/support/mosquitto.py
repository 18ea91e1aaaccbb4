"""A broker of the tests' own (Debian's mosquitto, on loopback, in a folder of its own), and somebody who listens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

_PATIENCE = 10.0
_PROGRAM = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Mosquitto:
    """One broker; `more` is what its settings say besides, a line each."""

    def __init__(self, folder: Path, *more: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._log = folder / "mosquitto.log"
        self._conf = folder / "mosquitto.conf"
        lines = more or ("allow_anonymous true",)
        listens = (f"listener {self.port} 127.0.0.1", "set_tcp_nodelay true", "max_queued_messages 0")
        self._conf.write_text("\n".join((*listens, *lines)) + "\n")
        if os.geteuid() == 0:
            folder.chmod(0o777)  # it gives up being root
            self._conf.write_text(self._conf.read_text() + "user root\n")
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        """Start it, and wait until it takes connections; it does not outlive whoever started it."""
        with self._log.open("ab") as log:
            command = ["setpriv", "--pdeathsig", "KILL", _PROGRAM, "-c", str(self._conf)]
            self._running = subprocess.Popen(command, stdout=log, stderr=log)
        ends = time.monotonic() + _PATIENCE
        while True:
            assert self._running.poll() is None, self._log.read_text()
            assert time.monotonic() < ends, self._log.read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill it as the end of its machine does."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(_PATIENCE)
            self._running = None


class Heard(NamedTuple):
    """A message that somebody heard; `said` is None where it was empty."""

    topic: str
    said: Any
    retained: bool
    at: float


class Listener:
    """Hears everything, comes again when the broker was away, and checks each message.

    Args:
        port: The broker's.
        check: Fails where a message is not what it should be.
        lasting: The broker keeps for it what it misses.
        login: As whom it listens.
    """

    def __init__(self, port: int, check: Callable[[str, Any], None], *, lasting: bool = False, **login: Any) -> None:
        self._port = port
        self._check = check
        self._lasting = lasting
        self._login = login
        self._fault: Exception | None = None
        self._news = asyncio.Condition()
        self.heard: list[Heard] = []
        self.listens = asyncio.Event()
        """Whether it is connected, and hears."""

    @property
    def latest(self) -> dict[str, Any]:
        """What each topic said last."""
        return {one.topic: one.said for one in self.heard}

    def on(self, part: str) -> list[Any]:
        """Return what topics said that have a part, in order."""
        return [one.said for one in self.heard if part in one.topic]

    async def until(self, true: Callable[[], Any], seconds: float = _PATIENCE) -> None:
        """Wait until something is so after a message."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: self._fault or true())
        if self._fault is not None:
            raise self._fault

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Listener]:
        task = asyncio.create_task(self._listen(), name="listener")
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.listens.wait()
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])
        assert task.cancelled(), task.exception()
        assert self._fault is None, self._fault

    async def _listen(self) -> None:
        client = aiomqtt.Client(
            "127.0.0.1",
            self._port,
            identifier="listener",
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=not self._lasting,
            properties=_lasting() if self._lasting else None,
            **self._login,
        )
        while True:
            try:
                async with client:
                    await client.subscribe("#", qos=1)
                    self.listens.set()
                    async for message in client.messages:
                        await self._hear(message)
            except aiomqtt.MqttError:
                self.listens.clear()
                await asyncio.sleep(0.02)

    async def _hear(self, message: aiomqtt.Message) -> None:
        topic, body = str(message.topic), message.payload
        assert isinstance(body, bytes | bytearray)
        said = json.loads(body) if body else None
        if said is not None:
            try:
                self._check(topic, said)
            except AssertionError as error:
                self._fault = error
        async with self._news:
            self.heard.append(Heard(topic, said, bool(message.retain), time.monotonic()))
            self._news.notify_all()


def _lasting() -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600
    return properties
