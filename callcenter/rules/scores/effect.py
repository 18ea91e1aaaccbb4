"""What one record does to its month: what would count with it, without it, and with what it adds up to (pure).

Nothing is taken from a score: each of them is added up anew, so that its limits and bonuses hold as they always do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Edition, Mode
from callcenter.rules.scores.accumulated import CODE, Confirmed, Said, accumulated

_OPEN = frozenset({RecordState.PROPOSED, RecordState.NOTIFIED, RecordState.EXPLAINED, RecordState.APPEALED})


class Counting(NamedTuple):
    """What would count in the month of a record.

    Attributes:
        without: If it were none; a V-ACCUMULATED that nothing carries any more is left out.
        confirmed: If it stood.
        accumulated: And if the V-ACCUMULATED stood, too, for which it makes the count full; None: it does not.
    """

    without: list[Confirmed]
    confirmed: list[Confirmed]
    accumulated: list[Confirmed] | None


def as_confirmed(said: Said, standing: Standing) -> Confirmed | None:
    """Take a record as it counts, or would if it were confirmed as it is proposed; None: it never will."""
    if standing.verdict is not Verdict.PROPOSED or standing.mode is not Mode.ON or said.at is None:
        return None
    decided = standing.decided_at is not None
    points = standing.decided_points if decided else standing.points
    if points is None or not (standing.stands or standing.state in _OPEN):
        return None
    return Confirmed(
        id=said.id,
        agent=standing.agent,
        rule=said.rule,
        severity=standing.decided_severity if decided else standing.severity,
        at=said.at,
        points=points,
    )


def counting_with(one: Confirmed, confirmed: Iterable[Confirmed], edition: Edition | None, zone: ZoneInfo) -> Counting:
    """Say what would count of the month's confirmed violations of its agent with a record, and without."""
    others = [other for other in confirmed if other.id != one.id]
    full = edition is not None and bool(accumulated(others, edition, zone))
    without = [other for other in others if full or other.rule != CODE]
    there = [*others, one]
    filled = [] if edition is None or full else accumulated(there, edition, zone)
    known = any(other.rule == CODE for other in there)
    more = [
        Confirmed(id=record.id, agent=one.agent, rule=CODE, severity=record.severity, at=one.at, points=record.points)
        for record in filled
        if record.points is not None and record.mode is Mode.ON and not known
    ]
    return Counting(without, there, [*there, *more] if more else None)
