"""The service beside a lab, as anybody would run it: a settings file, `callcenter db upgrade`, `callcenter serve`."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.clock import local_time
from callcenter.errors import LabError
from callcenter.lab.settings import LAB_DOMAIN, AgentSpec
from callcenter.lab.switch import LabState, free_port
from callcenter.locale import english
from callcenter.store.customers.sealing import MasterKeys

_OFF_DUTY = "eve"
_ZONE = "Asia/Shanghai"
_SHIFT = timedelta(hours=4)
_READY_SECONDS = 30.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.2
_OK = 200


def demo_rulebook(queues: Iterable[str], wrap_up_seconds: int) -> dict[str, Any]:
    """Make the demo's rulebook, as it is written: the packaged one, with a wrap-up in these queues."""
    figures = {"queues": {queue: {"wrap_up_seconds": wrap_up_seconds} for queue in queues}}
    return {"based_on": "packaged", "editions": [{"version": "demo", "from": "1970-01-01", "figures": figures}]}


class DemoService:
    """A service of its own directory: settings, secrets, journal, database and log lie there.

    Args:
        work_dir: The directory.
        state: The lab that it follows.
        rulebook: By what it judges.
        agents: Who is on duty, by account.
        mqtt: The broker that it publishes to, if any.
    """

    def __init__(
        self,
        work_dir: Path,
        state: LabState,
        rulebook: dict[str, Any],
        agents: Mapping[str, AgentSpec],
        mqtt: str | None = None,
    ) -> None:
        self._dir = work_dir.absolute()
        self._agents = agents
        self.settings = self._dir / "callcenter.toml"
        self._mqtt = mqtt
        self._state = state
        self._rulebook = rulebook
        self.port = free_port(LAB_DOMAIN, socket.SOCK_STREAM)
        self.api_port = state.lookup_port or free_port(LAB_DOMAIN, socket.SOCK_STREAM)
        self.log = self._dir / "service.log"
        self._keys = self._dir / "master.keys"

    @property
    def url(self) -> str:
        """Where its metrics and its board are."""
        return f"http://{LAB_DOMAIN}:{self.port}"

    @property
    def page(self) -> str:
        """Where its page is."""
        return f"http://{LAB_DOMAIN}:{self.api_port}/"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start it, wait until it is ready, and stop it at the end, whatever happened.

        Raises:
            LabError: It ends, or is not ready in time; its own last line is told.
        """
        settings = self._write_settings()
        with self.log.open("wb") as log:
            await self._run_to_end(log.fileno(), "db", "upgrade", "--settings", str(settings))
            process = await self._start(log.fileno(), "serve", "--settings", str(settings))
            try:
                await self._wait_ready(process)
                yield
            finally:
                await _stop(process)

    def _write_settings(self) -> Path:
        for name in ("journal.sqlite", "record.sqlite"):
            for left in self._dir.glob(f"{name}*"):
                left.unlink()
        told = self._state.manager_secrets | {"dialplan": self._state.lookup_token}
        for name in ("events", "control", "dialplan"):
            secret = self._dir / f"{name}.secret"
            secret.touch(mode=0o600)
            secret.write_text(told[name] + "\n", encoding="utf-8")
        (self._dir / "roster.json").write_text(json.dumps(self._roster(), ensure_ascii=False), encoding="utf-8")
        (self._dir / "rulebook.yaml").write_text(json.dumps(self._rulebook), encoding="utf-8")  # JSON is YAML, too
        MasterKeys.new().write(self._keys)
        self.settings.write_text(self._settings(), encoding="utf-8")
        return self.settings

    def _roster(self) -> dict[str, object]:
        """Put everybody who serves a queue on shift today but Eve, whose acts are excused."""
        agents, now = self._agents.values(), local_time(ZoneInfo(_ZONE)).replace(microsecond=0)
        shift = {"from": (now - _SHIFT).isoformat(), "to": (now + _SHIFT).isoformat()}
        return {
            "timezone": _ZONE,
            "agents": [{"agent": a.name, "interface": a.interface, "queues": a.queues} for a in agents],
            "shifts": [{"agent": a.name, **shift} for a in agents if a.queues and a != self._agents.get(_OFF_DUTY)],
            "legit_extensions": ["_1XXX", "_6XX", "_0X."],
        }

    def _settings(self) -> str:
        here = self._dir
        lines = [
            '[site]\nname = "demo"',
            f'[ami]\nnode = "lab"\nhost = "{LAB_DOMAIN}"\nport = {self._state.ami_port}',
            f"queue_log = {_quoted(self._state.queue_log)}",
            *(
                f"[ami.{login}]\nusername = {_quoted(login)}\nsecret_file = {_quoted(here / f'{login}.secret')}"
                for login in ("events", "control")
            ),
            f"[journal]\npath = {_quoted(here / 'journal.sqlite')}\nmin_free_bytes = 0",
            f"[store]\nurl = {_quoted(f'sqlite:///{here}/record.sqlite')}",
            f"[exporter]\nport = {self.port}",
            f"[web]\nenabled = true\nport = {self.api_port}\naudit_heads = {_quoted(here / 'audit-heads.jsonl')}",
            "sign_ins_per_minute = 120",
            f"[desk]\nphones = {_quoted(self._state.pages)}\nwebsocket = {_quoted(self._state.websocket)}",
            f"[web.dialplan]\nsecret_file = {_quoted(here / 'dialplan.secret')}",
            f"[privacy]\nkey_file = {_quoted(self._keys)}",
            f"[rules]\nrulebook = {_quoted(here / 'rulebook.yaml')}\nroster = {_quoted(here / 'roster.json')}",
        ]
        if self._mqtt is not None:
            lines.append(f"[mqtt]\nurl = {_quoted(self._mqtt)}")
        return "\n\n".join(lines) + "\n"

    async def _start(self, log: int, *words: str) -> asyncio.subprocess.Process:
        # a session of its own: Ctrl-C reaches the demo alone, which then stops everything in order
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "callcenter",
            *words,
            env=ours,
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    async def _run_to_end(self, log: int, *words: str) -> None:
        process = await self._start(log, *words)
        try:
            if await process.wait():
                raise LabError(english(f"callcenter {' '.join(words[:2])} failed: {self._last_words()}"))
        finally:
            await _stop(process)

    async def _wait_ready(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                while not await asyncio.to_thread(_is_ready, self.port):
                    if process.returncode is not None:
                        raise LabError(f"The service did not start: {self._last_words()}")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise LabError(f"The service was not ready within {_READY_SECONDS:.0f} s; see {self.log}.") from None

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")


async def _stop(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LAB_DOMAIN, port, timeout=1.0)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
