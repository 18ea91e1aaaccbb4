"""An agent's own day: what it came to, nothing of a gap, nothing that spoke for the agent; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.record.models import AgentStateRow, OfferRow, TalkRow
from tests.integration.api import Department, department
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def put(work: Department, table: Any, *rows: dict[str, Any]) -> None:
    blank = dict.fromkeys(column.name for column in table.__table__.columns)
    same = blank | {"node": "pbx", "agent": "Alice", "interface": "PJSIP/0", "frames": "[7]"}
    async with work.decisions.writing() as unit:
        for n, row in enumerate(rows):
            told = same | {"id": f"{table.__name__} {n}", "began_position": 1, "ended_position": 2} | row
            await unit.execute(insert(table).values(**{name: told[name] for name in blank}))


def offer(rang: float, outcome: str = "answered", at: Micros = MONDAY, **other: Any) -> dict[str, Any]:
    start = at + 3600 * SECOND
    times = {"offered_at": start, "rang_at": start, "ended_at": start + round(rang * SECOND)}
    same = {"visit_id": "v", "queue": "sales", "outcome": outcome, "available": True, "in_gap": False}
    return times | same | other


def talk(seconds: int | None, at: Micros = MONDAY) -> dict[str, Any]:
    ended = None if seconds is None else at + seconds * SECOND
    same = {"call": "c", "uniqueid": "c", "how": "queue", "queue": "sales", "in_gap": False}
    return same | {"started_at": at, "ended_at": ended}


def wrap_up(seconds: int) -> dict[str, Any]:
    return {"state": "wrap_up", "queues": "[]", "started_at": MONDAY, "ended_at": MONDAY + seconds * SECOND}


async def test_a_day_counts_what_was_seen_and_what_the_agent_was_there_for(work: Department) -> None:
    yesterday = MONDAY - 86_400 * SECOND
    await put(
        work,
        OfferRow,
        offer(14.9),
        offer(15),
        offer(20, in_gap=True),
        offer(20, "timed_out"),
        offer(20, "timed_out", available=False, refuted="own_call"),
        offer(3, "declined"),
        offer(3, at=yesterday),
        offer(3, agent="Bob"),
    )
    await put(work, TalkRow, talk(100), talk(200), talk(None), talk(900, yesterday))
    await put(work, AgentStateRow, wrap_up(30), wrap_up(60))
    read = await (await work.signed_in("alice")).get("/my-day")
    assert read.json() == {
        "day": "2026-03-02",
        "answered": 3,
        "within_rings": 1,
        "late": 1,
        "missed": 1,
        "mean_talk_seconds": 150.0,
        "mean_wrap_up_seconds": 45.0,
    }


@pytest.mark.one_database
async def test_a_day_without_anything_has_no_means_and_is_an_agents_alone(work: Department) -> None:
    read = (await (await work.signed_in("bobby")).get("/my-day")).json()
    assert (read["answered"], read["mean_talk_seconds"], read["mean_wrap_up_seconds"]) == (0, None, None)
    statuses = [(await (await work.signed_in(name)).get("/my-day")).status_code for name in ("sun", "hua", "root")]
    assert statuses == [422, 403, 403]


@pytest.mark.one_database
async def test_a_lead_reads_the_day_of_whom_they_lead_and_nobody_elses(work: Department) -> None:
    await put(work, OfferRow, offer(20, "timed_out"))
    asked = [("sun", "Alice"), ("li-leads", "Alice"), ("li-leads", "Carol"), ("sun", "Nobody"), ("alice", "Alice")]
    read = [await (await work.signed_in(name)).get(f"/floor/{agent}/day") for name, agent in asked]
    assert [one.status_code for one in read] == [200, 200, 404, 404, 403]
    assert [one.json()["missed"] for one in read[:2]] == [1, 1]
    assert read[-1].json()["type"] == "urn:callcenter:problem:forbidden"
