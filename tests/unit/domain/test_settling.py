from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.channels.registry import SHUTDOWN
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from tests.unit.domain.switch import Switch


def gap(switch: Switch, start: float, end: float, *, restarted: bool) -> None:
    switch.tell(ev.LinkLost, start)
    switch.tell(ev.LinkRestored, end, restarted=restarted)


def test_caller_who_hung_up_just_before_a_restart_left_the_ring_himself() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.rings(1.1, "a1")
    switch.hangs_up(5, "c1")
    switch.ends(5.001, "a1", cause=0)
    switch.tears_down(5.002, "c1", SHUTDOWN)
    switch.leaves(5.003)
    switch.ends(5.004, "c1")
    switch.tell(ev.SwitchStopping, 6)

    assert switch.visit().outcome is VisitOutcome.ABANDONED
    assert switch.offer().outcome is OfferOutcome.CALLER_LEFT


def test_visit_that_left_when_the_login_was_lost_is_unknown_and_not_redirected() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(5)
    gap(switch, 5.1, 60, restarted=False)

    assert switch.visit().outcome is VisitOutcome.UNKNOWN


def test_visit_that_left_in_sight_while_its_channel_lives_on_is_redirected() -> None:
    switch = Switch()
    switch.joins(0)
    switch.leaves(5)
    switch.ticks(7)

    assert switch.visit().outcome is VisitOutcome.REDIRECTED


def test_phone_whose_end_a_kill_hid_was_answered_elsewhere_all_the_same() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.calls(1, "b1", "Bob", "PJSIP/1002")
    switch.rings(1.1, "a1")
    switch.rings(1.1, "b1")
    switch.picks_up(4, "a1")
    switch.leaves(4.001)
    switch.connects(4.002)
    gap(switch, 4.003, 9, restarted=True)

    assert [offer.outcome for offer in switch.offers()] == [OfferOutcome.ANSWERED, OfferOutcome.ANSWERED_ELSEWHERE]


def test_nobody_ended_a_stay_that_was_over_before_the_switch_stopped() -> None:
    switch = Switch()
    switch.starts(0, "c1", "PJSIP/trunk-c1", calling=True)
    switch.says(1, "FULL")
    switch.tears_down(1.001, "c1", SHUTDOWN)
    switch.ends(1.002, "c1")
    switch.tell(ev.SwitchStopping, 2)

    assert (switch.visit().outcome, switch.visit().ended_by) == (VisitOutcome.REFUSED, None)


def test_teardown_that_no_stop_follows_is_unknown_and_the_switchs_doing() -> None:
    switch = Switch()
    switch.joins(0)
    switch.tears_down(5, "c1", SHUTDOWN)
    switch.leaves(5.001)
    switch.ends(5.002, "c1")
    switch.ticks(20)

    assert (switch.visit().outcome, switch.visit().ended_by) == (VisitOutcome.UNKNOWN, EndedBy.SWITCH)


def test_completion_without_channels_of_an_answer_that_nobody_saw_is_out_of_order() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.completes(9, dest=None)

    assert [fact.event for fact in switch.found(fx.OutOfOrder)] == ["MemberCompleted"]


def test_login_without_times_tells_outcomes_by_order_and_no_times() -> None:
    switch = Switch()
    switch.tell(
        ev.CallerJoined, None, uid="c1", name="", linked="c1", queue="support", position=1, caller="138", dialled="400"
    )
    switch.tell(ev.HangupAsked, None, uid="c1", name="", cause=16, tech=None)
    switch.tell(ev.CallerLeft, None, uid="c1", name="", linked="c1", queue="support")
    switch.tell(ev.QueueResult, None, uid="c2", name="", linked="c2", caller="139", dialled="400", result="FULL")
    switch.over()

    assert [visit.outcome for visit in switch.visits()] == [VisitOutcome.ABANDONED, VisitOutcome.REFUSED]
    assert [(visit.joined_at, visit.wait, visit.refused_at) for visit in switch.visits()] == [(None, None, None)] * 2


def test_phone_whose_trying_was_not_timed_is_not_called_unreachable() -> None:
    switch = Switch()
    switch.joins(0)
    switch.tell(
        ev.MemberCalled,
        None,
        uid="c1",
        name="",
        linked="c1",
        queue="support",
        interface="PJSIP/1001",
        member="Alice",
        dest="a1",
        dest_name="",
    )
    switch.ends(5, "a1")
    switch.ticks(10)

    assert switch.offer().outcome is OfferOutcome.UNKNOWN


def test_ring_that_the_caller_ended_is_his_where_the_switch_was_lost_before_he_had_left() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.rings(1.1, "a1")
    switch.hangs_up(5, "c1")
    switch.ends(5.001, "a1", cause=0)
    gap(switch, 5.002, 10, restarted=True)

    assert switch.visit().outcome is VisitOutcome.ABANDONED
    assert switch.offer().outcome is OfferOutcome.CALLER_LEFT
