"""A masked number is shown in full to one who gives a reason: whose it is to ask, what the log has, how often."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.domain import facts as fx
from callcenter.numbers import numbering_of
from callcenter.store import JournalledFacts, Store
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.record.rows import lost_call_id
from callcenter.tracker import RulesInForce
from callcenter.usecases.complaints.move_case import open_case
from tests.integration.api import PEOPLE, ROSTER, Department, Json, department
from tests.integration.office import propose, settings_of
from tests.integration.test_lost_calls import lost
from tests.integration.test_stored_calls import answered, told
from tests.unit.rules.detection.people import MONDAY
from tests.unit.rules.detection.people import record as standing

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]

NUMBER, OTHER = "13812345678", "13900139000"
LOST, HIDDEN = lost("l1", 1, NUMBER), lost("l2", 2, None)
CASE = "c" * 32


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(found.in_force.rulebook, ROSTER, numbering=numbering_of("0571", None, ()))
        store = await Store.open(settings_of(tmp_path), "pbx")
        talk = told(answered("c1", MONDAY, caller=NUMBER))
        facts = [fx.LostCallChanged(at=MONDAY, lost=one) for one in (LOST, HIDDEN)]
        await store.write([JournalledFacts(1, [*talk, *facts])], 1)
        await store.close()
        yield found


async def asks(work: Department, name: str, of: str, number: str, reason: str = "the parcel came back") -> Json:
    """Ask for a number: the number, or the status of the refusal."""
    body = {"of": of, "id": number, "reason": reason}
    answer = await (await work.signed_in(name)).send("POST", "/numbers/reveal", body)
    return answer.json()["number"] if answer.status_code == 200 else answer.status_code


async def test_who_may_see_the_thing_may_give_a_reason_and_read_its_number(work: Department) -> None:
    await work.signed_in("alice")
    record = await propose(work.decisions, standing=standing(notified_at=MONDAY), caller=NUMBER, evidence=[])
    about = CaseAbout(channel=CaseChannel.PHONE, customer=None, call="c1")
    async with work.decisions.writing() as unit:
        said = {"by": "alice", "content": "broken", "wanted": "a new one"}
        await open_case(unit, work.service.case_office, CASE, about, said, work.now)
    things = {"call": "c1", "lost_call": lost_call_id("pbx", LOST), "record": record, "case": CASE}
    found = {
        name: [await asks(work, name, of, number) for of, number in things.items()]
        for name in ("alice", "bobby", "li-leads", "tian", "hua", "root")
    }
    assert found == {
        "alice": [NUMBER, NUMBER, NUMBER, NUMBER],
        "bobby": [403, NUMBER, 404, 404],
        "li-leads": [NUMBER, NUMBER, NUMBER, NUMBER],
        "tian": [NUMBER, NUMBER, NUMBER, 403],
        "hua": [NUMBER, 403, NUMBER, 403],
        "root": [403, 403, 403, 403],
    }
    assert set(found) <= PEOPLE.keys()


async def test_a_number_that_nobody_knows_is_not_there_and_a_reason_has_to_be_one(work: Department) -> None:
    assert await asks(work, "alice", "lost_call", lost_call_id("pbx", HIDDEN)) == 404
    assert await asks(work, "alice", "lost_call", "f" * 32) == 404
    assert await asks(work, "alice", "lost_call", lost_call_id("pbx", LOST), reason=" ") == 422
    assert await asks(work, "alice", "customer", "x") == 422


async def test_the_log_has_it_with_its_reason_and_no_card_is_opened_by_it(work: Department) -> None:
    ma, alice = await work.signed_in("ma"), await work.signed_in("alice")
    card = {"name": "张三", "numbers": [{"raw": NUMBER}], "address": "文汇路9号"}
    customer = (await ma.send("POST", "/customers", card)).json()["id"]
    number = lost_call_id("pbx", LOST)
    assert await asks(work, "alice", "lost_call", number, reason=f"she asked to be called at {OTHER}") == NUMBER
    (look,) = (await ma.get(f"/customers/{customer}/looks")).json()["items"]
    assert (look["actor"], look["how"]) == ("alice", "number")
    assert look["reason"].startswith("she asked to be called at 139")
    assert OTHER not in look["reason"]
    found = (await (await work.signed_in("hua")).get("/audit")).json()["items"]
    told = [(one["actor"], one["kind"], one["subject"]) for one in found if one["action"] == "reveal"]
    assert told == [("alice", "lost_call", number)]
    assert NUMBER not in (await alice.get(f"/customers/{customer}")).text


async def test_who_reads_number_after_number_is_looked_into_and_has_to_wait(work: Department) -> None:
    number = lost_call_id("pbx", LOST)
    found = [await asks(work, "alice", "lost_call", number) for _ in range(202)]
    assert found == [NUMBER] * 200 + [429] * 2
    (review,) = (await (await work.signed_in("qian")).get("/customers/access-reviews")).json()["items"]
    assert (review["actor"], review["what"]) == ("alice", "no_call")
