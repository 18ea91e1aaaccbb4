"""When a visit counts on the walls: an answered one at its answer, any other when its outcome is decided; each once.

The account of an answered visit is told only when the talk is over. A service level that waited for it would lag by
a talk and count the impatient before the served, so the answer itself counts, and the account later does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.rings import within_rings
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.exporter.present import VisitKey, open_visit_of


class Counted(NamedTuple):
    """A visit that counts from now on.

    Attributes:
        at: When it joined, or was refused at the door: the interval that it belongs to.
        in_rings: Answered within the promised rings of the first phone's first ring; None where that is unknown.
    """

    queue: str | None
    outcome: VisitOutcome
    at: Micros | None
    wait: Micros | None
    in_rings: bool | None


class _Rung(Protocol):
    @property
    def rang_at(self) -> Micros | None: ...


class VisitCount:
    """Tells of each visit once that it counts."""

    def __init__(self) -> None:
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
                return self._ended(fact.visit)
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
        wait = max(0, visit.left_at - visit.joined_at)
        in_rings = promise_kept(visit.part.answered_at, visit.offers)
        return Counted(visit.queue, VisitOutcome.ANSWERED, visit.joined_at, wait, in_rings)

    def _ended(self, visit: fx.Visit) -> Counted | None:
        key = (visit.uniqueid, visit.queue, visit.n)
        if key in self._counted:
            self._counted.discard(key)
            return None
        answered = visit.outcome is VisitOutcome.ANSWERED
        in_rings = promise_kept(visit.answered_at, visit.offers) if answered else None
        at = next((t for t in (visit.joined_at, visit.refused_at, visit.left_at) if t is not None), None)
        return Counted(visit.queue, visit.outcome, at, visit.wait, in_rings)


def promise_kept(answered_at: Micros | None, offers: Iterable[_Rung]) -> bool | None:
    """Tell whether a call was answered before the 4th ring, counted from the first phone's first ring."""
    first = min((o.rang_at for o in offers if o.rang_at is not None), default=None)
    if answered_at is None or first is None:
        return None
    return within_rings(max(0, answered_at - first))
