"""What queue_log adds to what was seen: a visit's end that a gap hid, or a whole visit that nobody saw.

The log never changes what was seen. It adds, at whole seconds and marked, only what fell into a time when nothing was,
and says more exactly what cannot be seen at all.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import EndedBy, VisitOutcome
from callcenter.queuelog.compare import LIVES_ON, TIMES, TOLERANCE
from callcenter.queuelog.logged_visit import LoggedVisit

Unseen = Callable[[Micros], bool]
"""Whether a whole second of the log reaches into a time when nothing was seen."""

_WITHOUT_REASON = frozenset({VisitOutcome.REDIRECTED, VisitOutcome.UNKNOWN})
_NOBODY = frozenset({None, EndedBy.UNKNOWN})


def refine(visit: fx.Visit, logged: LoggedVisit) -> fx.Visit:
    """Say more exactly what was seen of a visit; the visit itself where the log knows no better.

    A key, a time limit and an empty queue look like a redirection where the login was not told why a caller left, or
    like nothing where the call was over at once. The number of a caller whose join was not seen is in the log alone.
    """
    if logged.doubtful:
        return visit
    changes: dict[str, object] = {}
    if visit.joined_at is None and not visit.caller and logged.caller:
        changes["caller"] = logged.caller
    if visit.outcome in _WITHOUT_REASON and logged.outcome in LIVES_ON and _same_moment(visit.left_at, logged.left_at):
        changes["outcome"] = VisitOutcome(logged.outcome)
    return _changed(visit, changes)


def fill(visit: fx.Visit, logged: LoggedVisit, unseen: Unseen) -> fx.Visit:
    """Add to a visit what the log alone knows of it; the visit itself where that is nothing.

    What was concluded and not seen gives way, too: that a visit which was open at a gap ended with the switch.
    """
    if logged.doubtful:
        return visit
    outcome = _outcome(visit, logged, unseen)
    changes: dict[str, object] = {}
    for name in TIMES if outcome is VisitOutcome.ANSWERED else ("joined_at", "left_at"):
        at = getattr(logged, name)
        if getattr(visit, name) is None and at is not None and unseen(at):
            changes[name] = at
    if outcome is not visit.outcome:
        changes |= {"outcome": outcome, "agent": logged.agent, "ended_by": _ended_by(logged)}
    else:
        changes |= _end(visit, logged, unseen)
    if outcome is VisitOutcome.ANSWERED and "ended_by" in changes and logged.transferred is not None:
        changes["transferred"] = logged.transferred
    return _changed(visit, changes)


def _outcome(visit: fx.Visit, logged: LoggedVisit, unseen: Unseen) -> VisitOutcome:
    """Tell how a visit ended; by the log where that fell into a gap."""
    end = logged.left_at if logged.left_at is not None else logged.ended_at
    hidden = visit.outcome is VisitOutcome.UNKNOWN or (
        visit.outcome is VisitOutcome.SWITCH_DOWN and visit.in_gap and visit.left_at is None
    )
    if not hidden or logged.outcome == "unknown" or end is None or not unseen(end):
        return visit.outcome
    return VisitOutcome(logged.outcome)


def _end(visit: fx.Visit, logged: LoggedVisit, unseen: Unseen) -> dict[str, object]:
    """Tell who ended a visit whose end was not seen."""
    ended = next((at for at in (logged.ended_at, logged.left_at) if at is not None), None)
    concluded = visit.outcome is VisitOutcome.ANSWERED and visit.ended_by is EndedBy.SWITCH and visit.ended_at is None
    by = _ended_by(logged)
    if ended is None or not unseen(ended) or by in _NOBODY or not (visit.ended_by in _NOBODY or concluded):
        return {}
    return {"ended_by": by}


def began(logged: LoggedVisit) -> Micros | None:
    """Tell the first moment that the log has of a visit."""
    return logged.joined_at if logged.joined_at is not None else logged.left_at


def from_log(logged: LoggedVisit, call: str, n: int) -> fx.Visit:
    """Make the account of a visit of which nothing was seen; it is the `n`-th of its channel to the queue."""
    answered = logged.outcome == "answered"
    known = [name for name in TIMES if getattr(logged, name) is not None]
    return fx.Visit(
        call=call,
        uniqueid=logged.call_id,
        queue=logged.queue,
        n=n,
        caller=logged.caller or None,
        did=None,
        joined_at=logged.joined_at,
        left_at=logged.left_at,
        position=logged.position,
        outcome=VisitOutcome(logged.outcome),
        agent=logged.agent if answered else None,
        answered_at=logged.answered_at if answered else None,
        ended_at=logged.ended_at if answered else None,
        hold=None,
        transferred=logged.transferred if answered else None,
        ended_by=_ended_by(logged),
        refused_at=None,
        offers=(),
        in_gap=True,
        frames=(),
        filled=(*known, "outcome"),
    )


def _same_moment(seen: Micros | None, logged: Micros | None) -> bool:
    return seen is not None and logged is not None and abs(seen - logged) <= TOLERANCE


def _changed(visit: fx.Visit, changes: dict[str, object]) -> fx.Visit:
    changes = {name: value for name, value in changes.items() if value != getattr(visit, name)}
    if not changes:
        return visit
    return msgspec.structs.replace(visit, **changes, filled=tuple(sorted({*visit.filled, *changes})))


def _ended_by(logged: LoggedVisit) -> EndedBy | None:
    if logged.outcome == "switch_down":
        return EndedBy.SWITCH
    if logged.outcome in {"answered", "abandoned"} and logged.ended_by:
        return EndedBy(logged.ended_by)
    return None
