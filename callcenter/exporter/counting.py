"""When a visit counts on the walls: an answered one at its answer, any other when its outcome is decided; each once.

The account of an answered visit is told only when the talk is over. A service level that waited for it would lag by
a talk and count the impatient before the served, so the answer itself counts, and the account later does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.exporter.present import VisitKey, open_visit_of
from callcenter.rules.regulations.edition import FiguresAt
from callcenter.rules.regulations.promises import Rung, rung_until


class Counted(NamedTuple):
    """A visit that counts from now on, by the figures that held when it joined.

    Attributes:
        at: When it joined, or was refused at the door: the interval that it belongs to.
        in_time: Answered within the queue's service threshold.
        in_rings: Answered within the promised rings of the first phone's first ring, in whichever queue; None: unknown.
    """

    queue: str | None
    outcome: VisitOutcome
    at: Micros | None
    wait: Micros | None
    in_time: bool = False
    in_rings: bool | None = None


class VisitCount:
    """Tells of each visit once that it counts.

    Args:
        figures: The figures that held at a moment.
    """

    def __init__(self, figures: FiguresAt) -> None:
        self._figures = figures
        self._counted: set[VisitKey] = set()

    def recall(self, floor: Floor, first: Iterable[Fact]) -> None:
        """Leave out the visits that were answered before the `first` facts of this run: they counted then."""
        just_now = {fact.uniqueid for fact in first if isinstance(fact, fx.CallAnswered)}
        for visit in floor.state.visits.values():
            if visit.part is not None and visit.uid not in just_now:
                self._counted.add((visit.uid, visit.queue, visit.n))

    def follow(self, fact: Fact, floor: Floor) -> Counted | None:
        """Return what counts by this fact."""
        match fact:
            case fx.CallAnswered():
                return self._answered(fact, floor)
            case fx.VisitEnded():
                return self._ended(fact.visit, floor)
            case _:
                return None

    def _answered(self, fact: fx.CallAnswered, floor: Floor) -> Counted | None:
        visit = open_visit_of(floor, fact.uniqueid)
        if visit is None or visit.part is None or visit.joined_at is None or visit.left_at is None:
            return None  # counts with its account
        key = (visit.uid, visit.queue, visit.n)
        if key in self._counted:
            return None
        self._counted.add(key)
        counted = Counted(visit.queue, VisitOutcome.ANSWERED, visit.joined_at, max(0, visit.left_at - visit.joined_at))
        return self._measured(counted, visit.part.answered_at, [*_rung_before(visit.call, key, floor), *visit.offers])

    def _ended(self, visit: fx.Visit, floor: Floor) -> Counted | None:
        key = (visit.uniqueid, visit.queue, visit.n)
        if key in self._counted:
            self._counted.discard(key)
            return None
        at = next((t for t in (visit.joined_at, visit.refused_at, visit.left_at) if t is not None), None)
        counted = Counted(visit.queue, visit.outcome, at, visit.wait)
        if visit.outcome is not VisitOutcome.ANSWERED:
            return counted
        return self._measured(counted, visit.answered_at, [*_rung_before(visit.call, key, floor), *visit.offers])

    def _measured(self, counted: Counted, answered_at: Micros | None, offers: Iterable[Rung]) -> Counted:
        """Say of an answered visit whether it was answered in time."""
        figures, rung = self._figures(counted.at), rung_until(answered_at, offers)
        return counted._replace(
            in_time=counted.wait is not None and figures.in_time(counted.queue, counted.wait),
            in_rings=None if rung is None else figures.answered_within_rings(rung),
        )


def _rung_before(call: str, key: VisitKey, floor: Floor) -> list[Rung]:
    """Give the phones that rang for a caller in other queues, on the way to this answer."""
    book = floor.state.calls.get(call)
    if book is None:
        return []
    rung: list[Rung] = []
    for visit in book.told:
        if (visit.uniqueid, visit.queue, visit.n) != key:
            rung = [] if visit.outcome is VisitOutcome.ANSWERED else [*rung, *visit.offers]
    for n in book.open:
        one = floor.state.visits[n]
        if (one.uid, one.queue, one.n) != key:
            rung = [] if one.part is not None else [*rung, *one.offers]
    return rung
