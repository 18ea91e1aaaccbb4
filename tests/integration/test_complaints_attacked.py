"""What somebody tries with complaints that is not theirs to have: the words of others, or of who was forgotten."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.cases.complaints.replay import replay_lines
from callcenter.cases.file_kinds import MediaType
from callcenter.numbers import PLAIN
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.attachments import AttachedTo, Attachment, put_attachment
from callcenter.usecases.aftercare.follow_ups import keep_drawing
from callcenter.usecases.customers.forget_caller import forget_caller
from tests.integration.aftercare import MONTH, MONTH_END, ZONE
from tests.integration.api import Department
from tests.integration.cases_over_api import (
    ASSIGN,
    HOUR,
    NUMBER,
    PROPOSE,
    UPHELD,
    answered,
    link,
    made,
    move,
    moved,
    staying,
    walk,
    warehouse,
)
from tests.integration.test_forgotten_cases import customer
from tests.unit.rules.detection.people import MONDAY

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]

OWNER = {"owner": "alice", "channel": "chat"}
TO_NUMBER = {"kind": f"goods to {NUMBER}", "amount": "1234567.5", "quantity": f"2, to {NUMBER}"}
PARCEL = {"kind": "SECRET goods", "amount": "1", "quantity": "two, to SECRET"}
CALLED = {"state": "made", "satisfaction": 2, "words": f"SECRET of the call back, {NUMBER}"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with staying(tmp_path) as found:
        yield found


async def test_story_has_no_words_of_a_case_before_it_that_one_does_not_read(
    work: Department,
) -> None:
    first = await made(work, content="the neighbour's secret", wanted="peace")
    await walk(work, first["id"])
    case = await made(work, "bobby", follows=first["number"])

    bobs, suns = [await (await work.signed_in(who)).get(f"/cases/{case['id']}/story") for who in ("bobby", "sun")]

    assert "secret" in suns.text
    assert "secret" not in bobs.text
    assert "wrong size" not in bobs.text
    assert [one.why for one in replay_lines(bobs.text.splitlines()).results] == [None] * 12


async def test_forgotten_customer_leaves_nothing_that_anybody_wrote(work: Department, tmp_path: Path) -> None:
    zhang = await customer(work, "SECRETZhang", NUMBER)
    await walked_with_words(work, zhang)
    ma = await work.signed_in("ma")
    gone = await ma.send("DELETE", f"/customers/{zhang}", If_Match='"1"')
    assert gone.status_code == 200, gone.text

    assert written_of(tmp_path) == []


async def test_lead_does_not_approve_what_came_by_a_link_that_they_made_themselves(work: Department) -> None:
    await warehouse(work)
    case = (await made(work, "sun"))["id"]
    await moved(work, "ma", case, UPHELD)
    await moved(work, "sun", case, ASSIGN)
    token = (await link(work, "sun", case))["token"]
    await answered(work, token, PROPOSE)

    own = await move(work, "sun", case, {"do": "approve"})
    other = await move(work, "shen", case, {"do": "approve"})

    assert (own.status_code, own.json()["why"], other.status_code) == (403, "own_matter", 200)
    story = await (await work.signed_in("ma")).get(f"/cases/{case}/story")
    assert {one.why for one in replay_lines(story.text.splitlines()).results} == {None}


@pytest.mark.parametrize("action", ["", "notify"])
async def test_step_that_moves_down_costs_what_its_new_place_does_though_its_agent_was_told(
    work: Department, action: str
) -> None:
    first, second = (await made(work))["id"], (await made(work))["id"]
    for case in (first, second):
        work.now += HOUR
        await moved(work, "sun", case, UPHELD)
    sun = await work.signed_in("sun")
    (before,) = (await sun.get(f"/cases/{second}")).json()["records"]
    if action:
        told = await sun.act(before["violation"], action)
        assert told.status_code == 200, told.text
    await moved(work, "sun", first, {"do": "object", "whose": "agent", "reason": "it was not me"})
    await moved(work, "ma", first, {"do": "review", "outcome": "changed", "reason": "it was not"})

    (after,) = (await sun.get(f"/cases/{second}")).json()["records"]
    standing = (await sun.get(f"/violations/{after['violation']}")).json()
    assert (after["step"], standing["fine_yuan"], standing["state"]) == (1, 30, "proposed")
    shown = (await sun.get("/violations")).json()["items"]
    assert [one["id"] for one in shown if one["state"] == "proposed"] == [after["violation"]]


def written_of(folder: Path) -> list[str]:
    """Name the rows of all tables that still hold a word of the customer's."""
    with contextlib.closing(sqlite3.connect(folder / "callcenter.sqlite")) as database:
        return [line for line in database.iterdump() if "secret" in line.lower() or NUMBER in line]


