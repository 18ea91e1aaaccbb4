"""The outcome model: what a visit or an offer came to, decided once all that could bear on it has been seen.

A visit ends when its caller leaves the queue. Why, is told by what the channel lived through: its own party hung up
(abandoned), the queue application said so (timed out, empty, withdrawn, refused), the dialplan said so (key), the
switch went down, or none of these and the channel lives on (redirected). An offer ends when the phone was picked up
or stopped being tried; the first line that fits, from the top of `offer_outcome`, is its outcome. Nobody is held to
account for a ring that the caller, a colleague, the queue, the network or a restart ended.
"""

from __future__ import annotations

from callcenter.domain.facts import OfferOutcome, VisitOutcome
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import OpenOffer, OpenVisit

CUT: Micros = SECOND // 2
"""A ring that ends within this long of the visit's own end was cut short by it (inclusive)."""

BUSY = 486
_REFUSALS = frozenset({BUSY, 603, 480})

_RESULTS = {
    "TIMEOUT": VisitOutcome.TIMED_OUT,
    "LEAVEEMPTY": VisitOutcome.QUEUE_EMPTY,
    "LEAVEUNAVAIL": VisitOutcome.QUEUE_EMPTY,
    "WITHDRAW": VisitOutcome.WITHDRAWN,
    "CONTINUE": VisitOutcome.KEY_PRESSED,
}
DOOR_RESULTS = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})

_CUTTING = frozenset({
    VisitOutcome.TIMED_OUT, VisitOutcome.WITHDRAWN, VisitOutcome.REDIRECTED, VisitOutcome.QUEUE_EMPTY,
})  # fmt: skip

SIP_OF_CAUSE = {17: BUSY, 21: 603}
"""What a Q.850 cause stands for where the switch gives no SIP status (before Asterisk 20)."""


def visit_outcome(visit: OpenVisit) -> VisitOutcome | None:
    """Decide what a visit came to from what was seen of it; None while nothing tells."""
    if visit.refused or visit.answered is not None:
        return VisitOutcome.REFUSED if visit.refused else VisitOutcome.ANSWERED
    return _unanswered_outcome(visit)


def _unanswered_outcome(visit: OpenVisit) -> VisitOutcome | None:
    if _hung_up_waiting(visit):
        return VisitOutcome.ABANDONED
    if visit.down:
        return VisitOutcome.SWITCH_DOWN
    if visit.keyed:
        return VisitOutcome.KEY_PRESSED
    if visit.result is None and visit.redirecting:
        return VisitOutcome.REDIRECTED
    return _RESULTS.get(visit.result or "")


def _hung_up_waiting(visit: OpenVisit) -> bool:
    """Tell whether the caller's own hang-up came before the queue let go, or while an agent was picking up."""
    if visit.slipped:
        return False
    if visit.hangup_at is None:
        return visit.hung_up  # a login without times: the order alone tells
    if visit.teardown_at is not None and visit.teardown_at < visit.hangup_at:
        return False
    if visit.left_at is None or visit.hangup_at <= visit.left_at:
        return True
    return visit.result is None and any(o.up_at is not None for o in visit.offers)


def offer_outcome(offer: OpenOffer, visit: OpenVisit) -> OfferOutcome:
    """Decide what an offer came to: the first that fits."""
    if visit.answered is not None and visit.offers[visit.answered] is offer:
        return OfferOutcome.ANSWERED
    if offer.elsewhere or _answered_elsewhere(offer, visit):
        return OfferOutcome.ANSWERED_ELSEWHERE
    if offer.down or visit.outcome is VisitOutcome.SWITCH_DOWN:
        return OfferOutcome.SWITCH_DOWN
    if _caller_left(offer, visit):
        return OfferOutcome.CALLER_LEFT
    if visit.outcome in _CUTTING and _near_leave(offer, visit):
        return OfferOutcome.CUT_SHORT
    return _by_the_phone(offer, visit)


def _by_the_phone(offer: OpenOffer, visit: OpenVisit) -> OfferOutcome:
    if offer.tech == BUSY and not offer.refused_ringing:
        return OfferOutcome.BUSY
    if offer.tech in _REFUSALS and offer.refused_ringing:
        return OfferOutcome.DECLINED
    if not offer.over and offer.up_at is None:
        return OfferOutcome.UNKNOWN
    if offer.rang_at is None and offer.up_at is None:
        # whose beginning was not seen, or has no time, may have rung
        return OfferOutcome.UNREACHABLE if offer.offered_at is not None else OfferOutcome.UNKNOWN
    # a status other than a refusal is the network's or the phone's trouble, not the agent's choice
    if offer.contact_lost or offer.up_at is not None or offer.tech is not None:
        return OfferOutcome.UNKNOWN
    if visit.outcome is VisitOutcome.UNKNOWN and _near_leave(offer, visit):
        return OfferOutcome.UNKNOWN
    return OfferOutcome.TIMED_OUT


def _answered_elsewhere(offer: OpenOffer, visit: OpenVisit) -> bool:
    if visit.answered is None:
        return False
    winner = visit.offers[visit.answered]
    if offer.ended_at is None:
        return not offer.over
    picked_up = winner.dest_up_at if winner.dest_up_at is not None else winner.connected_at
    return picked_up is not None and picked_up <= offer.ended_at


def _caller_left(offer: OpenOffer, visit: OpenVisit) -> bool:
    if visit.outcome is VisitOutcome.ABANDONED:
        return offer.ended_at is None or (visit.hangup_at is not None and visit.hangup_at <= offer.ended_at)
    return visit.outcome is VisitOutcome.KEY_PRESSED and _near_leave(offer, visit)


def _near_leave(offer: OpenOffer, visit: OpenVisit) -> bool:
    if offer.ended_at is None or visit.left_at is None:
        return offer.over or visit.left
    return abs(visit.left_at - offer.ended_at) <= CUT
