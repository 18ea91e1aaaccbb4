"""The running ledger: what joined a queue has ended or is still there, or something was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.vocabulary import VisitOutcome


class Ledger:
    """Counts joins and ends by their facts, beside the floor's own idea of who is there."""

    def __init__(self, floor: Floor) -> None:
        self._open = _there(floor)

    def happened(self, facts: Sequence[fx.Fact]) -> None:
        """Count what joined and what ended."""
        for fact in facts:
            match fact:
                case fx.VisitJoined(queue=queue):
                    self._open[queue] += 1
                case fx.VisitEnded(visit=visit) if visit.outcome is not VisitOutcome.REFUSED:
                    self._open[visit.queue or ""] -= 1
                case _:
                    pass

    def differences(self, floor: Floor) -> dict[str, int]:
        """Return, for each queue, the visits that are neither ended nor there; 0 unless something is wrong."""
        there = _there(floor)
        return {queue: self._open[queue] - there[queue] for queue in sorted(self._open.keys() | there.keys())}


def _there(floor: Floor) -> Counter[str]:
    """Count the visits that joined and have not been told."""
    return Counter(v.queue or "" for v in floor.state.visits.values() if not v.refused)
