"""Whether agents are at their posts: away is signed out, or paused without a word, longer than allowed.

Whoever talks, rings or dials is there, paused or not. A pause with a reason that the rulebook takes as told is no
absence. Signed out from before the shift or until its end is being late or early, not away. A phone that was lost is
judged as a blocked line.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.memory import Act, Away, Memory, Person
from callcenter.rules.records.violation import Point
from callcenter.rules.regulations.edition import Figures

_ANY = "*"
_SIGNED_OUT = "signed out"
_PAUSED = "paused"
_MAY_BE_AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED})


class Posts:
    """V-AWAY."""

    def __init__(self, memory: Memory, law: Law) -> None:
        self._memory = memory
        self._law = law

    def changed(self, person: Person, fact: fx.AgentStateChanged) -> None:
        """An agent's state changed: an absence begins, goes on or is over."""
        if person.away is None and fact.state not in _MAY_BE_AWAY:
            return
        figures = self._law.figures(fact.at)
        if fact.at is None or figures is None:
            return
        kind = _absence(fact, figures)
        if kind is None and person.away is not None:
            away, person.away = person.away, None
            away.frames = (*away.frames, *fact.frames)
            self._judge(fact.agent, away, fact.at)
        elif kind is not None and person.away is None:
            person.away = Away(fact.at, fact.interface, kind, fact.frames)

    def finish(self, at: Micros | None) -> None:
        """The input is over: who is away has been until now."""
        for name, person in self._memory.people.items():
            if person.away is not None and at is not None:
                self._judge(name, person.away, at)
            person.away = None

    def _judge(self, name: str, away: Away, end: Micros) -> None:
        figures = self._law.figures(away.start)
        if figures is None or end - away.start < figures.away - self._memory.uncertainty(figures):
            return
        agent = self._law.agent(name, away.interface, away.start)
        if away.state == _SIGNED_OUT:
            if self._law.has_seat(name):
                agent = name  # a seat that ends signs its agent out, and is another's by then
            if self._at_an_edge(agent, away.start, end):
                return
        self._memory.acts.append(Act(
            rule="V-AWAY", kind="away", person=name, agent=agent, interface=away.interface, at=away.start,
            start=away.start, end=end, subject=f"away {away.interface}", frames=away.frames,
            limit=figures.away, params={"state": away.state},
            timeline=(Point(away.start, "went_away", away.state), Point(end, "until_then")),
        ))  # fmt: skip

    def _at_an_edge(self, agent: str, start: Micros, end: Micros) -> bool:
        """Tell whether an absence begins before the shift, or lasts until its end."""
        if self._law.roster is None:
            return False
        first, last = self._law.roster.shift_of(agent, start), self._law.roster.shift_of(agent, end)
        return first is None or last is None or first != last


def _absence(fact: fx.AgentStateChanged, figures: Figures) -> str | None:
    if fact.state is AgentState.OFFLINE and fact.reason == _SIGNED_OUT:
        return _SIGNED_OUT
    if fact.state is not AgentState.PAUSED:
        return None
    told = _ANY in figures.told_reasons if fact.reason else False
    return None if told or fact.reason in figures.told_reasons else _PAUSED
