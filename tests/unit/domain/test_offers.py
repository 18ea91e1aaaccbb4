"""An offer's outcome is the first that fits; nobody answers for a ring that something else ended."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.domain import events as ev
from callcenter.domain.visits.offers import is_missed
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def ringing(at: float = 0) -> Switch:
    switch = Switch()
    switch.member(at)
    switch.joins(at)
    switch.calls(at)
    switch.rings(at, "a1")
    return switch


def test_ring_that_ends_while_the_caller_waits_on_timed_out() -> None:
    switch = ringing()
    switch.ends(15.001, "a1", cause=0)
    switch.ticks(16)
    offer = switch.offer()
    assert (offer.outcome, offer.ringing, offer.available) == (OfferOutcome.TIMED_OUT, 15_001_000, True)


def test_ring_is_missed_that_the_agent_was_there_for_and_nobody_answered() -> None:
    switch = ringing()
    switch.ends(15.001, "a1", cause=0)
    switch.ticks(16)
    offer = switch.offer()
    others: tuple[dict[str, Any], ...] = (
        {"available": False},
        {"rang_at": None},
        {"in_gap": True},
        {"outcome": OfferOutcome.DECLINED},
    )
    assert is_missed(offer)
    assert not any(is_missed(msgspec.structs.replace(offer, **other)) for other in others)


def test_outcome_is_not_told_before_the_half_second_in_which_the_visit_may_end() -> None:
    switch = ringing()
    switch.ends(15, "a1", cause=0)
    switch.ticks(15.5)
    assert switch.offers() == []


@pytest.mark.parametrize(("left", "outcome"), [(15.5, OfferOutcome.CUT_SHORT), (15.500001, OfferOutcome.TIMED_OUT)])
def test_ring_that_ends_within_half_a_second_of_the_visit_was_cut_short(left: float, outcome: OfferOutcome) -> None:
    switch = ringing()
    switch.ends(15, "a1", cause=0)
    switch.leaves(left)
    switch.says(left, "TIMEOUT")
    switch.ends(left, "c1")
    assert switch.offer().outcome is outcome


@pytest.mark.parametrize(("left", "outcome"), [(15.5, OfferOutcome.UNKNOWN), (15.500001, OfferOutcome.TIMED_OUT)])
def test_ring_that_ends_with_a_visit_of_which_nobody_knows_how_it_ended_is_not_held_against_the_agent(
    left: float, outcome: OfferOutcome
) -> None:
    switch = ringing()
    switch.ends(15, "a1", cause=0)
    switch.leaves(left)
    switch.ends(left, "c1")
    assert (switch.visit().outcome, switch.offer().outcome) == (VisitOutcome.UNKNOWN, outcome)


@pytest.mark.parametrize("tech", [486, 603, 480])
def test_refusal_after_ringing_is_a_decline(tech: int) -> None:
    switch = ringing()
    switch.hangs_up(3, "a1", cause=21, tech=tech)
    switch.ends(3.001, "a1", cause=21, tech=tech)
    switch.ticks(5)
    assert switch.offer().outcome is OfferOutcome.DECLINED


def test_first_word_of_a_refusal_counts() -> None:
    switch = ringing()
    switch.hangs_up(3, "a1", cause=21, tech=603)
    switch.hangs_up(3.1, "a1", cause=41, tech=503)
    switch.ends(3.2, "a1", cause=41)
    switch.ticks(5)
    assert switch.offer().outcome is OfferOutcome.DECLINED


def test_agent_who_picked_up_and_hung_up_before_the_queue_connected_has_not_declined() -> None:
    switch = ringing()
    switch.picks_up(3, "a1")
    switch.hangs_up(3.1, "a1", cause=21, tech=603)
    switch.ends(3.2, "a1", cause=21, tech=603)
    switch.ticks(5)
    switch.over()
    assert switch.offer().outcome is OfferOutcome.UNKNOWN


def test_old_switch_without_a_sip_status_tells_a_decline_by_its_cause() -> None:
    switch = ringing()
    switch.hangs_up(3, "a1", cause=21)
    switch.ends(3.001, "a1", cause=21)
    switch.ticks(5)
    assert switch.offer().outcome is OfferOutcome.DECLINED


def test_busy_before_ringing_is_busy() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(0)
    switch.hangs_up(0.01, "a1", cause=17, tech=486)
    switch.ends(0.02, "a1", cause=17, tech=486)
    switch.ticks(2)
    assert switch.offer().outcome is OfferOutcome.BUSY


def test_phone_that_never_rang_was_unreachable_not_missed() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(0)
    switch.ends(15, "a1", cause=0)
    switch.ticks(16)
    offer = switch.offer()
    assert (offer.outcome, offer.rang_at, offer.ringing) == (OfferOutcome.UNREACHABLE, None, None)


def test_trouble_of_the_phone_after_ringing_is_unknown_not_missed() -> None:
    switch = ringing()
    switch.hangs_up(3, "a1", cause=41, tech=503)
    switch.ends(3.001, "a1", cause=41, tech=503)
    switch.ticks(5)
    assert switch.offer().outcome is OfferOutcome.UNKNOWN


def test_contact_lost_while_ringing_is_unknown() -> None:
    switch = ringing()
    switch.phone(8, reachable=False)
    switch.ends(15, "a1", cause=0)
    switch.ticks(16)
    assert switch.offer().outcome is OfferOutcome.UNKNOWN


def test_caller_who_gives_up_while_it_rings_ends_the_offer() -> None:
    switch = ringing()
    switch.hangs_up(6, "c1")
    switch.leaves(6.001)
    switch.ends(6.001, "a1", cause=0)
    switch.ends(6.002, "c1")
    assert switch.offer().outcome is OfferOutcome.CALLER_LEFT


def test_decline_before_the_caller_gave_up_stays_a_decline() -> None:
    switch = ringing()
    switch.hangs_up(5.9, "a1", cause=21, tech=603)
    switch.ends(5.91, "a1", cause=21, tech=603)
    switch.hangs_up(6.2, "c1")
    switch.leaves(6.2)
    switch.ends(6.2, "c1")
    assert switch.offer().outcome is OfferOutcome.DECLINED


def two_ring() -> Switch:
    switch = ringing()
    switch.calls(0, "b1", "Bob", "PJSIP/1002")
    switch.rings(0, "b1")
    return switch


def test_loser_of_a_ringall_is_not_blamed() -> None:
    switch = two_ring()
    switch.picks_up(5, "a1")
    switch.ends(5.001, "b1", cause=26)
    switch.leaves(5.002)
    switch.connects(5.003)
    outcomes = {offer.agent: offer.outcome for offer in switch.offers()}
    assert outcomes["Bob"] is OfferOutcome.ANSWERED_ELSEWHERE


def test_second_to_pick_up_at_the_same_moment_answered_elsewhere() -> None:
    switch = two_ring()
    switch.picks_up(5, "a1")
    switch.picks_up(5.01, "b1")
    switch.leaves(5.02)
    switch.connects(5.03)
    switch.ends(5.04, "b1")
    switch.goodbye(9)
    outcomes = {offer.agent: offer.outcome for offer in switch.offers()}
    assert outcomes == {"Alice": OfferOutcome.ANSWERED, "Bob": OfferOutcome.ANSWERED_ELSEWHERE}


def test_colleague_who_missed_before_the_other_answered_still_missed() -> None:
    switch = ringing()
    switch.ends(15, "a1", cause=0)
    switch.calls(17, "b1", "Bob", "PJSIP/1002")
    switch.rings(17, "b1")
    switch.picks_up(19, "b1")
    switch.leaves(19)
    switch.connects(19, "b1", "Bob", "PJSIP/1002")
    switch.ticks(30)
    assert switch.offers()[0].outcome is OfferOutcome.TIMED_OUT


def test_picked_up_but_never_connected_is_unknown() -> None:
    switch = ringing()
    switch.picks_up(4, "a1")
    switch.ends(8, "a1")
    switch.ticks(10)
    switch.over()
    offer = switch.offer()
    assert (offer.outcome, offer.ended_at) == (OfferOutcome.UNKNOWN, micros(4))


def test_ringing_seen_before_the_queue_said_that_it_calls_counts_from_the_ringing() -> None:
    switch = Switch()
    switch.joins(0)
    switch.starts(0, "a1", "PJSIP/1001-a1", linked="c1")
    switch.rings(0.002, "a1")
    switch.calls(0.007)
    switch.picks_up(5, "a1")
    switch.leaves(5)
    switch.connects(5)
    switch.goodbye(9)
    assert switch.offer().rang_at == micros(0.002)


def test_answer_without_seen_ringing_has_no_ring_time() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(0)
    switch.picks_up(5, "a1")
    switch.leaves(5)
    switch.connects(5)
    switch.goodbye(9)
    offer = switch.offer()
    assert (offer.outcome, offer.rang_at, offer.ringing) == (OfferOutcome.ANSWERED, None, None)


def test_local_member_rings_and_is_picked_up_at_the_phone_behind_it() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(0)
    switch.starts(0, "l1", "Local/1001@agents-00000001;1", linked="c1")
    switch.starts(0, "l2", "Local/1001@agents-00000001;2", linked="c1", dialled="1001")
    switch.calls(0, "l1", phone="Local/1001@agents/n")
    switch.starts(0.1, "p1", "PJSIP/1001-5", linked="c1")
    switch.tell(
        ev.DialBegan,
        0.1,
        uid="l2",
        name="Local/1001@agents-00000001;2",
        linked="c1",
        dest="p1",
        dest_name="PJSIP/1001-5",
        dial_string="1001",
    )
    switch.rings(0.2, "p1")
    switch.picks_up(4.2, "p1")
    switch.picks_up(6, "l1")
    switch.leaves(6)
    switch.connects(6, "l1", phone="Local/1001@agents/n")
    switch.ends(6.1, "l1")
    switch.ends(6.1, "l2")
    switch.hangs_up(20, "p1")
    switch.ends(20, "p1")
    switch.ends(20, "c1")
    switch.ticks(30)
    offer, visit = switch.offer(), switch.visit()
    assert (offer.interface, offer.ringing) == ("PJSIP/1001", 4_000_000)
    assert (visit.answered_at, visit.ended_at, visit.ended_by.value if visit.ended_by else None) == (
        micros(6),
        micros(20),
        "agent",
    )
