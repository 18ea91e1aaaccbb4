"""The privacy table: who reads which field where, and that the log has whatever was shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert

from callcenter.cases.access import LookKind
from callcenter.domain.frame import SECOND
from callcenter.errors import StoreError
from callcenter.numbers import numbering_of
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store import JournalledFacts, Store
from callcenter.store.customers.looks import CardLook, add_look
from callcenter.store.record.models import VisitRow
from callcenter.store.tables import DispositionRow
from callcenter.tracker import RulesInForce
from callcenter.usecases.customers import show_customers
from callcenter.web import pops
from callcenter.web.callers import Callers
from callcenter.web.live.words import Topic
from tests.integration.api import PEOPLE, ROSTER, Browser, Department, Json, department
from tests.integration.lively import ALICE, Lively
from tests.integration.office import propose, settings_of
from tests.integration.test_stored_calls import answered, told
from tests.unit.rules.detection.people import MONDAY
from tests.unit.rules.detection.people import record as standing

pytestmark = pytest.mark.usefixtures("database")

NUMBER = "13812345678"
MINUTE = 60 * SECOND
NAME, ADDRESS = "张三", "文汇路9号"
ZHANG = {"name": NAME, "numbers": [{"raw": NUMBER}], "address": ADDRESS, "credit": f"ask {NUMBER}"}
SEEN = {"full": NUMBER, "masked": "138****5678"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(found.in_force.rulebook, ROSTER, numbering=numbering_of("0571", None, ()))
        yield found


@pytest.fixture
async def ringing(work: Department, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lively]:
    """Give phones whose agents are told who calls, from the database."""
    monkeypatch.setattr(pops, "_CARD_SECONDS", 5)
    house = Lively(since=work.now)
    house.feed.pops._book = callers = await Callers.open(settings_of(tmp_path))

    async def all_last(asked: set[str]) -> set[str]:
        return asked

    running = asyncio.create_task(house.feed.run(all_last))
    yield house
    running.cancel()
    await asyncio.wait([running])
    await callers.close()


async def made(work: Department, **told: Json) -> str:
    answer = await (await work.signed_in("ma")).send("POST", "/customers", ZHANG | told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def looks(work: Department, number: str) -> list[tuple[str, str]]:
    """Tell who was shown a customer and how, the oldest first."""
    answer = await (await work.signed_in("qian")).get(f"/customers/{number}/looks?limit=200")
    return [(one["actor"], one["how"]) for one in reversed(answer.json()["items"])]


# the table by hand: number and texts, `-` refused, `none` neither shown

TABLE = """
place      field   alice   li-leads  sun     tian    qian    ma      hua     root
lookup     number  masked  masked    full    -       full    full    -       -
lookup     text    none    none      full    -       full    full    -       -
card       number  masked  masked    full    -       full    full    -       -
card       text    none    none      full    -       full    full    -       -
search     number  -       masked    full    -       -       full    -       -
search     text    -       none      full    -       -       full    -       -
notes      number  none    none      full    -       full    full    -       -
history    number  masked  masked    full    -       full    full    -       -
history    text    none    none      full    -       full    full    -       -
contacts   number  masked  none      full    -       full    full    -       -
contacts   text    full    none      full    -       full    full    -       -
pop        number  full    full      -       -       -       -       -       -
pop        text    full    full      -       -       -       -       -       -
export     number  -       -         full    -       -       full    -       -
export     text    -       -         full    -       -       full    -       -
outdated   number  masked  masked    full    -       -       full    -       -
calls      number  masked  masked    full    -       -       -       -       -
violation  number  masked  masked    full    masked  full    full    masked  none
"""
LOGGED = {"lookup": "search", "search": "list", "export": "export", "pop": "call", "calls": None, "violation": None}
"""How a place stands in the log; others are cards, and calls and violations show none."""


async def asked(work: Department, browser: Browser, place: str, customer: str, record: str) -> tuple[int, str]:
    """Ask for something in a place."""
    match place:
        case "lookup":
            answer = await browser.send("POST", "/customers/lookup", {"number": NUMBER})
            return answer.status_code, str(answer.json().get("items"))  # beside them stands what was asked
        case "search":
            answer = await browser.send("POST", "/customers/search", {})
        case "outdated":
            told = {"numbers": [{"raw": "13900139000"}]}
            answer = await browser.send("PATCH", f"/customers/{customer}", told, If_Match='"1"')
        case "export":
            answer = await browser.get("/customers/export")
        case "calls":
            answer = await browser.get("/calls/talked?agent=Alice")
        case "violation":
            answer = await browser.get(f"/violations/{record}")
        case _:
            answer = await browser.get(f"/customers/{customer}" + ("" if place == "card" else f"/{place}"))
    return answer.status_code, answer.text


async def talked_of(work: Department, folder: Path) -> None:
    """Let the customer have called, and somebody have written of it."""
    store = await Store.open(settings_of(folder), "pbx")
    await store.write([JournalledFacts(1, told(answered("c9", MONDAY - 60 * MINUTE, caller=NUMBER)))], 1)
    await store.close()
    said = {"id": "d", "agent": "Alice", "at": MONDAY, "words": f"moved to {ADDRESS}, {NUMBER}", "given_by": "alice"}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(DispositionRow).values(uniqueid="c9", given_at=MONDAY, **said))


async def popped(house: Lively, name: str) -> tuple[int, str]:
    """Let the phone of somebody ring for the customer, or another's, and give what their page tells of it."""
    role, agent, team = PEOPLE[name]
    own = house.open(Principal(account=name, role=role, agent=agent, team=team), Topic.POPS)
    rung = agent or "Zoe"
    control = house.open(Principal(account="", role=Role.TRAINING_SPECIALIST, agent=rung), Topic.POPS)
    for page in (own, control):
        await page.next()
    call = f"pop-{name}"
    house.sign_in(rung)
    house.join(call, number=NUMBER)
    house.ring(call, agent=rung)
    await control.next()
    shown = await own.rest("pops")
    house.answer(call, agent=rung)
    house.hang_up(call, agent=rung)
    for page in (own, control):
        house.feed.leave(page.reader)
    assert [len(one["cards"]) for one in shown] == [1] * len(shown)
    return (200, str(shown)) if shown else (403, "")


