"""The service as a person runs it: a process with a settings file, seen through its pages, its log and its files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from tests.integration.loaded_switch import SECRETS

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
url = "sqlite:///{home}/record.sqlite"
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
    """One home directory, and the process that runs in it, if one does."""

    def __init__(
        self, home: Path, ami_port: int, *, ami: str = "", secrets: dict[str, str] | None = None, more: str = ""
    ) -> None:
        self.home = home
        self.settings = home / "settings.toml"
        self.port = 0
        self._ami_port = ami_port
        self._ami = ami
        self._more = more
        self._log = home / "serve.log"
        given = secrets or SECRETS
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": str(home.parent / "pyc"),  # the first command compiles for all later ones
            "CALLCENTER_AMI__EVENTS__SECRET": given["events"],
            "CALLCENTER_AMI__CONTROL__SECRET": given["control"],
        }
        self._process: Process | None = None
        self._write_settings()

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the service to its end; gives its exit code and what it wrote to stderr."""
        async with (
            command(
                *arguments,
                "--settings",
                self.settings,
                env=self.environment,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            ) as process,
            asyncio.timeout(PATIENCE),
        ):
            _, errors = await process.communicate()
        assert process.returncode is not None
        return process.returncode, errors.decode()

    async def add_account(self, password: str, *words: str) -> None:
        """Make an account at the console."""
        async with (
            command(
                "user",
                "add",
                *words,
                "--settings",
                self.settings,
                env=self.environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
            ) as process,
            asyncio.timeout(PATIENCE),
        ):
            await process.communicate(f"{password}\n".encode())
        assert process.returncode == 0

    async def start(self) -> None:
        """Start it, on a free port, and wait until it is ready."""
        await self.launch()
        await self.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)

    async def launch(self) -> None:
        """Begin to start it; `until` waits for more."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "callcenter",
                "serve",
                "--settings",
                self.settings,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

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
        text = SETTINGS.format(ami_port=self._ami_port, ami=self._ami, home=self.home, port=self.port)
        self.settings.write_text(text + self._more)

    async def close(self) -> None:
        """End it if it still runs."""
        if self._process is not None and not self.over:
            await self._end(signal.SIGKILL)


@contextlib.asynccontextmanager
async def at_home(home: Path, ami_port: int, **changes: Any) -> AsyncIterator[Service]:
    """Give a service with a database, not started yet."""
    service = Service(home, ami_port, **changes)
    code, errors = await service.run("db", "upgrade")
    assert code == 0, errors
    try:
        yield service
    finally:
        await service.close()
