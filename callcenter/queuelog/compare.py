"""One visit as it was seen on AMI beside the same one in queue_log: what the two disagree on.

Whole seconds on one side and a late write on the other are no disagreement; a talk is compared by its ends, and where
those agree by the log's own figure. Nor is the log's own way of speaking one: it writes ABANDON for a caller who was
redirected, and for one whom a restart cut off. Redirected says no more than that the caller lives on elsewhere: where
the log knows of a key or a time limit, it says the same more exactly.

Deliberately not compared: the agent, where a colleague picked the call up from the phone that the log names, or where a
roster gives the names; the end and length of a talk, where the queue did not see it end (behind a Local channel, it
hears of no transfer); whoever talked after a transfer, of which the log says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.queuelog.logged_visit import LoggedVisit

TOLERANCE: Micros = 2 * SECOND
"""Nearer than this is the same moment."""

TIMES = ("joined_at", "left_at", "answered_at", "ended_at")
_LOGGED_AS_ABANDONED = frozenset({VisitOutcome.REDIRECTED, VisitOutcome.SWITCH_DOWN})
LIVES_ON = frozenset({"key_pressed", "timed_out", "queue_empty", "withdrawn"})
"""Ways out of a queue that leave the caller's channel in the dialplan, as a redirection does."""


class Contradiction(NamedTuple):
    """What differs, when, and what each side says: a time, or a word."""

    what: str
    at: Micros | None
    seen: Micros | str | None
    logged: Micros | str | None


def find_logged(visit: fx.Visit, logged: Iterable[LoggedVisit]) -> LoggedVisit | None:
    """Find a visit among those that the log has of its call; by every other time where the join was not seen."""
    if visit.outcome is VisitOutcome.REFUSED:
        return None
    mine = (entry for entry in logged if entry.queue == visit.queue)
    if visit.joined_at is not None:
        return next((e for e in mine if _near(e.joined_at, visit.joined_at)), None)
    return next((e for e in mine if all(_near(getattr(e, name), getattr(visit, name)) for name in TIMES)), None)


def share_a_moment(visit: fx.Visit, logged: LoggedVisit) -> bool:
    """Tell whether one of the ends of two visits to the same queue is the same."""
    ends = ((getattr(visit, name), getattr(logged, name)) for name in TIMES if name != "joined_at")
    return any(ours is not None and theirs is not None and abs(ours - theirs) <= TOLERANCE for ours, theirs in ends)


def contradictions(visit: fx.Visit, logged: LoggedVisit, *, names: bool) -> Iterator[Contradiction]:
    """Yield what differs; `names`: agents are called by a roster's names, which the log does not know."""
    if not _same_outcome(visit, logged):
        yield Contradiction("outcome", visit.left_at, visit.outcome.value, logged.outcome)
    elif not names and visit.agent and logged.agent and visit.agent != logged.agent and not _rang(visit, logged.agent):
        yield Contradiction("agent", visit.answered_at, visit.agent, logged.agent)
    times_agree = True
    for name in TIMES:
        if name == "ended_at" and visit.past_queue:
            continue
        ours, theirs = getattr(visit, name), getattr(logged, name)
        if ours is not None and theirs is not None and abs(ours - theirs) > TOLERANCE:
            yield Contradiction(name, ours, ours, theirs)
            times_agree = False
    if times_agree and not visit.past_queue and not _near(logged.talk, visit.talk):
        yield Contradiction("talk_seconds", visit.ended_at, visit.talk, logged.talk)


def _rang(visit: fx.Visit, agent: str) -> bool:
    """Tell whether the call was picked up from this agent's phone: the log names whom the queue rang."""
    if any(offer.outcome is OfferOutcome.ANSWERED for offer in visit.offers):
        return False
    return any(offer.agent == agent and offer.outcome is OfferOutcome.ANSWERED_ELSEWHERE for offer in visit.offers)


def _same_outcome(visit: fx.Visit, logged: LoggedVisit) -> bool:
    if VisitOutcome.UNKNOWN.value in {visit.outcome.value, logged.outcome}:
        return not logged.doubtful
    if visit.outcome in _LOGGED_AS_ABANDONED and logged.outcome in {"abandoned", "switch_down"}:
        return True
    if visit.outcome is VisitOutcome.REDIRECTED and logged.outcome in LIVES_ON:
        return True
    return visit.outcome.value == logged.outcome


def _near(logged: Micros | None, seen: Micros | None) -> bool:
    return logged is None or seen is None or abs(logged - seen) <= TOLERANCE