def read_of(status: int, text: str, field: str) -> str:
    """Tell how much of a field an answer shows."""
    if status == 403:
        return "-"
    if field == "text":
        return "full" if ADDRESS in text else "none"
    return next((seen for seen, shown in SEEN.items() if shown in text), "none")


async def test_each_role_reads_of_each_field_in_each_place_what_the_table_says(
    work: Department, ringing: Lively, tmp_path: Path
) -> None:
    number = await made(work)
    ma = await work.signed_in("ma")
    await ma.send("PATCH", f"/customers/{number}", {"address": "x", "numbers": []}, If_Match='"1"')
    await ma.send("PATCH", f"/customers/{number}", ZHANG, If_Match='"2"')
    await ma.send("POST", f"/customers/{number}/notes", {"words": f"{NUMBER} is his wife's"})
    record = await propose(work.decisions, standing=standing(notified_at=MONDAY), caller=NUMBER, evidence=[])
    await talked_of(work, tmp_path)
    rows = [line.split() for line in TABLE.strip().splitlines()]
    names, expected = rows[0][2:], {(place, field): cells for place, field, *cells in rows[1:]}
    found, logged = {key: list[str]() for key in expected}, list[tuple[str, str]]()
    for name in names:
        browser = await work.signed_in(name)
        places = dict.fromkeys(place for place, _ in expected)
        answers = {
            place: await (popped(ringing, name) if place == "pop" else asked(work, browser, place, number, record))
            for place in places
        }
        for place, field in expected:
            found[place, field].append(read_of(*answers[place], field))
        shown = [LOGGED.get(place, "card") for place, (status, _) in answers.items() if status != 403]
        logged += [(name, how) for how in shown if how is not None]
    assert found == expected
    assert sorted(await looks(work, number)) == sorted(logged)


