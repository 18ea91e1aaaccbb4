"""Figures of a span over the API: who reads them, which spans, agents' time, nothing of nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from callcenter.domain.frame import SECOND, Micros
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.models import AgentStateRow
from callcenter.store.record.visit_queries import VisitFilter, ended_in_pages
from tests.integration.api import Department, department
from tests.integration.office import settings_of
from tests.integration.test_promises import told as moment
from tests.integration.test_stored_calls import answered, told

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def figures(work: Department, name: str, since: Micros, until: Micros) -> Any:
    browser = await work.signed_in(name)
    return (await browser.get(f"/figures?from={moment(since)}&to={moment(until)}")).json()


def state(agent: str, name: str, start: Micros, end: Micros | None) -> dict[str, Any]:
    row = {"id": f"{agent}{name}{start}"[-32:], "node": "pbx", "agent": agent, "interface": "PJSIP/1001", "state": name}
    return row | {"queues": "", "started_at": start, "ended_at": end, "began_position": 1, "reason": None}


async def test_agents_time_counts_as_far_as_it_lies_in_the_span(work: Department) -> None:
    begun = work.now - 1000 * SECOND
    async with work.decisions.writing() as unit:
        rows = [
            state("Alice", "talking", begun - 500 * SECOND, begun + 100 * SECOND),
            state("Alice", "available", begun + 100 * SECOND, begun + 400 * SECOND),
            state("Alice", "paused", begun + 400 * SECOND, None),
            state("Zoe", "ringing", begun, begun + 50 * SECOND),
            state("Zoe", "offline", begun - 50 * SECOND, begun),
        ]
        await unit.connection.execute(insert(AgentStateRow), rows)
    found = await figures(work, "sun", begun, work.now + 1000 * SECOND)
    assert found["agents"]["seconds"] == {"talking": 100, "available": 300, "paused": 600, "ringing": 50}
    assert found["agents"]["occupancy"] == pytest.approx(150 / 450)
    hotline = {one["team"]: one for one in found["teams"]}["hotline"]
    assert hotline["occupancy"] == pytest.approx(100 / 400)
    leads = await figures(work, "li-leads", begun, work.now)
    assert ([one["team"] for one in leads["teams"]], leads["agents"]["seconds"]["ringing"]) == (["hotline"], 50)
    assert (await figures(work, "alice", begun, work.now))["teams"] == []


async def test_share_of_nothing_is_unknown(work: Department) -> None:
    found = await figures(work, "alice", work.now - SECOND, work.now)
    assert (found["items"], found["teams"]) == ([], [])
    assert {found["all"][name] for name in ("asa_seconds", "p95_seconds", "lost_rate", "wait_call_seconds")} == {None}
    assert set(found["all"]["service_levels"].values()) == {None}
    assert found["agents"] == {"team": None, "seconds": {}, "occupancy": None}


async def test_visits_are_read_in_pages_in_their_order(
    work: Department, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.store.record.visit_queries._AT_ONCE", 2)
    store = await Store.open(settings_of(tmp_path), "pbx")
    began = [work.now + n // 2 * SECOND for n in range(5)]
    facts = [fact for n, at in enumerate(began) for fact in told(answered(f"1.{n}", at))]
    await store.write([JournalledFacts(1, facts)], 1)
    await store.close()
    async with work.decisions.reading() as connection:
        asked = VisitFilter(since=work.now, until=began[-1])
        pages = [[visit.joined_at for visit in page] async for page in ended_in_pages(connection, asked)]
    assert pages == [began[:2], began[2:4], []]
    found = await figures(work, "sun", began[0], began[-1] + SECOND)
    assert [(one["queue"], one["offered"], one["answered"]) for one in found["items"]] == [("key_accounts", 5, 5)]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "span",
    ["", "from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z", "from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z"],
)
async def test_span_that_cannot_be_meant_is_refused(work: Department, span: str) -> None:
    alice = await work.signed_in("alice")
    assert (await alice.get(f"/figures?{span}")).status_code == 422
