"""The service itself while its switch restarts or is killed: nobody is blamed, the gap is stored, it is soon back."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.lab.stage import StoryStage
from callcenter.lab.switch import Lab
from tests.integration.service import Service, at_home
from tests.live.staged import staged

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(180)]

IN_SYNC_WITHIN_SECONDS = 5.0


class Scene:
    """A switch with two agents and a queue, and the service that watches it."""

    def __init__(self, lab: Lab, stage: StoryStage, service: Service) -> None:
        self.lab = lab
        self.stage = stage
        self.service = service

    async def until_in_sync(self) -> float:
        """Wait until the service is ready again; gives the seconds since the switch was fully booted."""
        booted = time.monotonic()
        await self.service.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)
        return time.monotonic() - booted

    def rows(self, question: str) -> list[Any]:
        with closing(sqlite3.connect(self.service.home / "record.sqlite")) as base, base:
            return base.execute(question).fetchall()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    (tmp_path / "home").mkdir()
    async with staged("restart_now", tmp_path / "lab") as stage:
        state = stage.lab.state
        async with at_home(tmp_path / "home", state.ami_port, secrets=state.manager_secrets) as service:
            await service.start()
            yield Scene(stage.lab, stage, service)


async def one_talks_one_rings_one_waits(stage: StoryStage) -> None:
    busy, idle = await stage.phone(0), await stage.phone(1)
    await stage.call()
    first = await busy.next_call()
    first.ring()
    await asyncio.sleep(1)
    first.answer()
    await asyncio.sleep(0.5)
    await stage.call()
    second = await idle.next_call()
    second.ring()
    third = await stage.call()
    await third.answered.wait()
    await asyncio.sleep(1.5)


async def restarted(scene: Scene) -> None:
    await asyncio.to_thread(scene.lab.command, "core restart now")
    await scene.service.until_logged("events_login_lost")
    await asyncio.to_thread(scene.lab.wait_booted)


async def killed(scene: Scene) -> None:
    await asyncio.to_thread(scene.lab.kill)
    await scene.service.until("/readyz", lambda answer: answer.status_code != httpx.codes.OK)
    await asyncio.to_thread(scene.lab.boot, scene.lab.state)


@pytest.mark.parametrize("outage", [restarted, killed], ids=["core restart now", "kill -9"])
async def test_outage_blames_nobody_and_is_soon_over(scene: Scene, outage: Callable[[Scene], Awaitable[None]]) -> None:
    await one_talks_one_rings_one_waits(scene.stage)

    await outage(scene)
    took = await scene.until_in_sync()
    await scene.service.stop()

    visits = scene.rows("select outcome, ended_by from visits order by joined_at")
    offers = scene.rows("select outcome from offers order by offered_at")
    assert took < IN_SYNC_WITHIN_SECONDS
    assert visits[0] == ("answered", "switch")
    assert {outcome for outcome, _ in visits[1:]} <= {"switch_down", "unknown"}
    assert len(visits) == 3
    assert offers[0] == ("answered",)
    assert {outcome for (outcome,) in offers[1:]} <= {"switch_down", "unknown"}
    assert "restart" in {cause for (cause,) in scene.rows("select cause from gaps")}