async def answered_call(work: Department) -> None:
    row = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    told = {"id": "a" * 32, "node": "pbx", "uniqueid": "c1", "queue": "sales", "n": 1, "caller": NUMBER}
    told |= {"caller_key": f"+86{NUMBER}", "agent": "Alice", "answered_at": MONDAY, "outcome": "answered"}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row | told))


async def test_card_is_open_to_the_agent_of_its_call_and_for_a_while_after(work: Department) -> None:
    number, other = await made(work), await made(work, numbers=[{"raw": "13900139000"}])
    await answered_call(work)
    house = Lively(since=work.now)
    house.sinks.append(work.calls)
    alice, bobby = await work.signed_in("alice"), await work.signed_in("bobby")

    async def reads(browser: Browser, customer: str = number) -> str:
        work.now = house.now
        return read_of(*await asked(work, browser, "card", customer, ""), "number")

    house.sign_in()
    house.join(number=NUMBER)
    seen = [await reads(alice)]
    house.ring()
    seen += [await reads(alice), await reads(bobby), await reads(alice, other)]
    house.answer(after=2)
    trick = {"numbers": [{"place": 0}, {"raw": NUMBER}]}
    assert (await alice.send("PATCH", f"/customers/{other}", trick, If_Match='"1"')).status_code == 200
    assert await reads(alice, other) == "masked"  # whoever writes the caller's number into a card opens none
    calls = (await alice.get("/calls/talked")).json()["items"]
    work.now = ended = house.now + 600 * SECOND
    house.hang_up(after=600)
    seen += [await reads(alice)]
    house.now = ended + 10 * MINUTE - 1
    seen += [await reads(alice)]
    house.now += 1
    seen += [await reads(alice)]

    assert seen == ["masked", "full", "masked", "none", "full", "full", "masked"]
    assert calls[0]["caller"] == NUMBER
    kinds = sorted(how for who, how in await looks(work, number) if who == "alice")
    assert kinds == ["call"] * 3 + ["card"] * 2
    shown = (await (await work.signed_in("sun")).get(f"/customers/{number}/looks")).json()["items"]
    assert {one["call"] for one in shown if one["how"] == "call"} == {"c1"}


@pytest.mark.one_database
async def test_number_of_one_s_own_call_is_no_longer_told_in_full_when_the_card_is_closed() -> None:
    house = Lively()
    house.sign_in()
    house.join(number=NUMBER)
    event = house.feed._publish(Topic.POPS, {"at": None, "caller": None}, "Alice", caller=NUMBER)
    told = [event.said_to(ALICE, house.now + passed)["caller"] for passed in (0, 10 * MINUTE)]
    assert told == [NUMBER, "138****5678"]


async def test_reason_opens_one_card_for_a_while_and_is_kept(work: Department) -> None:
    number, other = await made(work), await made(work, name="other")
    alice, root = await work.signed_in("alice"), await work.signed_in("root")
    for reason in ("", " ", "a\u202eb", "x" * 3_000):
        refused = await alice.send("POST", f"/customers/{number}/reveal", {"reason": reason})
        assert refused.status_code == 422
    answer = await alice.send("POST", f"/customers/{number}/reveal", {"reason": f"calls back {NUMBER}"})
    assert (answer.status_code, answer.json()["id"]) == (200, number)
    opened = [(await asked(work, alice, "card", one, ""))[1] for one in (number, other)]
    work.now += 10 * MINUTE
    closed = (await asked(work, alice, "card", number, ""))[1]
    assert [NUMBER in text for text in (*opened, closed)] == [True, False, False]
    assert (await looks(work, number))[-3:] == [("alice", "reveal"), ("alice", "reveal"), ("alice", "card")]
    shown = (await (await work.signed_in("sun")).get(f"/customers/{number}/looks")).text
    assert "calls back 138****5678" in shown
    told = [one for one in (await root.get("/audit?limit=200")).json()["items"] if one["subject"] == number]
    assert [(one["actor"], one["action"]) for one in told][-3:] == [
        ("alice", "reveal"), ("qian", "read_looks"), ("sun", "read_looks")
    ]  # fmt: skip


