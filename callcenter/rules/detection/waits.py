"""Customers who waited: which of them could not get in while an agent's line was blocked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.detector import RuleInput
from callcenter.rules.records.violation import Impact

_NOBODY_KNOWS = frozenset({VisitOutcome.UNKNOWN.value, VisitOutcome.SWITCH_DOWN.value})
_WAITING = "waiting"

Served = Mapping[str, Sequence[Sequence[Micros | None]]]
"""Queue → from when to when an agent served it; None: from before, or until now."""


class Wait(msgspec.Struct):
    """A visit that has not been answered; `settled` when its outcome is known."""

    uniqueid: str
    queue: str | None
    n: int
    joined: Micros | None
    left: Micros | None = None
    outcome: str = ""
    settled: bool = False
    in_gap: bool = False
    frames: tuple[int, ...] = ()

    def over_before(self, since: Micros) -> bool:
        """Return whether it was over before a moment."""
        moment = self.left if self.left is not None else self.joined
        return moment is None or moment < since


class WaitMemory(msgspec.Struct):
    """Queue → key of a visit → how it waited; `waiting` finds the key of one that lasts."""

    queues: dict[str, dict[str, Wait]] = {}
    waiting: dict[str, str] = {}


class Waits:
    """Visits without an answer, by queue."""

    reads = (fx.VisitJoined, fx.VisitLeft, fx.CallAnswered, fx.VisitEnded)

    def __init__(self, context: RuleContext, memory: WaitMemory) -> None:
        self._context = context
        self._memory = memory

    def see(self, said: RuleInput) -> None:
        """Note who waits, and what came of it."""
        match said:
            case fx.VisitJoined():
                self._joined(said)
            case fx.VisitLeft():
                self._left(said)
            case fx.CallAnswered():
                self._answered(said)
            case fx.VisitEnded():
                self._ended(said)
            case _:
                pass

    def forget(self, since: Micros) -> None:
        """Let go of visits that were over before a moment to which nothing undecided reaches back."""
        for waits in self._memory.queues.values():
            for key in [k for k, w in waits.items() if w.settled and w.over_before(since)]:
                del waits[key]

    def undecided(self, served: Served, start: Micros, end: Micros) -> bool:
        """Return whether a caller of a time may still be answered."""
        return any(not wait.settled and _met(wait, *span) for wait, span in self._within(served, start, end))

    def impact(
        self, served: Served, start: Micros, end: Micros, rostered: frozenset[str], *, over: bool
    ) -> tuple[Impact, ...]:
        """Return who was kept out of the queues that an agent serves, in a time.

        Args:
            served: What the agent whose line was blocked was seen to serve.
            start: From when.
            end: Until when.
            rostered: Queues that the roster has the agent serve, for want of any that was seen.
            over: The input is over: who still waits has not been answered.
        """
        proves = self._proven(over=over)
        within = self._within(served, start, end, rostered)
        found = {(w.uniqueid, w.queue, w.n): w for w, span in within if proves(w) and _met(w, *span)}
        ordered = sorted(found.values(), key=lambda w: (w.joined or w.left or 0, w.uniqueid, w.n))
        return tuple(Impact(w.queue, w.uniqueid, w.n, w.outcome, w.frames, w.joined, w.left) for w in ordered)

    def _joined(self, fact: fx.VisitJoined) -> None:
        """A caller waits."""
        key = _key(fact.uniqueid, fact.n)
        self._of(fact.queue)[key] = Wait(fact.uniqueid, fact.queue, fact.n, fact.at)
        self._memory.waiting[_caller(fact.uniqueid, fact.queue)] = key

    def _left(self, fact: fx.VisitLeft) -> None:
        """A caller waits no longer; why comes later."""
        wait = self._of(fact.queue).get(_key(fact.uniqueid, fact.n))
        if wait is not None:
            wait.left = fact.at

    def _answered(self, fact: fx.CallAnswered) -> None:
        """A caller got in: nobody was kept out."""
        key = self._memory.waiting.pop(_caller(fact.uniqueid, fact.queue), "")
        self._of(fact.queue).pop(key, None)

    def _ended(self, fact: fx.VisitEnded) -> None:
        """A visit's outcome is known."""
        visit = fact.visit
        waits, key = self._of(visit.queue or ""), _key(visit.uniqueid, visit.n)
        if self._memory.waiting.get(caller := _caller(visit.uniqueid, visit.queue)) == key:
            del self._memory.waiting[caller]
        if visit.outcome is VisitOutcome.ANSWERED:
            waits.pop(key, None)
            return
        joined, left = visit.joined_at, visit.left_at
        if visit.outcome is VisitOutcome.REFUSED:
            joined = left = visit.refused_at
        outcome = visit.outcome.value
        if visit.outcome is VisitOutcome.UNKNOWN and left is None:
            outcome = _WAITING
        waits[key] = Wait(
            visit.uniqueid,
            visit.queue,
            visit.n,
            joined,
            left,
            outcome,
            settled=True,
            in_gap=visit.in_gap,
            frames=visit.frames,
        )

    def _proven(self, *, over: bool) -> Callable[[Wait], bool]:
        unknown = _NOBODY_KNOWS if over else _NOBODY_KNOWS | {_WAITING}
        doubted = self._context.memory.doubted
        return lambda w: w.settled and not w.in_gap and w.outcome not in unknown and w.uniqueid not in doubted

    def _within(
        self, served: Served, start: Micros, end: Micros, rostered: frozenset[str] = frozenset()
    ) -> list[tuple[Wait, tuple[Micros, Micros]]]:
        spans = {queue: [(start, end)] for queue in rostered} if not served else {}
        for queue, times in served.items():
            spans[queue] = [
                (max(start, s) if s is not None else start, end if e is None else min(end, e)) for s, e in times
            ]
        return [
            (wait, span)
            for queue, times in spans.items()
            for span in times
            if span[0] <= span[1]
            for wait in self._memory.queues.get(queue, {}).values()
        ]

    def _of(self, queue: str) -> dict[str, Wait]:
        return self._memory.queues.setdefault(queue, {})


def _met(wait: Wait, start: Micros, end: Micros) -> bool:
    """Return whether a visit waited during a time; one refused at the door is there for a moment only."""
    if wait.joined is not None and wait.joined == wait.left:
        return start <= wait.joined <= end
    joined = wait.joined if wait.joined is not None else wait.left
    if joined is None:
        return not wait.settled
    if wait.joined is None:
        return start < joined <= end
    return joined < end and (wait.left is None or wait.left > start)


def _key(uniqueid: str, n: int) -> str:
    return f"{n} {uniqueid}"


def _caller(uniqueid: str, queue: str | None) -> str:
    return f"{uniqueid} {queue or ''}"
