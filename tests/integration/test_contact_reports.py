"""A chat system reports contacts by its token: once is enough, in any order, bounded, and nothing else is its to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from callcenter.cases.customers import card_of
from callcenter.cases.import_columns import numbers_in
from callcenter.domain.frame import SECOND
from callcenter.numbers import PLAIN
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.tables import ContactSystemRow, EnquiryRow, EnquiryStepRow
from callcenter.usecases.customers.forget_caller import forget_caller
from callcenter.usecases.customers.save_customer import create_customer
from tests.integration.api import Department, department
from tests.integration.test_enquiries import at, read, step
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

Json = Any


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path, reports_per_minute=30) as found:
        yield found


async def token_of(work: Department, who: str = "root", name: str = "chat") -> str:
    answer = await (await work.signed_in(who)).send("POST", "/contact-systems", {"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


async def report(work: Department, token: str | None, *told: Json) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with work.browser(address="10.9.9.9").http as http:
        return await http.post("/api/v1/contacts", json={"contacts": told}, headers=headers)


async def test_contact_is_one_however_often_and_in_whatever_order_it_is_told(work: Department) -> None:
    await work.signed_in("alice")
    token = await token_of(work)
    first = {"id": "A-1", "channel": "chat", "words": "where is it?", "moments": {"first_answer": at(-40)}}
    later = first | {"agent": "Alice", "words": "ignored", "moments": {"arrived": at(-90), "greeted": at(-80)}}
    answers = [(await report(work, token, *told)).json()["items"] for told in ((first, later), (first,), (later,))]
    (made, moved), (same,), (again,) = answers
    assert [made["created"], moved["created"], moved["changed"]] == [True, False, True]
    assert [same["changed"], again["changed"]] == [False, False]
    assert {one["enquiry"] for one in (made, moved, same, again)} == {made["enquiry"]}
    shown = await read(work, "alice", f"/enquiries/{made['enquiry']}")
    assert (shown["owner"], shown["words"], shown["system"], shown["foreign_id"]) == (
        "alice",
        "where is it?",
        "chat",
        "A-1",
    )
    assert {one["promise"]: one["verdict"] for one in shown["promises"]} == {"P-GREET": "kept", "P-CHAT": "kept"}
    assert [one["by"] for one in shown["steps"]] == ["system:chat", "system:chat"]


async def test_two_systems_may_use_one_id(work: Department) -> None:
    told = {"id": "1", "channel": "email"}
    for name in ("mail", "chat"):
        assert (await report(work, await token_of(work, name=name), told)).status_code == 200
    async with work.decisions.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(EnquiryRow)) == 2


async def test_same_report_twice_at_once_is_one(work: Department) -> None:
    token = await token_of(work)
    told = [{"id": str(n), "channel": "chat", "moments": {"arrived": at(-n)}} for n in range(20)]
    answers = await asyncio.gather(*(report(work, token, *told) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    async with work.decisions.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(EnquiryRow)) == 20
        assert await connection.scalar(select(func.count()).select_from(EnquiryStepRow)) == 20


async def test_token_is_kept_as_hash_told_once_and_worth_nothing_when_withdrawn(work: Department) -> None:
    token = await token_of(work, "ma")
    told = {"id": "1", "channel": "chat"}
    work.now += SECOND
    assert (await report(work, token, told)).status_code == 200
    async with work.decisions.reading() as connection:
        row = (await connection.execute(select(ContactSystemRow))).one()
    assert token not in str(tuple(row))
    assert row.last_used_at == work.now
    (shown,) = (await read(work, "root", "/contact-systems"))["items"]
    assert "token" not in shown
    assert shown["last_used_at"] is not None
    again = await (await work.signed_in("root")).send("POST", "/contact-systems", {"name": "chat"})
    assert again.status_code == 409
    for code in (200, 404):
        answer = await (await work.signed_in("root")).send("POST", "/contact-systems/chat/withdraw")
        assert answer.status_code == code
    for wrong in (token, "x" * 43, "", None):
        assert (await report(work, wrong, told)).status_code == 401
    for who in ("alice", "sun", "hua"):
        answer = await (await work.signed_in(who)).send("POST", "/contact-systems", {"name": "mine"})
        assert answer.status_code == 403


@pytest.mark.one_database
async def test_token_opens_nothing_else(work: Department) -> None:
    headers = {"Authorization": f"Bearer {await token_of(work)}"}
    async with work.browser().http as http:
        for path in ("/enquiries", "/classes", "/contact-systems", "/users", "/violations"):
            assert (await http.get(f"/api/v1{path}", headers=headers)).status_code == 401


@pytest.mark.one_database
async def test_system_that_reports_too_often_and_whoever_guesses_tokens_wait(work: Department) -> None:
    token = await token_of(work)
    codes = [(await report(work, token, {"id": "1", "channel": "chat"})).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    codes = [(await report(work, "wrong" * 8, {"id": "1", "channel": "chat"})).status_code for _ in range(31)]
    assert codes == [401] * 30 + [429]


@pytest.mark.parametrize(
    "told",
    [
        {"id": "1", "channel": "phone"},
        {"id": "1", "channel": "fax"},
        {"id": "", "channel": "chat"},
        {"id": "1", "channel": "chat", "words": "x" * 2_001},
        {"id": "1", "channel": "chat", "words": "a\u0000b"},
        {"id": "1", "channel": "chat", "moments": {"arrived": "yesterday"}},
        {"id": "1", "channel": "chat", "moments": {"arrived": "2026-11-23T10:00:00"}},
        {"id": "1", "channel": "chat", "moments": {"arrived": at(61)}},
        {"id": "1", "channel": "chat", "moments": {"turns": [{"id": str(n)} for n in range(501)]}},
        {"id": "1", "channel": "chat", "else": 1},
    ],
)
@pytest.mark.one_database
async def test_batch_with_one_that_cannot_be_is_refused_whole(work: Department, told: Json) -> None:
    answer = await report(work, await token_of(work), {"id": "good", "channel": "chat"}, told)
    assert answer.status_code == 422, answer.text
    async with work.decisions.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(EnquiryRow)) == 0


@pytest.mark.one_database
async def test_batch_is_bounded(work: Department) -> None:
    token = await token_of(work)
    told = [{"id": str(n), "channel": "chat"} for n in range(101)]
    assert (await report(work, token, *told)).status_code == 422
    assert (await report(work, token, *told[:100])).status_code == 200


async def test_customer_is_linked_where_one_alone_is_known(work: Department) -> None:
    touch = Touch(by="sun", at=MONDAY)
    async with work.decisions.writing() as unit:
        made = await create_customer(
            unit,
            "c" * 32,
            card_of({"name": "Wang", "reference": "K-7", "numbers": numbers_in("138 0025 0001", None, PLAIN)}),
            touch,
        )
    token = await token_of(work)
    told = [
        {"id": "number", "number": "+86 138-0025-0001"},
        {"id": "reference", "reference": "K-7", "email": "Wang@Example.com"},
        {"id": "address", "email": "wang@example.com "},
        {"id": "stranger", "number": "13900000000"},
        {"id": "unusable", "number": "call me"},
    ]
    answer = await report(work, token, *({"channel": "chat", **one} for one in told))
    assert answer.status_code == 200, answer.text
    async with work.decisions.reading() as connection:
        rows = await connection.execute(select(EnquiryRow.foreign_id, EnquiryRow.customer))
        linked = {row.foreign_id: row.customer for row in rows}
    assert linked == {"number": made.id, "reference": made.id, "address": made.id, "stranger": None, "unusable": None}


async def test_forgotten_number_does_not_come_back_with_the_next_report(work: Department) -> None:
    token = await token_of(work)
    told = {"id": "1", "channel": "chat", "number": "13900000000", "words": "it is me, 13900000000"}
    number = (await report(work, token, told)).json()["items"][0]["enquiry"]
    async with work.decisions.writing() as unit:
        await forget_caller(unit, "13900000000", PLAIN, Touch(by="sun", at=MONDAY))
    await report(work, token, told | {"moments": {"arrived": at(-5)}})
    shown = await read(work, "sun", f"/enquiries/{number}")
    assert "139" not in str(shown)
    assert shown["moments"]["arrived"] is not None


async def test_contact_of_nobody_is_taken_by_whoever_takes_its_first_step(work: Department) -> None:
    token = await token_of(work)
    number = (await report(work, token, {"id": "1", "channel": "email"})).json()["items"][0]["enquiry"]
    for who in ("alice", "bobby"):
        assert [one["id"] for one in (await read(work, who, "/enquiries"))["items"]] == [number]
    told = {"step": "solve", "words": "answered"}
    answer = await (await work.signed_in("alice")).send("POST", f"/enquiries/{number}/steps", told, If_Match='"1"')
    assert answer.json()["owner"] == "alice"
    await read(work, "bobby", f"/enquiries/{number}", 403)


@pytest.mark.one_database
async def test_late_answer_that_a_system_told_is_not_made_an_early_one_by_its_owner(work: Department) -> None:
    await work.signed_in("alice")
    told = {"id": "late", "channel": "chat", "agent": "Alice", "moments": {"arrived": at(-500), "first_answer": at(-9)}}
    made = (await report(work, await token_of(work), told)).json()["items"][0]["enquiry"]
    enquiry = await read(work, "alice", f"/enquiries/{made}")

    refused = await step(work, "alice", enquiry, {"step": "moments", "moments": {"first_answer": at(-499)}}, 422)

    assert "it stands" in refused["detail"]
    verdicts = {one["promise"]: one["verdict"] for one in (await read(work, "alice", f"/enquiries/{made}"))["promises"]}
    assert verdicts["P-CHAT"] == "broken"
