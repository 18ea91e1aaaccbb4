"""What an agent is doing, and since when."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy
from tests.unit.domain.switch import Switch, micros


def test_day_of_an_agent_is_a_chain_of_states() -> None:
    switch = Switch(wrap_up={"support": 3 * SECOND})
    switch.member(0)
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(20)
    assert switch.states("Alice") == [S.AVAILABLE, S.RINGING, S.TALKING, S.WRAP_UP, S.AVAILABLE]


def test_wrap_up_ends_at_its_own_time_not_at_the_tick() -> None:
    switch = Switch(wrap_up={"support": 3 * SECOND})
    switch.member(0)
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(100)
    assert switch.found(fx.AgentStateChanged)[-1].at == micros(12)


def test_pause_in_one_queue_is_a_pause_and_names_it() -> None:
    switch = Switch()
    switch.member(0)
    switch.member(0, queue="sales")
    switch.member(5, queue="sales", paused=True, reason="tea")
    last = switch.found(fx.AgentStateChanged)[-1]
    assert (last.state, last.reason, last.queues) == (S.PAUSED, "tea", ("sales",))


def test_pause_told_twice_is_one_span_and_another_reason_a_new_one() -> None:
    switch = Switch()
    switch.member(0)
    switch.member(5, paused=True, reason="tea")
    switch.member(6, paused=True, reason="tea")
    switch.member(7, paused=True, reason="training")
    spans = switch.found(fx.AgentStateChanged)
    assert [(fact.at, fact.reason) for fact in spans[1:]] == [(micros(5), "tea"), (micros(7), "training")]


def test_phone_that_lost_its_contact_while_talking_is_offline_though_the_device_is_in_use() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(1, 5)
    switch.phone(7, reachable=False)
    switch.tell(ev.DeviceSeen, 7.1, device="PJSIP/1001", state="INUSE")
    assert switch.states("Alice")[-1] is S.OFFLINE


def test_one_of_two_contacts_gone_is_not_offline() -> None:
    switch = Switch()
    switch.member(0)
    for uri in ("sip:a", "sip:b"):
        switch.tell(ev.ContactSeen, 1, device="PJSIP/1001", uri=uri, reachable=True, removed=False)
    switch.tell(ev.ContactSeen, 2, device="PJSIP/1001", uri="sip:a", reachable=False, removed=True)
    assert switch.states("Alice")[-1] is S.AVAILABLE


@pytest.mark.parametrize("removed", [False, True])
def test_phone_is_lost_with_its_last_contact(removed: bool) -> None:
    switch = Switch()
    switch.member(0)
    switch.tell(ev.ContactSeen, 1, device="PJSIP/1001", uri="sip:a", reachable=True, removed=False)
    switch.tell(ev.ContactSeen, 2, device="PJSIP/1001", uri="sip:a", reachable=False, removed=removed)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(2)]
    assert len(switch.found(fx.PhoneUnregistered)) == removed
    assert switch.state("Alice") is S.OFFLINE


def taken_over(*, at: float = 2) -> Switch:
    """Another browser registers for a phone: the switch has yet to ask it, and forgets the first."""
    switch = Switch()
    switch.member(0)
    switch.tell(ev.ContactSeen, 1, device="PJSIP/1001", uri="sip:a", reachable=True, removed=False)
    switch.tell(ev.ContactSeen, at, device="PJSIP/1001", uri="sip:b", reachable=None, removed=False)
    switch.phone(at, reachable=False)
    switch.tell(ev.DeviceSeen, at, device="PJSIP/1001", state="UNAVAILABLE")
    switch.member(at, status=5)
    switch.tell(ev.ContactSeen, at, device="PJSIP/1001", uri="sip:a", reachable=False, removed=True)
    return switch


def test_phone_that_is_taken_over_by_another_browser_is_not_lost() -> None:
    switch = taken_over()
    switch.tell(ev.ContactSeen, 2.4, device="PJSIP/1001", uri="sip:b", reachable=True, removed=False)
    switch.phone(2.4, reachable=True)
    lost = [*switch.found(fx.PhoneLost), *switch.found(fx.PhoneUnregistered)]
    assert (lost, switch.states("Alice")) == ([], [S.AVAILABLE])
    switch.phone(3, reachable=False)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(3)]


@pytest.mark.parametrize("removed", [False, True])
def test_phone_that_is_taken_over_and_does_not_answer_or_goes_is_lost(removed: bool) -> None:
    switch = taken_over()
    switch.tell(ev.ContactSeen, 4, device="PJSIP/1001", uri="sip:b", reachable=False, removed=removed)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(4)]


@pytest.mark.parametrize(("late", "lost"), [(12, 0), (12.1, 1), (None, 1)])
def test_switch_that_does_not_say_whether_a_new_contact_answers_is_believed_after_a_while(
    late: float | None, lost: int
) -> None:
    switch = taken_over()
    switch.tell(ev.PhoneSeen, late, device="PJSIP/1001", reachable=False)
    assert len(switch.found(fx.PhoneLost)) == lost


def test_phone_of_which_the_switch_says_no_more_is_lost_when_its_time_to_answer_is_over() -> None:
    switch = taken_over()
    switch.tell(ev.Tick, 12)
    assert switch.found(fx.PhoneLost) == []
    switch.tell(ev.Tick, 20)
    (lost,) = switch.found(fx.PhoneLost)
    assert (lost.at, lost.frames) == (micros(12), (4,))  # the first word that it was not there
    assert switch.state("Alice") is S.OFFLINE
    switch.phone(21, reachable=True)
    switch.tell(ev.Tick, 40)
    assert (len(switch.found(fx.PhoneLost)), switch.state("Alice")) == (1, S.AVAILABLE)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ev.PhoneSeen, {"reachable": True}),
        (ev.DeviceSeen, {"state": "NOT_INUSE"}),
        (ev.ContactSeen, {"uri": "sip:b", "reachable": True, "removed": False}),
    ],
)
def test_phone_that_is_seen_there_after_all_is_not_lost_later(kind: type, fields: dict[str, object]) -> None:
    switch = taken_over()
    switch.tell(kind, 3, device="PJSIP/1001", **fields)
    switch.tell(ev.Tick, 20)
    assert switch.found(fx.PhoneLost) == []


def test_phone_that_registers_once_more_has_its_time_to_answer_from_then() -> None:
    switch = taken_over()
    switch.tell(ev.ContactSeen, 8, device="PJSIP/1001", uri="sip:c", reachable=None, removed=False)
    switch.phone(9, reachable=False)
    switch.tell(ev.Tick, 17)
    assert switch.found(fx.PhoneLost) == []
    switch.tell(ev.Tick, 19)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(18)]


def test_new_contact_that_was_asked_before_a_gap_excuses_no_loss_after_it() -> None:
    switch = taken_over()
    switch.tell(ev.LinkLost, 3)
    switch.tell(ev.LinkRestored, 4, restarted=False)
    switch.phone(5, reachable=True)
    switch.phone(6, reachable=False)
    assert [fact.at for fact in switch.found(fx.PhoneLost)] == [micros(6)]


@pytest.mark.parametrize(("serves", "lost"), [(False, 0), (True, 1)])
def test_phone_that_was_never_seen_there_was_not_lost(serves: bool, lost: int) -> None:
    """Unless the agent was seen to be within reach: a queue that called says so."""
    switch = Switch(names={"PJSIP/1001": "Alice"})
    if serves:
        switch.member(0)
        switch.floor.state.devices.clear()
        switch.floor.state.people["Alice"].reachable = None
    switch.phone(1, reachable=False)
    switch.member(2, status=5)
    switch.phone(3, reachable=True)
    assert (len(switch.found(fx.PhoneLost)), len(switch.found(fx.PhoneFound))) == (lost, 1 + serves)
    switch.phone(4, reachable=False)
    assert len(switch.found(fx.PhoneLost)) == lost + 1


def test_second_phone_that_is_first_seen_away_was_not_lost() -> None:
    switch = Switch(names={"PJSIP/1001": "Alice", "PJSIP/1002": "Alice"})
    switch.member(0)
    switch.member(0, phone="PJSIP/1002", status=0)
    switch.phone(1, reachable=False, device="PJSIP/1002")
    assert switch.found(fx.PhoneLost) == []
    assert switch.state("Alice") is S.AVAILABLE


def test_second_phone_that_a_queue_cannot_reach_is_not_the_first() -> None:
    switch = Switch(names={"PJSIP/1001": "Alice", "PJSIP/1002": "Alice"})
    switch.member(0)
    switch.member(0, phone="PJSIP/1002", status=5)
    assert switch.found(fx.PhoneLost) == []
    assert switch.state("Alice") is S.AVAILABLE
    switch.phone(5, reachable=False)
    assert [one.interface for one in switch.found(fx.PhoneLost)] == ["PJSIP/1001"]
    switch.member(6, phone="PJSIP/1002")
    assert switch.state("Alice") is S.AVAILABLE


def test_agent_with_two_phones_is_reached_at_the_one_that_is_seen_in_use() -> None:
    switch = Switch(names={"PJSIP/1001": "Alice", "PJSIP/1002": "Alice"})
    switch.member(0)
    switch.member(0, phone="PJSIP/1002", status=0)
    switch.phone(5, reachable=False)
    assert switch.state("Alice") is S.OFFLINE
    switch.tell(ev.DeviceSeen, 6, device="PJSIP/1002", state="INUSE")
    assert switch.state("Alice") is S.AVAILABLE


@pytest.mark.parametrize("met_first", [False, True])
def test_each_phone_is_told_of_that_is_seen_there_for_the_first_time(met_first: bool) -> None:
    switch = Switch(names={"PJSIP/1001": "Alice", "PJSIP/1002": "Alice"})
    if met_first:
        switch.member(0, status=0)
        switch.member(0, phone="PJSIP/1002", status=0)
    switch.phone(1, reachable=True, device="PJSIP/1002")
    if not met_first:
        switch.member(2, status=0)
        switch.member(2, phone="PJSIP/1002", status=0)
    switch.phone(3, reachable=True, device="PJSIP/1002")
    assert [(one.agent, one.interface) for one in switch.found(fx.PhoneFound)] == [("Alice", "PJSIP/1002")]
    switch.phone(4, reachable=False, device="PJSIP/1002")
    assert [one.interface for one in switch.found(fx.PhoneLost)] == ["PJSIP/1002"]


def test_contact_that_was_never_known_proves_nothing_by_its_end() -> None:
    switch = Switch()
    switch.member(0)
    switch.tell(ev.ContactSeen, 2, device="PJSIP/1001", uri="sip:old", reachable=False, removed=True)
    assert switch.states("Alice") == [S.AVAILABLE]


def test_member_taken_out_of_her_last_queue_is_signed_out() -> None:
    switch = Switch()
    switch.member(0)
    switch.tell(ev.MemberGone, 5, queue="support", interface="PJSIP/1001")
    last = switch.found(fx.AgentStateChanged)[-1]
    assert (last.state, last.reason) == (S.OFFLINE, "signed out")


def test_own_line_taken_is_outbound_and_blocked_after_a_minute_without_a_permitted_number() -> None:
    switch = Switch(permitted=("_10XX",))
    switch.member(0)
    switch.starts(10, "o1", "PJSIP/1001-7", dialled="s", calling=True)
    switch.ticks(90)
    assert switch.states("Alice")[1:] == [S.OUTBOUND, S.BLOCKED]
    (blocked,) = switch.found(fx.LineBlocked)
    assert blocked.at == micros(70)


def test_permitted_number_never_blocks_and_nobody_knows_without_a_list() -> None:
    allowed, silent = Switch(permitted=("_10XX",)), Switch()
    for switch in (allowed, silent):
        switch.member(0)
        switch.starts(10, "o1", "PJSIP/1001-7", dialled="1005", calling=True)
        switch.ticks(90)
    assert allowed.states("Alice")[-1] is silent.states("Alice")[-1] is S.OUTBOUND


def test_queue_that_calls_a_member_proves_her_available() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.ends(2, "a1")
    switch.ticks(3)
    assert switch.states("Alice")[0] is S.AVAILABLE
    assert switch.offer().available


def test_seen_pause_refutes_that_she_was_available() -> None:
    switch = Switch()
    switch.member(0, queue="sales", paused=True, reason="tea")
    switch.joins(0)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.ends(16, "a1")
    switch.ticks(17)
    offer = switch.offer()
    assert (offer.available, offer.refuted) == (False, "paused")


def test_after_a_gap_an_idle_agent_is_unknown_until_seen() -> None:
    switch = Switch()
    switch.member(0)
    switch.tell(ev.LinkLost, 5)
    switch.tell(ev.LinkRestored, 9, restarted=False)
    switch.member(12)
    changes = [(fact.at, fact.state) for fact in switch.found(fx.AgentStateChanged)]
    assert changes[1:] == [(micros(5), S.UNKNOWN), (micros(12), S.AVAILABLE)]


def test_talk_from_before_a_gap_is_let_go_when_the_switch_says_that_she_is_free() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(1, 5)
    switch.tell(ev.LinkLost, 8)
    switch.tell(ev.LinkRestored, 30, restarted=False)
    switch.member(31, status=1)
    assert switch.states("Alice")[-1] is S.AVAILABLE


def test_end_of_a_visit_that_is_told_after_its_agent_was_seen_free_changes_nothing_of_the_agent() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(1, 5)
    switch.tell(ev.LinkLost, 8)
    switch.tell(ev.LinkRestored, 30, restarted=False)
    switch.member(31, status=1)
    told = len(switch.states("Alice"))
    switch.goodbye(40)
    switch.ticks(45)
    assert (switch.visit().ended_at, switch.visit().ended_by) == (micros(40), EndedBy.CALLER)
    assert len(switch.states("Alice")) == told


def test_roster_name_wins_over_the_queue_and_a_plain_interface_gets_its_name_later() -> None:
    named = Switch(names={"PJSIP/1001": "王芳"})
    named.member(0)
    plain = Switch()
    plain.member(0, agent="PJSIP/1001")
    plain.member(1, queue="sales", agent="Alice")
    assert list(named.floor.state.people) == ["王芳"]
    assert list(plain.floor.state.people) == ["Alice"]


def test_late_frame_does_not_turn_time_back() -> None:
    switch = Switch()
    switch.member(10)
    switch.member(9, paused=True, reason="tea")
    ended = switch.found(fx.AgentStateChanged)[-1].ended
    assert ended is not None
    assert ended.start == ended.end == micros(10)


def test_floor_restored_from_its_saved_state_is_the_same_floor() -> None:
    switch = Switch(wrap_up={"support": SECOND})
    switch.member(0)
    switch.answered(1, 5)
    again = type(switch.floor).restore(switch.floor.save(), switch.floor.settings)
    assert again.state.digest() == switch.floor.state.digest()
    event = ev.HangupAsked(micros(9), 99, "c1", "", None, None)
    assert again.apply(event) == switch.floor.apply(event)
    assert again.state.digest() == switch.floor.state.digest()
