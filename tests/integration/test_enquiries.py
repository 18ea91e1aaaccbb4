"""Classes, enquiries and dispositions over HTTP: who may, what is kept, what each becomes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from callcenter.cases.customers import card_of
from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.dates import datetime_of
from callcenter.store.complaints.cases import get_case
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.tables import EnquiryRow, EnquiryStepRow
from callcenter.store.record.models import VisitRow
from callcenter.store.tables import AuditRow
from callcenter.usecases.customers.save_customer import create_customer, delete_customer
from tests.integration.api import Department, department
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

TEXT = {"name": "sorry", "zh": "抱歉", "en": "Sorry"}
CHAT = {"channel": "chat", "words": "where is my parcel? call 13800250001"}
Json = Any


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


def at(seconds: float, start: Micros = MONDAY) -> str:
    return datetime_of(start + round(seconds * SECOND), ZoneInfo("UTC")).isoformat()


async def ask(work: Department, who: str, method: str, path: str, body: Json = None, code: int = 200, **h: str) -> Json:
    answer = await (await work.signed_in(who)).send(method, path, body, Accept_Language="en", **h)
    assert answer.status_code == code, answer.text
    return answer.json()


async def read(work: Department, who: str, path: str, code: int = 200) -> Json:
    answer = await (await work.signed_in(who)).get(path)
    assert answer.status_code == code, answer.text
    return answer.json()


async def add_class(work: Department, code: str, parent: str | None = None, status: int = 201) -> Json:
    body = {"code": code, "zh": "物流", "en": code.title(), "parent": parent, "texts": [TEXT]}
    return await ask(work, "sun", "POST", "/classes", body, status)


async def step(work: Department, who: str, enquiry: Json, told: Json, code: int = 200) -> Json:
    path, version = f"/enquiries/{enquiry['id']}/steps", f'"{enquiry["version"]}"'
    return await ask(work, who, "POST", path, told, code, If_Match=version)


async def test_tree_is_read_by_everybody_and_changed_by_those_who_lead(work: Department) -> None:
    await add_class(work, "delivery")
    await add_class(work, "late", "delivery")
    assert "already" in (await add_class(work, "late", status=409))["detail"]
    for who in ("alice", "hua", "root"):
        shown = (await read(work, who, "/classes"))["items"]
        assert [(one["level"], one["code"], one["texts"]) for one in shown] == [
            (0, "delivery", [TEXT]),
            (1, "late", [TEXT]),
        ]
    for who in ("alice", "li-leads", "qian", "root"):
        await ask(work, who, "POST", "/classes", {"code": "x", "zh": "x", "en": "x"}, 403)


async def test_changed_class_is_a_new_version_and_a_closed_one_is_given_to_nobody(work: Department) -> None:
    await add_class(work, "late")
    made = await ask(work, "alice", "POST", "/enquiries", CHAT | {"case_class": "late"}, 201)
    told = {"zh": "晚到", "en": "Late", "closed": True}
    await ask(work, "ma", "PUT", "/classes/late", told, 412, If_Match='"7"')
    closed = await ask(work, "ma", "PUT", "/classes/late", told, If_Match='"1"')
    assert (closed["version"], closed["closed"]) == (2, True)
    assert (await read(work, "alice", "/classes"))["items"] == []
    assert len((await read(work, "alice", "/classes?closed=true"))["items"]) == 1
    versions = (await read(work, "alice", "/classes/late/versions"))["items"]
    assert [(one["version"], one["zh"], one["changed_by"]) for one in versions] == [
        (2, "晚到", "ma"),
        (1, "物流", "sun"),
    ]
    assert (made["case_class"], made["class_version"]) == ("late", 1)
    refused = await ask(work, "alice", "POST", "/enquiries", CHAT | {"case_class": "late"}, 422)
    assert "closed" in refused["detail"]
    async with work.decisions.reading() as connection:
        noted = select(AuditRow.action, AuditRow.actor).where(AuditRow.kind == "case_class").order_by(AuditRow.seq)
        assert [tuple(row) for row in await connection.execute(noted)] == [("create", "sun"), ("close", "ma")]


async def test_enquiry_walks_from_its_form_to_its_end(work: Department) -> None:
    await add_class(work, "late")
    moments = {"arrived": at(-100), "greeted": at(-85), "first_answer": at(-39)}
    enquiry = await ask(work, "alice", "POST", "/enquiries", CHAT | {"moments": moments}, 201)
    assert (enquiry["owner"], enquiry["state"]) == ("alice", "open")
    assert {one["promise"]: one["verdict"] for one in enquiry["promises"]} == {"P-GREET": "kept", "P-CHAT": "broken"}
    refused = await step(work, "alice", enquiry, {"step": "close", "outcome": "solved"}, 422)
    assert "class" in refused["detail"]
    for told in (
        {"step": "classify", "case_class": "late"},
        {"step": "solve", "words": "sent anew"},
        {"step": "plan", "words": "whether it came", "follow_up_at": at(86_400)},
        {"step": "close", "outcome": "follow_up"},
        {"step": "follow_up", "words": "it came"},
        {"step": "feedback", "satisfaction": 1},
    ):
        enquiry = await step(work, "alice", enquiry, told)
    assert (enquiry["state"], enquiry["outcome"], enquiry["satisfaction"]) == ("closed", "follow_up", 1)
    assert (enquiry["follow_up_at"], enquiry["solution"], enquiry["version"]) == (None, "sent anew", 7)
    whole = await read(work, "alice", f"/enquiries/{enquiry['id']}")
    assert [one["step"] for one in whole["steps"]] == [
        "receive",
        "classify",
        "solve",
        "plan",
        "close",
        "follow_up",
        "feedback",
    ]
    await step(work, "alice", enquiry, {"step": "solve", "words": "again"}, 422)
    stale = await step(work, "alice", enquiry | {"version": 2}, {"step": "feedback", "satisfaction": 3}, 412)
    assert "since it was read" in stale["detail"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"step": "plan", "words": "x", "follow_up_at": at(0)}, 422),
        ({"step": "follow_up", "words": "x"}, 422),
        ({"step": "hand_over", "owner": "nobody"}, 409),
        ({"step": "hand_over", "owner": "hua"}, 409),
        ({"step": "classify", "case_class": "nothing"}, 422),
        ({"step": "feedback", "satisfaction": 4}, 422),
        ({"step": "moments", "moments": {"closed": at(61)}}, 422),
        ({"step": "receive"}, 422),
        ({"step": "close", "outcome": "complaint"}, 422),
        ({"step": "solve", "words": "x" * 2_001}, 422),
    ],
)
@pytest.mark.one_database
async def test_step_that_cannot_be_changes_nothing(work: Department, told: Json, code: int) -> None:
    await read(work, "hua", "/session")
    enquiry = await ask(work, "alice", "POST", "/enquiries", CHAT, 201)
    await step(work, "alice", enquiry, told, code)
    assert (await read(work, "alice", f"/enquiries/{enquiry['id']}"))["version"] == 1


async def test_enquiries_are_within_ones_reach(work: Department) -> None:
    enquiry = await ask(work, "alice", "POST", "/enquiries", CHAT, 201)
    number = enquiry["id"]
    assert (await read(work, "alice", f"/enquiries/{number}"))["words"] == CHAT["words"]
    await read(work, "bobby", f"/enquiries/{number}", 403)
    await read(work, "qian", f"/enquiries/{number}", 403)
    assert (await read(work, "bobby", "/enquiries"))["items"] == []
    for who in ("li-leads", "sun", "ma"):
        shown = (await read(work, who, "/enquiries"))["items"]
        assert [one["id"] for one in shown] == [number]
    assert "13800250001" not in (await read(work, "li-leads", f"/enquiries/{number}"))["words"]
    handed = await step(work, "sun", enquiry, {"step": "hand_over", "owner": "bobby"})
    assert handed["owner"] == "bobby"
    await read(work, "alice", f"/enquiries/{number}", 403)


async def test_enquiry_that_becomes_a_complaint_is_a_case_of_its_owner(work: Department) -> None:
    await add_class(work, "late")
    enquiry = await ask(work, "alice", "POST", "/enquiries", CHAT | {"case_class": "late"}, 201)
    became = await step(work, "sun", enquiry, {"step": "complain", "words": "a week late", "wanted": "the money"})
    assert (became["state"], became["outcome"]) == ("complaint", "complaint")
    async with work.decisions.reading() as connection:
        filed = await get_case(connection, became["case"])
    assert (filed.case.owner, filed.about.channel, filed.about.case_class) == ("alice", "chat", "late")
    assert filed.case.number is not None
    await step(work, "sun", became, {"step": "complain", "words": "again", "wanted": "more"}, 422)


async def test_what_waits_is_listed_by_what_is_due_and_told_its_next_steps(work: Department) -> None:
    await add_class(work, "late")
    async with work.decisions.writing() as unit:
        customer = (await create_customer(unit, "c" * 32, card_of({"name": "Wang"}), Touch(by="sun", at=MONDAY))).id
    form = (await read(work, "alice", "/enquiries/form"))["form"]
    assert [one["name"] for one in form if one["needed"]] == ["channel", "words"]
    numbers = []
    for n in range(4):
        work.now = MONDAY + n * SECOND
        made = await ask(work, "alice", "POST", "/enquiries", CHAT | {"case_class": "late", "customer": customer}, 201)
        numbers.append(made)
    planned = {"step": "plan", "words": "did it come?", "follow_up_at": at(3_600)}
    await step(work, "alice", numbers[0], planned)
    closed = await step(work, "alice", numbers[1], {"step": "close", "outcome": "solved"})
    due = [numbers[n]["id"] for n in (2, 3, 0)]
    path = f"/enquiries?order=due&customer={customer}&limit=2"
    page = await read(work, "sun", path)
    rest = await read(work, "sun", f"{path}&cursor={page['next']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == due
    assert rest["next"] is None
    whole = await read(work, "alice", f"/enquiries/{due[2]}")
    offered = {one["step"]: [field["name"] for field in one["form"]] for one in whole["offered"]}
    assert (offered["close"], offered["follow_up"], offered["classify"]) == (["outcome"], ["words"], ["case_class"])
    assert whole["customer_card"]["name"] == "Wang"
    (plan,) = (one["fields"] for one in whole["steps"] if one["step"] == "plan")
    assert plan["follow_up_at"] == whole["follow_up_at"]
    over = {one["step"] for one in (await read(work, "alice", f"/enquiries/{closed['id']}"))["offered"]}
    assert over == {"classify", "plan", "feedback", "moments", "complain"}


async def test_promises_are_counted_with_their_gaps(work: Department) -> None:
    for moments in ({"arrived": at(-99), "first_answer": at(-39)}, {"arrived": at(-30)}, {}):
        await ask(work, "alice", "POST", "/enquiries", CHAT | {"moments": moments}, 201)
    told = await read(
        work, "sun", f"/enquiries/promises?since={at(-5).replace('+', '%2B')}&until={at(5).replace('+', '%2B')}"
    )
    counts = {one.pop("promise"): one for one in told["items"]}
    assert counts["P-CHAT"] == {"kept": 1, "broken": 0, "open": 1, "unknown": 1, "rate": 1.0}
    assert counts["P-GREET"] == {"kept": 0, "broken": 2, "open": 0, "unknown": 1, "rate": 0.0}


async def test_disposition_is_the_calls_record_as_an_enquiry(work: Department) -> None:
    await add_class(work, "late")
    row: Json = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": "1" * 32, "node": "pbx", "uniqueid": "1.1", "queue": "consumers", "n": 1, "agent": "Alice"}
    row |= {"answered_at": MONDAY, "outcome": "answered"}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row))
    said = {"note": "late", "case_class": "late", "outcome": "follow_up"}
    path = "/calls/1.1/dispositions"
    alone = await ask(work, "alice", "POST", path, said | {"follow_up": "did it come?"}, 422)
    assert "both follow_up and follow_up_at" in alone["detail"]
    await ask(work, "alice", "POST", path, said | {"follow_up": "x", "follow_up_at": at(-1)}, 422)
    await ask(work, "alice", "POST", path, {"note": "x", "case_class": "nothing"}, 422)
    plan = {"follow_up": "did it come?", "follow_up_at": at(3_600)}
    shown = await ask(work, "alice", "POST", path, said | plan, 201)
    assert shown["class_version"] == 1
    (kept,) = (await read(work, "alice", path))["items"]
    assert kept == shown
    assert (kept["outcome"], kept["follow_up"]) == ("follow_up", "did it come?")


async def test_deleted_customer_leaves_no_words_in_enquiries(work: Department) -> None:
    touch = Touch(by="sun", at=MONDAY)
    async with work.decisions.writing() as unit:
        customer = (await create_customer(unit, "c" * 32, card_of({"name": "Wang"}), touch)).id
    body = CHAT | {"customer": customer, "address": "Wang@Example.com"}
    enquiry = await ask(work, "alice", "POST", "/enquiries", body, 201)
    assert enquiry["address"] == "wang@example.com"
    enquiry = await step(work, "alice", enquiry, {"step": "solve", "words": "told Wang"})
    async with work.decisions.writing() as unit:
        await delete_customer(unit, customer, None, touch)
    after = await read(work, "alice", f"/enquiries/{enquiry['id']}")
    assert (after["words"], after["solution"], after["address"], after["customer"]) == ("", None, None, None)
    async with work.decisions.reading() as connection:
        assert set(await connection.scalars(select(EnquiryStepRow.fields))) == {"{}"}


@pytest.mark.one_database
async def test_phone_call_is_no_enquiry_of_its_own(work: Department) -> None:
    refused = await ask(work, "alice", "POST", "/enquiries", CHAT | {"channel": "phone"}, 422)
    assert "disposition" in refused["detail"]


async def test_enquiry_that_became_a_complaint_waits_for_nothing_though_a_follow_up_was_planned(
    work: Department,
) -> None:
    """Its case goes on; there is no step by which anybody could take the follow-up from the list."""
    enquiry = await ask(work, "alice", "POST", "/enquiries", CHAT, 201)
    enquiry = await step(work, "alice", enquiry, {"step": "plan", "words": "did it come", "follow_up_at": at(60)})
    assert len((await read(work, "alice", "/enquiries?order=due"))["items"]) == 1
    became = await step(work, "alice", enquiry, {"step": "complain", "words": "late", "wanted": "the money"})
    assert (became["follow_up_at"], became["follow_up"]) == (None, None)
    async with work.decisions.writing() as unit:  # as it was kept before
        await unit.execute(update(EnquiryRow).values(follow_up_at=MONDAY))
    assert (await read(work, "alice", "/enquiries?order=due"))["items"] == []
