"""Service promises as the department keeps them: answered within so many rings (P-RING), no long wait (P-WAIT).

Each way of a caller to an answer is one, over every queue that it passes: from the first join, and from the first
phone's first ring. One that nobody answered breaks a promise when it lasted longer than promised; one that ended
before says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.formulas import line_of, wait_of_call

_NOBODY_KNOWS = frozenset({VisitOutcome.UNKNOWN, VisitOutcome.SWITCH_DOWN})
_CUT_OFF: Micros = SECOND
"""queue_log, by which gaps are filled, has whole seconds, cut off."""


class PromiseCount(msgspec.Struct):
    """How often a promise was kept and broken; `unknown` where it fell due and was not seen."""

    kept: int = 0
    broken: int = 0
    unknown: int = 0


class Rung(Protocol):
    """A phone that was tried for a caller."""

    @property
    def rang_at(self) -> Micros | None:
        """When it began to ring, if it was seen to."""


class Promises:
    """Counts promises per queue, from finished calls."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.queues: dict[str, dict[str, PromiseCount]] = {}

    def call(self, visits: Iterable[fx.Visit]) -> None:
        """Count the visits of a call, in their order; by the figures that held when each way to an answer began."""
        for stays in ways(visits):
            self._way(stays)

    def _way(self, stays: Sequence[fx.Visit]) -> None:
        last, queue = stays[-1], line_of(stays)
        edition = self._rulebook.at(stays[0].joined_at)
        if edition is None:
            return
        figures = edition.figures
        kept = self.queues.setdefault(queue, {"P-RING": PromiseCount(), "P-WAIT": PromiseCount()})
        until = last.answered_at if last.outcome is VisitOutcome.ANSWERED else last.left_at
        rung = rung_until(until, (offer for stay in stays for offer in stay.offers))
        _count(kept["P-RING"], stays, rung, figures.answered_within_rings)
        _count(kept["P-WAIT"], stays, wait_of_call(stays, last.left_at), lambda wait: figures.in_time(queue, wait))


def ways(visits: Iterable[fx.Visit]) -> Iterator[list[fx.Visit]]:
    """Yield the stays that led to each answer, and those after the last one; none that was refused at the door.

    What a way came to is known by its last stay; one whose end nobody knows is left out there.
    """
    way: list[fx.Visit] = []
    for visit in visits:
        if visit.queue is None or visit.outcome is VisitOutcome.REFUSED:
            continue
        way.append(visit)
        if visit.outcome is VisitOutcome.ANSWERED:
            yield way
            way = []
    while way and way[-1].outcome in _NOBODY_KNOWS:
        way.pop()
    if way:
        yield way


class FirstAnswer(NamedTuple):
    """A call's first answer: the line that it came to, when it joined, and `wait-call`; None where it was not seen."""

    line: str
    joined_at: Micros | None
    wait: Micros | None


def first_answer(visits: Iterable[fx.Visit]) -> FirstAnswer | None:
    """Return the first answer of a call from its visits, in their order; None where nobody answered."""
    way = next(ways(visits), None)
    if way is None or way[-1].outcome is not VisitOutcome.ANSWERED:
        return None
    return FirstAnswer(line_of(way), way[0].joined_at, wait_of_call(way, way[-1].left_at))


def rung_until(moment: Micros | None, offers: Iterable[Rung]) -> Micros | None:
    """Return how long phones rang for a caller: from the first one's first ring to the answer, or to the end."""
    first = min((offer.rang_at for offer in offers if offer.rang_at is not None), default=None)
    return None if first is None or moment is None else max(0, moment - first)


def _count(
    kept: PromiseCount, stays: Sequence[fx.Visit], lasted: Micros | None, in_time: Callable[[Micros], bool]
) -> None:
    answered = stays[-1].outcome is VisitOutcome.ANSWERED
    late = lasted is not None and not in_time(lasted)
    doubt = _CUT_OFF if any(stay.filled for stay in stays) else 0
    if late and lasted is not None and not in_time(lasted - doubt):
        kept.broken += 1
    elif late or (answered and (lasted is None or any(stay.in_gap for stay in stays))):
        kept.unknown += 1
    elif answered:
        kept.kept += 1
