"""Service promises as the department keeps them: answered within three rings (P-RING), no long wait (P-WAIT).

A visit that nobody answered breaks a promise when it lasted longer than promised; one that ended before says nothing.
"""

from __future__ import annotations

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.edition import Rulebook

_NOBODY_KNOWS = frozenset({VisitOutcome.UNKNOWN, VisitOutcome.SWITCH_DOWN, VisitOutcome.REFUSED})
_CUT_OFF: Micros = SECOND
"""queue_log, by which gaps are filled, has whole seconds, cut off."""


class Kept(msgspec.Struct):
    """How often a promise was kept and broken; `unknown` where it fell due and was not seen."""

    kept: int = 0
    broken: int = 0
    unknown: int = 0


class Promises:
    """Counts promises per queue, from finished visits."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.queues: dict[str, dict[str, Kept]] = {}

    def visit(self, visit: fx.Visit) -> None:
        """Count a finished visit, by the figures that held when it began."""
        edition = self._rulebook.at(visit.joined_at)
        if visit.queue is None or edition is None or visit.outcome in _NOBODY_KNOWS:
            return
        threshold = edition.figures.threshold(visit.queue)
        kept = self.queues.setdefault(visit.queue, {"P-RING": Kept(), "P-WAIT": Kept()})
        # "within 3 rings" ends where the 4th begins; a wait may last as long as promised
        _count(kept["P-RING"], visit, ringing(visit), edition.figures.ring - 1)
        _count(kept["P-WAIT"], visit, visit.wait, threshold)


def ringing(visit: fx.Visit) -> Micros | None:
    """Return how long phones rang for a caller: from the first one's first ring to the answer, or to the end."""
    rang = [offer.rang_at for offer in visit.offers if offer.rang_at is not None]
    until = visit.answered_at if visit.outcome is VisitOutcome.ANSWERED else visit.left_at
    return None if not rang or until is None else max(0, until - min(rang))


def _count(kept: Kept, visit: fx.Visit, lasted: Micros | None, limit: Micros) -> None:
    answered = visit.outcome is VisitOutcome.ANSWERED
    over = None if lasted is None else lasted - limit
    if over is not None and over > (_CUT_OFF if visit.filled else 0):
        kept.broken += 1
    elif (answered and (lasted is None or visit.in_gap)) or (over is not None and over > 0):
        kept.unknown += 1
    elif answered:
        kept.kept += 1
