"""The live stream without a socket: who is told what, in which order, and what becomes of slow readers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from callcenter.cases.complaints.vocabulary import CaseState
from callcenter.cases.linking import LostVisit
from callcenter.cases.owners import CustomerMatch, MatchKind
from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import FollowUpBy, PageWord, VisitOutcome
from callcenter.errors import StoreError
from callcenter.exporter.health import Health
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store.complaints.matters import OpenMatter
from callcenter.store.customers.contacts import Contact
from callcenter.store.decisions.lost_calls import OpenLostCalls
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.usecases.customers.log_pops import PopShown
from callcenter.usecases.customers.tell_caller import CallAsked, CallerCard, KnownCaller
from callcenter.web import pops
from callcenter.web.desk.listening import ListenIn, ListenMode
from callcenter.web.live import feed
from callcenter.web.live.reader import MOST_UNREAD
from callcenter.web.live.words import Topic, framed
from callcenter.web.problems import RequestRefused
from tests.integration.lively import ADMIN, ALICE, BOB, LEADER, SUPERVISOR, Lively, Page, violation
from tests.integration.office import dossier
from tests.support.asyncapi import require_leaving_described
from tests.unit.rules.detection.people import record
from tests.unit.test_exporter import NOON

KNOWN = KnownCaller(
    customer=CustomerMatch("C1", MatchKind.KNOWN),
    cards=(
        CallerCard(
            id="C1",
            name="Chen 13812345678",
            customer_class="A",
            key_account=True,
            queue=None,
            group="orders",
            owner="Bob",
        ),
    ),
    contacts=(
        Contact(
            id="v1",
            uniqueid="c0",
            at=NOON,
            queue="sales",
            outcome=VisitOutcome.ANSWERED,
            agent="Bob",
            words="call 13812345678 back",
            callback_by=NOON,
        ),
    ),
    repeat_of="c0",
    open_lost=1,
    served_last="Bob",
    cases=(
        OpenMatter(
            id="a1",
            number="2026-03-0001",
            state=CaseState.ASSIGNED,
            due=NOON,
            owner="bobby",
            agent="Bob",
            first_responder="alice",
            what="call 13812345678 back",
        ),
    ),
)
HOSTILE = '<img src=x onerror=1>\r\ndata: {"forged": 1}\n\nevent: pops\u202e'


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> AsyncIterator[Lively]:
    """Give a house whose stream runs and which tells of its floor at once."""
    monkeypatch.setattr(feed, "_FLOOR_SECONDS", 0)
    house = Lively(tell_listening=getattr(request, "param", True))

    async def all_last(asked: set[str]) -> set[str]:
        return asked

    running = asyncio.create_task(house.feed.run(all_last))
    yield house
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def turns() -> None:
    """Let everything that is ready happen."""
    for _ in range(20):
        await asyncio.sleep(0)


async def whats(page: Page) -> list[str]:
    return [said["what"] for said in await page.rest()]


async def test_a_snapshot_comes_first_then_each_change_with_a_greater_number(house: Lively) -> None:
    house.sign_in()
    house.join()
    page = house.open(SUPERVISOR, Topic.CALLS, Topic.FLOOR)
    name, said = await page.next()
    first = page.last
    house.ring()

    told = [await page.next() for _ in range(2)]

    assert (name, said["topics"]) == ("snapshot", ["calls", "floor"])
    assert [(queue["queue"], queue["waiting"]) for queue in said["floor"]["queues"]] == [("sales", 1)]
    assert [(one["agent"], one["state"]) for one in said["floor"]["agents"]] == [("Alice", "available")]
    assert said["floor"]["rings"] == {"most": 3, "seconds": 5.0}
    assert said["floor"]["service_level"] == "sl-offered"
    assert [one["team"] for one in said["floor"]["agents"]] == ["hotline"]
    assert [one["what"] for _, one in told] == ["offered", "rang"]
    assert page.last == first + 2


async def test_the_floor_is_told_of_queues_and_agents_that_changed(house: Lively) -> None:
    house.sign_in()
    page = house.open(SUPERVISOR, Topic.FLOOR)
    await page.next()
    await turns()
    await page.rest("floor")
    house.join()
    house.ring()
    await turns()

    queue, agent = await page.rest("floor")

    assert (queue["queue"]["queue"], queue["queue"]["waiting"]) == ("sales", 1)
    assert (agent["agent"]["agent"], agent["agent"]["state"]) == ("Alice", "ringing")


async def test_a_queue_is_told_of_when_fewer_agents_or_more_are_ready_for_it(house: Lively) -> None:
    house.sign_in()
    house.sign_in("Bob")
    page = house.open(SUPERVISOR, Topic.FLOOR)
    await page.next()
    await turns()
    await page.rest("floor")
    house.tell(ev.MemberSeen, "sales", "PJSIP/Alice", "Alice", "PJSIP/Alice", 1, paused=True, reason="tea")
    await turns()

    queue, agent = await page.rest("floor")

    assert (queue["queue"]["ready"], queue["queue"]["signed_in"]) == (1, 2)
    assert (agent["agent"]["state"], agent["agent"]["team"]) == ("paused", "hotline")


async def test_leads_and_the_agent_are_told_each_time_that_a_page_fails_its_agent(house: Lively) -> None:
    house.sign_in()
    pages = [house.open(person, Topic.FLOOR) for person in (LEADER, ALICE, BOB)]
    await turns()
    for page in pages:
        await page.next()
        await page.rest("floor")
    for word in (PageWord.COULD_NOT_RING, PageWord.PAGE_HIDDEN, PageWord.CUT_SHORT):
        house.tell(ev.PageTold, "Alice", word, None, None, None)
        await turns()
    told = [[one["agent"]["page_failures"] for one in await page.rest("floor")] for page in pages]
    assert told == [[1, 2], [1, 2], []]


async def test_an_agent_who_is_nowhere_any_more_is_gone(house: Lively) -> None:
    house.sign_in()
    page = house.open(SUPERVISOR, Topic.FLOOR)
    await page.next()
    del house.exporter._present.seats["Alice"]
    await turns()

    assert {"agent_gone": "Alice"} in await page.rest("floor")


@pytest.mark.parametrize(
    ("person", "sees", "caller"),
    [
        (ALICE, ["Alice"], "138****5678"),
        (BOB, ["Bob"], "138****5678"),
        (LEADER, ["Alice"], "138****5678"),
        (SUPERVISOR, [None, "Alice", "Bob"], "13812345678"),
        (ADMIN, [None, "Alice", "Bob"], None),
    ],
)
async def test_everybody_sees_calls_of_their_reach_and_numbers_as_their_role_may(
    house: Lively, person: Principal, sees: list[str | None], caller: str | None
) -> None:
    house.sign_in("Alice")
    house.sign_in("Bob")
    page = house.open(person, Topic.CALLS)
    await page.next()
    house.join()
    house.ring(agent="Alice")
    house.ring(agent="Bob")

    told = [said for said in await page.rest() if said["what"] in {"joined", "rang"}]

    assert [said["agent"] for said in told] == sees
    assert {said["caller"] for said in told} == {caller}


async def test_agents_of_others_teams_are_not_in_the_snapshot(house: Lively) -> None:
    house.sign_in("Alice")
    house.sign_in("Bob")

    _, said = await house.open(LEADER).next()

    assert [one["agent"] for one in said["floor"]["agents"]] == ["Alice"]


async def test_a_call_is_told_from_its_join_to_its_end(house: Lively) -> None:
    house.sign_in()
    page = house.open(SUPERVISOR, Topic.CALLS)
    await page.next()
    house.join()
    house.ring(after=1)
    house.answer(after=2)
    house.hang_up(after=30)

    told = {said["what"]: said for said in await page.rest()}

    assert list(told) == [
        "joined",
        "offered",
        "rang",
        "answered",
        "talk_began",
        "talk_ended",
        "offer_ended",
        "visit_ended",
    ]
    assert {said["agent"] for what, said in told.items() if what != "joined"} == {"Alice"}
    assert (told["offer_ended"]["outcome"], told["offer_ended"]["ring_seconds"]) == ("answered", 2)
    assert (told["talk_ended"]["how"], told["talk_ended"]["talk_seconds"]) == ("queue", 30)
    ended = told["visit_ended"]
    assert (ended["outcome"], ended["wait_seconds"], ended["talk_seconds"]) == ("answered", 3, 30)
    assert ended["caller"] == "13812345678"


# pops


async def test_the_agent_whose_phone_rings_is_told_who_calls(house: Lively) -> None:
    house.known["+8613812345678"] = KNOWN
    house.sign_in("Alice")
    house.sign_in("Bob")
    pages = {who.account: house.open(who, Topic.POPS) for who in (ALICE, BOB, LEADER, SUPERVISOR)}
    for page in pages.values():
        await page.next()
    house.join()
    house.ring(after=4)

    name, said = await pages["alice"].next()

    assert name == "pops"
    assert said == {
        "visit": {"uniqueid": "c1", "queue": "sales", "visit": 1},
        "call": "c1",
        "queue": "sales",
        "at": house.now / SECOND,
        "caller": "13812345678",
        "waited_seconds": 4,
        "kind": "mobile",
        "customer": {"id": "C1", "match": "known", "candidates": []},
        "cards": [
            {
                "id": "C1",
                "name": "Chen 13812345678",
                "customer_class": "A",
                "key_account": True,
                "queue": None,
                "group": "orders",
                "owner": "Bob",
            }
        ],
        "contacts": [
            {
                "id": "v1",
                "uniqueid": "c0",
                "at": NOON / SECOND,
                "queue": "sales",
                "outcome": "answered",
                "agent": "Bob",
                "words": "call 13812345678 back",
                "callback_by": NOON / SECOND,
            }
        ],
        "repeat_of": "c0",
        "open_lost": 1,
        "served_last": "Bob",
        "cases": [
            {
                "id": "a1",
                "number": "2026-03-0001",
                "state": "assigned",
                "due": NOON / SECOND,
                "owner": "bobby",
                "agent": "Bob",
                "first_responder": "alice",
                "what": "call 13812345678 back",
            }
        ],
        "picked_by": None,
    }
    assert not any(pages[other].reader.pending for other in ("bobby", "li-leads", "sun"))


async def test_a_pop_leaves_the_service_without_a_name_and_a_number(house: Lively) -> None:
    house.known["+8613812345678"] = KNOWN
    house.sign_in("Alice")
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join()
    house.ring(after=4)
    await page.next()
    await asyncio.sleep(0)

    ((agent, told),) = house.left
    require_leaving_described(
        OutboxEntry(id="0" * 32, kind=OutboxKind.POP, key=agent, n=1, made_at=NOON, payload=msgspec.to_builtins(told))
    )
    assert (agent, told["caller"], told["visit"], told["waited_seconds"]) == (
        "Alice",
        "138****5678",
        {"uniqueid": "c1", "queue": "sales", "visit": 1},
        4,
    )
    assert told["customers"] == [{"id": "C1", "class": "A", "key_account": True}]
    assert told["cases"] == [{"id": "a1", "number": "2026-03-0001", "state": "assigned", "due": NOON}]
    assert not any(said in str(told) for said in ("Chen", "13812345678", "12345"))


async def test_a_pop_is_in_the_snapshot_for_as_long_as_it_rings(house: Lively) -> None:
    house.sign_in()
    house.join()
    house.ring()
    await turns()
    _, ringing = await house.open(ALICE).next()
    house.answer()
    house.hang_up()
    _, over = await house.open(ALICE).next()

    assert [pop["caller"] for pop in ringing["pops"]] == ["13812345678"]
    assert [call["what"] for call in ringing["calls"]] == ["rang"]
    assert over["pops"] == over["calls"] == []


async def test_a_phone_that_rings_again_at_once_is_not_taken_for_the_ring_that_ended(house: Lively) -> None:
    house.sign_in()
    house.join()
    house.ring()
    house.tell(ev.ChannelEnded, "c1-Alice", "PJSIP/Alice-c1", 16, None, after=15)
    house.tell(ev.ChannelStarted, "again", "PJSIP/Alice-again", "c1", "", calling=False, number=None, after=0.1)
    phone = ("PJSIP/Alice", "Alice", "again", "PJSIP/Alice-again")
    house.tell(ev.MemberCalled, "c1", "PJSIP/trunk-c1", "c1", "sales", *phone)
    house.tell(ev.ChannelRang, "again", "PJSIP/Alice-again")
    house.tell(ev.Tick, after=2)

    _, said = await house.open(ALICE, Topic.CALLS).next()

    assert [(call["what"], call["at"]) for call in said["calls"]] == [("rang", house.now / SECOND - 2)]


@pytest.mark.parametrize(
    ("number", "kind", "match"),
    [("anonymous", "anonymous", "anonymous"), ("8001", "internal", "internal"), ("x", "unusable", "none")],
)
async def test_nobodys_number_is_said_to_be_one(house: Lively, number: str, kind: str, match: str) -> None:
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join(number=number)
    house.ring()

    _, said = await page.next()

    assert (said["kind"], said["customer"]["match"]) == (kind, match)


async def test_phones_that_ring_together_cost_one_look_up(house: Lively) -> None:
    house.sign_in("Alice")
    house.sign_in("Bob")
    pages = [house.open(who, Topic.POPS) for who in (ALICE, BOB)]
    for page in pages:
        await page.next()
    house.join()
    house.ring(agent="Alice")
    house.ring(agent="Bob")
    for page in pages:
        await page.next()

    assert house.asked == ["c1"]


async def test_a_pop_goes_out_without_the_card_and_again_with_it(
    house: Lively, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pops, "_CARD_SECONDS", 0.01)
    house.known["+8613812345678"] = KNOWN
    house.look_up_takes = 0.05
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join()
    house.ring()

    told = [(await page.next())[1] for _ in range(2)]

    assert [(said["visit"]["uniqueid"], said["kind"]) for said in told] == [("c1", "mobile")] * 2
    assert [said["customer"] and said["customer"]["id"] for said in told] == [None, "C1"]


async def test_a_slow_look_up_keeps_no_other_pop_and_a_broken_one_not_its_own(
    house: Lively, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.look_up_takes = 60
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join("c1")
    house.ring("c1")
    await asyncio.sleep(0)

    async def broken(_: CallAsked) -> KnownCaller:
        raise StoreError("the disk is full")

    monkeypatch.setattr(house, "who_calls", broken)
    house.join("c2")
    house.ring("c2")
    told = [(await page.next())[1] for _ in range(2)]

    assert [(said["visit"]["uniqueid"], said["customer"]) for said in told] == [("c2", None), ("c1", None)]


async def test_a_phone_that_rings_while_the_service_stops_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    house, asked, may_end = Lively(), asyncio.Event(), asyncio.Event()

    async def slow_to_end(_: CallAsked) -> KnownCaller:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()
        raise AssertionError

    monkeypatch.setattr(house, "who_calls", slow_to_end)
    running = asyncio.create_task(house.feed.pops.run())
    await turns()
    house.sign_in()
    house.join("c1")
    house.ring("c1")
    await asked.wait()
    running.cancel()
    await turns()

    house.join("c2")
    house.ring("c2")

    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_look_ups_without_end_are_not_begun(house: Lively, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pops, "_MOST_LOOK_UPS", 2)
    house.look_up_takes = 60
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    for call in ("c1", "c2", "c3"):
        house.join(call)
        house.ring(call)

    _, first = await page.next()

    assert (first["visit"]["uniqueid"], first["customer"], house.asked) == ("c3", None, ["c1", "c2"])


async def test_a_pick_is_told_to_whoever_the_call_rings_or_talks_with(house: Lively) -> None:
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join()
    house.ring()
    _, before = await page.next()
    house.answer()
    house.known["+8613812345678"] = KNOWN
    house.feed.pops.picked("c1")
    _, after = await page.next()
    rung = house.feed.pops.agents_of("c1")
    house.hang_up()

    assert (before["customer"]["match"], after["customer"]["id"]) == ("none", "C1")
    assert (rung, house.feed.pops.agents_of("c1")) == ({"Alice"}, set())


@pytest.mark.parametrize(("role", "sees"), [(Role.AGENT, 1), (Role.TRAINING_SPECIALIST, 0)])
async def test_a_card_is_told_to_roles_that_may_read_cards(house: Lively, role: Role, sees: int) -> None:
    house.known["+8613812345678"] = KNOWN
    house.sign_in()
    page = house.open(Principal(account="alice", role=role, agent="Alice"), Topic.POPS)
    await page.next()
    house.join()
    house.ring()

    _, said = await page.next()

    assert (len(said["cards"]), len(said["contacts"]), len(said["cases"])) == (sees, sees, sees)


async def test_a_card_is_logged_before_whichever_page_shows_it_and_once_for_an_account(house: Lively) -> None:
    house.known["+8613812345678"] = KNOWN
    house.sign_in()
    pages = [house.open(ALICE, Topic.POPS) for _ in range(2)]
    before = [(await page.next())[1]["pops"] for page in pages]
    house.join()
    house.ring()
    logged = [(await page.next())[1]["cards"] and [*house.logged] for page in pages]
    other = Principal(account="alice-2", role=Role.AGENT, agent="Alice", team="hotline")
    later = house.open(other, Topic.POPS, after=pages[0].last - 1)
    resumed = (await later.next())[1]
    _, anew = await house.open(other).next()
    refused = Principal(account="alice-3", role=Role.TRAINING_SPECIALIST, agent="Alice")
    _, without = await house.open(refused).next()

    look = PopShown(house.now, "alice", "c1", ("C1",))
    assert (before, logged) == ([[], []], [[look], [look]])
    assert [len(one["cards"]) for one in (resumed, anew["pops"][0], without["pops"][0])] == [1, 1, 0]
    assert house.logged == [look, look._replace(account="alice-2")]


async def test_a_card_that_cannot_be_logged_is_on_no_page(house: Lively) -> None:
    house.known["+8613812345678"] = KNOWN
    house.log_fault = StoreError("the disk is full")
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join()
    house.ring()
    _, unlogged = await page.next()
    house.log_fault = None
    house.feed.pops.picked("c1")
    _, logged = await page.next()
    house.log_fault = StoreError("the disk is full")
    _, other = await house.open(Principal(account="alice-2", role=Role.AGENT, agent="Alice")).next()

    assert (unlogged["customer"], unlogged["cards"], unlogged["contacts"]) == (None, [], [])
    assert [(one["customer"]["id"], len(one["cards"])) for one in (logged, other["pops"][0])] == [("C1", 1), ("C1", 0)]


async def test_a_phone_that_rings_no_longer_pops_nothing(house: Lively) -> None:
    house.look_up_takes = 0.02
    house.sign_in()
    page = house.open(ALICE, Topic.POPS)
    await page.next()
    house.join("c1")
    house.ring("c1")
    await turns()
    house.give_up("c1")
    house.join("c2")
    house.ring("c2")

    _, said = await page.next()

    assert said["visit"]["uniqueid"] == "c2"


# records


@pytest.mark.parametrize(("person", "rules"), [(ALICE, 0), (BOB, 0), (LEADER, 1), (SUPERVISOR, 1), (ADMIN, 2)])
async def test_records_are_told_within_ones_reach(house: Lively, person: Principal, rules: int) -> None:
    page = house.open(person, Topic.VIOLATIONS)
    await page.next()
    house.feed.judged([violation(), violation(Mode.SHADOW)])

    assert len(await page.rest("violations")) == rules


async def test_whoever_is_judged_hears_of_a_record_once_they_were_told(house: Lively) -> None:
    page = house.open(ALICE, Topic.VIOLATIONS)
    await page.next()
    house.feed.judged([violation(verdict=Verdict.UNDETERMINED)])
    at, stands = NOON, record()
    for standing in (stands, msgspec.structs.replace(stands, state=RecordState.NOTIFIED, notified_at=at)):
        house.feed.record_moved(
            FiledRecord(dossier=dossier(agent="Alice"), standing=standing, created_at=at, version=2, sort_at=at)
        )

    said = await page.rest("violations")
    assert [one.get("state", one["verdict"]) for one in said] == ["undetermined", "notified"]


# resuming


async def test_whoever_comes_back_is_told_what_was_missed_and_nothing_else(house: Lively) -> None:
    house.sign_in()
    page = house.open(SUPERVISOR, Topic.CALLS)
    await page.next()
    house.join()
    house.ring()
    await page.next()
    house.feed.leave(page.reader)
    house.answer()

    again = house.open(SUPERVISOR, Topic.CALLS, after=page.last)

    assert (await whats(again))[:3] == ["offered", "rang", "answered"]


@pytest.mark.parametrize("after", [0, 5, 10**17])
async def test_a_number_of_another_run_brings_a_snapshot(house: Lively, after: int) -> None:
    house.join()
    name, _ = await house.open(SUPERVISOR, after=after).next()

    assert name == "snapshot"


async def test_what_is_kept_no_longer_brings_a_snapshot(house: Lively) -> None:
    page = house.open(SUPERVISOR, Topic.VIOLATIONS)
    await page.next()
    house.feed.judged([violation()] * (feed.MOST_KEPT + 1))

    name, _ = await house.open(SUPERVISOR, Topic.VIOLATIONS, after=page.last).next()

    assert name == "snapshot"
    assert len(house.feed._kept) == feed.MOST_KEPT


async def test_numbers_grow_over_a_restart(house: Lively) -> None:
    house.join()
    before = house.open(SUPERVISOR)
    await before.next()
    house.now += SECOND
    again = Lively(house.floor, since=house.now).open(SUPERVISOR)
    await again.next()

    assert again.last > before.last


# slow and many


async def test_who_reads_too_slowly_gets_a_snapshot_instead(house: Lively) -> None:
    page = house.open(SUPERVISOR, Topic.VIOLATIONS)
    await page.next()
    house.feed.judged([violation()] * (MOST_UNREAD + 5))
    assert len(page.reader.pending) == 0

    name, _ = await page.next()
    house.feed.judged([violation()])

    assert (name, (await page.next())[0]) == ("snapshot", "violations")


async def test_an_account_has_so_many_streams_and_no_more(house: Lively) -> None:
    pages = [house.open(ALICE) for _ in range(feed.MOST_OF_ACCOUNT)]
    with pytest.raises(RequestRefused, match="at most 4 live streams"):
        house.open(ALICE)
    house.open(BOB)
    house.feed.leave(pages[0].reader)
    house.open(ALICE)


async def test_all_together_have_so_many_streams(house: Lively, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_READERS", 1)
    house.open(ALICE)
    with pytest.raises(RequestRefused):
        house.open(BOB)


# what is said


async def test_the_age_of_what_is_known_is_told(house: Lively) -> None:
    _, unknown = await house.open(ALICE).next()
    house.figures = Health(node="pbx", started_at=0, ami_up=True, last_seen_at=house.now - 2 * SECOND)
    _, followed = await house.open(ALICE).next()
    house.figures = Health(node="pbx", started_at=0, last_seen_at=house.now, gap_open_at=1)
    _, gap = await house.open(ALICE).next()

    assert unknown["age"] == {"state": "not_followed", "data_age_seconds": None}
    assert followed["age"] == {"state": "followed", "data_age_seconds": 2}
    assert gap["age"]["state"] == "not_followed"


async def test_what_a_caller_sends_acts_nowhere(house: Lively) -> None:
    house.sign_in()
    page = house.open(SUPERVISOR, Topic.CALLS)
    await page.next()
    house.join(number=HOSTILE)
    (event,) = page.reader.pending

    frame = event.frame(SUPERVISOR, 0)

    assert frame.count(b"\n") == 4
    assert not any(sign in frame for sign in (b"<", b">", b"\r", "\u202e".encode()))
    assert framed("x", {"said": "a&b</script>"}).count(b"&") == 0


async def test_an_agent_is_told_who_listens_as_long_as_they_do_and_nobody_else_is(house: Lively) -> None:
    house.sign_in()
    house.join()
    house.ring()
    house.answer()
    alices, others = house.open(ALICE, Topic.ACTS), [house.open(who, Topic.ACTS) for who in (BOB, LEADER, SUPERVISOR)]
    for page in (alices, *others):
        assert (await page.next())[1]["acts"] == []
    who = ListenIn(name="Li", by="Carol", agent="Alice", talk=1, mode=ListenMode.WHISPER)
    house.feed.listeners.dialled("l1", who)
    for line in ("l1", "l2"):
        house.tell(ev.ChannelStarted, line, f"PJSIP/19-{line}", line, "*48", calling=True, number=None)
        house.tell(co.SpyBegan, line, "c1-Alice")
    told = [(said["what"], said["line"], said["by"], said["mode"]) for said in await alices.rest("acts")]
    assert told == [("listens", "l1", "Li", "whisper"), ("listens", "l2", None, None)]
    assert [one["line"] for one in (await house.open(ALICE, Topic.ACTS).next())[1]["acts"]] == ["l1", "l2"]
    again = Lively(house.floor)
    again.feed.happened((), again.floor)
    assert [one["line"] for one in (await again.open(ALICE, Topic.ACTS).next())[1]["acts"]] == ["l1", "l2"]
    house.tell(co.SpyEnded, "l1")
    house.tell(ev.LinkLost)
    house.tell(ev.LinkRestored, restarted=True)
    assert [(said["what"], said["line"]) for said in await alices.rest("acts")] == [
        ("listened", "l1"),
        ("listened", "l2"),
    ]
    for page in others:
        assert await page.rest("acts") == []


@pytest.mark.parametrize("house", [False], indirect=True)
async def test_no_agent_is_told_who_listens_where_the_site_does_not(house: Lively) -> None:
    house.sign_in()
    house.join()
    house.ring()
    house.answer()
    page = house.open(ALICE, Topic.ACTS)
    await page.next()
    house.tell(ev.ChannelStarted, "l1", "PJSIP/19-l1", "l1", "*48", calling=True, number=None)
    house.tell(co.SpyBegan, "l1", "c1-Alice")
    house.tell(co.SpyEnded, "l1")
    assert await page.rest("acts") == []


async def test_a_hold_is_told_by_the_agents_own_channel_once_and_stays_in_snapshots_until_it_is_over(
    house: Lively,
) -> None:
    house.sign_in()
    house.join()
    house.ring()
    house.answer()
    page = house.open(ALICE, Topic.CALLS)
    await page.rest()
    house.tell(ev.HoldSet, "c1", on=True)
    house.tell(ev.HoldSet, "c1-Alice", on=True)
    house.tell(ev.HoldSet, "c1-Alice", on=True)
    assert [(said["what"], said["uniqueid"], said["agent"]) for said in await page.rest()] == [("held", "c1", "Alice")]
    assert [call["what"] for call in (await house.open(ALICE).next())[1]["calls"]] == ["rang", "talk_began", "held"]
    again = Lively(house.floor)
    again.feed.happened((), again.floor)
    assert [call["what"] for call in (await again.open(ALICE).next())[1]["calls"]] == ["talk_began", "held"]

    house.tell(ev.HoldSet, "c1-Alice", on=False)
    assert [said["what"] for said in await page.rest()] == ["taken_back"]
    assert [call["what"] for call in (await house.open(ALICE).next())[1]["calls"]] == ["rang", "talk_began"]
    house.tell(ev.HoldSet, "c1-Alice", on=True)
    house.hang_up()
    assert (await house.open(ALICE).next())[1]["calls"] == []


async def test_talks_that_last_from_before_a_restart_are_in_the_snapshot(house: Lively) -> None:
    house.sign_in()
    house.join()
    house.ring()
    house.answer()
    again = Lively(house.floor)
    again.feed.happened((), again.floor)

    _, said = await again.open(SUPERVISOR, Topic.CALLS).next()

    assert [(call["what"], call["agent"], call["how"]) for call in said["calls"]] == [("talk_began", "Alice", "queue")]


async def test_sessions_that_cannot_be_looked_up_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "EVERY_SECONDS", 0.001)
    house, looked = Lively(), asyncio.Event()
    readers = [house.open(ALICE).reader, house.open(BOB).reader]

    async def lasting(asked: set[str]) -> set[str]:
        if not looked.is_set():
            looked.set()
            raise StoreError("the disk is full")
        return asked - {"s-bobby"}

    running = asyncio.create_task(house.feed.run(lasting))
    async with asyncio.timeout(5):
        await looked.wait()
        assert [reader.over for reader in readers] == [None, None]
        readers[1].news.clear()
        while readers[1].over is None:
            await readers[1].news.wait()
            readers[1].news.clear()
    assert [reader.over for reader in readers] == [None, "signed_out"]
    running.cancel()
    await asyncio.wait([running])
    assert readers[0].over == "service_stops"


# lost calls


async def test_who_serves_callers_is_told_of_lost_ones_each_with_as_much_of_the_number_as_the_role_reads(
    house: Lively,
) -> None:
    pages = [house.open(person, Topic.LOST_CALLS) for person in (ALICE, SUPERVISOR, ADMIN)]
    house.feed.lost_calls({"sales": OpenLostCalls(1, NOON)})
    snapshots = [(await page.next())[1] for page in pages]
    assert [said.get("lost_calls") for said in snapshots] == [{"sales": {"open": 1, "since": NOON / SECOND}}] * 2 + [
        None
    ]
    lost = LostVisit("a", "a", "a", HOSTILE, 1, "13812345678", "+8613812345678", NOON, NOON)
    house.feed.happened([fx.LostCallChanged(at=NOON, lost=lost.told())], house.floor)
    lost.tries = 1
    house.feed.happened([fx.LostCallChanged(at=NOON, lost=lost.told())], house.floor)
    lost.by, lost.at = FollowUpBy.TRIED, NOON
    house.feed.happened([fx.LostCallChanged(at=NOON, lost=lost.told())], house.floor)
    house.feed.lost_call({"what": "claimed", "id": "a", "who": "Alice"})
    house.feed.lost_calls({"sales": OpenLostCalls(1, NOON)})
    house.feed.lost_calls({})
    told = [await page.rest("lost_calls") for page in pages]
    assert [[said["what"] for said in page] for page in told] == [
        ["lost", "tried", "closed", "claimed", "waiting"],
        ["lost", "tried", "closed", "claimed", "waiting"],
        [],
    ]
    assert [page[0]["caller"] for page in told[:2]] == ["138****5678", "13812345678"]
    assert (told[0][2]["by"], told[0][4]["queues"]) == ("tried", {})
    assert "\n" not in told[0][0]["queue"]
