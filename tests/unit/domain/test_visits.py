"""How a visit ends is told by what its channel lived through."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, EndedBy, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def test_caller_who_hangs_up_while_waiting_has_abandoned() -> None:
    switch = Switch()
    switch.joins(0)
    switch.hangs_up(9, "c1")
    switch.leaves(9.001)
    switch.ends(9.002, "c1")
    visit = switch.visit()
    assert (visit.outcome, visit.ended_by, visit.wait) == (VisitOutcome.ABANDONED, EndedBy.CALLER, 9_001_000)


def test_hangup_word_that_comes_after_the_leave_but_is_older_still_counts() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(9.001)
    switch.hangs_up(9.0, "c1")
    switch.ends(9.002, "c1")
    assert switch.visit().outcome is VisitOutcome.ABANDONED


def test_caller_who_hears_goodbye_after_a_timeout_and_hangs_up_has_not_abandoned() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(20)
    switch.says(20.001, "TIMEOUT")
    switch.hangs_up(20.4, "c1")
    switch.ends(20.5, "c1")
    assert switch.visit().outcome is VisitOutcome.TIMED_OUT


def test_each_word_of_the_queue_application_is_an_outcome() -> None:
    outcomes = []
    for word in ("TIMEOUT", "LEAVEEMPTY", "WITHDRAW", "CONTINUE"):
        switch = Switch()
        switch.joins(0)
        switch.leaves(5)
        switch.says(5.001, word)
        switch.ends(5.1, "c1")
        outcomes.append(switch.visit().outcome.value)
    assert outcomes == ["timed_out", "queue_empty", "withdrawn", "key_pressed"]


def test_caller_whose_channel_lives_on_for_no_other_reason_was_redirected() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(4)
    switch.ticks(5.5)
    assert switch.visit().outcome is VisitOutcome.REDIRECTED


def test_caller_sent_elsewhere_who_ends_at_once_was_redirected_too() -> None:
    switch = Switch()
    switch.joins(0)
    switch.tears_down(4, "c1", flag=2)
    switch.leaves(4)
    switch.ends(4.1, "c1")
    assert switch.visit().outcome is VisitOutcome.REDIRECTED


def test_visit_whose_channel_ends_without_a_word_is_unknown() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(4)
    switch.ends(4.1, "c1")
    assert switch.visit().outcome is VisitOutcome.UNKNOWN


def test_waiting_when_the_switch_stops_is_switch_down() -> None:
    switch = Switch()
    switch.joins(0)
    switch.tears_down(3, "c1", flag=4)
    switch.leaves(3.01)
    switch.ends(3.02, "c1")
    switch.tell(ev.SwitchStopping, 4.1)
    visit = switch.visit()
    assert (visit.outcome, visit.ended_by) == (VisitOutcome.SWITCH_DOWN, EndedBy.SWITCH)


def test_teardown_that_no_stop_follows_is_unknown() -> None:
    switch = Switch()
    switch.joins(0)
    switch.tears_down(3, "c1", flag=4)
    switch.leaves(3.01)
    switch.ends(3.02, "c1")
    switch.ticks(9)
    assert switch.visit().outcome is VisitOutcome.UNKNOWN


def test_refused_at_a_full_queue_joined_nothing() -> None:
    switch = Switch()
    switch.starts(0, "c1", "PJSIP/trunk-1", dialled="400", calling=True)
    switch.says(0.1, "FULL")
    switch.ends(3, "c1")
    visit = switch.visit()
    assert (visit.outcome, visit.queue, visit.joined_at, visit.did) == (VisitOutcome.REFUSED, None, None, "400")


def test_dialplan_names_the_queue_that_refused() -> None:
    switch = Switch()
    switch.starts(0, "c1", "PJSIP/trunk-1", dialled="400", calling=True)
    switch.says(0.1, "JOINEMPTY")
    switch.tell(ev.DoorRefused, 0.11, uid="c1", queue="support", reason="JOINEMPTY")
    switch.ends(3, "c1")
    assert switch.visit().queue == "support"


def test_dialplan_says_that_the_caller_left_by_key() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(4)
    switch.tell(ev.KeyPressed, 4.01, uid="c1", queue="support")
    switch.ends(30, "c1")
    assert switch.visit().outcome is VisitOutcome.KEY_PRESSED


def test_same_channel_in_the_same_queue_again_is_its_second_visit() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(5)
    switch.says(5, "TIMEOUT")
    switch.joins(6)
    switch.hangs_up(8, "c1")
    switch.leaves(8)
    switch.ends(8, "c1")
    assert [(v.n, v.outcome.value) for v in switch.visits()] == [(1, "timed_out"), (2, "abandoned")]
    (call,) = switch.found(fx.CallEnded)
    assert [v.n for v in call.call.visits] == [1, 2]


def test_answered_visit_that_the_agent_ends() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.goodbye(20, by="a1")
    visit = switch.visit()
    assert (visit.outcome, visit.ended_by, visit.talk) == (VisitOutcome.ANSWERED, EndedBy.AGENT, 15_000_000)


def test_talk_of_a_visit_is_from_the_answer_to_the_end_and_none_without_an_answer() -> None:
    answered, abandoned = Switch(), Switch()
    answered.answered(0, 5)
    answered.goodbye(30)
    answered.ticks(33)
    abandoned.joins(0)
    abandoned.hangs_up(9, "c1")
    abandoned.leaves(9)
    abandoned.ends(9, "c1")
    assert (answered.visit().talk, abandoned.visit().talk) == (25_000_000, None)


def test_queue_that_says_caller_at_a_restart_is_not_believed() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.tears_down(9, "c1", flag=4)
    switch.completes(9.001)
    switch.ends(9.01, "a1")
    switch.ends(9.01, "c1")
    switch.tell(ev.SwitchStopping, 10)
    assert switch.visit().ended_by is EndedBy.SWITCH


def test_completion_without_channels_is_found_by_queue_and_interface() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.completes(20, uid=None, dest=None)
    switch.ticks(22)
    visit = switch.visit()
    assert (visit.ended_at, visit.ended_by) == (micros(20), EndedBy.UNKNOWN)


def test_blind_transfer_ends_the_part_at_its_moment_even_if_completion_was_told_first() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.completes(10.001)
    switch.tell(ev.BlindTransferred, 10.0, by="a1", moved="c1", target="1005")
    switch.ends(10.01, "a1")
    switch.ticks(12)
    visit = switch.visit()
    assert (visit.transferred, visit.ended_by, visit.ended_at) == ("blind", EndedBy.TRANSFER, micros(10))


def test_attended_transfer_ends_the_part_at_its_completion() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(0, 5)
    switch.starts(8, "a2", "PJSIP/1001-9", dialled="1005", calling=True)
    switch.tell(ev.AttendedTransferred, 15, by="a1", second="a2")
    switch.ends(15.01, "a1")
    switch.ends(15.02, "a2")
    switch.ticks(17)
    visit = switch.visit()
    assert (visit.transferred, visit.talk) == ("attended", 10_000_000)
    assert switch.states("Alice")[-1] is AgentState.AVAILABLE


def test_only_the_agents_own_hold_counts_and_ends_with_the_part() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.tell(ev.HoldSet, 6, uid="c1", on=True)
    switch.tell(ev.HoldSet, 7, uid="a1", on=True)
    switch.tell(ev.HoldSet, 9, uid="a1", on=False)
    switch.tell(ev.HoldSet, 11, uid="a1", on=True)
    switch.goodbye(12)
    assert switch.visit().hold == 3_000_000


def test_visit_whose_join_was_not_seen_is_still_shown() -> None:
    switch = Switch()
    switch.connects(5)
    switch.goodbye(9)
    visit = switch.visit()
    assert (visit.joined_at, visit.wait, visit.agent, visit.outcome.value) == (None, None, "Alice", "answered")


def test_call_that_talks_across_a_gap_lives_on_and_is_marked() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.tell(ev.LinkLost, 8)
    switch.tell(ev.LinkRestored, 30, restarted=False)
    switch.goodbye(40)
    visit = switch.visit()
    assert (visit.in_gap, visit.ended_at, visit.ended_by) == (True, micros(40), EndedBy.CALLER)
    (gap,) = switch.found(fx.GapSeen)
    assert (gap.start, gap.at, gap.cause) == (micros(8), micros(30), "link")


def test_restart_in_a_gap_ends_what_was_open_with_times_unknown() -> None:
    switch = Switch()
    switch.answered(0, 5)
    switch.joins(6, "c2")
    switch.tell(ev.LinkLost, 8)
    switch.tell(ev.LinkRestored, 30, restarted=True)
    talked, waited = switch.visits()
    assert (talked.outcome.value, talked.ended_at, talked.ended_by) == ("answered", None, EndedBy.SWITCH)
    assert (waited.outcome.value, waited.left_at) == ("switch_down", None)


def test_uniqueid_used_again_after_a_restart_is_another_call() -> None:
    switch = Switch()
    switch.joins(0)
    switch.hangs_up(1, "c1")
    switch.leaves(1)
    switch.ends(1, "c1")
    switch.tell(ev.LinkLost, 2)
    switch.tell(ev.LinkRestored, 3, restarted=True)
    switch.joins(4)
    switch.hangs_up(5, "c1")
    switch.leaves(5)
    switch.ends(5, "c1")
    first, second = (fact.call for fact in switch.found(fx.CallEnded))
    assert first.call != second.call


def test_what_still_waits_when_the_input_ends_is_unknown_not_ended() -> None:
    switch = Switch()
    switch.joins(0)
    visit = switch.over().visit()
    assert (visit.outcome, visit.left_at) == (VisitOutcome.UNKNOWN, None)


@pytest.mark.parametrize(("party", "by"), [("c1", EndedBy.CALLER), ("a1", EndedBy.AGENT)])
def test_answer_that_a_gap_hid_is_known_by_the_completion_and_its_ring_is_not(party: str, by: EndedBy) -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(0)
    switch.calls(0)
    switch.rings(0, "a1")
    switch.tell(ev.LinkLost, 3)
    switch.tell(ev.LinkRestored, 20, restarted=False)
    switch.goodbye(30, by=party)
    switch.over()
    visit, offer = switch.visit(), switch.offer()
    assert (visit.outcome, visit.answered_at, visit.ended_by) == (VisitOutcome.ANSWERED, None, by)
    assert (offer.outcome.value, offer.rang_at, offer.ended_at, offer.ringing) == ("answered", micros(0), None, None)
