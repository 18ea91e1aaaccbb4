"""A caller's number is shown as the field table says, wherever somebody wrote it; calls belong to who talked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.staff.rights import Role
from callcenter.store.record.models import OfferRow
from tests.integration.api import Department, department
from tests.integration.office import hire, propose
from tests.integration.test_api_calls import SAID, in_an_hour, talk

NUMBER = "13800250001"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        await hire(found.decisions, "zoe", Role.AGENT, "Zoe", "orders")
        yield found


async def test_a_step_s_note_shows_numbers_as_the_table_says(work: Department) -> None:
    number = await propose(work.decisions)
    await (await work.signed_in("sun")).act(number, "notify", {"note": f"the caller {NUMBER} complained"})
    texts = {}
    for name in ("sun", "ma", "alice", "li-leads", "tian", "hua", "root"):
        read = await (await work.signed_in(name)).get(f"/violations/{number}")
        texts[name] = read.json()["history"][0]["note"]
    masked = "the caller 138****0001 complained"
    assert texts == {
        "sun": f"the caller {NUMBER} complained",
        "ma": f"the caller {NUMBER} complained",
        "alice": masked,
        "li-leads": masked,
        "tian": masked,
        "hua": masked,
        "root": masked,
    }


async def test_a_promise_shows_its_number_to_who_made_it_and_else_as_the_table_says(work: Department) -> None:
    await talk(work, 0, "Alice")
    alice, leader, sun = [await work.signed_in(name) for name in ("alice", "li-leads", "sun")]
    promise = {"note": f"wants {NUMBER} called", "callback_to": "0571-8800 1234", "callback_by": in_an_hour(work)}
    assert (await alice.send("POST", "/calls/1.0/dispositions", promise)).status_code == 201
    seen = [(await who.get("/calls/1.0/dispositions")).json()["items"][0] for who in (alice, leader, sun)]
    assert [one["callback_to"] for one in seen] == ["0571-8800 1234", "057*-**** 1234", "0571-8800 1234"]
    assert [NUMBER in one["note"] for one in seen] == [True, False, True]


async def test_the_audit_log_shows_numbers_as_the_table_says(work: Department) -> None:
    number = await propose(work.decisions)
    await (await work.signed_in("sun")).act(number, "notify", {"note": f"the caller {NUMBER} complained"})
    for name in ("hua", "root"):
        log = (await (await work.signed_in(name)).get("/audit?limit=200")).text
        assert NUMBER not in log
        assert "the caller 138****0001 complained" in log


async def test_reasons_and_marks_show_numbers_as_the_table_says(work: Department) -> None:
    sun, hua, tian = [await work.signed_in(name) for name in ("sun", "hua", "tian")]
    said = {"yuan": 1, "why": [f"for {NUMBER}"], NUMBER: "13 8"}
    change = {"kind": "amount", "subject": "fines", "content": said, "reason": f"see {NUMBER}"}
    assert (await sun.send("POST", "/changes", change)).status_code == 201
    shown = [(await who.get("/changes")).json()["items"][0] for who in (hua, sun)]
    assert [one["reason"] for one in shown] == ["see 138****0001", f"see {NUMBER}"]
    masked = {"yuan": 1, "why": ["for 138****0001"], "138****0001": "13 8"}
    assert [one["content"] for one in shown] == [masked, said]
    mark = {"agent": "Alice", "day": "2026-03-02", "points": "3", "note": f"hung up on {NUMBER}"}
    given = await tian.send("POST", "/assessments", mark)
    assert given.status_code == 201, given.text
    listed = (await hua.get("/assessments")).json()["items"][0]
    assert listed["note"] == "hung up on 138****0001"


NOBODY: dict[str, Any] = {"alice": 403, "bobby": 403, "zoe": 403, "li-leads": 403, "sun": 201, "shen": 201}


async def recorded_by(work: Department, uniqueid: str) -> dict[str, int]:
    codes = {}
    for name in NOBODY:
        if name == "zoe":
            browser = work.browser("10.4.4.4")
            await browser.sign_in("zoe")
        else:
            browser = await work.signed_in(name)
        sent = await browser.send("POST", f"/calls/{uniqueid}/dispositions", SAID)
        read = await browser.get(f"/calls/{uniqueid}/dispositions")
        assert (sent.status_code == 201) == (read.status_code == 200)
        codes[name] = sent.status_code
    return codes


async def test_a_call_that_was_abandoned_is_nobody_s_to_record(work: Department) -> None:
    await talk(work, 0, None, outcome=VisitOutcome.ABANDONED)
    assert await recorded_by(work, "1.0") == NOBODY


async def test_a_call_is_recorded_by_everybody_who_talked(work: Department) -> None:
    await talk(work, 0, "Bob")
    await talk(work, 5, "Zoe", uniqueid="1.0")
    assert await recorded_by(work, "1.0") == NOBODY | {"bobby": 201, "zoe": 201, "li-leads": 201}


async def test_a_talk_that_lasts_is_recorded_by_who_is_talking(work: Department) -> None:
    await talk(work, 0, None)
    await offer(work, "Zoe", OfferOutcome.ANSWERED)
    await offer(work, "Alice", OfferOutcome.TIMED_OUT)
    assert await recorded_by(work, "1.0") == NOBODY | {"zoe": 201}


async def offer(work: Department, agent: str, outcome: OfferOutcome) -> None:
    row: dict[str, Any] = dict.fromkeys(column.name for column in OfferRow.__table__.columns)
    row |= {"id": f"offer to {agent}", "visit_id": f"{0:032x}", "agent": agent, "interface": agent, "queue": "hotline"}
    row |= {"outcome": outcome.value, "available": True, "in_gap": False, "frames": "[]", "ended_position": 1}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(OfferRow).values(**row))
