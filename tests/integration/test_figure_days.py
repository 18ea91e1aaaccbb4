"""Figures of queues day by day over the API, and as a file: what was not seen is a gap, never a nought."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.dates import datetime_of, day_start
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.models import GapRow
from tests.integration.api import Department, department
from tests.integration.office import settings_of
from tests.integration.test_stored_calls import answered, told

pytestmark = pytest.mark.usefixtures("database")

HOUR: Micros = 3_600 * SECOND


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def filled(work: Department, tmp_path: Path) -> Micros:
    """Two visits the day before yesterday, nothing seen yesterday; gives when the first day begins."""
    zone = work.service.rulebook.zone
    today = day_start(datetime_of(work.now, zone).date(), zone)
    first = today - 48 * HOUR
    store = await Store.open(settings_of(tmp_path), "pbx")
    facts = [fact for n in (1, 2) for fact in told(answered(f"1.{n}", first + n * HOUR))]
    await store.write([JournalledFacts(1, facts)], 1)
    await store.close()
    gap = {"id": "a" * 32, "node": "pbx", "cause": "link", "ended_position": 1}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(GapRow).values(**gap, started_at=first + 23 * HOUR, ended_at=today))
    return first


async def test_each_day_has_its_figures_and_one_that_nobody_saw_has_none(work: Department, tmp_path: Path) -> None:
    first = await filled(work, tmp_path)
    zone = work.service.rulebook.zone
    span = {"from": datetime_of(first, zone).isoformat(), "to": datetime_of(first + 96 * HOUR, zone).isoformat()}
    lead = await work.signed_in("sun")
    answer = await lead.http.get("/api/v1/figures/days", params=span)
    assert answer.status_code == 200, answer.text
    before, gone, today, to_come = answer.json()["items"]
    assert (before["offered"], before["answered"], before["abandoned"]) == (2, 2, 0)
    assert before["unseen_seconds"] == 3_600.0
    assert (gone["offered"], gone["answered_rate"], gone["unseen_seconds"]) == (None, None, 86_400.0)
    assert (today["offered"], today["answered_rate"]) == (0, None)
    assert (to_come["offered"], to_come["unseen_seconds"]) == (None, 0.0)
    whole = (await lead.http.get("/api/v1/figures", params=span)).json()["all"]
    for figure in ("offered", "answered", "service_levels", "asa_seconds", "answered_rate"):
        assert whole[figure] == before[figure]
    other = await lead.http.get("/api/v1/figures/days", params=span | {"queue": "orders"})
    assert other.json()["items"][0]["offered"] == 0


@pytest.mark.one_database
async def test_the_figures_are_written_to_a_file_as_they_are_counted(work: Department, tmp_path: Path) -> None:
    first = await filled(work, tmp_path)
    zone = work.service.rulebook.zone
    span = {"from": datetime_of(first, zone).isoformat(), "to": datetime_of(first + 24 * HOUR, zone).isoformat()}
    lead = await work.signed_in("sun")
    answer = await lead.http.get(
        "/api/v1/figures/export", params=span | {"columns": ["queue", "offered", "sl-offered"]}
    )
    assert answer.status_code == 200, answer.text
    head, row, *_ = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (len(head), row[0], row[1], float(row[2])) == (3, "key_accounts", "2", 1.0)
