"""Who is who: the roster's seats, a queue's names, and phones that change hands."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Tenure
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import HintState, Snapshot
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import How
from tests.unit.domain.switch import Switch, micros

NOON = 100.0
SHIFTS = {"PJSIP/1001": (Tenure("Alice", None, micros(NOON)), Tenure("Bob", micros(NOON), micros(300)))}


def members(switch: Switch) -> dict[str, dict[str, list[str]]]:
    people = switch.floor.state.people.values()
    return {p.name: {q: list(ms) for q, ms in p.queues.items()} for p in people if p.queues}


def hints(switch: Switch, at: float, **devices: str) -> None:
    told = tuple(HintState(hint=f"hint:{hint}@ext-local", device=device) for hint, device in devices.items())
    snapshot = Snapshot(None, None, "22", "", "", (), (), (), (), None, None, told)
    switch.tell(ev.Resynced, at, snapshot=snapshot)


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
    switch.member(6, "Bob", "PJSIP/1002")
    switch.joins(6, "c2")
    switch.calls(6, "a2", "Bob", "PJSIP/1002", uid="c2")
    switch.connects(6, "a2", "Bob", "PJSIP/1002", uid="c2")
    switch.meet(6, "a2", "c2", bridge="b2")
    switch.member(7, "Alice", queue="sales")
    assert switch.floor.state.people["Bob"].parts != []
    del switch.floor.state.people["Bob"].queues["support"]
    assert (members(switch), switch.state("Alice")) == (
        {"Alice": {"support": ["PJSIP/1001"], "sales": ["PJSIP/1001"]}},
        S.TALKING,
    )
    switch.hangs_up(9, "c1")
    switch.completes(9, "")
    switch.part(9, "c1", "a1")
    switch.ticks(12)
    assert switch.state("Alice") is S.WRAP_UP
    switch.ticks(20)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    assert (switch.visit().agent, [talk.agent for talk in switch.talks_told()]) == ("PJSIP/1001", ["PJSIP/1001"])


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
    switch.leaves_queue(10)
    assert switch.state("Alice") is S.OFFLINE
    switch.member(20, "Bob")
    assert members(switch) == {"Bob": {"support": ["PJSIP/1001"]}}
    assert (switch.state("Alice"), switch.state("Bob")) == (S.OFFLINE, S.AVAILABLE)


def test_phone_that_stays_a_member_under_another_name_only_passes_to_that_one() -> None:
    switch = Switch()
    switch.member(0, "Alice")
    switch.member(0, "Bob", queue="sales")
    assert list(members(switch)) == ["Alice"]
    switch.leaves_queue(10)
    assert members(switch) == {"Bob": {"sales": ["PJSIP/1001"]}}
    assert [(f.agent, f.queue, f.member) for f in switch.found(fx.MembershipChanged)][2:] == [
        ("Alice", "support", False),
        ("Alice", "sales", False),
        ("Bob", "sales", True),
    ]


def test_phone_passes_to_somebody_who_is_known_already() -> None:
    switch = Switch()
    switch.member(0, "Bob", "PJSIP/1002")
    switch.member(0, "Alice")
    switch.member(0, "Bob", queue="sales")
    switch.leaves_queue(10)
    assert members(switch) == {"Bob": {"support": ["PJSIP/1002"], "sales": ["PJSIP/1001"]}}


def test_member_that_a_queue_does_not_have_is_taken_out_without_a_word() -> None:
    switch = Switch()
    switch.member(0)
    switch.leaves_queue(1, "sales")
    switch.leaves_queue(1, phone="PJSIP/7777")
    assert (len(switch.found(fx.MembershipChanged)), switch.state("Alice")) == (1, S.AVAILABLE)


def test_what_the_first_has_begun_stays_hers_when_the_phone_changes_hands() -> None:
    switch = Switch()
    switch.member(0, "Alice")
    switch.talking(1, 5)
    switch.leaves_queue(10)
    switch.member(11, "Bob")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.AVAILABLE)
    switch.hangs_up(20, "c1")
    switch.completes(20)
    switch.part(20, "c1", "a1")
    switch.ticks(25)
    assert (switch.visit().agent, [talk.agent for talk in switch.talks_told()]) == ("Alice", ["Alice"])
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


@pytest.mark.parametrize(("status", "state"), [(1, S.AVAILABLE), (5, S.OFFLINE)])
def test_whoever_keeps_a_phone_when_a_seat_changes_hands_is_within_reach_if_that_one_is(status: int, state: S) -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1")
    for at, now in ((0, 1), (10, status)):
        phone = "PJSIP/2001"
        switch.tell(
            ev.MemberSeen, at, queue="support", interface=phone, member="Alice", device=phone, status=now, paused=False,
            reason="",
        )  # fmt: skip
    assert switch.state("Alice") is S.AVAILABLE
    switch.ticks(NOON)
    assert (switch.state("Alice"), switch.state("Bob")) == (state, S.AVAILABLE)


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
    assert (visit.agent, [o.agent for o in visit.offers], [t.agent for t in switch.talks_told()]) == (
        "Alice",
        ["Alice"],
        ["Alice"],
    )
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
    assert [(talk.agent, talk.how) for talk in switch.talks_told()] == [("Alice", How.QUEUE)]


def test_word_from_before_it_that_comes_late_turns_no_seat_back() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1")
    switch.ticks(NOON + 0.01)
    switch.member(NOON - 0.001, "Phone 1")
    switch.takes(NOON + 20, phone="PJSIP/1001")
    assert [own.agent for own in switch.floor.open_own_calls()] == ["Bob"]


def test_clock_set_back_has_the_seats_of_its_own_moment_again_and_restored_so() -> None:
    switch = Switch(seats=SHIFTS)
    switch.member(0, "Phone 1")
    for moment, agent in ((NOON + 10, "Bob"), (NOON - 50, "Alice"), (NOON - 40, "Alice"), (NOON + 1, "Bob")):
        switch.ticks(moment)
        assert list(members(switch)) == [agent]
        switch.floor = Floor.restore(switch.floor.save(), switch.floor.settings)


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


def test_agent_who_gives_up_her_second_phone_keeps_the_first() -> None:
    switch = Switch(seats={"PJSIP/2001": (Tenure("Alice"),), "PJSIP/1001": SHIFTS["PJSIP/1001"]})
    switch.member(0, "x", "PJSIP/2001")
    switch.member(0, "x")
    switch.ticks(NOON)
    assert (switch.state("Alice"), switch.floor.state.people["Alice"].interface) == (S.AVAILABLE, "PJSIP/2001")


def test_ring_that_begins_as_the_seat_changes_hands_is_the_heirs() -> None:
    switch = Switch(seats=SHIFTS)
    switch.joins(NOON - 1)
    switch.dials(NOON - 0.001, "a1", uid="c1", string="PJSIP/1001", dest_name="PJSIP/1001-a1")
    switch.calls(NOON + 0.001, agent="x")
    switch.rings(NOON + 0.1, "a1")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.OFFLINE, S.RINGING)


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
