"""Service promises as the department keeps them: answered within so many rings (P-RING), no long wait (P-WAIT).

A visit that nobody answered breaks a promise when it lasted longer than promised; one that ended before says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.regulations.edition import Rulebook

_NOBODY_KNOWS = frozenset({VisitOutcome.UNKNOWN, VisitOutcome.SWITCH_DOWN, VisitOutcome.REFUSED})
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
    """Counts promises per queue, from finished visits."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.queues: dict[str, dict[str, PromiseCount]] = {}

    def visit(self, visit: fx.Visit) -> None:
        """Count a finished visit, by the figures that held when it began."""
        edition = self._rulebook.at(visit.joined_at)
        if visit.queue is None or edition is None or visit.outcome in _NOBODY_KNOWS:
            return
        figures, queue = edition.figures, visit.queue
        kept = self.queues.setdefault(queue, {"P-RING": PromiseCount(), "P-WAIT": PromiseCount()})
        until = visit.answered_at if visit.outcome is VisitOutcome.ANSWERED else visit.left_at
        _count(kept["P-RING"], visit, rung_until(until, visit.offers), figures.answered_within_rings)
        _count(kept["P-WAIT"], visit, visit.wait, lambda wait: figures.in_time(queue, wait))


def rung_until(moment: Micros | None, offers: Iterable[Rung]) -> Micros | None:
    """Return how long phones rang for a caller: from the first one's first ring to the answer, or to the end."""
    first = min((offer.rang_at for offer in offers if offer.rang_at is not None), default=None)
    return None if first is None or moment is None else max(0, moment - first)


def _count(kept: PromiseCount, visit: fx.Visit, lasted: Micros | None, in_time: Callable[[Micros], bool]) -> None:
    answered = visit.outcome is VisitOutcome.ANSWERED
    late = lasted is not None and not in_time(lasted)
    if late and lasted is not None and not in_time(lasted - (_CUT_OFF if visit.filled else 0)):
        kept.broken += 1
    elif late or (answered and (lasted is None or visit.in_gap)):
        kept.unknown += 1
    elif answered:
        kept.kept += 1
