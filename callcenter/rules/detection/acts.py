"""Acts: what detectors report, each a matter of one rule that waits until nothing can change its verdict any more."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Named, Point, StateSince, Verdict


class Favour(msgspec.Struct, array_like=True):
    """Something that speaks for the agent, and what it makes of the record."""

    verdict: Verdict
    reason: Reason


class DetectedAct(msgspec.Struct, kw_only=True):
    """Something an agent did or left undone that a rule may be about; decided when nothing can change it any more.

    Attributes:
        kind: Code of the sentence, with `params` for its gaps.
        known_as: The agent's name on the floor; `agent` is the roster's name for whoever had the phone then.
        measured: Against `limit`; None: the whole of its time on duty.
        lost: For a phone lost: which loss.
        impact: Asks whether customers were kept out.
        lesser: What the same act was by another rule; it stands where this is not proposed and it is.
        breaks: Parts of it that do not count: the agent was at work meanwhile.
        timeline: Its moments as far as they are known, in any order.
        queue: The queue whose offer it was.
        before: What the agent was doing until it began, the latest last.
    """

    rule: str
    kind: str
    known_as: str
    agent: str
    interface: str
    at: Micros | None
    start: Micros | None
    end: Micros | None
    subject: str
    frames: tuple[int, ...]
    measured: Micros | None = None
    limit: Micros | None = None
    uniqueids: tuple[str, ...] = ()
    params: dict[str, str] = {}
    favours: tuple[Favour, ...] = ()
    names: tuple[Named, ...] = ()
    lost: tuple[Micros, str] | None = None
    impact: bool = False
    lesser: DetectedAct | None = None
    breaks: tuple[tuple[Micros, Micros], ...] = ()
    timeline: tuple[Point, ...] = ()
    queue: str | None = None
    before: tuple[StateSince, ...] = ()


class PendingAct(msgspec.Struct, array_like=True, order=True):
    """An act that can be judged from a moment on; `n` keeps the order of those of one moment."""

    due: Micros
    n: int
    act: DetectedAct


class UndecidedActs(msgspec.Struct):
    """Every act without a verdict.

    Attributes:
        reported: Acts that nobody has asked about yet.
        pending: Acts that wait for their time (a heap).
        held: Acts whose time has come, and that something may still change.
        serial: How many have been pending.
    """

    reported: list[DetectedAct] = []
    pending: list[PendingAct] = []
    held: list[DetectedAct] = []
    serial: int = 0

    @property
    def due(self) -> Micros | None:
        """When the next one can be judged; None: none waits for its time."""
        return self.pending[0].due if self.pending else None

    def every(self) -> list[DetectedAct]:
        """Return all of them."""
        return [*self.reported, *(one.act for one in self.pending), *self.held]

    def settled(
        self, now: Micros, due: Callable[[DetectedAct], Micros], is_open: Callable[[DetectedAct, Micros], bool]
    ) -> list[DetectedAct]:
        """Return those that can be judged by now, and let go of them.

        Args:
            now: The moment.
            due: Says from when an act can be judged.
            is_open: Tells whether something may still change it after that.
        """
        for act in self.reported:
            self.serial += 1
            heapq.heappush(self.pending, PendingAct(due(act), self.serial, act))
        self.reported.clear()
        asked, self.held = self.held, []
        ready: list[DetectedAct] = []
        while self.pending and self.pending[0].due <= now:
            asked.append(heapq.heappop(self.pending).act)
        for act in asked:
            (self.held if is_open(act, now) else ready).append(act)
        return ready

    def taken(self) -> list[DetectedAct]:
        """Return all of them, and let go of them."""
        found = self.every()
        for acts in (self.reported, self.pending, self.held):
            acts.clear()
        return found