async def test_who_looked_is_known_of_a_deleted_customer_and_no_business_of_agents(work: Department) -> None:
    number = await made(work)
    alice, ma = await work.signed_in("alice"), await work.signed_in("ma")
    await asked(work, alice, "card", number, "")
    assert (await ma.send("DELETE", f"/customers/{number}", If_Match='"1"')).status_code == 200
    assert await looks(work, number) == [("alice", "card")]
    refused = {who for who in PEOPLE if (await (await work.signed_in(who)).get(f"/customers/{number}/looks")).is_error}
    assert refused == {"alice", "bobby", "li-leads", "tian", "hua", "root"}


@pytest.mark.one_database
async def test_card_that_cannot_be_logged_is_not_shown(work: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await made(work)

    async def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(show_customers, "add_look", full)
    ma = await work.signed_in("ma")
    for place in ("card", "lookup", "search", "notes", "history", "export", "outdated"):
        await ma.send("POST", f"/customers/{number}/notes", {"words": NUMBER})
        status, text = await asked(work, ma, place, number, "")
        if place != "outdated":
            assert (place, status, NAME in text, NUMBER in text) == (place, 503, False, False)


async def test_reads_out_of_the_ordinary_wait_for_a_person_who_alone_files(work: Department) -> None:
    number = await made(work)
    alice, sun, qian = [await work.signed_in(who) for who in ("alice", "sun", "qian")]
    for _ in range(20):
        await asked(work, alice, "card", number, "")
    assert (await sun.get("/customers/access-reviews")).json()["items"] == []
    for _ in range(2):
        await asked(work, alice, "card", number, "")
    (review,) = (await sun.get("/customers/access-reviews?state=open")).json()["items"]
    assert (review["actor"], review["agent"], review["what"], review["state"]) == ("alice", "Alice", "no_call", "open")
    path = f"/customers/access-reviews/{review['id']}"
    assert (await alice.get(path)).status_code == 403
    off = await sun.send("POST", f"{path}/file", {"reason": "sold them"}, Accept_Language="en")
    assert (off.status_code, "V-LEAK is not on" in off.text) == (422, True)
    work.in_force = with_leaks_on(work.in_force)
    filed = (await sun.send("POST", f"{path}/file", {"reason": "sold them"})).json()
    assert (filed["state"], filed["decided_by"], filed["reason"]) == ("filed", "sun", "sold them")
    record = (await sun.get(f"/violations/{filed['record']}")).json()
    assert (record["rule"], record["agent"], record["state"], record["proposed_by"]) == (
        "V-LEAK", "Alice", "proposed", "sun"
    )  # fmt: skip
    assert (await qian.send("POST", f"{path}/ordinary", {"reason": "no"})).status_code == 409
    await asked(work, alice, "card", number, "")
    (again,) = (await sun.get("/customers/access-reviews?state=open")).json()["items"]
    done = await qian.send("POST", f"/customers/access-reviews/{again['id']}/ordinary", {"reason": "a survey"})
    assert (done.json()["state"], (await sun.get(f"{path[:-1]}x")).status_code) == ("ordinary", 404)


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/customers/lookup", "/lost-calls/search"])
async def test_whoever_tries_numbers_out_is_looked_into_though_nothing_is_found(work: Department, path: str) -> None:
    await made(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    for n in range(21):
        await alice.send("POST", path, {"number": f"138{n:04}5678"})
    (review,) = (await sun.get("/customers/access-reviews")).json()["items"]
    assert (review["actor"], review["what"]) == ("alice", "no_call")


@pytest.mark.one_database
async def test_whoever_reads_masked_tries_so_many_numbers_out_in_an_hour_and_no_more(work: Department) -> None:
    await made(work)
    found = {}
    for who in ("alice", "ma"):
        browser = await work.signed_in(who)
        look = CardLook(id="", at=work.now, actor=who, how=LookKind.SEARCH, customers=0)
        async with work.decisions.writing() as unit:
            for n in range(200):
                await add_look(unit, msgspec.structs.replace(look, id=f"{who}-{n}"), [])
        paths = ("/customers/lookup", "/lost-calls/search")
        found[who] = [(await browser.send("POST", path, {"number": NUMBER})).status_code for path in paths]
    assert found == {"alice": [429, 429], "ma": [200, 200]}
    work.now += 60 * MINUTE
    alice = await again(work, "alice")
    assert (await alice.send("POST", "/customers/lookup", {"number": NUMBER})).status_code == 200


@pytest.mark.one_database
async def test_masked_digits_are_not_found_out_one_by_one(work: Department) -> None:
    number = await made(work)
    found = {}
    for who in ("li-leads", "sun"):
        browser = await work.signed_in(who)
        answers = [
            await browser.send("POST", "/customers/search", {"number": sought}) for sought in ("5678", "45678", NUMBER)
        ]
        found[who] = [[one["id"] for one in answer.json().get("items", ())] for answer in answers]
    assert found == {"li-leads": [[number], [], [number]], "sun": [[number]] * 3}


@pytest.mark.one_database
async def test_numbers_are_not_found_out_by_telling_them_to_a_card(work: Department) -> None:
    number = await made(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")

    async def tells(raws: list[str]) -> str:
        """Tell more numbers than a card holds, with a class that there is not: nothing would be kept either way."""
        told = {"numbers": [{"place": 0}, *({"raw": raw} for raw in raws)], "customer_class": "none"}
        answer = await alice.send("PATCH", f"/customers/{number}", told, If_Match='"1"', Accept_Language="en")
        return str(answer.json()["detail"])

    wrong = [f"138{n:04}5678" for n in range(20)]
    assert await tells(wrong) == await tells([*wrong[1:], NUMBER])
    for n in range(21):
        told = {"numbers": [{"place": 0}, {"raw": wrong[n % 2]}]}
        assert (await alice.send("PATCH", f"/customers/{number}", told, If_Match=f'"{n + 1}"')).status_code == 200
    (review,) = (await sun.get("/customers/access-reviews")).json()["items"]
    assert (review["actor"], review["what"]) == ("alice", "no_call")


@pytest.mark.one_database
async def test_nobody_decides_on_their_own_reads(work: Department) -> None:
    for n in range(3):
        await made(work, name=f"c{n}")
    sun, ma = await work.signed_in("sun"), await work.signed_in("ma")
    for _ in range(67):
        await asked(work, sun, "search", "", "")
    (review,) = (await ma.get("/customers/access-reviews")).json()["items"]
    assert (review["actor"], review["what"], review["agent"]) == ("sun", "many", None)
    path = f"/customers/access-reviews/{review['id']}"
    own = await sun.send("POST", f"{path}/ordinary", {"reason": "mine"})
    none = await ma.send("POST", f"{path}/file", {"reason": "x"}, Accept_Language="en")
    assert (own.status_code, none.status_code, "no agent" in none.text) == (403, 422, True)


@pytest.mark.one_database
async def test_agent_who_reads_off_shift_is_looked_into(work: Department) -> None:
    number = await made(work)
    shift = (MONDAY, MONDAY + 8 * 60 * MINUTE)
    roster = msgspec.structs.replace(ROSTER, shifts={"Alice": (shift,)})
    work.in_force = msgspec.structs.replace(work.in_force, roster=roster)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    found = []
    for late in (0, 30, 31):
        work.now = shift[1] - 1 + late * MINUTE
        alice, sun = await again(work, "alice"), await again(work, "sun")
        await asked(work, alice, "card", number, "")
        found.append([one["what"] for one in (await sun.get("/customers/access-reviews")).json()["items"]])
    assert found == [[], [], ["odd_hours"]]


async def again(work: Department, name: str) -> Browser:
    """Sign somebody in again, whose session a long time has ended."""
    browser = await work.signed_in(name)
    await browser.sign_in(name)
    return browser


def with_leaks_on(in_force: RulesInForce) -> RulesInForce:
    """Let V-LEAK be recorded, as a department may decide."""
    book = in_force.rulebook
    edition = book.editions[-1]
    rules = {**edition.violations, "V-LEAK": msgspec.structs.replace(edition.violations["V-LEAK"], mode=Mode.ON)}
    changed = msgspec.structs.replace(edition, violations=rules)
    editions = (*book.editions[:-1], changed)
    return msgspec.structs.replace(in_force, rulebook=msgspec.structs.replace(book, editions=editions))
