"""The outcome model: what a visit or an offer came to, decided once all that could bear on it has been seen.

A visit ends when its caller leaves the queue. Why, is told by what the channel lived through: its own party hung up
(abandoned), the queue application said so (timed out, empty, withdrawn, refused), the dialplan said so (key), the
switch went down, or none of these and the channel lives on (redirected). An offer ends when the phone was picked up
or stopped being tried; the first line that fits, from the top of `offer_outcome`, is its outcome. Nobody is held to
account for a ring that the caller, a colleague, the queue, the network or a restart ended.
"""

from __future__ import annotations

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import OpenOffer, OpenVisit
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome

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

_CUTTING = frozenset(
    {
        VisitOutcome.TIMED_OUT,
        VisitOutcome.WITHDRAWN,
        VisitOutcome.REDIRECTED,
        VisitOutcome.QUEUE_EMPTY,
    }
)

SIP_OF_CAUSE = {17: BUSY, 21: 603}
"""What a Q.850 cause stands for where the switch gives no SIP status (before Asterisk 20)."""


def visit_outcome(visit: OpenVisit) -> VisitOutcome | None:
    """Decide what a visit came to from what was seen of it; None while nothing tells."""
    if visit.refused or visit.part is not None:
        return VisitOutcome.REFUSED if visit.refused else VisitOutcome.ANSWERED
    return _unanswered_outcome(visit)


def _unanswered_outcome(visit: OpenVisit) -> VisitOutcome | None:
    signs = visit.exit
    if _hung_up_waiting(visit):
        return VisitOutcome.ABANDONED
    if signs.down:
        return VisitOutcome.SWITCH_DOWN
    if signs.keyed:
        return VisitOutcome.KEY_PRESSED
    if signs.result is None and signs.redirecting:
        return VisitOutcome.REDIRECTED
    return _RESULTS.get(signs.result or "")


def _hung_up_waiting(visit: OpenVisit) -> bool:
    """Tell whether the caller's own hang-up came before the queue let go, or while an agent was picking up."""
    signs = visit.exit
    if signs.slipped:
        return False
    if signs.hangup_at is None:
        return signs.hung_up  # a login without times: the order alone tells
    if signs.teardown_at is not None and signs.teardown_at < signs.hangup_at:
        return False
    if visit.left_at is None or signs.hangup_at <= visit.left_at:
        return True
    return signs.result is None and any(o.up_at is not None for o in visit.offers)


def answering(visit: OpenVisit) -> OpenOffer | None:
    """Return the offer by which a visit was answered, None where there is none."""
    return None if visit.part is None or visit.part.offer is None else visit.offers[visit.part.offer]


def offer_outcome(offer: OpenOffer, visit: OpenVisit) -> OfferOutcome:
    """Decide what an offer came to: the first that fits."""
    if offer.taken_by is None and answering(visit) is offer:
        return OfferOutcome.ANSWERED
    if offer.signs.elsewhere or _answered_elsewhere(offer, visit):
        return OfferOutcome.ANSWERED_ELSEWHERE
    if offer.signs.down or visit.outcome is VisitOutcome.SWITCH_DOWN:
        return OfferOutcome.SWITCH_DOWN
    if _caller_left(offer, visit):
        return OfferOutcome.CALLER_LEFT
    if visit.outcome in _CUTTING and _near_leave(offer, visit):
        return OfferOutcome.CUT_SHORT
    return _by_the_phone(offer, visit)


def _by_the_phone(offer: OpenOffer, visit: OpenVisit) -> OfferOutcome:
    signs = offer.signs
    if signs.tech == BUSY and not signs.refused_ringing:
        return OfferOutcome.BUSY
    if signs.tech in _REFUSALS and signs.refused_ringing:
        return OfferOutcome.DECLINED
    if not offer.over and offer.up_at is None:
        return OfferOutcome.UNKNOWN
    if offer.rang_at is None and offer.up_at is None:
        # whose beginning was not seen, or has no time, may have rung
        return OfferOutcome.UNREACHABLE if offer.offered_at is not None else OfferOutcome.UNKNOWN
    # a status other than a refusal is the network's or the phone's trouble, not the agent's choice
    if signs.contact_lost or offer.up_at is not None or signs.tech is not None:
        return OfferOutcome.UNKNOWN
    if visit.outcome is VisitOutcome.UNKNOWN and _near_leave(offer, visit):
        return OfferOutcome.UNKNOWN
    return OfferOutcome.TIMED_OUT


def _answered_elsewhere(offer: OpenOffer, visit: OpenVisit) -> bool:
    part = visit.part
    if part is None:
        return False
    if offer.ended_at is None:
        return not offer.over
    picked_up = part.up_at if part.up_at is not None else part.answered_at
    return picked_up is not None and picked_up <= offer.ended_at


def _caller_left(offer: OpenOffer, visit: OpenVisit) -> bool:
    if visit.outcome is VisitOutcome.ABANDONED:
        hung_up = visit.exit.hangup_at
        return offer.ended_at is None or (hung_up is not None and hung_up <= offer.ended_at)
    return visit.outcome is VisitOutcome.KEY_PRESSED and _near_leave(offer, visit)


def _near_leave(offer: OpenOffer, visit: OpenVisit) -> bool:
    if offer.ended_at is None or visit.left_at is None:
        return offer.over or visit.left
    return abs(visit.left_at - offer.ended_at) <= CUT