async def walked_with_words(work: Department, zhang: str) -> str:
    """Let everybody write of a customer wherever they can."""
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    chat = {"channel": "chat", "words": "SECRET chat", "customer": zhang, "address": "SECRET@example.com"}
    enquiry = (await alice.send("POST", "/enquiries", chat)).json()
    complain = {"step": "complain", "words": "SECRET complaint", "wanted": "SECRET wish"}
    became = await sun.send("POST", f"/enquiries/{enquiry['id']}/steps", complain, If_Match='"1"')
    case = became.json()["case"]
    await walk(work, case)
    measure = {"do": "measure", "text": f"SECRET measure {NUMBER}", "tracked": True}
    await moved(work, "alice", case, measure)
    n = (await sun.get(f"/cases/{case}")).json()["lines"][-1]["n"]
    far = {"state": "open", "due": "2026-04-01", "responsible": "alice", "reason": f"SECRET reason {NUMBER}"}
    answer = await sun.send("PUT", f"/case-measures/{case}/{n}", far, If_Match='"0"')
    assert answer.status_code == 200, answer.text
    for now in (MONDAY, MONTH_END):
        async with work.decisions.writing() as unit:
            await keep_drawing(unit, 100, ZONE, now)
    answer = await (await work.signed_in("qian")).send("POST", f"/follow-ups/{MONTH}/{case}", CALLED)
    assert answer.status_code == 200, answer.text
    answer = await (await work.signed_in("shen")).send(
        "POST", f"/case-reviews/{MONTH}/{case}", {"words": f"SECRET {NUMBER}"}
    )
    assert answer.status_code == 200, answer.text
    answer = await sun.send("POST", f"/care/ratings/{zhang}", {"credit": "A", "words": f"SECRET rating {NUMBER}"})
    assert answer.status_code == 201, answer.text
    return str(case)


READERS = {"li-leads", "tian", "gus", "acc"}
"""Who reads nobody's number in full."""


async def test_numbers_in_what_was_written_of_cases_and_customers_are_masked_for_who_reads_none(
    work: Department,
) -> None:
    await work.signed_in("gus")
    await work.signed_in("acc")
    zhang = await customer(work, "Zhang", NUMBER)
    case = await walked_with_words(work, zhang)
    promised = (await made(work))["id"]
    for who, said in (("sun", UPHELD), ("sun", ASSIGN), ("alice", PROPOSE | {"remedies": [TO_NUMBER]})):
        await moved(work, who, promised, said)
    await moved(work, "ma", promised, {"do": "approve"})
    month = f"month={MONTH}"
    asked = ["/case-measures", f"/follow-ups/{MONTH}", f"/case-reviews/{MONTH}", f"/care/ratings/{zhang}"]
    asked += [f"/cases/{promised}", f"/cases/{promised}/story", f"/case-remedies?{month}"]
    asked += [f"/case-remedies/export?{month}", f"/cases/{case}"]
    shown = {}
    for who in ("sun", *READERS):
        browser = await work.signed_in(who)
        shown[who] = {path for path in asked if NUMBER in (await browser.get(path)).text}

    assert shown == {who: set() for who in READERS} | {"sun": set(asked)}


async def test_forgotten_caller_leaves_nothing_in_the_complaint_that_a_contact_became(
    work: Department, tmp_path: Path
) -> None:
    await warehouse(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    chat = {"channel": "chat", "words": "SECRET chat", "address": f"+86{NUMBER}"}
    enquiry = (await alice.send("POST", "/enquiries", chat)).json()
    complain = {"step": "complain", "words": "SECRET complaint", "wanted": "SECRET wish"}
    case = (await sun.send("POST", f"/enquiries/{enquiry['id']}/steps", complain, If_Match='"1"')).json()["case"]
    smuggled = {"do": "attempt", "contact": "SECRET", "to": NUMBER, "until": "SECRET", "approved_by": "SECRET"}
    for who, said in (
        ("alice", smuggled),
        ("sun", UPHELD),
        ("sun", ASSIGN),
        ("alice", PROPOSE | {"remedies": [PARCEL]}),
    ):
        await moved(work, who, case, said)
    about = {"kind": AttachedTo.CASE, "subject": case, "name": "SECRET.png", "media_type": MediaType.PNG, "size": 1}
    async with work.decisions.writing() as unit:
        await put_attachment(unit, Attachment(id="a" * 32, sha256="b" * 64, added_by="alice", added_at=0, **about))
        await forget_caller(unit, NUMBER, PLAIN, Touch(by="ma", at=work.now))

    assert written_of(tmp_path) == []
    assert (await sun.get(f"/cases/{case}")).json()["lines"][0]["fields"] == {"content": "***", "wanted": "***"} | OWNER
