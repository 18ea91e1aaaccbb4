"""Customers are cared for by plan: two people approve it, contacts are made and evaluated, silence is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from callcenter.store.aftercare.care_tables import CareContactRow
from callcenter.store.record.models import VisitRow
from callcenter.store.tables import AuditRow
from tests.integration.aftercare import opened_for
from tests.integration.api import Browser, Department, Json, department
from tests.integration.complaints import HOUR
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

DAY = 24 * HOUR
CARD = {"name": "Wang", "numbers": [{"raw": "13800138000"}]}
EVALUATED = {"result": "wants the new model", "satisfaction": 1}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        for name in ("li-leads", "sun", "ma"):
            await found.signed_in(name)
        yield found


async def post(work: Department, name: str, path: str, body: Json = None) -> Json:
    answer = await (await work.signed_in(name)).send("POST", path, body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def refused(work: Department, name: str, path: str, body: Json = None) -> int:
    return (await (await work.signed_in(name)).send("POST", path, body)).status_code


async def customer(work: Department, **told: Json) -> str:
    return str((await post(work, "ma", "/customers", CARD | told))["id"])


async def plan(work: Department, number: str, year: int = 2026) -> str:
    told = {"customer": number, "year": year, "method": "a visit a quarter", "owner": "alice", "cost": "300.50"}
    return str((await post(work, "li-leads", "/care-plans", told))["id"])


async def contact(work: Department, number: str) -> str:
    told = {"customer": number, "kind": "visit", "day": "2026-03-20", "owner": "alice", "purpose": "show the new model"}
    return str((await post(work, "li-leads", "/care-contacts", told))["id"])


async def renew(work: Department, now: int) -> Browser:
    work.now = now
    sun = await work.signed_in("sun")
    await sun.sign_in("sun")
    return sun


async def test_plan_is_endorsed_then_approved_and_the_audit_log_has_none_of_its_words(work: Department) -> None:
    number = await customer(work)
    filed = await plan(work, number)

    early = await refused(work, "ma", f"/care-plans/{filed}/approve")
    endorsed = await post(work, "sun", f"/care-plans/{filed}/endorse")
    approved = await post(work, "ma", f"/care-plans/{filed}/approve")
    late = await refused(work, "ma", f"/care-plans/{filed}/reject", {"reason": "too late"})

    assert (early, late, endorsed["endorsed_by"], approved["state"], approved["decided_by"]) == (
        409,
        409,
        "sun",
        "approved",
        "ma",
    )
    async with work.decisions.reading() as connection:
        told = [str(row) for row in await connection.execute(select(AuditRow.action, AuditRow.detail))]
    assert not [one for one in told if "quarter" in one]


async def test_plans_are_listed_by_state_customer_and_page(work: Department) -> None:
    number, other = await customer(work), await customer(work, name="Li", numbers=[])
    ids = [await plan(work, number), await plan(work, other), await plan(work, number)]
    await post(work, "sun", f"/care-plans/{ids[0]}/reject", {"reason": "too dear"})
    sun = await work.signed_in("sun")

    of_one = (await sun.get(f"/care-plans?customer={number}")).json()["items"]
    filed = (await sun.get("/care-plans?state=filed")).json()["items"]
    first = (await sun.get("/care-plans?limit=2")).json()
    rest = (await sun.get(f"/care-plans?limit=2&cursor={first['next']}")).json()

    assert {one["id"] for one in of_one} == {ids[0], ids[2]}
    assert {one["id"] for one in filed} == {ids[1], ids[2]}
    assert {one["id"] for one in first["items"] + rest["items"]} == set(ids)


async def test_contact_is_approved_by_another_and_done_with_its_evaluation(work: Department) -> None:
    visit = await contact(work, await customer(work))

    early = await refused(work, "li-leads", f"/care-contacts/{visit}/finish", EVALUATED)
    await post(work, "sun", f"/care-contacts/{visit}/approve")
    done = await post(work, "li-leads", f"/care-contacts/{visit}/finish", EVALUATED)
    over = await refused(work, "li-leads", f"/care-contacts/{visit}/drop", {"reason": "moved"})
    sun = await work.signed_in("sun")

    assert (early, over, done["state"], done["evaluation"]["result"]) == (409, 409, "done", "wants the new model")
    assert len((await sun.get("/care-contacts?state=done")).json()["items"]) == 1


async def test_contact_is_dropped_with_a_reason(work: Department) -> None:
    visit = await contact(work, await customer(work))

    assert (await post(work, "li-leads", f"/care-contacts/{visit}/drop", {"reason": "moved"}))["reason"] == "moved"


async def test_customer_is_rated_again_and_again(work: Department) -> None:
    number = await customer(work)
    for credit in ("B", "A"):
        work.now += HOUR // 60
        await post(work, "sun", f"/care/ratings/{number}", {"credit": credit, "words": "pays in time"})

    items = (await (await work.signed_in("sun")).get(f"/care/ratings/{number}")).json()["items"]
    assert [one["credit"] for one in items] == ["A", "B"]


async def test_silence_complaints_and_key_accounts_who_wait_are_listed(work: Department) -> None:
    silent = await customer(work, name="Silent", numbers=[])
    heard = await customer(work, name="Heard", numbers=[{"raw": "13900139000"}], key_account=True)
    angry = await customer(work, name="Angry", numbers=[])
    at = MONDAY + 100 * DAY
    row: dict[str, Json] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": "v" * 32, "node": "pbx", "uniqueid": "1.1", "n": 1, "caller_key": "+8613900139000"}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row | {"joined_at": at - 31 * DAY}))
    await work.signed_in("alice")
    for n in (1, 2):
        await opened_for(work, str(n) * 32, "alice", 24 * 99 + n, customer=angry)
    sun = await renew(work, at)

    items = {one["customer"]: one for one in (await sun.get("/care/due")).json()["items"]}

    assert set(items) == {silent, heard, angry}
    assert (items[silent]["signs"], items[silent]["heard_at"]) == (["silent"], None)
    assert (items[heard]["signs"], items[heard]["overdue"]) == ([], True)
    assert (items[angry]["signs"], items[angry]["due"]) == (["complains"], None)


async def test_figures_say_what_they_are_a_share_of(work: Department) -> None:
    number = await customer(work, key_account=True)
    await customer(work, name="Li", numbers=[], key_account=True)
    year = 2026
    filed = await plan(work, number, year)
    await post(work, "sun", f"/care-plans/{filed}/endorse")
    await post(work, "ma", f"/care-plans/{filed}/approve")
    visit = await contact(work, number)
    await contact(work, number)
    await post(work, "sun", f"/care-contacts/{visit}/approve")
    await post(work, "sun", f"/care-contacts/{visit}/finish", EVALUATED)

    told = (await (await work.signed_in("sun")).get(f"/care/figures/{year}")).json()

    assert (told["key_accounts"], told["planned"] + told["late"], told["contacts"], told["done"]) == (2, 1, 2, 1)
    assert (told["contacts_made"], told["cards"], told["cost"]) == (0.5, 2, "300.50")
    assert 0 < told["completeness"] < 1


async def test_care_goes_with_the_customer(work: Department) -> None:
    number = await customer(work)
    await plan(work, number)
    await contact(work, number)
    await post(work, "sun", f"/care/ratings/{number}", {"credit": "A", "words": "pays in time"})
    gone = await (await work.signed_in("ma")).send("DELETE", f"/customers/{number}", If_Match='"1"')
    sun = await work.signed_in("sun")

    assert gone.status_code < 300, gone.text
    assert [(await sun.get(path)).json()["items"] for path in ("/care-plans", "/care-contacts")] == [[], []]


@pytest.mark.one_database
async def test_what_is_not_there_is_not_found_and_agents_plan_nothing(work: Department) -> None:
    missing = "f" * 32
    told = {"customer": missing, "year": 2026, "method": "visit", "owner": "alice", "cost": "1"}

    assert await refused(work, "sun", "/care-plans", told) == 404
    assert await refused(work, "sun", f"/care-plans/{missing}/endorse") == 404
    assert await refused(work, "sun", f"/care-contacts/{missing}/approve") == 404
    assert await refused(work, "sun", "/care-plans", told | {"cost": "dear"}) == 422
    assert (await (await work.signed_in("alice")).get("/care-plans")).status_code == 403


@pytest.mark.one_database
async def test_number_in_an_evaluation_is_masked_though_a_line_break_parts_it(work: Department) -> None:
    number = await contact(work, await customer(work))
    await post(work, "sun", f"/care-contacts/{number}/approve")
    told = {"result": "call 1380013\n8000", "next_step": "or 138 0013 8001"}
    await post(work, "li-leads", f"/care-contacts/{number}/finish", told)
    other = await contact(work, await customer(work, name="Li"))
    async with work.decisions.writing() as unit:  # as it could be kept once
        blank = update(CareContactRow).where(CareContactRow.id == other)
        await unit.execute(blank.values(evaluation='{"satisfaction":null,"result":" "}', state="done"))
    for name, shown in (("li-leads", "call 138****\n8000"), ("sun", told["result"])):
        found = (await (await work.signed_in(name)).get("/care-contacts")).json()["items"]
        kept = next(one for one in found if one["id"] == number)
        assert {one["evaluation"]["result"] for one in found} == {shown, " "}
        assert ("138 **** 8001" in kept["evaluation"]["next_step"]) is (name == "li-leads")


@pytest.mark.one_database
async def test_spaces_are_no_reason_and_no_evaluation(work: Department) -> None:
    whose = await customer(work)
    number = await contact(work, whose)
    await post(work, "sun", f"/care-contacts/{number}/approve")
    assert await refused(work, "li-leads", f"/care-contacts/{number}/finish", {"result": " \n "}) == 422
    assert await refused(work, "li-leads", f"/care-contacts/{number}/drop", {"reason": "  "}) == 422
    assert await refused(work, "sun", f"/care-plans/{await plan(work, whose)}/reject", {"reason": "  "}) == 422
