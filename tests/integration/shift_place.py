"""A service beside a switch that plays one shift as fast as it is read; what it tells is read from outside."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.live import LiveDocument
from callcenter.reports.board.source import BoardSource
from tests.integration.office import PASSWORD
from tests.integration.one_shift import LASTS, Said, frame, roster, rulebook, shift
from tests.integration.scripted_switch import ScriptedSwitch
from tests.integration.service import Service, at_home


class ShiftSwitch(ScriptedSwitch):
    """A switch that tells the shift as fast as it is read, by a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: Micros = time.time_ns() // 1000 - LASTS * SECOND
        self.heard = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n"
        self._left = shift()
        self._after = 0.0

    def event(self, name: str, headers: dict[str, str]) -> bytes:
        self.sequence += 1
        return frame(self.begun + round(self._after * SECOND), self.sequence, name, headers)

    def say(self, data: bytes) -> None:
        self.heard += data
        super().say(data)

    def add(self, said: Iterable[Said]) -> None:
        """Let more come after the shift."""
        self._left += said

    def play(self, until: float = LASTS) -> None:
        """Go on with the shift up to a second of it."""
        while self._left and self._left[0].after <= until:
            said: Said = self._left.pop(0)
            self._after = said.after
            self.say(self.event(said.name, said.headers))


def noon_zone() -> str:
    """Name a time zone in which it is about noon, so that no midnight comes while the test runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"


class Place:
    """A service with its switch, rulebook, roster and API; everything that it tells is read from outside."""

    def __init__(self, service: Service, switch: ShiftSwitch, zone: str) -> None:
        self.service = service
        self.switch = switch
        self.zone = zone

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service.logged('service_started')[-1]['exporter_port']}"

    def decree(self, figures: dict[str, Any]) -> None:
        """Write the rulebook's file."""
        (self.service.home / "rulebook.yaml").write_text(json.dumps(rulebook({"figures": figures})))

    async def metrics(self) -> dict[tuple[str, ...], float]:
        """Read every sample, by its name and its labels' values in the order of their names."""
        answer = await self.service.until("/metrics", lambda answer: answer.status_code == httpx.codes.OK)
        samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
        return {
            (one.name.removeprefix("callcenter_"), *(value for _, value in sorted(one.labels.items()))): one.value
            for one in samples
        }

    async def until_metric(self, *series: str, value: float) -> None:
        async with asyncio.timeout(60):
            while (await self.metrics()).get(series) != value:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def play(self, until: float = LASTS) -> None:
        self.switch.play(until)
        if until == LASTS:
            await self.until_metric("agent_state", "Carol", "paused", value=1)
            async with asyncio.timeout(60):
                while (await self.service.health())["store_pending"]:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.05)

    async def board(self) -> LiveDocument:
        return await asyncio.to_thread(BoardSource(self.url).read)

    async def get(self, path: str) -> Any:
        async with httpx.AsyncClient(base_url=f"{self.service.api()}/api/v1", trust_env=False, timeout=30) as client:
            await client.post("/session", json={"name": "sun", "password": PASSWORD})
            return (await client.get(path)).json()


@asynccontextmanager
async def serving(home: Path, figures: dict[str, Any]) -> AsyncIterator[Place]:
    """Run `callcenter serve` beside a switch, judging by the packaged rulebook with other figures."""
    zone = noon_zone()
    files = f'rulebook = "{home}/rulebook.yaml"\nroster = "{home}/roster.json"'
    more = f'[site]\ntimezone = "{zone}"\n[rules]\n{files}\n[web]\nenabled = true\nport = 0\n'
    (home / "roster.json").write_text(json.dumps(roster()))
    secrets = {"events": "es", "control": "cs"}
    async with ShiftSwitch() as switch, at_home(home, switch.port, secrets=secrets, more=more) as service:
        place = Place(service, switch, zone)
        place.decree(figures)
        await service.add_account(PASSWORD, "sun", "--role", "supervisor")
        await service.start()
        yield place
        assert await service.stop() == 0
