"""An agent's own line engaged with no number that is work.

Story of a line: taken → given back, or the switch went down.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import PAUSES
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.detector import RuleInput
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Point, Verdict
from callcenter.staff.duty import less


class Engagement(msgspec.Struct):
    """An own line that is taken; `work` as the floor told it last, `unseen` that nobody's company is known.

    `calls_back`: the dialplan called the number of a one-time code.
    """

    agent: str
    interface: str
    uniqueid: str
    dialled: str
    start: Micros
    paused: bool
    frames: tuple[int, ...]
    work: tuple[tuple[Micros, Micros | None], ...] = ()
    unseen: bool = False
    calls_back: bool = False

    def follow(self, own: fx.OwnCall) -> None:
        """Take in what the floor knows of it by now."""
        self.dialled, self.frames, self.work, self.unseen = own.dialled, own.frames, own.work, own.unseen
        self.calls_back = own.calls_back is not None


class EngagementMemory(msgspec.Struct):
    """Own lines that are taken, by the channel's uniqueid."""

    taken: dict[str, Engagement] = {}


class Engagements:
    """V-HOTLINE by engaging the line."""

    reads = (fx.OwnCallBegan, fx.OwnCallEnded, fx.GapSeen)

    def __init__(self, context: RuleContext, memory: EngagementMemory) -> None:
        self._context = context
        self._memory = memory

    def see(self, said: RuleInput) -> None:
        """Note that a line is taken, and report one that was engaged for too long when it is given back."""
        match said:
            case fx.OwnCallBegan():
                self._take(said.own)
            case fx.OwnCallEnded():
                self._ended(said.own)
            case fx.GapSeen() if said.cause == "restart":
                self._give_back(said.start)
            case _:
                pass

    def finish(self, at: Micros | None) -> None:
        """The input is over: what lasts has lasted until now, known to be the agent's from the beginning or not."""
        for own in self._context.lasting:
            self._known(own)
        self._give_back(at)

    def begun(self) -> Iterator[Micros]:
        """Yield when each line was taken that still is."""
        yield from (line.start for line in self._memory.taken.values())

    def _ended(self, own: fx.OwnCall) -> None:
        line = self._known(own)
        if line is not None:
            del self._memory.taken[own.uniqueid]
            self._engaged(line, own.ended_at if own.ended_at is not None else self._context.memory.now)

    def _known(self, own: fx.OwnCall) -> Engagement | None:
        """Return a line as it is known by now; one taken before anybody knew whose phone it is counts from then."""
        if own.uniqueid not in self._memory.taken:
            self._take(own)
        line = self._memory.taken.get(own.uniqueid)
        if line is not None:
            line.follow(own)
        return line

    def _take(self, own: fx.OwnCall) -> None:
        """Remember a line that is taken; a consultation during a talk is work."""
        if own.in_talk or own.started_at is None:
            return
        paused = self._context.agent(own.agent).state_before(own.started_at) in PAUSES
        self._memory.taken[own.uniqueid] = Engagement(
            own.agent, own.interface, own.uniqueid, own.dialled, own.started_at, paused, own.frames
        )

    def _give_back(self, at: Micros | None) -> None:
        """Take every line to be given back at a moment."""
        for line in self._memory.taken.values():
            self._engaged(line, at)
        self._memory.taken.clear()

    def _engaged(self, line: Engagement, end: Micros | None) -> None:
        context, figures = self._context, self._context.figures(line.start)
        if figures is None or end is None:
            return
        work = tuple((since, end if until is None else until) for since, until in line.work)
        engaged = sum(until - since for since, until in less([(line.start, end)], work))
        if engaged < figures.engaged - context.uncertainty(figures):
            return
        allowed = None if context.roster is None else context.roster.may_dial(line.dialled)
        if allowed or line.calls_back:
            return
        context.report(
            DetectedAct(
                rule="V-HOTLINE",
                kind="engaged",
                known_as=line.agent,
                interface=line.interface,
                agent=context.agent_at(line.agent, line.interface, line.start),
                at=line.start,
                start=line.start,
                end=end,
                subject=f"engaged {line.uniqueid}",
                frames=line.frames,
                limit=figures.engaged,
                params={"dialled": line.dialled},
                favours=self._favours(line, end, known=allowed is not None),
                impact=True,
                breaks=work,
                timeline=(
                    Point(line.start, "line_taken", line.dialled),
                    *(Point(since, "with_customer") for since, _ in work),
                    *(Point(until, "alone_again") for _, until in work if until < end),
                    Point(end, "until_then"),
                ),
            )
        )

    def _favours(self, line: Engagement, end: Micros, *, known: bool) -> tuple[Favour, ...]:
        doubts = {
            "number_unknown": not known,
            "seat_changed": self._context.seat_changed(line.interface, line.start, end),
            "bridges_unseen": line.unseen,
            "paused": line.paused,
        }
        return tuple(Favour(Verdict.UNDETERMINED, Reason(code)) for code, there in doubts.items() if there)
