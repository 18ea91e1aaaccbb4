"""A span's figures per queue from its visits, each by its definition; a figure that nothing was counted for is None."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.regulations.formulas import SHORT, AnswerWaits, LevelCounts, service_levels, share
from callcenter.rules.regulations.promises import FirstAnswer

_SERVED = (VisitOutcome.ANSWERED, VisitOutcome.ABANDONED)
_95 = Fraction(95, 100)

Threshold = Callable[[str | None, Micros | None], Micros]
"""Queue and the moment of joining → how long the caller may wait."""


class SpanFigures(msgspec.Struct):
    """Visits that began in a span, counted; waits are of those that were answered.

    Attributes:
        offered: Visits that joined, those that last among them; `refused` at the door stand beside it.
        short: Abandoned within `SHORT`.
        lasting: Not ended.
        left_within: Abandoned within the threshold, for `sl-erlang`.
        thresholds: Those that were asked for: one, or a queue's changed.
        calls: Calls that first came to this line and had their first answer; `calls_within` its threshold.
        call_waits: `wait-call` of those whose first join was seen.
    """

    offered: int = 0
    outcomes: Counter[VisitOutcome] = msgspec.field(default_factory=Counter)
    short: int = 0
    within: int = 0
    left_within: int = 0
    lasting: int = 0
    waits: list[Micros] = []
    thresholds: set[Micros] = msgspec.field(default_factory=set)
    calls: int = 0
    calls_within: int = 0
    call_waits: list[Micros] = []

    @property
    def answered(self) -> int:
        """Visits that an agent answered."""
        return self.outcomes[VisitOutcome.ANSWERED]

    @property
    def abandoned(self) -> int:
        """Visits whose caller gave up."""
        return self.outcomes[VisitOutcome.ABANDONED]

    @property
    def refused(self) -> int:
        """Turned away at the door."""
        return self.outcomes[VisitOutcome.REFUSED]

    @property
    def others(self) -> int:
        """Visits that ended in another way."""
        return self.outcomes.total() - self.answered - self.abandoned - self.refused

    @property
    def answered_rate(self) -> Fraction | None:
        """Answered of offered."""
        return share(self.answered, self.offered)

    @property
    def lost_rate(self) -> Fraction | None:
        """Abandoned of offered."""
        return share(self.abandoned, self.offered)

    @property
    def abandon_rate(self) -> Fraction | None:
        """Abandoned of those who were answered or gave up."""
        return share(self.abandoned, self.answered + self.abandoned)

    @property
    def service_levels(self) -> dict[str, Fraction | None]:
        """Every service level by the name of its formula."""
        return service_levels(LevelCounts(self.answered, self.abandoned, self.within, self.short, self.left_within))

    @property
    def speed_of_answer(self) -> Fraction | None:
        """The mean wait of answered visits, in seconds; only those whose wait was seen."""
        return AnswerWaits(len(self.waits), sum(self.waits)).speed_of_answer

    @property
    def wait_call(self) -> Fraction | None:
        """The mean `wait-call`, in seconds."""
        return share(sum(self.call_waits), len(self.call_waits) * SECOND)

    @property
    def wait_call_within(self) -> Fraction | None:
        """The share of answered calls whose `wait-call` was within the threshold."""
        return share(self.calls_within, self.calls)

    @property
    def longest(self) -> Fraction | None:
        """The longest wait of an answered visit, in seconds."""
        return Fraction(max(self.waits), SECOND) if self.waits else None

    @property
    def most(self) -> Fraction | None:
        """What 95 of 100 answered visits waited at most, in seconds (nearest rank)."""
        rank = math.ceil(len(self.waits) * _95)
        return Fraction(sorted(self.waits)[rank - 1], SECOND) if self.waits else None


class FiguresByQueue:
    """Figures by queue, and of all together.

    Args:
        threshold: How long a caller may wait.
    """

    def __init__(self, threshold: Threshold) -> None:
        self.queues: dict[str | None, SpanFigures] = {}
        self.all = SpanFigures()
        self._threshold = threshold

    def ended(self, visits: Iterable[fx.Visit]) -> None:
        """Count visits that ended."""
        for visit in visits:
            limit = self._threshold(visit.queue, visit.joined_at)
            for figures in self._both(visit.queue):
                _count(figures, visit, limit)

    def answered(self, call: FirstAnswer) -> None:
        """Count a call that had its first answer."""
        limit = self._threshold(call.line, call.joined_at)
        for figures in self._both(call.line):
            figures.calls += 1
            if call.wait is not None:
                figures.call_waits.append(call.wait)
                figures.calls_within += call.wait <= limit

    def lasting(self, queue: str | None) -> None:
        """Count a visit that has not ended."""
        for figures in self._both(queue):
            figures.offered += 1
            figures.lasting += 1

    def _both(self, queue: str | None) -> tuple[SpanFigures, SpanFigures]:
        return self.queues.setdefault(queue, SpanFigures()), self.all


def _count(figures: SpanFigures, visit: fx.Visit, limit: Micros) -> None:
    figures.outcomes[visit.outcome] += 1
    figures.offered += visit.outcome is not VisitOutcome.REFUSED
    if visit.outcome not in _SERVED:
        return
    figures.thresholds.add(limit)
    wait = visit.wait
    if wait is None:
        return
    if visit.outcome is VisitOutcome.ANSWERED:
        figures.waits.append(wait)
        figures.within += wait <= limit
    else:
        figures.short += wait <= SHORT
        figures.left_within += wait <= limit
