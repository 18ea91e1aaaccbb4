"""Who calls: found by the number or by somebody's word, with what is known of earlier calls; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from callcenter.cases.complaints.vocabulary import CaseState, Move
from callcenter.cases.linking import LinkSettings
from callcenter.cases.owners import CustomerMatch, MatchKind
from callcenter.cases.repeats import RepeatFigures, newly_repeated, repeat_figures
from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.vocabulary import FollowUpState, VisitOutcome
from callcenter.numbers import PLAIN, Numbering, read_number
from callcenter.store import DecisionStore, JournalledFacts, Store
from callcenter.store.customers.contacts import contacts_of
from callcenter.store.customers.repeats import contacts_before, seen_contacts
from callcenter.store.tables import DispositionRow, LostCallClosingRow
from callcenter.usecases.customers import read_caller_keys as reading_keys
from callcenter.usecases.customers.read_caller_keys import read_caller_keys
from callcenter.usecases.customers.tell_caller import CallAsked, KnownCaller, known_caller
from callcenter.web.callers import Callers
from tests.integration.api import Department, department
from tests.integration.complaints import Desk
from tests.integration.office import settings_of
from tests.integration.test_customer_import import Command
from tests.integration.test_customers import Cards
from tests.integration.test_stored_calls import NOON, answered, told, visit
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

OWN, SHARED, NEW = "13800138000", "0571-88881234", "13900139000"
HOUR: Micros = 3600 * SECOND
NOW = NOON + 9 * HOUR
LOST = VisitOutcome.ABANDONED


class Hotline:
    """A department with customers and calls; what happened is told in order."""

    def __init__(self, work: Department, folder: Path) -> None:
        self.work = work
        self.cards = Cards(work.decisions)
        self._folder = folder
        self._position = 0

    @property
    def decisions(self) -> DecisionStore:
        return self.work.decisions

    async def happened(self, *visits: fx.Visit) -> None:
        store = await Store.open(settings_of(self._folder), "pbx")
        facts = [
            JournalledFacts(n, [*told(one), *(owed(one) if one.outcome is LOST else ())])
            for n, one in enumerate(visits, self._position + 1)
        ]
        self._position += len(visits)
        await store.write(facts, self._position)
        await store.close()

    async def who(self, number: str, uniqueid: str = "now", at: Micros = NOW) -> KnownCaller:
        asked = CallAsked(number=read_number(number), numbering=PLAIN, uniqueid=uniqueid, call=uniqueid, joined_at=at)
        async with self.decisions.reading() as connection:
            return await known_caller(connection, asked)

    async def pick(self, who: str, uniqueid: str, customer: str | None) -> int:
        browser = await self.work.signed_in(who)
        return (await browser.send("POST", f"/calls/{uniqueid}/customer", {"customer": customer})).status_code

    async def contacts(self, customer: str) -> list[str]:
        async with self.decisions.reading() as connection:
            return [one.uniqueid for one in await contacts_of(connection, customer, None, 50)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Hotline]:
    async with department(tmp_path) as work:
        yield Hotline(work, tmp_path)


def came(*uniqueids: str, number: str = OWN, hour: int = 0, **other: Any) -> list[fx.Visit]:
    return [answered(uid, NOON + (hour + n) * HOUR, caller=number, **other) for n, uid in enumerate(uniqueids)]


def lost(uid: str, number: str = OWN, hour: int = 5) -> fx.Visit:
    return visit(uid, LOST, NOON + hour * HOUR, caller=number)


def owed(one: fx.Visit, **more: Any) -> list[fx.Fact]:
    same = {name: getattr(one, name) for name in ("uniqueid", "queue", "n", "call", "caller")}
    given: dict[str, Any] = {"lost_at": one.left_at, "state": FollowUpState.OPEN, "tries": 0, "by": None}
    key = read_number(one.caller or "").key
    return [fx.LostCallChanged(at=one.left_at, lost=LostCall(**same, **{**given, **more}, key=key, closed_at=None))]


def seen(found: KnownCaller) -> Sequence[object]:
    return [one.uniqueid for one in found.contacts], found.repeat_of, found.open_lost, found.served_last


async def test_a_known_customer_comes_with_the_card_and_what_happened_on_all_its_numbers(line: Hotline) -> None:
    one = await line.cards.add("王小明", OWN, "13800138001", owner="Bob", key_account=True, group="orders")
    await line.happened(*came("1", "2", "3"), *came("4", number="0138-0013-8001", hour=4), lost("5"), lost("6", NEW))
    said = {"id": "d", "agent": "Alice", "at": NOON, "words": "asked for a refund", "given_by": "alice"}
    async with line.decisions.writing() as unit:
        await unit.execute(insert(DispositionRow).values(uniqueid="4", given_at=NOON, **said))

    found = await line.who("+86 138 0013 8000")

    assert found.customer == CustomerMatch(one, MatchKind.KNOWN)
    assert [(card.name, card.owner, card.group) for card in found.cards] == [("王小明", "Bob", "orders")]
    assert seen(found) == (["5", "4", "3", "2", "1"], "4", 1, "Alice")
    assert [contact.words for contact in found.contacts] == [None, "asked for a refund", None, None, None]


async def test_lost_calls_that_are_owed_a_call_back_are_counted_but_for_this_very_call(line: Hotline) -> None:
    one = await line.cards.add("王小明", OWN)
    await line.happened(lost("1", NEW), *came("2", number=NEW, hour=6), lost("3", NEW, 7), lost("now", NEW, 8))
    await line.happened(lost("4", NEW))
    closed = DATABASES.sql(settings_of(line._folder), "SELECT id FROM lost_calls WHERE uniqueid = '3'")[0][0]
    said = {"lost_call": closed, "closed_by": "sun", "closed_at": NOW, "reason": "wrote to us"}
    async with line.decisions.writing() as unit:
        await unit.execute(insert(LostCallClosingRow).values(**said))
    found = await line.who(NEW)
    await line.pick("sun", "1", one)

    assert (found.customer.match, found.cards, found.open_lost) == (MatchKind.NONE, (), 2)
    assert ((await line.who(NEW)).open_lost, (await line.who(OWN)).open_lost) == (1, 1)


async def test_a_shared_number_tells_candidates_and_repeats_nothing_until_somebody_picks(line: Hotline) -> None:
    first, second = await line.cards.add("王小明", OWN, SHARED), await line.cards.add("李红", SHARED)
    await line.happened(*came("1", number=SHARED), *came("2", number=SHARED, hour=1))
    before = await line.who(SHARED)
    picked = [await line.pick("sun", "1", second), await line.pick("sun", "2", first)]
    await line.happened(answered("now", NOW, caller=SHARED))
    picked.append(await line.pick("sun", "now", second))
    after = await line.who(SHARED)

    assert before.customer == CustomerMatch(None, MatchKind.SEVERAL, tuple(sorted((first, second))))
    assert ({card.name for card in before.cards}, before.repeat_of) == ({"王小明", "李红"}, None)
    assert picked == [200] * 3
    assert (after.customer, after.picked_by) == (CustomerMatch(second, MatchKind.KNOWN), "sun")
    assert (after.repeat_of, [one.uniqueid for one in after.contacts]) == ("1", ["now", "1"])
    assert (await line.contacts(first), await line.contacts(second)) == (["2"], ["now", "1"])


@pytest.mark.one_database
async def test_days_after_which_a_call_repeats_none_are_set(line: Hotline) -> None:
    await line.cards.add("王小明", OWN)
    await line.happened(*came("1"))
    asked = CallAsked(number=read_number(OWN), numbering=PLAIN, uniqueid="2", call="2", joined_at=NOW + 48 * HOUR)
    async with line.decisions.reading() as connection:
        found = [await known_caller(connection, asked, LinkSettings(repeat_days=days)) for days in (2, 3)]
    assert [one.repeat_of for one in found] == [None, "1"]


async def test_nobodys_number_is_looked_up_by_what_people_said_alone(line: Hotline) -> None:
    one = await line.cards.add("王小明", OWN)
    await line.happened(answered("now", NOW, caller="anonymous"))
    before = await line.who("anonymous")
    await line.pick("alice", "now", one)
    after = await line.who("anonymous")

    assert before == KnownCaller(customer=CustomerMatch(None, MatchKind.ANONYMOUS))
    assert (after.customer.id, after.picked_by) == (one, "alice")
    assert await line.contacts(one) == ["now"]


async def test_whoever_talked_or_leads_says_whose_call_it_is_and_may_take_it_back(line: Hotline) -> None:
    one, other = await line.cards.add("王小明", OWN), await line.cards.add("李红", NEW)
    await line.happened(*came("1"))

    codes = [await line.pick(who, "1", other) for who in ("alice", "bobby", "li-leads", "sun", "tian")]
    merged = await line.cards.merge(one, other)
    by_alias = await line.contacts(one)
    await line.cards.undo(merged)
    codes += [
        await line.pick("alice", "1", None),
        await line.pick("sun", "2", one),
        await line.pick("sun", "1", "f" * 32),
    ]

    assert codes == [200, 403, 200, 200, 403, 200, 404, 404]
    assert (by_alias, await line.contacts(one), await line.contacts(other)) == (["1"], ["1"], [])
    told = [(action, detail) for action, detail in await line.cards.audited() if action == "pick"]
    assert told == [("pick", {"before": None, "customer": other}), ("pick", {"before": other, "customer": None})]


@pytest.mark.one_database
async def test_whoever_names_a_customer_for_a_call_has_looked(line: Hotline) -> None:
    one, other = await line.cards.add("a", OWN), await line.cards.add("b", NEW)
    await line.happened(*came("1"))
    assert [await line.pick("alice", "1", named) for named in (other, None)] == [200, 200]
    sun = await line.work.signed_in("sun")
    looks = [(await sun.get(f"/customers/{named}/looks")).json()["items"] for named in (one, other)]
    assert [[(look["actor"], look["how"]) for look in some] for some in looks] == [[], [("alice", "card")]]


async def test_a_deleted_customers_picks_go_too(line: Hotline) -> None:
    one = await line.cards.add("王小明", OWN)
    await line.happened(*came("1", number="anonymous"))
    await line.pick("alice", "1", one)
    await line.cards.delete(one)

    assert DATABASES.sql(settings_of(line._folder), "SELECT * FROM visit_picks") == []
    assert (await line.who("anonymous", "1")).customer.match is MatchKind.ANONYMOUS


async def test_contacts_are_paged_from_the_newest_on_and_notes_shown_by_role(line: Hotline) -> None:
    one = await line.cards.add("王小明", OWN)
    await line.happened(*came("1", "2", "3"), lost("4"))
    await (await line.work.signed_in("alice")).send("POST", "/calls/3/dispositions", {"note": "or 13912345678"})

    pages, cursor = [], ""
    for _ in range(2):
        answer = await (await line.work.signed_in("alice")).get(f"/customers/{one}/contacts?limit=2{cursor}")
        pages.append(answer.json())
        cursor = f"&cursor={pages[-1]['next']}"

    assert [[item["uniqueid"] for item in page["items"]] for page in pages] == [["4", "3"], ["2", "1"]]
    assert [item["words"] for item in pages[0]["items"]] == [None, "or 139****5678"]
    assert (pages[0]["items"][0]["outcome"], pages[1]["next"]) == ("abandoned", None)
    shown = [line.split() for line in (await Command(line._folder)("show", one)).splitlines()]
    calls = [row[3:] for row in shown if row[0] == "call"]
    assert calls[:2] == [["key_accounts,", "abandoned"], ["key_accounts,", "answered,", "Alice,", "or", "13912345678"]]


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"key_account": True, "queue": "key_accounts"}, Preference(queue="key_accounts")),
        ({"key_account": True, "group": "orders", "owner": "Bob"}, Preference(group="orders", agent="Bob")),
        ({"queue": "key_accounts", "owner": "Bob"}, Preference(agent="Bob")),
    ],
)
async def test_a_route_follows_the_card(line: Hotline, told: dict[str, Any], known: Preference) -> None:
    await line.cards.add("王小明", OWN, SHARED, **told)
    await line.cards.add("李红", SHARED, **told)
    callers = await Callers.open(settings_of(line._folder))

    found = [await callers.prefer(read_number(number).key or "") for number in (OWN, SHARED, NEW)]

    await callers.close()
    assert found == [known, NO_PREFERENCE, NO_PREFERENCE]


async def test_open_complaints_are_told_and_whoever_answers_for_the_newest_is_preferred(line: Hotline) -> None:
    kept, other = await line.cards.add("王小明", OWN, owner="Zoe"), await line.cards.add("李红", NEW)
    for name in ("alice", "bobby", "sun", "ma"):
        await line.work.signed_in(name)
    desk = Desk(line.decisions)
    await desk.open("a" * 32, "alice", 0, customer=other)
    await desk.open("b" * 32, "alice", 1, customer=kept, content="x" * 300)
    await desk.move("b" * 32, Move.HAND_OVER, "sun", 2, {"to": "bobby", "reason": "on leave"})
    apart = await line.who(OWN)
    await line.cards.merge(kept, other)
    together = await line.who(OWN)
    callers = await Callers.open(settings_of(line._folder))
    preferred = [await callers.prefer(read_number(OWN).key or "")]
    await desk.move("b" * 32, Move.HAND_OVER, "sun", 3, {"to": "sun", "reason": "a key account"})
    preferred.append(await callers.prefer(read_number(OWN).key or ""))
    for number, owner in (("a" * 32, "alice"), ("b" * 32, "sun")):
        await desk.move(number, Move.WITHDRAW, owner, 4, {"contact": "called", "reason": "solved"})
    still = await line.who(OWN)
    for number in ("a" * 32, "b" * 32):
        await desk.move(number, Move.ARCHIVE, "ma" if number[0] == "b" else "sun", 5)
    preferred.append(await callers.prefer(read_number(OWN).key or ""))
    await callers.close()

    (told,) = apart.cases
    assert (told.number, told.state, told.owner, told.agent) == ("2026-03-0002", CaseState.RECORDED, "bobby", "Bob")
    assert (told.first_responder, told.what, told.due) == ("alice", "x" * 200, MONDAY + 49 * HOUR)
    assert [one.id[0] for one in together.cases] == ["b", "a"]
    assert [(one.state, one.due) for one in still.cases] == [(CaseState.WITHDRAWN, None)] * 2
    assert (await line.who(OWN)).cases == ()
    assert preferred == [Preference(agent="Bob"), Preference(agent="Zoe"), Preference(agent="Zoe")]


async def test_repeat_calls_are_counted_by_customer_and_by_matter(line: Hotline) -> None:
    one, other = await line.cards.add("王小明", OWN), await line.cards.add("李红", NEW, SHARED)
    await line.cards.add("Zoe", SHARED)
    await line.work.signed_in("alice")
    visits = [*came("1", "2"), *came("3", number=NEW, hour=1), *came("4", number=SHARED, hour=2)]
    await line.happened(*visits, lost("5", NEW), *came("6", number="13700137000", queue="orders"))
    desk = Desk(line.decisions)
    await desk.open("a" * 32, call="1", customer=one)
    await desk.open("b" * 32, at=1, call="2", customer=one, follows="a" * 32)

    async def counted(queue: str | None = None, days: int = 30) -> RepeatFigures:
        async with line.decisions.reading() as connection:
            found = await seen_contacts(connection, NOON, NOON + 3 * HOUR, queue)
        return repeat_figures(found, NOON + 24 * days * HOUR)

    assert await counted() == RepeatFigures(repeated=2, alone=2, same=1, resolved=2, unidentified=1, unknown=1)
    assert await counted("orders", days=1) == RepeatFigures(pending=1)
    assert await line.pick("sun", "4", other) == 200
    assert (await counted()).unknown == 2
    said = {"agent": "Alice", "at": NOON, "words": "", "given_by": "alice", "given_at": NOON, "case_class": "late"}
    async with line.decisions.reading() as connection:
        stays = await contacts_before(connection, ["key_accounts"], NOON + HOUR, NOON + 3 * HOUR)
    assert newly_repeated(stays, NOON + HOUR, NOON + 3 * HOUR) == {"key_accounts": 2}
    async with line.decisions.writing() as unit:
        for uniqueid in ("3", "5"):
            await unit.execute(insert(DispositionRow).values(id=uniqueid, uniqueid=uniqueid, **said))
    assert (await counted()).same == 2, "both were about the same class"


async def test_visits_of_before_are_given_their_keys_a_few_at_a_time(
    line: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_keys, "_AT_ONCE", 2)
    monkeypatch.setattr(reading_keys, "_PAUSE_SECONDS", 0)
    numbers = ("13800138000", "88881234", "anonymous", "x", "0571 8888 1234")
    await line.happened(*(answered(str(n), caller=number) for n, number in enumerate(numbers)))
    DATABASES.sql(settings_of(line._folder), "UPDATE visits SET caller_key = NULL")

    async with asyncio.timeout(10):
        await read_caller_keys(line.decisions, Numbering(area_code="0571"))

    rows = DATABASES.sql(settings_of(line._folder), "SELECT caller_key FROM visits ORDER BY uniqueid")
    assert [key for (key,) in rows] == ["+8613800138000", "+8657188881234", "", "", "+8657188881234"]
