"""Answered calls over HTTP, and what is recorded of each: to the rules first, then to the table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from callcenter.domain.frame import SECOND
from callcenter.rules.detection.inputs import Disposition
from callcenter.staff.dates import datetime_of
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow
from callcenter.store.tables import AuditRow
from tests.integration.api import PEOPLE, Department, department
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

UTC_ZONE = ZoneInfo("UTC")
SAID = {"note": "asked for an invoice"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        for n, agent in enumerate(("Alice", "Alice", "Bob", None)):
            await talk(found, n, agent)
        yield found


async def talk(work: Department, n: int, agent: str | None, **other: Any) -> None:
    """Put an answered visit into the record; without an agent, one whose talk lasts."""
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {
        "id": f"{n:032x}",
        "node": "pbx",
        "uniqueid": f"1.{n}",
        "queue": "consumers",
        "n": 1,
        "caller": f"1380025000{n}",
        "agent": agent,
        "answered_at": MONDAY + n * SECOND,
        "outcome": None if agent is None else "answered",
    } | other
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row))


async def heard(work: Department, n: int, agent: str, how: str, at: float, **other: Any) -> None:
    """Put a talk into the record, of two minutes with the caller of the n-th visit."""
    start = MONDAY + round(at * SECOND)
    row: dict[str, Any] = {
        "id": f"{how} {n} {at}",
        "node": "pbx",
        "call": f"1.{n}",
        "uniqueid": f"1.{n}",
        "agent": agent,
        "interface": "PJSIP/1",
        "how": how,
        "queue": None,
        "started_at": start,
        "ended_at": start + 120 * SECOND,
        "ended_by": "caller",
        "in_gap": False,
        "frames": "[7]",
        "began_position": 7,
        "ended_position": 9,
    }
    async with work.decisions.writing() as unit:
        await unit.execute(insert(TalkRow).values(**row | other))


async def said(work: Department, name: str, uniqueid: str) -> int:
    browser = await work.signed_in(name)
    return (await browser.send("POST", f"/calls/{uniqueid}/dispositions", SAID)).status_code


def in_an_hour(work: Department) -> str:
    return datetime_of(work.now + 3600 * SECOND, UTC_ZONE).isoformat()


async def test_agent_records_a_call_and_the_rules_hear_of_it(work: Department) -> None:
    alice = await work.signed_in("alice")
    recorded = await alice.send("POST", "/calls/1.1/dispositions", SAID)
    shown = (await alice.get("/calls/1.1/dispositions")).json()["items"]
    assert (recorded.status_code, shown) == (201, [recorded.json()])
    assert work.disposed == [Disposition(at=work.now, uniqueid="1.1", agent="Alice")]
    async with work.decisions.reading() as connection:
        (noted,) = await connection.scalars(select(AuditRow.detail).where(AuditRow.action == "record"))
    assert "invoice" not in noted


async def test_note_ends_the_after_call_work(work: Department) -> None:
    alice = await work.signed_in("alice")
    await work.switch.add_member("PJSIP/0", "consumers", name="Alice")
    await work.switch.pause("PJSIP/0", reason="acw")
    assert (await alice.send("POST", "/calls/1.1/dispositions", SAID)).status_code == 201
    assert (await alice.get("/desk")).json()["state"] == "available"


async def test_calls_are_listed_newest_first_with_what_is_still_to_be_recorded(work: Department) -> None:
    alice = await work.signed_in("alice")
    first = (await alice.get("/calls/talked?limit=1")).json()
    rest = (await alice.get(f"/calls/talked?limit=1&cursor={first['next']}")).json()
    await alice.send("POST", "/calls/1.1/dispositions", SAID)
    left = (await alice.get("/calls/talked?unrecorded=true")).json()["items"]
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


@pytest.mark.one_database
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


@pytest.mark.one_database
@pytest.mark.parametrize("name", PEOPLE)
async def test_who_records_whose_calls(work: Department, name: str) -> None:
    browser = await work.signed_in(name)
    codes = [(await browser.send("POST", f"/calls/{uid}/dispositions", SAID)).status_code for uid in ("1.0", "1.2")]
    listed = (await browser.get("/calls/talked?agent=Alice")).status_code
    all_of_it = ([201, 201], 200)
    allowed = {
        "alice": ([201, 403], 200),
        "bobby": ([403, 201], 403),
        "li-leads": all_of_it,
        "sun": all_of_it,
        "shen": all_of_it,
    }
    assert (codes, listed) == allowed.get(name, ([403, 403], 403))


async def test_supervisor_who_is_no_agent_records_but_promises_no_callback(work: Department) -> None:
    sun = await work.signed_in("sun")
    promise = SAID | {"callback_to": "13800250000", "callback_by": in_an_hour(work)}
    refused = await sun.send("POST", "/calls/1.0/dispositions", promise)
    assert (refused.status_code, (await sun.get("/calls/talked")).status_code) == (422, 422)


async def test_calls_that_an_agent_took_over_are_listed_among_those_they_answered(work: Department) -> None:
    await heard(work, 0, "Alice", "queue", 0, queue="consumers", ended_by="transfer")
    await heard(work, 0, "Bob", "transfer", 1.5)
    await heard(work, 2, "Bob", "queue", 2, queue="consumers")
    bob = await work.signed_in("bobby")
    first = (await bob.get("/calls/talked?limit=1")).json()
    rest = (await bob.get(f"/calls/talked?limit=1&cursor={first['next']}")).json()
    assert [page["items"][0]["uniqueid"] for page in (first, rest)] == ["1.2", "1.0"]
    assert rest["next"] is None
    (taken,) = rest["items"]
    assert (taken["agent"], taken["queue"], taken["caller"]) == ("Bob", None, "138****0000")
    assert [(talk["agent"], talk["how"], talk["ended_by"]) for talk in taken["talks"]] == [
        ("Alice", "queue", "transfer"),
        ("Bob", "transfer", "caller"),
    ]
    assert (taken["talks"][1]["began_at"], taken["talks"][1]["ended_at"]) == (taken["answered_at"], taken["ended_at"])


async def test_calls_of_before_there_were_talks_are_listed_as_they_were(work: Department) -> None:
    bob = await work.signed_in("bobby")
    (call,) = (await bob.get("/calls/talked")).json()["items"]
    assert (call["uniqueid"], call["agent"], call["talks"]) == ("1.2", "Bob", [])


async def test_talk_without_a_visit_is_a_call_that_can_be_recorded(work: Department) -> None:
    await heard(work, 9, "Bob", "outbound", 30)
    bob = await work.signed_in("bobby")
    before = (await bob.get("/calls/talked?unrecorded=true")).json()["items"]
    recorded = await bob.send("POST", "/calls/1.9/dispositions", SAID)
    after = (await bob.get("/calls/talked?unrecorded=true")).json()["items"]
    assert [(call["uniqueid"], call["caller"]) for call in before] == [("1.9", None), ("1.2", "138****0002")]
    assert (recorded.status_code, [call["uniqueid"] for call in after]) == (201, ["1.2"])


async def test_whoever_talked_records_the_call_also_while_they_talk(work: Department) -> None:
    await heard(work, 0, "Bob", "pickup", 1, ended_at=None, ended_by=None, ended_position=None)
    codes = [await said(work, name, "1.0") for name in ("alice", "bobby")]
    assert codes == [201, 201]


async def test_talk_that_lasts_is_shown_and_not_listed(work: Department) -> None:
    await heard(work, 0, "Bob", "transfer", 1, ended_at=None, ended_by=None, ended_position=None)
    (of_bob,) = (await (await work.signed_in("bobby")).get("/calls/talked")).json()["items"]
    *_, of_alice = (await (await work.signed_in("alice")).get("/calls/talked")).json()["items"]
    assert (of_bob["uniqueid"], of_alice["talks"][0]["ended_at"]) == ("1.2", None)


async def test_whose_offer_was_answered_talks_already(work: Department) -> None:
    offer = {
        "id": "o",
        "visit_id": f"{3:032x}",
        "agent": "Bob",
        "interface": "PJSIP/1",
        "queue": "consumers",
        "outcome": "answered",
        "available": True,
        "in_gap": False,
        "frames": "[]",
        "ended_position": 5,
    }
    async with work.decisions.writing() as unit:
        await unit.execute(insert(OfferRow).values(**offer))
    assert [await said(work, name, "1.3") for name in ("alice", "bobby", "sun")] == [403, 201, 201]


async def test_leader_records_what_somebody_of_the_team_took_over(work: Department) -> None:
    await heard(work, 8, "Zoe", "park", 1)
    alone = await said(work, "li-leads", "1.8")
    await heard(work, 8, "Bob", "transfer", 2)
    assert (alone, await said(work, "li-leads", "1.8")) == (403, 201)
