"""The service as a person runs it: a process with a settings file, seen through its pages, its log and its files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from callcenter.store import StoreSettings
from tests.integration.loaded_switch import SECRETS
from tests.support.databases import DATABASES
from tests.support.forked import ForkedCommand

PATIENCE = 60.0

SETTINGS = """
[ami]
port = {ami_port}
heartbeat_every = 0.2
heartbeat_deadline = 5
backoff_min = 0.05
backoff_max = 0.2
{ami}
[ami.events]
username = "events"
[ami.control]
username = "control"
[journal]
path = "{home}/journal.sqlite"
min_free_bytes = 0
snapshot_every = 700
keep_days = 30
[store]
url = "{store}"
[exporter]
port = {port}
[log]
format = "json"
"""


@contextlib.asynccontextmanager
async def command(*words: str | Path, module: str = "callcenter", **how: Any) -> AsyncIterator[Process]:
    """Run `callcenter`, or another module; however a test ends, it does not outlive it."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *words, **how)
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


class Service:
    """One home directory, and the process that runs in it, if one does.

    Attributes:
        inside: The network in which the service runs; None: this machine's.
    """

    def __init__(
        self,
        home: Path,
        ami_port: int,
        *,
        ami: str = "",
        secrets: dict[str, str] | None = None,
        more: str = "",
        store: StoreSettings | None = None,
    ) -> None:
        self.home = home
        self.settings = home / "settings.toml"
        self.port = 0
        self.inside: Path | None = None
        self._ami_port = ami_port
        self._ami = ami
        self._more = more
        self.store = store or StoreSettings(url=f"sqlite:///{home}/record.sqlite")
        self._log = home / "serve.log"
        given = secrets or SECRETS
        self._environment = {
            **os.environ,
            "CALLCENTER_AMI__EVENTS__SECRET": given["events"],
            "CALLCENTER_AMI__CONTROL__SECRET": given["control"],
        }
        self._process: ForkedCommand | None = None
        self._write_settings()

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given; its page has one port for all, so who does not ask for it goes without."""
        asked = "[web]" in self.settings.read_text()
        return self._environment | ({} if asked else {"CALLCENTER_WEB__ENABLED": "false"})

    @environment.setter
    def environment(self, changed: dict[str, str]) -> None:
        self._environment = changed

    async def run(self, *arguments: str, said: bytes = b"") -> tuple[int, str]:
        """Run a command of the service to its end; gives its exit code and what it wrote to stderr."""
        with tempfile.NamedTemporaryFile() as errors:
            words = (*arguments, "--settings", str(self.settings))
            process = ForkedCommand(words, self.environment, Path(os.devnull), Path(errors.name), said)
            async with asyncio.timeout(PATIENCE):
                code = await process.wait()
            return code, errors.read().decode()

    async def add_account(self, password: str, *words: str) -> None:
        """Make an account at the console."""
        code, errors = await self.run("user", "add", *words, said=f"{password}\n".encode())
        assert code == 0, errors

    async def start(self) -> None:
        """Start it, on a free port, and wait until it is ready."""
        await self.launch()
        await self.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)

    async def launch(self) -> None:
        """Begin to start it; `until` waits for more."""
        words = ("serve", "--settings", self.settings)
        self._process = ForkedCommand(words, self.environment, self._log, self._log, inside=self.inside)

    async def kill(self) -> int:
        """End it as a power cut would; gives its exit code."""
        return await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it as an administrator would; gives its exit code."""
        return await self._end(signal.SIGTERM)

    async def until(self, page: str, condition: Any) -> httpx.Response:
        """Ask for a page until the answer is as wanted."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert self._process is not None
                assert self._process.returncode is None, self._log.read_text()
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get(f"http://127.0.0.1:{self._listening()}{page}")
                    if condition(answer):
                        return answer
                await asyncio.sleep(0.02)

    async def ended(self) -> tuple[int, str]:
        """Wait for it to end by itself; gives its exit code and its last words."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
        self._process = None
        return code, self._log.read_text().splitlines()[-1]

    async def health(self) -> dict[str, Any]:
        """Read what it says of itself."""
        answer = await self.until("/healthz", lambda answer: answer.status_code == httpx.codes.OK)
        found: dict[str, Any] = answer.json()
        return found

    @property
    def pid(self) -> int | None:
        """Its process, while one runs."""
        return None if self._process is None else self._process.pid

    @property
    def over(self) -> bool:
        """Whether the process has ended by itself."""
        return self._process is not None and self._process.returncode is not None

    @property
    def started(self) -> bool:
        """Whether the process that runs has said that it has started."""
        return any(line["pid"] == self.pid for line in self.logged("service_started"))

    @property
    def exporter_port(self) -> int:
        """Where its pages are."""
        return self._listening()

    def api(self) -> str:
        """Give the address of its API, which it says in its log."""
        return f"http://127.0.0.1:{self.logged('api_served')[-1]['port']}"

    def logged(self, event: str) -> list[dict[str, Any]]:
        """List the log lines with this event, of every process that ran here."""
        return [line for line in self._lines() if line["event"] == event]

    def _lines(self) -> list[dict[str, Any]]:
        whole, _, _ = self._log.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    async def until_logged(self, *events: str) -> None:
        """Wait until the log has lines with these events, each after the one before."""
        async with asyncio.timeout(PATIENCE):
            while not self._tells(events):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    def _tells(self, events: tuple[str, ...]) -> bool:
        lines = iter(self._lines())
        return all(any(line["event"] == event for line in lines) for event in events)

    async def _end(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
        self._process = None
        return code

    def _listening(self) -> int:
        started = [
            line
            for line in self.logged("service_started")
            if self._process is not None and line["pid"] == self._process.pid
        ]
        return int(started[-1]["exporter_port"]) if started else 1

    def _write_settings(self) -> None:
        places = {"home": self.home, "store": self.store.url}
        text = SETTINGS.format(ami_port=self._ami_port, ami=self._ami, port=self.port, **places)
        self.settings.write_text(text + self._more)

    async def close(self) -> None:
        """End it if it still runs."""
        if self._process is not None and not self.over:
            await self._end(signal.SIGKILL)


@contextlib.asynccontextmanager
async def at_home(home: Path, ami_port: int, **changes: Any) -> AsyncIterator[Service]:
    """Give a service with a database, not started yet."""
    service = Service(home, ami_port, **changes)
    await DATABASES.migrate(service.store)
    try:
        yield service
    finally:
        await service.close()
