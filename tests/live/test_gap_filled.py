"""The service is killed in a talk and comes back in another: queue_log tells what it missed, as the phones knew it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import StoryStage
from tests.integration.service import Service, at_home
from tests.live.staged import staged

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(180)]

CUT_OFF_SECONDS = 1.0
"""queue_log has whole seconds, cut off."""
APART_SECONDS = 0.5
"""What a signal takes from a phone to the switch, or back."""

Span = tuple[float, float]


class Scene(NamedTuple):
    """A switch with one agent, and the service that watches it."""

    stage: StoryStage
    phone: SipPhone
    service: Service


class Told(NamedTuple):
    """A visit as its caller and its agent knew it, by our clock."""

    outcome: str
    agent: str | None
    came: Span
    answered: Span | None
    ended: Span | None
    ended_by: str


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    (tmp_path / "home").mkdir()
    async with staged("gap", tmp_path / "lab") as stage:
        state = stage.lab.state
        ami = f'queue_log = "{state.queue_log}"'
        async with at_home(tmp_path / "home", state.ami_port, secrets=state.manager_secrets, ami=ami) as service:
            phone = await stage.phone()
            await service.start()
            yield Scene(stage, phone, service)


async def ringing(scene: Scene) -> tuple[SipCall, SipCall, Span]:
    """A caller makes the phone ring; gives both sides, and when the caller came."""
    before = time.time()
    caller = await scene.stage.call()
    ring = await scene.phone.next_call()
    came = before, time.time()
    ring.ring()
    await sleep(1)
    return caller, ring, came


async def talking(scene: Scene) -> tuple[SipCall, SipCall, Span, Span]:
    """A caller is answered; gives when, too."""
    caller, ring, came = await ringing(scene)
    before = time.time()
    ring.answer()
    await sleep(1)
    return caller, ring, came, (before, time.time())


async def over(ends: SipCall, other: SipCall) -> Span:
    """One side hangs up; gives when, until the other one heard of it."""
    before = time.time()
    ends.hang_up()
    await other.over.wait()
    return before, time.time()


async def test_what_a_killed_service_missed_is_told_by_queue_log(scene: Scene) -> None:
    service, name = scene.service, scene.phone.name
    caller, ring, came, answered = await talking(scene)
    while not await asyncio.to_thread(talks, service.home):  # noqa: ASYNC110 - the record is another process's
        await sleep(0.05)
    await service.kill()
    hangs_up_unseen = Told("answered", name, came, answered, await over(caller, ring), "caller")
    caller, ring, came = await ringing(scene)
    await over(caller, ring)
    gives_up_unseen = Told("abandoned", None, came, None, None, "caller")
    caller, ring, came, answered = await talking(scene)
    served_unseen = Told("answered", name, came, answered, await over(ring, caller), "agent")
    caller, ring, came, answered = await talking(scene)
    await service.start()
    await sleep(1)
    talks_on = Told("answered", name, came, answered, await over(caller, ring), "caller")
    await service.until("/metrics", lambda answer: 'queue_log_filled_total{node="pbx"} 4.0' in answer.text)
    health = await service.health()
    assert await service.stop() == 0

    rows = visits(service.home)
    wanted = [hangs_up_unseen, gives_up_unseen, served_unseen, talks_on]
    assert [(row["outcome"], row["agent"], row["ended_by"]) for row in rows] == [
        (one.outcome, one.agent, one.ended_by) for one in wanted
    ]
    for row, one in zip(rows, wanted, strict=True):
        assert within(row["joined_at"], one.came)
        assert within(row["answered_at"], one.answered)
        assert within(row["ended_at"], one.ended)
    assert all(row["filled"] for row in rows)
    # what ends under our eyes is seen, or filled where the queue tells of it after the phone has gone
    assert [row["frames"] == "[]" for row in rows[:3]] == [False, True, True]
    assert set(health["ledger"].values()) == {0}


def within(told: int | None, ours: Span | None) -> bool:
    """Tell whether a moment lies in a span, but for what the log cuts off and the clocks differ by."""
    if told is None or ours is None:
        return told is None and ours is None
    return ours[0] - CUT_OFF_SECONDS - APART_SECONDS < told / 1_000_000 < ours[1] + APART_SECONDS


def visits(home: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(home / "record.sqlite")) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute("SELECT * FROM visits ORDER BY joined_at")]


def talks(home: Path) -> int:
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as base:
        found: int = base.execute("SELECT count(*) FROM agent_states WHERE state = 'talking'").fetchone()[0]
    return found
