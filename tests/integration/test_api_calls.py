"""Answered calls over HTTP, and what is recorded of each: to the rules first, then to the table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from callcenter.domain.frame import SECOND
from callcenter.rules.dates import datetime_of
from callcenter.rules.inputs import Disposition
from callcenter.store.models import VisitRow
from callcenter.store.office_tables import AuditRow
from tests.integration.api import PEOPLE, Department, department
from tests.unit.rules.people import MONDAY

UTC_ZONE = ZoneInfo("UTC")
SAID = {"note": "asked for an invoice"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        for n, agent in enumerate(("Alice", "Alice", "Bob", None)):
            await talk(found, n, agent)
        yield found


async def talk(work: Department, n: int, agent: str | None) -> None:
    """Put an answered visit into the record; without an agent, one whose talk lasts."""
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": f"{n:032x}", "node": "pbx", "uniqueid": f"1.{n}", "queue": "consumers", "n": 1,
            "caller": f"1380025000{n}", "agent": agent, "answered_at": MONDAY + n * SECOND,
            "outcome": None if agent is None else "answered"}  # fmt: skip
    async with work.office.writing() as desk:
        await desk.execute(insert(VisitRow).values(**row))


def in_an_hour(work: Department) -> str:
    return datetime_of(work.now + 3600 * SECOND, UTC_ZONE).isoformat()


async def test_agent_records_a_call_and_the_rules_hear_of_it(work: Department) -> None:
    alice = await work.signed_in("alice")
    recorded = await alice.send("POST", "/calls/1.1/dispositions", SAID)
    shown = (await alice.get("/calls/1.1/dispositions")).json()["items"]
    assert (recorded.status_code, shown) == (201, [recorded.json()])
    assert work.disposed == [Disposition(at=work.now, uniqueid="1.1", agent="Alice")]
    async with work.office.reading() as connection:
        (noted,) = await connection.scalars(select(AuditRow.detail).where(AuditRow.action == "record"))
    assert "invoice" not in noted


async def test_calls_are_listed_newest_first_with_what_is_still_to_be_recorded(work: Department) -> None:
    alice = await work.signed_in("alice")
    first = (await alice.get("/calls?limit=1")).json()
    rest = (await alice.get(f"/calls?limit=1&cursor={first['next']}")).json()
    await alice.send("POST", "/calls/1.1/dispositions", SAID)
    left = (await alice.get("/calls?unrecorded=true")).json()["items"]
    assert [page["items"][0]["uniqueid"] for page in (first, rest)] == ["1.1", "1.0"]
    assert rest["next"] is None
    assert [(call["uniqueid"], call["recorded"], call["caller"]) for call in left] == [("1.0", False, "138****0000")]


async def test_same_request_again_is_one_record(work: Department) -> None:
    alice = await work.signed_in("alice")
    for _ in range(2):
        answer = await alice.send("POST", "/calls/1.0/dispositions", SAID, Idempotency_Key="one-intent")
        assert answer.status_code == 201
    assert len((await alice.get("/calls/1.0/dispositions")).json()["items"]) == 1


async def test_promised_callback_goes_to_the_rules_with_its_number_and_time(work: Department) -> None:
    alice = await work.signed_in("alice")
    promise = SAID | {"callback_to": "0571-8800 1234", "callback_by": in_an_hour(work)}
    assert (await alice.send("POST", "/calls/1.0/dispositions", promise)).status_code == 201
    (said,) = work.disposed
    assert (said.callback_to, said.callback_by) == ("0571-8800 1234", work.now + 3600 * SECOND)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"callback_to": "13800250000"}, "needs both"),
        ({"callback_to": "12", "callback_by": "2099-01-01T00:00:00Z"}, "at least 7 digits"),
        ({"callback_to": "=1+1|cmd", "callback_by": "2099-01-01T00:00:00Z"}, "at least 7 digits"),
        ({"callback_to": "13800250000", "callback_by": "2000-01-01T00:00:00Z"}, "must lie ahead"),
        ({"callback_to": "13800250000", "callback_by": "2099-01-01T00:00:00Z"}, "less than 90 days"),
        ({"note": ""}, "note"),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_no_rule_hears_of_it(
    work: Department, wrong: dict[str, Any], why: str
) -> None:
    alice = await work.signed_in("alice")
    refused = await alice.send("POST", "/calls/1.0/dispositions", SAID | wrong, Accept_Language="en")
    assert refused.status_code == 422
    assert why in refused.json()["detail"]
    assert work.disposed == []


async def test_call_that_nobody_has_seen_is_not_found(work: Department) -> None:
    alice = await work.signed_in("alice")
    assert (await alice.send("POST", "/calls/9.9/dispositions", SAID)).status_code == 404


@pytest.mark.parametrize("name", PEOPLE)
async def test_who_records_whose_calls(work: Department, name: str) -> None:
    browser = await work.signed_in(name)
    codes = [(await browser.send("POST", f"/calls/{uid}/dispositions", SAID)).status_code for uid in ("1.0", "1.2")]
    listed = (await browser.get("/calls?agent=Alice")).status_code
    all_of_it = ([201, 201], 200)
    allowed = {
        "alice": ([201, 403], 200), "bobby": ([403, 201], 403), "li-leads": all_of_it, "sun": all_of_it,
        "shen": all_of_it,
    }  # fmt: skip
    assert (codes, listed) == allowed.get(name, ([403, 403], 403))


async def test_supervisor_who_is_no_agent_records_but_promises_no_callback(work: Department) -> None:
    sun = await work.signed_in("sun")
    promise = SAID | {"callback_to": "13800250000", "callback_by": in_an_hour(work)}
    refused = await sun.send("POST", "/calls/1.0/dispositions", promise)
    assert (refused.status_code, (await sun.get("/calls")).status_code) == (422, 422)
