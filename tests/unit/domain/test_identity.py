"""Who is who: the roster's seats, a queue's names, hints and Local members, and phones that change hands."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.directory import Directory, Tenure
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import HintState, Snapshot
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import How
from tests.unit.domain.switch import Switch, micros

NOON = 100.0
SHIFTS = {"PJSIP/1001": (Tenure("Alice", None, micros(NOON)), Tenure("Bob", micros(NOON), micros(300)))}


def gone(switch: Switch, at: float, queue: str = "support", phone: str = "PJSIP/1001") -> None:
    switch.tell(ev.MemberGone, at, queue=queue, interface=phone)


def members(switch: Switch) -> dict[str, dict[str, list[str]]]:
    people = switch.floor.state.people.values()
    return {p.name: {q: list(ms) for q, ms in p.queues.items()} for p in people if p.queues}


def hints(switch: Switch, at: float, **devices: str) -> None:
    told = tuple(HintState(hint=f"hint:{hint}@ext-local", device=device) for hint, device in devices.items())
    snapshot = Snapshot(None, None, None, None, "22", "", "", (), (), (), (), None, None, told)
    switch.tell(ev.Resynced, at, snapshot=snapshot)


# the directory


def test_directory_names_who_has_a_seat_from_the_first_moment_to_before_the_last() -> None:
    seats = Directory(SHIFTS, {"PJSIP/1001": "Nobody", "PJSIP/1002": "Carol"})
    assert [seats.at("PJSIP/1001", micros(at)) for at in (0, NOON - 0.000001, NOON, 299, 300)] == [
        "Alice", "Alice", "Bob", "Bob", None,
    ]  # fmt: skip
    assert seats.at("PJSIP/1001", None) == "Alice"  # a moment that nobody knows speaks against nobody
    assert (seats.at("PJSIP/1002", micros(0)), seats.at("PJSIP/9", micros(0))) == ("Carol", None)


def test_directory_names_the_interface_of_an_agent_and_the_phone_of_a_number() -> None:
    seats = Directory(SHIFTS | {"SIP/1004": (Tenure("Dave"),)}, {"PJSIP/1002": "Carol", "PJSIP/1004": "Dave"})
    assert [seats.interface_of(name) for name in ("Bob", "Carol", "Eve")] == ["PJSIP/1001", "PJSIP/1002", None]
    assert seats.phone_of("Local/1002@from-queue/n") == "PJSIP/1002"
    assert (seats.phone_of("Local/1004@from-queue/n"), seats.phone_of("PJSIP/1002")) == (None, None)
    assert (seats.knows("PJSIP/1001"), seats.knows("PJSIP/1002"), seats.knows("PJSIP/9")) == (True, True, False)
    assert (bool(seats), bool(Directory({}, {}))) == (True, False)


def test_directory_tells_when_seats_change_hands_next() -> None:
    seats = Directory(SHIFTS, {})
    assert [seats.next_border(at) for at in (0, micros(NOON), micros(300))] == [micros(NOON), micros(300), None]


# names


@pytest.mark.parametrize(("member", "name"), [("Alice", "Alice"), ("", "PJSIP/1001"), ("PJSIP/1001", "PJSIP/1001")])
def test_member_is_called_as_the_queue_does_or_by_the_interface(member: str, name: str) -> None:
    switch = Switch()
    switch.member(0, member)
    assert list(switch.floor.state.people) == [name]


def test_name_that_settings_give_wins_over_the_queues() -> None:
    switch = Switch(names={"PJSIP/1001": "Alice Adams"})
    switch.member(0)
    switch.answered(1, 5)
    assert (list(members(switch)), switch.found(fx.CallAnswered)[0].agent) == (["Alice Adams"], "Alice Adams")


def test_agent_who_was_an_interface_gets_the_name_that_another_queue_tells_with_all_that_is_hers() -> None:
    switch = Switch(wrap_up={"support": 5 * SECOND})
    switch.member(0, "")
    switch.joins(1)
    switch.calls(1, agent="")
    switch.picks_up(5, "a1")
    switch.leaves(5)
    switch.connects(5, agent="")
    switch.meet(5, "a1", "c1")
    switch.member(7, "Alice", queue="sales")
    assert (members(switch), switch.state("Alice")) == (
        {"Alice": {"support": ["PJSIP/1001"], "sales": ["PJSIP/1001"]}}, S.TALKING,
    )  # fmt: skip
    switch.hangs_up(9, "c1")
    switch.completes(9, "")
    switch.part(9, "c1", "a1")
    switch.ticks(12)
    assert switch.state("Alice") is S.WRAP_UP
    switch.ticks(20)
    assert (switch.state("Alice"), switch.visit().agent) == (S.AVAILABLE, "PJSIP/1001")


def test_agent_who_gets_a_name_while_wrapping_up_is_available_in_time() -> None:
    switch = Switch(wrap_up={"support": 5 * SECOND})
    switch.member(0, "")
    switch.joins(1)
    switch.calls(1, agent="")
    switch.leaves(5)
    switch.connects(5, agent="")
    switch.hangs_up(9, "c1")
    switch.completes(9, "")
    switch.part(9, "c1", "a1")
    switch.member(10, "Alice", queue="sales")
    assert switch.state("Alice") is S.WRAP_UP
    switch.ticks(30)
    spans = [f for f in switch.found(fx.AgentStateChanged) if f.agent == "Alice"]
    assert (spans[-1].state, spans[-1].at) == (S.AVAILABLE, micros(14))


def test_one_phone_under_three_names_in_three_queues_is_one_agent_whom_each_queue_calls_its_way() -> None:
    switch = Switch()
    for queue, name in (("support", "Alice"), ("sales", "Alice Adams"), ("billing", "A. Adams")):
        switch.member(0, name, queue=queue)
    assert list(members(switch)) == ["Alice"]
    for at, queue, name in ((10, "sales", "Alice Adams"), (40, "billing", "A. Adams")):
        uid, dest = f"c{at}", f"a{at}"
        switch.joins(at, uid, queue)
        switch.calls(at, dest, name, uid=uid, queue=queue)
        switch.picks_up(at + 5, dest)
        switch.leaves(at + 5, uid, queue)
        switch.connects(at + 5, dest, name, uid=uid, queue=queue)
        assert switch.state("Alice") is S.TALKING
        switch.hangs_up(at + 9, uid)
        switch.completes(at + 9, name, uid=uid, dest=dest, queue=queue)
        switch.ends(at + 9, dest)
        switch.ends(at + 9, uid)
    switch.ticks(60)
    assert [(v.queue, v.agent) for v in switch.visits()] == [("sales", "Alice Adams"), ("billing", "A. Adams")]
    assert (list(members(switch)), switch.state("Alice")) == (["Alice"], S.AVAILABLE)


def test_phone_that_its_first_agent_leaves_is_the_next_ones() -> None:
    switch = Switch()
    switch.member(0, "Alice")
    gone(switch, 10)
    assert switch.state("Alice") is S.OFFLINE
    switch.member(20, "Bob")
    assert members(switch) == {"Bob": {"support": ["PJSIP/1001"]}}
    assert (switch.state("Alice"), switch.state("Bob")) == (S.OFFLINE, S.AVAILABLE)


def test_phone_that_stays_a_member_under_another_name_only_passes_to_that_one() -> None:
    switch = Switch()
    switch.member(0, "Alice")
    switch.member(0, "Bob", queue="sales")
    assert list(members(switch)) == ["Alice"]
    gone(switch, 10)
    assert members(switch) == {"Bob": {"sales": ["PJSIP/1001"]}}
    assert [(f.agent, f.queue, f.member) for f in switch.found(fx.MembershipChanged)][2:] == [
        ("Alice", "support", False), ("Alice", "sales", False), ("Bob", "sales", True),
    ]  # fmt: skip


def test_phone_passes_to_somebody_who_is_known_already() -> None:
    switch = Switch()
    switch.member(0, "Bob", "PJSIP/1002")
    switch.member(0, "Alice")
    switch.member(0, "Bob", queue="sales")
    gone(switch, 10)
    assert members(switch) == {"Bob": {"support": ["PJSIP/1002"], "sales": ["PJSIP/1001"]}}


def test_member_that_a_queue_does_not_have_is_taken_out_without_a_word() -> None:
    switch = Switch()
    switch.member(0)
    gone(switch, 1, "sales")
    gone(switch, 1, phone="PJSIP/7777")
    assert (len(switch.found(fx.MembershipChanged)), switch.state("Alice")) == (1, S.AVAILABLE)


def test_what_the_first_has_begun_stays_hers_when_the_phone_changes_hands() -> None:
    switch = Switch()
    switch.member(0, "Alice")
    switch.talking(1, 5)
    gone(switch, 10)
    switch.member(11, "Bob")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.AVAILABLE)
    switch.hangs_up(20, "c1")
    switch.completes(20)
    switch.part(20, "c1", "a1")
    switch.ticks(25)
    assert (switch.visit().agent, [talk.agent for talk in switch.talks()]) == ("Alice", ["Alice"])
    assert switch.state("Alice") is S.OFFLINE


# seats


def test_roster_says_who_sits_at_the_phone_whatever_the_queue_calls_it() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1", paused=True, reason="tea")
    assert members(switch) == {"Alice": {"support": ["PJSIP/1001"]}}
    switch.ticks(NOON)
    assert members(switch) == {"Bob": {"support": ["PJSIP/1001"]}}
    assert (switch.state("Alice"), switch.state("Bob")) == (S.OFFLINE, S.PAUSED)
    assert switch.floor.state.people["Bob"].reason == "tea"
    switch.answered(NOON + 10, NOON + 12)
    assert [fact.agent for fact in switch.found(fx.CallAnswered)] == ["Bob"]


def test_seat_changes_hands_at_its_own_moment_however_late_the_next_event() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Alice")
    switch.ticks(200)
    changed = [f for f in switch.found(fx.AgentStateChanged) if f.state is S.OFFLINE]
    assert [(fact.agent, fact.at) for fact in changed] == [("Alice", micros(NOON))]


def test_call_in_which_the_seat_changes_hands_stays_whose_it_was() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1")
    switch.talking(NOON - 20, NOON - 10)
    switch.ticks(NOON + 5)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.AVAILABLE)
    switch.hangs_up(NOON + 20, "a1")
    switch.completes(NOON + 20, "Phone 1")
    switch.part(NOON + 20, "a1", "c1")
    switch.ticks(NOON + 30)
    visit = switch.visit()
    assert (visit.agent, [o.agent for o in visit.offers], [t.agent for t in switch.talks()]) == (
        "Alice", ["Alice"], ["Alice"],
    )  # fmt: skip
    assert (switch.state("Alice"), switch.state("Bob")) == (S.OFFLINE, S.AVAILABLE)


def test_ring_in_which_the_seat_changes_hands_is_answered_by_whom_it_rang_for() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1")
    switch.joins(NOON - 5)
    switch.calls(NOON - 5)
    switch.rings(NOON - 5, "a1")
    switch.picks_up(NOON + 5, "a1")
    switch.leaves(NOON + 5)
    switch.connects(NOON + 5)
    assert [fact.agent for fact in switch.found(fx.CallAnswered)] == ["Alice"]  # whose offer it was
    switch.meet(NOON + 5, "a1", "c1")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.AVAILABLE)
    switch.goodbye(NOON + 20)
    switch.ticks(NOON + 30)
    assert [(talk.agent, talk.how) for talk in switch.talks()] == [("Alice", How.QUEUE)]


def test_seat_that_nobody_has_any_more_is_the_queues_member_again() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Carol")
    switch.ticks(301)
    assert members(switch) == {"Carol": {"support": ["PJSIP/1001"]}}


@pytest.mark.parametrize("name", ["", "Bob"])
def test_seat_that_nobody_has_and_that_no_queue_names_otherwise_is_nobodys(name: str) -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, name)
    switch.ticks(301)
    assert members(switch) == {}
    assert switch.state("Bob") is S.OFFLINE
    switch.starts(302, "o1", "PJSIP/1001-o1", calling=True)
    assert switch.found(fx.OwnCallBegan) == []


def test_agent_with_two_phones_keeps_the_other_one() -> None:
    two = SHIFTS | {"PJSIP/2001": (Tenure("Alice"),)}
    switch = Switch(seats=two)
    switch.member(0, "x")
    switch.member(0, "x", "PJSIP/2001")
    switch.ticks(NOON)
    assert (switch.state("Alice"), switch.floor.state.people["Alice"].interface) == (S.AVAILABLE, "PJSIP/2001")


def test_phone_in_the_roster_is_its_agents_before_any_queue_tells_of_it() -> None:
    switch = Switch(seats=SHIFTS, permitted=())
    switch.takes(5, phone="PJSIP/1001")
    switch.ticks(90)
    assert [fact.own.agent for fact in switch.found(fx.LineBlocked)] == ["Alice"]


def test_restored_floor_has_the_seats_of_its_own_moment() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "x")
    switch.ticks(50)
    floor = switch.floor.restore(switch.floor.save(), switch.floor.settings)
    facts = floor.apply(ev.Tick(micros(150), 9))
    assert {f.agent for f in facts if isinstance(f, fx.MembershipChanged)} == {"Alice", "Bob"}


# hints and Local members


def test_hint_stands_for_the_phone_that_the_switch_says() -> None:
    switch = Switch()
    hints(switch, 0, **{"1001": "PJSIP/1001"})
    switch.member(1, "Alice", "Local/1001@from-queue/n", device="hint:1001@ext-local")
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"
    switch.takes(2, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Alice"]


def test_hint_that_the_switch_does_not_explain_is_the_one_phone_of_the_number_that_the_roster_knows() -> None:
    switch = Switch(seats={"PJSIP/1001": (Tenure("Alice"),)})
    switch.member(1, "x", "Local/1001@from-queue/n", device="hint:1001@ext-local")
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"


def test_phone_that_a_local_member_dials_is_learnt_and_rings_as_her_own() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.local(1, 5)
    offer = switch.floor.state.visits
    assert [o.interface for v in offer.values() for o in v.offers] == ["PJSIP/1001"]
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"
    switch.member(6, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local", queue="sales")
    assert members(switch) == {"Alice": {"support": ["Local/1001@agents/n"], "sales": ["Local/1001@agents/n"]}}


def test_own_call_from_the_phone_of_a_local_member_is_hers_by_its_number() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.takes(1, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Alice"]


def test_phone_of_another_number_is_not_the_local_members() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "m1", "PJSIP/trunk-m1", linked="c1")
    switch.dials(1, "m1", uid="l2", string="13800000009@trunk")
    switch.rings(2, "m1")
    (rang,) = switch.found(fx.PhoneRang)
    assert rang.interface == "Local/1001@agents/n"
    assert "PJSIP/trunk" not in switch.floor.state.who


def test_phone_that_is_somebody_elses_is_not_the_local_members() -> None:
    switch = Switch()
    switch.member(0, "Bob", "PJSIP/1001")
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.takes(1, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Bob"]


def test_member_with_a_phone_of_its_own_is_not_asked_by_number() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="PJSIP/2001")
    switch.takes(1, phone="PJSIP/1001")
    assert switch.found(fx.OwnCallBegan) == []


@pytest.mark.parametrize("order", ["halves first", "queue first"])
def test_offer_names_the_phone_that_rang_whichever_word_comes_first(order: str) -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    if order == "queue first":
        switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.rings(1.5, "a1")
    if order == "halves first":
        switch.calls(1.6, "l1", "Alice", "Local/1001@agents/n")
    switch.ends(16, "a1")
    switch.ends(16, "l1")
    switch.ticks(18)
    offer = switch.offer()
    assert (offer.interface, offer.rang_at, offer.ended_at, offer.outcome) == (
        "PJSIP/1001", micros(1.5), micros(16), "timed_out",
    )  # fmt: skip


def test_offer_of_an_agent_with_two_phones_names_the_one_that_rang() -> None:
    switch = Switch()
    switch.member(0, "Alice", "PJSIP/1001")
    switch.member(0, "Alice", "PJSIP/2001")
    switch.joins(1)
    switch.calls(1, "a1", "Alice", "PJSIP/2001")
    switch.rings(1, "a1")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.offer().interface == "PJSIP/2001"


def test_channels_of_a_phone_are_its_agents_as_soon_as_she_is_known() -> None:
    switch = Switch()
    switch.takes(1, "o1", phone="PJSIP/1001")
    switch.starts(1, "a9", "PJSIP/1001-a9")
    switch.picks_up(2, "a9")
    switch.phone(2, reachable=True)
    switch.member(3)
    assert switch.state("Alice") is S.TALKING
    switch.ends(4, "a9")
    assert switch.state("Alice") is S.OUTBOUND


def test_phone_that_was_lost_before_anybody_knew_whose_it_is_is_lost() -> None:
    switch = Switch()
    switch.phone(1, reachable=False)
    switch.member(2, status=0)
    assert switch.state("Alice") is S.OFFLINE
