"""Whether agents are at their posts: away is signed out, or paused without a word, longer than allowed.

Whoever talks, rings or dials is there, paused or not. A pause with a reason that the rulebook takes as told is no
absence. Signed out from before the shift or until its end is being late or early, not away. A phone that was lost is
judged as a blocked line.
"""

from __future__ import annotations

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import SIGNED_OUT, AgentState
from callcenter.rules.detection.acts import DetectedAct
from callcenter.rules.detection.detectors.detector import QuietDetector, RuleInput
from callcenter.rules.records.violation import Point
from callcenter.rules.regulations.edition import RulebookFigures

_RULE = "V-AWAY"
_ANY = "*"
_PAUSED = "paused"
_MAY_BE_AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED})


class Absence(msgspec.Struct):
    """Signed out, or paused without a word."""

    start: Micros
    interface: str
    state: str
    frames: tuple[int, ...] = ()


class AbsenceMemory(msgspec.Struct):
    """Who is away, by the floor's name."""

    away: dict[str, Absence] = {}


class AbsenceDetector(QuietDetector[AbsenceMemory]):
    """V-AWAY."""

    codes = frozenset({_RULE})
    reads = (fx.AgentStateChanged,)

    def see(self, said: RuleInput) -> None:
        """Note an absence that begins, and report one that is over."""
        if isinstance(said, fx.AgentStateChanged):
            self._changed(said)

    def finish(self, at: Micros | None) -> None:
        """The input is over: who is away has been until now."""
        for known_as, absence in self._memory.away.items():
            if at is not None:
                self._over(known_as, absence, at)
        self._memory.away.clear()

    def _changed(self, fact: fx.AgentStateChanged) -> None:
        absence = self._memory.away.get(fact.agent)
        if absence is None and fact.state not in _MAY_BE_AWAY:
            return
        figures = self._context.figures(fact.at)
        if fact.at is None or figures is None:
            return
        kind = _kind(fact, figures)
        if kind is None and absence is not None:
            del self._memory.away[fact.agent]
            absence.frames = (*absence.frames, *fact.frames)
            self._over(fact.agent, absence, fact.at)
        elif kind is not None and absence is None:
            self._memory.away[fact.agent] = Absence(fact.at, fact.interface, kind, fact.frames)

    def _over(self, known_as: str, absence: Absence, end: Micros) -> None:
        context, figures = self._context, self._context.figures(absence.start)
        if figures is None or end - absence.start < figures.away - context.uncertainty(figures):
            return
        agent = context.agent_at(known_as, absence.interface, absence.start)
        if absence.state == SIGNED_OUT:
            if context.has_seat(known_as):
                agent = known_as  # a seat that ends signs its agent out, and is another's by then
            if self._at_an_edge(agent, absence.start, end):
                return
        context.report(
            DetectedAct(
                rule=_RULE,
                kind="away",
                known_as=known_as,
                agent=agent,
                interface=absence.interface,
                at=absence.start,
                start=absence.start,
                end=end,
                subject=f"away {absence.interface}",
                frames=absence.frames,
                limit=figures.away,
                params={"state": absence.state},
                timeline=(Point(absence.start, "went_away", absence.state), Point(end, "until_then")),
            )
        )

    def _at_an_edge(self, agent: str, start: Micros, end: Micros) -> bool:
        """Return whether an absence begins before the shift, or lasts until its end."""
        if self._context.roster is None:
            return False
        first, last = self._context.shift_of(agent, start), self._context.shift_of(agent, end)
        return first is None or last is None or first != last


def _kind(fact: fx.AgentStateChanged, figures: RulebookFigures) -> str | None:
    """Return how an agent in this state is away; None: the agent is not."""
    if fact.state is AgentState.OFFLINE and fact.reason == SIGNED_OUT:
        return SIGNED_OUT
    if fact.state is not AgentState.PAUSED:
        return None
    told = _ANY in figures.told_reasons if fact.reason else False
    return None if told or fact.reason in figures.told_reasons else _PAUSED
