"""Late words: what was told is closed, a word about it finds it, and never opens another."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import VisitOutcome
from tests.unit.domain.switch import Switch, micros


def odd(switch: Switch) -> list[str]:
    return [fact.event for fact in switch.found(fx.OutOfOrder)]


def sent_away(switch: Switch) -> None:
    """Alice sends her caller to Bob at 20; the caller and Bob talk until 300."""
    switch.team()
    switch.talking(1, 5)
    switch.blind(20, "a1")
    switch.exits(20, "c1")
    switch.part(20, "a1")
    switch.starts(20, "a2", "PJSIP/1002-a2", linked="c1")
    switch.picks_up(24, "a2")
    switch.meet(24, "a2", "c1", bridge="b2")


def test_queues_word_minutes_after_a_transfer_is_about_what_was_told() -> None:
    switch = Switch()
    sent_away(switch)
    switch.ticks(100)
    (visit,) = switch.visits()
    switch.completes(290)
    assert (switch.visits(), odd(switch)) == ([visit], ["MemberCompleted"])
    assert len(switch.found(fx.VisitJoined)) == 1
    switch.hangs_up(300, "c1")
    switch.part(300, "c1", "a2", bridge="b2")
    (call,) = [fact.call for fact in switch.found(fx.CallEnded)]
    assert ([v.agent for v in call.visits], [t.agent for t in call.talks]) == (["Alice"], ["Alice", "Bob"])


def test_queues_word_after_the_channels_are_gone_opens_nothing() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(12)
    switch.completes(13)
    switch.leaves(13)
    switch.connects(13)
    switch.calls(13, "a1")
    switch.dials(13, "a1", uid="c1")
    assert len(switch.visits()) == len(switch.found(fx.VisitJoined)) == 1
    assert odd(switch) == ["MemberCompleted", "MemberConnected", "MemberCalled"]


def test_leave_after_the_channels_end_is_the_visits() -> None:
    switch = Switch()
    switch.joins(0)
    switch.hangs_up(8, "c1")
    switch.ends(8, "c1")
    switch.leaves(8.1)
    switch.ticks(12)
    assert [visit.outcome for visit in switch.visits()] == [VisitOutcome.ABANDONED]
    assert len(switch.found(fx.VisitJoined)) == 1


def test_word_about_a_stay_that_was_told_while_the_caller_lives_opens_no_other() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    assert len(switch.visits()) == 1
    switch.leaves(16)
    switch.tell(ev.CallerDropped, 16, uid="c1", name="", linked="c1", queue="support")
    switch.connects(17)
    assert (len(switch.found(fx.VisitJoined)), odd(switch)) == (1, ["MemberConnected"])


def test_stay_that_began_in_a_gap_is_another() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    switch.tell(ev.LinkLost, 20)
    switch.tell(ev.LinkRestored, 60, restarted=False)
    switch.leaves(80)
    assert [(fact.at, fact.n) for fact in switch.found(fx.VisitJoined)] == [(micros(0), 1), (None, 2)]


def test_stay_that_was_told_after_the_last_gap_is_closed() -> None:
    switch = Switch()
    switch.tell(ev.LinkLost, 0)
    switch.tell(ev.LinkRestored, 1, restarted=False)
    switch.joins(2)
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    switch.leaves(16)
    assert len(switch.found(fx.VisitJoined)) == 1


def test_join_that_is_told_twice_is_one_and_a_later_one_another() -> None:
    switch = Switch()
    switch.joins(0)
    switch.joins(0)
    assert len(switch.found(fx.VisitJoined)) == 1
    switch.joins(5)
    assert [fact.n for fact in switch.found(fx.VisitJoined)] == [1, 2]


def test_stay_that_was_not_seen_to_begin_ends_the_one_before() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(15, queue="sales")
    assert [(fact.queue, fact.at) for fact in switch.found(fx.VisitJoined)] == [("support", micros(0)), ("sales", None)]
    assert [visit.queue for visit in switch.visits()] == ["support"]


def test_word_of_a_stay_that_the_caller_has_left_for_another_finds_it() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(0)
    switch.rings(0, "a1")
    switch.leaves(15)
    switch.joins(15, queue="sales")
    switch.tell(ev.CallerDropped, 15, uid="c1", name="", linked="c1", queue="support")
    switch.ends(15.1, "a1")
    switch.ticks(20)
    assert [visit.queue for visit in switch.visits()] == ["support"]
    assert len(switch.found(fx.VisitJoined)) == 2


def test_end_of_a_talk_that_the_queue_tells_after_the_caller_waits_there_again_is_that_talks() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.blind(20, "a1", target="400")
    switch.joins(20)
    switch.completes(20)
    switch.ends(20, "a1")
    switch.ticks(25)
    (visit,) = switch.visits()
    assert (visit.n, visit.transferred, visit.ended_at) == (1, "blind", micros(20))
    assert [fact.n for fact in switch.found(fx.VisitJoined)] == [1, 2]


@pytest.mark.parametrize("linked", ["c1", "older"])
def test_call_is_told_when_its_last_channel_is_gone_whatever_linkedid_that_has_by_then(linked: str) -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.hangs_up(9, "c1")
    switch.completes(9)
    switch.part(9, "c1")
    switch.ticks(12)
    assert switch.found(fx.CallEnded) == []
    switch.enters(15, "a1", "b2", linked=linked)
    switch.enters(15, "a1", "b3", linked="c1")
    switch.enters(15, "a1", "b2", linked=linked)
    switch.ends(20, "a1")
    assert [fact.call.call for fact in switch.found(fx.CallEnded)] == ["c1"]
    assert (switch.floor.state.calls, switch.floor.state.linked) == ({}, {})


def test_uniqueid_used_again_after_a_restart_is_another_call_with_all_its_channels() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tell(ev.LinkLost, 20)
    switch.tell(ev.LinkRestored, 30, restarted=True)
    switch.talking(40, 45)
    switch.hangs_up(50, "c1")
    switch.completes(50)
    switch.part(50, "c1")
    switch.part(50.1, "a1")
    switch.ticks(60)
    first, second = (fact.call for fact in switch.found(fx.CallEnded))
    assert first.call == "c1" != second.call
    assert second.call.startswith("c1~")
    assert [talk.call for talk in second.talks] == [second.call]
    assert (switch.floor.state.calls, switch.floor.state.again) == ({}, {})


def test_call_that_was_told_is_not_told_again_for_what_a_gap_hid() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.goodbye(9)
    switch.ticks(12)
    switch.starts(20, "c2", "PJSIP/trunk-c2", linked="c1", calling=True)
    switch.tell(
        ev.CallerJoined, 20, uid="c2", name="", linked="c1", queue="support", position=1, caller=None, dialled=None
    )
    switch.tell(ev.HangupAsked, 25, uid="c2", name="", cause=None, tech=None)
    switch.ends(25, "c2")
    switch.ticks(30)
    first, second = (fact.call.call for fact in switch.found(fx.CallEnded))
    assert (first, second[:3]) == ("c1", "c1~")


def test_call_of_nothing_but_channels_is_not_told() -> None:
    switch = Switch()
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.ends(2, "c1")
    assert switch.found(fx.CallEnded) == []


def test_calls_are_forgotten_after_ten_minutes() -> None:
    switch = Switch()
    for number, at in enumerate((0, 100, 800)):
        uid = f"c{number}"
        switch.joins(at, uid)
        switch.hangs_up(at + 1, uid)
        switch.leaves(at + 1, uid)
        switch.ends(at + 1, uid)
    assert list(switch.floor.state.over) == ["c2"]


def test_visit_that_moves_to_its_customers_call_stays_with_an_earlier_stay_of_its_channel() -> None:
    switch = Switch()
    switch.team()
    switch.talking(1, 5)
    switch.takes(10, "o1", "500", phone="PJSIP/1001")
    switch.joins(10, "o1", "sales")
    switch.leaves(12, "o1", "sales")
    switch.says(12, "TIMEOUT", "o1")
    switch.joins(13, "o1", "sales")
    switch.attended(20, "a1", "o1", place="app")
    switch.hangs_up(30, "c1")
    switch.leaves(30, "c1", "sales")
    for uid in ("o1", "a1", "c1"):
        switch.ends(31, uid)
    switch.ticks(40)
    ended = [fact.call for fact in switch.found(fx.CallEnded)]
    calls = {call.call: [v.n for v in call.visits if v.queue == "sales"] for call in ended}
    assert calls == {"o1": [1, 2], "c1": []}


def test_who_joins_is_known_by_their_number_from_then_on() -> None:
    switch = Switch()
    switch.joins(0)
    assert [fact.caller for fact in switch.found(fx.VisitJoined)] == ["13800000001"]
