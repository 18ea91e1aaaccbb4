"""Callers whose numbers hold line breaks, on a dialplan that does not clean them: no call of theirs goes missing.

Their frames are broken, so that what happened is not known. But that something did is, and of each call something
tells: a visit, a gap, or a join that queue_log alone has.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import StoryStage
from tests.integration.service import Service, at_home
from tests.live.staged import staged

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(240)]

NUMBERS = (
    "666%0d%0a%0d%0aEvent%3a%20QueueCallerAbandon%0d%0aQueue%3a%20nowhere",
    "666%0d%0a",
    "%0a%0a666",
    "666%0d%0aUniqueid%3a%201.1%0d%0aLinkedid%3a%201.1",
    "666%0d%0a%0d%0aEvent%3a%20DeviceStateChange%0d%0aDevice%3a%20PJSIP%2f1001%0d%0aState%3a%20NOT_INUSE",
    "666%0d%0a%0d%0aResponse%3a%20Success%0d%0aMessage%3a%20ok",
)
TALK_SECONDS = 1.5
SOON = 0.4
"""So long a word of the switch may take until the board shows it."""
WHOLE_SECOND = 1.5


class Scene(NamedTuple):
    """A switch with one agent, and the service that watches it."""

    stage: StoryStage
    phone: SipPhone
    service: Service


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    (tmp_path / "home").mkdir()
    async with staged("hostile_number_uncleaned", tmp_path / "lab") as stage:
        state = stage.lab.state
        ami = f'queue_log = "{state.queue_log}"'
        async with at_home(tmp_path / "home", state.ami_port, secrets=state.manager_secrets, ami=ami) as service:
            phone = await stage.phone()
            await service.start()
            yield Scene(stage, phone, service)


class Board:
    """What the service shows of the agent, asked for again and again."""

    def __init__(self, scene: Scene) -> None:
        self._name = scene.phone.name
        self._url = f"http://127.0.0.1:{scene.service.exporter_port}/live.json"
        self.seen: list[tuple[float, str]] = []

    async def watch(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                shown = (await client.get(self._url)).json()
                states = [agent["state"] for agent in shown["agents"] if agent["agent"] == self._name]
                self.seen += [(time.time(), state) for state in states]
                await sleep(0.05)

    def between(self, start: float, end: float) -> set[str]:
        return {state for at, state in self.seen if start < at < end}


async def talk(scene: Scene, number: str | None) -> tuple[float, float, float]:
    """A caller is answered and hangs up; gives when they came, when they talked, and when that ended."""
    stage = scene.stage
    came = time.time()
    caller: SipCall = await stage.call(f"raw_q_{stage.queue}", number)
    ring = await scene.phone.next_call()
    ring.ring()
    await sleep(1)
    ring.answer()
    answered = time.time()
    await sleep(TALK_SECONDS)
    ended = time.time()
    caller.hang_up()
    await ring.over.wait()
    await sleep(1)
    return came, answered, ended


def select(home: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(query)]


async def test_calls_of_numbers_with_line_breaks_are_visits_gaps_or_differences(scene: Scene) -> None:
    service, board = scene.service, Board(scene)
    watching = asyncio.create_task(board.watch())
    honest = await talk(scene, None)
    calls = [await talk(scene, number) for number in NUMBERS]
    await service.until("/live.json", lambda answer: bool(answer.json()["unseen_joins"]))
    await sleep(8)  # the last join is held against the log
    watching.cancel()
    live = (await service.until("/live.json", httpx.Response.raise_for_status)).json()
    health = await service.health()
    metrics = (await service.until("/metrics", httpx.Response.raise_for_status)).text
    assert await service.stop() == 0

    visits = select(service.home, "SELECT * FROM visits")
    gaps = select(service.home, "SELECT * FROM gaps WHERE cause = 'quarantined' AND started_at = ended_at")
    told = [visit["joined_at"] / 1e6 for visit in visits if visit["joined_at"] is not None]
    unseen = [join["at"] for join in live["unseen_joins"]]
    for came, answered, ended in calls:
        joined = [at for at in told + unseen if came - WHOLE_SECOND < at < answered]
        assert len(joined) == 1, (came, told, unseen)
        assert [gap for gap in gaps if came - SOON < gap["ended_at"] / 1e6 < ended + 1]
        assert "available" not in board.between(answered + SOON, ended)
    assert "talking" in board.between(honest[1] + SOON, honest[2])
    assert board.between(calls[-1][2] + 1 + SOON, time.time()) == {"available"}

    assert len(unseen) >= 1
    assert health["unseen_joins"] == len(unseen)
    assert health["refused_moments"] == len(gaps)
    assert f'callcenter_queue_log_unseen_joins_total{{node="pbx"}} {len(unseen)}.0' in metrics
    assert len(service.logged("queue_log_join_unseen")) == len(unseen)
    assert {line["level"] for line in service.logged("frame_refused")} == {"warning"}
    assert select(service.home, "SELECT * FROM violations WHERE verdict = 'proposed'") == []
