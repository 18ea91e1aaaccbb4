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
from callcenter.rules.regulations.formulas import SHORT, InQueue, line_of, wait_of_call
from callcenter.rules.regulations.promises import Rung, rung_until


class CountedCall(NamedTuple):
    """A call that has its first answer: the line it came to, and `wait-call`; None where the first join was not seen.

    Attributes:
        in_time: Answered within the line's service threshold.
    """

    line: str
    wait: Micros | None
    in_time: bool


class Counted(NamedTuple):
    """A visit that counts from now on, by the figures that held when it joined.

    Attributes:
        at: When it joined, or was refused at the door: the interval that it belongs to.
        in_time: Answered within the queue's service threshold.
        left_in_time: Abandoned within it; `short` where it was at once.
        in_rings: Answered within the promised rings of the first phone's first ring, in whichever queue; None: unknown.
        call: What this answer is to the call, where it is its first.
    """

    queue: str | None
    outcome: VisitOutcome
    at: Micros | None
    wait: Micros | None
    in_time: bool = False
    left_in_time: bool = False
    short: bool = False
    in_rings: bool | None = None
    call: CountedCall | None = None


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
        before = _Before.of(visit.call, key, floor)
        counted = self._measured(counted, visit.part.answered_at, [*before.rung, *visit.offers])
        return counted._replace(call=self._call(before, visit, visit.left_at))

    def _ended(self, visit: fx.Visit, floor: Floor) -> Counted | None:
        key = (visit.uniqueid, visit.queue, visit.n)
        if key in self._counted:
            self._counted.discard(key)
            return None
        at = next((t for t in (visit.joined_at, visit.refused_at, visit.left_at) if t is not None), None)
        counted = Counted(visit.queue, visit.outcome, at, visit.wait)
        if visit.outcome is VisitOutcome.ABANDONED and visit.wait is not None:
            in_time = self._figures(at).in_time(visit.queue, visit.wait)
            return counted._replace(left_in_time=in_time, short=visit.wait <= SHORT)
        if visit.outcome is not VisitOutcome.ANSWERED:
            return counted
        before = _Before.of(visit.call, key, floor)
        counted = self._measured(counted, visit.answered_at, [*before.rung, *visit.offers])
        return counted._replace(call=self._call(before, visit, visit.left_at))

    def _measured(self, counted: Counted, answered_at: Micros | None, offers: Iterable[Rung]) -> Counted:
        """Say of an answered visit whether it was answered in time."""
        figures, rung = self._figures(counted.at), rung_until(answered_at, offers)
        return counted._replace(
            in_time=counted.wait is not None and figures.in_time(counted.queue, counted.wait),
            in_rings=None if rung is None else figures.answered_within_rings(rung),
        )

    def _call(self, before: _Before, visit: InQueue, left_at: Micros | None) -> CountedCall | None:
        """Measure the call of an answered visit; None where the call was answered before, or its queue is unknown."""
        if before.answered or visit.queue is None:
            return None
        stays = [*before.stays, visit]
        line, wait = line_of(stays), wait_of_call(stays, left_at)
        in_time = wait is not None and self._figures(stays[0].joined_at).in_time(line, wait)
        return CountedCall(line, wait, in_time)


class _Before(NamedTuple):
    """What there was of a call before one of its visits.

    Attributes:
        answered: Somebody answered it already.
        stays: In queues, none that was refused at the door.
        rung: Phones that rang for the caller since the last answer, on the way to this one.
    """

    answered: bool
    stays: list[InQueue]
    rung: list[Rung]

    @classmethod
    def of(cls, call: str, key: VisitKey, floor: Floor) -> _Before:
        """Look at a call; `key` is the visit itself."""
        book = floor.state.calls.get(call)
        if book is None:
            return cls(answered=False, stays=[], rung=[])
        found = cls(answered=False, stays=[], rung=[])
        for visit in book.told:
            if (visit.uniqueid, visit.queue, visit.n) != key:
                refused, answered = (visit.outcome is one for one in (VisitOutcome.REFUSED, VisitOutcome.ANSWERED))
                found = found.with_stay(visit, visit.offers, refused=refused, answered=answered)
        for n in book.open:
            one = floor.state.visits[n]
            if (one.uid, one.queue, one.n) != key:
                found = found.with_stay(one, one.offers, refused=one.refused, answered=one.part is not None)
        return found

    def with_stay(self, stay: InQueue, offers: Iterable[Rung], *, refused: bool, answered: bool) -> _Before:
        """Add the next stay of the call."""
        there = stay.queue is not None and not refused
        return _Before(
            answered=self.answered or answered,
            stays=[*self.stays, stay] if there else self.stays,
            rung=[] if answered else [*self.rung, *offers],
        )
