"""A service phone that is blocked, by any of three ways: offers refused, the own line engaged, the phone taken off.

What refusing comes to is one question: enough of it in a row has blocked the line, and each refusal short of that is a
missed call of its own.
"""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.detector import QuietDetector, RuleInput
from callcenter.rules.detection.detectors.own_calls import EngagementMemory, Engagements
from callcenter.rules.detection.detectors.phones import LossMemory, PhonesTakenOff
from callcenter.rules.detection.detectors.refusals import RefusalMemory, RefusalRuns

_READS: tuple[type[RuleInput], ...] = (*RefusalRuns.reads, *Engagements.reads, *PhonesTakenOff.reads)


class HotlineMemory(msgspec.Struct):
    """What each of the three ways remembers."""

    refusals: RefusalMemory = msgspec.field(default_factory=RefusalMemory)
    engagements: EngagementMemory = msgspec.field(default_factory=EngagementMemory)
    phones: LossMemory = msgspec.field(default_factory=LossMemory)


class HotlineDetector(QuietDetector[HotlineMemory]):
    """V-HOTLINE and V-MISSED."""

    codes = frozenset({"V-HOTLINE", "V-MISSED"})
    reads = tuple(dict.fromkeys(_READS))

    def __init__(self, context: RuleContext, memory: HotlineMemory) -> None:
        super().__init__(context, memory)
        self._refusals = RefusalRuns(context, memory.refusals)
        self._engagements = Engagements(context, memory.engagements)
        self._phones = PhonesTakenOff(context, memory.phones)

    def see(self, said: RuleInput) -> None:
        """Take in a fact, by each way that it is about."""
        for way in (self._phones, self._refusals, self._engagements):
            if isinstance(said, way.reads):
                way.see(said)

    def settle(self, now: Micros) -> None:
        """End the runs of refusals that nothing can join any more."""
        self._refusals.expire(now)

    def due(self) -> Micros | None:
        """Return when the next run of refusals ends with nothing more happening."""
        return self._refusals.due()

    def finish(self, at: Micros | None) -> None:
        """Report what lasts until the end of the input."""
        self._engagements.finish(at)
        self._phones.finish(at)
        self._refusals.expire(None)

    def needs_since(self) -> Micros | None:
        """Return the earliest moment at which something began that still lasts."""
        ways = (self._refusals, self._engagements, self._phones)
        return min((since for way in ways for since in way.begun()), default=None)
