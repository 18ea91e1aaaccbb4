"""What queues say late, twice, too early or not at all, of visits, offers and agents."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import ChannelState, QueueState, Snapshot, WaitingState
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def snapshot(
    channels: tuple[ChannelState, ...] = (), waiting: tuple[WaitingState, ...] = (), queues: tuple[QueueState, ...] = ()
) -> Snapshot:
    return Snapshot(None, None, "22", "", "", queues, (), waiting, channels, None, None)


def there(uid: str, name: str, *, bridge: str = "", state: int = 6) -> ChannelState:
    return ChannelState(name, uid, uid, state, "s", "138", "", bridge, "", 10)


# queues


def test_leave_of_a_half_whose_customer_has_gone_tells_the_visit() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.blind(20, "a1", moved="l2", target="500")
    switch.part(20, "a1", bridge="inner")
    switch.exits(20, "l2", "inner")
    switch.joins(20, "l2", "sales")
    switch.ticks(25)
    switch.hangs_up(30, "c1")
    switch.part(30, "c1", bridge="outer")
    switch.leaves(30.1, "l2", "sales")
    assert [(v.queue, v.outcome) for v in switch.visits()] == [
        ("support", VisitOutcome.ANSWERED),
        ("sales", VisitOutcome.ABANDONED),
    ]


def test_end_of_a_ring_that_only_the_queue_tells_is_the_offers() -> None:
    switch = Switch()
    switch.joins(1)
    switch.tell(
        ev.MemberCalled,
        1,
        uid="c1",
        name="",
        linked="c1",
        queue="support",
        interface="PJSIP/1001",
        member="Alice",
        dest="a1",
        dest_name="",
    )
    for at, dest in ((15, None), (15, "other"), (16, "a1")):
        switch.tell(ev.MemberRingEnded, at, uid="c1", queue="support", interface="PJSIP/1001", dest=dest)
    switch.hangs_up(30, "c1")
    switch.leaves(30)
    switch.ends(30, "c1")
    switch.ticks(40)
    assert switch.offer().ended_at == micros(16)


def test_end_of_a_ring_is_the_phones_own_where_it_is_seen() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.tell(ev.MemberRingEnded, 15, uid="c1", queue="support", interface="PJSIP/1001", dest="a1")
    switch.ends(15.2, "a1")
    switch.ticks(20)
    assert switch.offer().ended_at == micros(15.2)


def test_results_and_keys_of_who_is_answered_or_waits_nowhere_change_nothing() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.says(6, "TIMEOUT")
    switch.tell(ev.KeyPressed, 6, uid="c1", queue="support")
    switch.starts(6, "c2", "PJSIP/trunk-c2", calling=True)
    switch.says(6, "TIMEOUT", "c2")
    switch.tell(ev.KeyPressed, 6, uid="c2", queue="support")
    switch.tell(ev.KeyPressed, 6, uid="nobody", queue="support")
    switch.goodbye(9)
    switch.ticks(12)
    assert [visit.outcome for visit in switch.visits()] == [VisitOutcome.ANSWERED]


def test_caller_who_is_refused_at_the_next_queues_door_has_left_the_first() -> None:
    switch = Switch()
    switch.joins(1)
    switch.leaves(10)
    switch.tell(ev.DoorRefused, 10, uid="c1", queue="sales", reason="full")
    switch.ends(11, "c1")
    switch.ticks(15)
    assert [(v.queue, v.outcome) for v in switch.visits()] == [
        ("support", VisitOutcome.REDIRECTED),
        ("sales", VisitOutcome.REFUSED),
    ]


def test_answer_that_only_its_end_tells_of_is_an_answer_without_a_time() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.leaves(5)
    switch.completes(5.5)
    switch.ends(5.5, "a1")
    switch.ends(5.5, "c1")
    switch.ticks(12)
    visit = switch.visit()
    assert (visit.outcome, visit.agent, visit.answered_at, visit.ended_at) == (
        VisitOutcome.ANSWERED,
        "Alice",
        None,
        micros(5.5),
    )


def test_visit_that_only_its_end_tells_of_is_a_visit() -> None:
    switch = Switch()
    switch.member(0)
    switch.completes(9, uid="c7", dest="a7")
    switch.ends(9.1, "a7")
    switch.ends(9.1, "c7")
    switch.ticks(12)
    assert [(v.uniqueid, v.outcome, v.joined_at) for v in switch.visits()] == [("c7", VisitOutcome.ANSWERED, None)]


def test_end_without_channels_is_that_members_who_talks() -> None:
    switch = Switch()
    switch.team()
    switch.joins(1, "c2")
    switch.answered(1, 5)
    switch.calls(6, "a2", "Bob", "PJSIP/1002", uid="c2")
    switch.leaves(8, "c2")
    switch.connects(8, "a2", "Bob", "PJSIP/1002", uid="c2")
    switch.completes(9, "Bob", "PJSIP/1002", uid=None, dest=None)
    switch.completes(9, "Bob", "PJSIP/1002", uid=None, dest=None)
    switch.completes(9, "Bob", "PJSIP/1002", uid=None, dest=None, queue="sales")
    switch.ticks(12)
    assert [(visit.uniqueid, visit.agent) for visit in switch.visits()] == [("c2", "Bob")]
    assert [fact.event for fact in switch.found(fx.OutOfOrder)] == ["MemberCompleted"] * 2


def test_end_whose_agents_channel_is_not_named_is_the_callers_visit() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.completes(9, dest=None)
    switch.ends(9, "a1")
    switch.ends(9, "c1")
    switch.ticks(12)
    assert switch.visit().ended_at == micros(9)


def test_end_that_names_a_channel_of_another_talk_is_odd() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(12)
    switch.joins(20, "c2")
    switch.completes(21, uid="c2", dest="a1")
    assert [fact.event for fact in switch.found(fx.OutOfOrder)] == ["MemberCompleted"]


def test_hold_that_is_told_twice_counts_once() -> None:
    switch = Switch()
    switch.answered(1, 5)
    for at, on in ((6, True), (6.5, True), (8, False), (8.5, False)):
        switch.tell(ev.HoldSet, at, uid="a1", on=on)
    switch.tell(ev.HoldSet, 8, uid="c1", on=True)
    switch.goodbye(9)
    switch.ticks(12)
    assert switch.visit().hold == 2 * SECOND


def test_offer_that_the_phone_refused_without_a_word_before_its_end_is_refused_by_that() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.ends(4, "a1", cause=21, tech=603)
    switch.ticks(6)
    assert switch.offer().outcome is OfferOutcome.DECLINED


def test_offer_that_is_open_when_the_input_ends_came_to_nothing_that_is_known() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    assert [offer.outcome for offer in switch.over().offers()] == [OfferOutcome.UNKNOWN]


def test_picking_up_that_lasts_keeps_the_visit_open_until_it_is_decided() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.calls(1)
    switch.picks_up(5, "a1")
    switch.leaves(5)
    switch.ticks(8)
    assert switch.visits() == []
    switch.connects(9)
    switch.goodbye(12)
    switch.ticks(14)
    assert switch.visit().outcome is VisitOutcome.ANSWERED


def test_caller_who_hangs_up_while_an_agent_picks_up_has_abandoned() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.picks_up(5, "a1")
    switch.leaves(5)
    switch.hangs_up(5.2, "c1")
    switch.ends(5.3, "a1")
    switch.ends(5.3, "c1")
    switch.ticks(9)
    assert switch.visit().outcome is VisitOutcome.ABANDONED


def test_offer_that_lasts_as_the_input_ends_is_cut_short_where_the_visit_was() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    assert [offer.outcome for offer in switch.over().offers()] == [OfferOutcome.CUT_SHORT]


def test_result_before_the_leave_waits_for_it() -> None:
    switch = Switch()
    switch.joins(1)
    switch.says(15, "TIMEOUT")
    assert switch.visits() == []
    switch.leaves(15.1)
    switch.ticks(20)
    assert (switch.visit().outcome, switch.visit().left_at) == (VisitOutcome.TIMED_OUT, micros(15.1))


def test_result_that_nobody_knows_decides_nothing() -> None:
    switch = Switch()
    switch.joins(1)
    switch.leaves(15)
    switch.says(15, "BROKEN")
    assert switch.visits() == []
    switch.ticks(20)
    assert switch.visit().outcome is VisitOutcome.REDIRECTED


def test_result_after_a_refusal_changes_nothing() -> None:
    switch = Switch()
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.says(1, "FULL")
    switch.says(1, "TIMEOUT")
    assert switch.visits() == []
    switch.ends(2, "c1")
    assert [visit.outcome for visit in switch.visits()] == [VisitOutcome.REFUSED]


def test_caller_who_waits_elsewhere_of_whose_transfer_nothing_was_seen_talks_no_longer() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.joins(20, queue="sales")
    assert switch.floor.state.people["Alice"].parts == []
    switch.joins(30, queue="billing")
    switch.ticks(40)
    assert {(v.queue, v.ended_at, v.ended_by) for v in switch.visits()} == {
        ("sales", None, None),
        ("support", None, EndedBy.UNKNOWN),
    }


def test_caller_who_waits_twice_elsewhere_at_once_has_left_the_talk_once() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.blind(20, "a1", target="500")
    switch.joins(20, queue="sales")
    switch.ticks(22)
    assert [(v.queue, v.transferred) for v in switch.visits()] == [("support", "blind")]


def test_end_that_names_a_caller_of_a_told_visit_and_a_channel_that_nobody_knows_is_odd() -> None:
    switch = Switch()
    switch.joins(1)
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    switch.completes(20, dest="a9")
    assert [fact.event for fact in switch.found(fx.OutOfOrder)] == ["MemberCompleted"]


def test_switch_that_took_a_talk_down_ended_it_whatever_comes_after() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.tell(ev.SwitchStopping, 9)
    switch.completes(9)
    switch.ends(9, "a1")
    switch.ends(9, "c1")
    assert switch.visit().ended_by is EndedBy.SWITCH


def test_earlier_word_for_nobody_does_not_take_the_end_from_the_switch() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.tears_down(9, "a1", 4)
    switch.completes(8.9)
    switch.ends(9, "a1")
    switch.ends(9, "c1")
    switch.ticks(20)
    assert switch.visit().ended_by is EndedBy.SWITCH


def test_queues_result_while_an_offer_ends_waits_for_the_offer() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.leaves(15)
    switch.says(15, "TIMEOUT")
    assert switch.visits() == []
    switch.ends(15.01, "a1")
    assert [(v.outcome, [o.outcome for o in v.offers]) for v in switch.visits()] == [
        (VisitOutcome.TIMED_OUT, [OfferOutcome.CUT_SHORT]),
    ]


# agents


@pytest.mark.parametrize("refuted", ["phone lost", "on a call", "paused"])
def test_offer_to_who_cannot_take_it_says_why(refuted: str) -> None:
    switch = Switch()
    switch.member(0, paused=refuted == "paused")
    if refuted == "phone lost":
        switch.phone(0, reachable=False)
    if refuted == "on a call":
        switch.takes(0, phone="PJSIP/1001")
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert (switch.offer().available, switch.offer().refuted) == (False, refuted)


def test_answer_to_an_action_tells_of_who_is_not_known_and_of_nobody_else() -> None:
    switch = Switch()
    fields = {"queue": "support", "interface": "PJSIP/1001", "member": "Alice", "device": "PJSIP/1001", "status": 1}
    switch.tell(ev.MemberSeen, 1, paused=False, reason="", answer=True, **fields)
    switch.tell(ev.MemberSeen, 2, paused=True, reason="tea", answer=True, **fields)
    assert switch.states("Alice") == [S.AVAILABLE]


def test_agent_who_serves_one_queue_with_two_phones_serves_it_with_the_other_one() -> None:
    switch = Switch()
    switch.member(0)
    switch.member(0, phone="PJSIP/2001")
    switch.leaves_queue(5, phone="PJSIP/2001")
    assert switch.state("Alice") is S.AVAILABLE


def test_registration_that_is_tried_and_known_stays_as_it_was() -> None:
    switch = Switch()
    switch.member(0)
    for at, reachable in ((1, True), (2, None)):
        switch.tell(ev.ContactSeen, at, device="PJSIP/1001", uri="sip:a", reachable=reachable, removed=False)
    assert switch.state("Alice") is S.AVAILABLE


def test_phone_that_is_lost_while_another_of_the_agents_phones_rings_is_not_the_offers() -> None:
    switch = Switch()
    switch.member(0)
    switch.member(0, phone="PJSIP/2001")
    switch.phone(0, reachable=True, device="PJSIP/2001")
    switch.takes(0.5, phone="PJSIP/1001")
    switch.joins(1)
    switch.calls(1, phone="PJSIP/1001")
    switch.rings(1, "a1")
    switch.phone(3, reachable=False, device="PJSIP/2001")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.offer().outcome is OfferOutcome.TIMED_OUT


def test_phone_that_is_lost_after_its_visit_was_told_is_nobodys_ring() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.hangs_up(9, "c1")
    switch.completes(9)
    switch.ends(9, "c1")
    switch.ticks(12)
    switch.phone(13, reachable=False)
    assert [offer.outcome for offer in switch.offers()] == [OfferOutcome.ANSWERED]
