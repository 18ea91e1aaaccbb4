"""Who sits at which phone, in which team, and when they are on duty.

Duty is what a person's shifts say, less leave and breaks; a shift may run past midnight. Whoever has no shift at a
time is not on duty then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

import msgspec

from callcenter.domain.agents.directory import Tenure
from callcenter.domain.frame import Micros
from callcenter.domain.patterns import permitted

_NOTHING_DIALLED = frozenset({"", "s"})

Stretch = tuple[Micros, Micros]
"""From a moment (inclusive) to a later one (exclusive)."""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An agent uses an interface, from a moment to another (None: always)."""

    agent: str
    interface: str
    team: str | None = None
    queues: tuple[str, ...] = ()
    start: Micros | None = None
    end: Micros | None = None

    def holds(self, at: Micros | None) -> bool:
        """Tell whether the seat is taken at a moment; an unknown one cannot speak against it."""
        if at is None:
            return True
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Roster(msgspec.Struct, frozen=True):
    """Agents, interfaces, duty, and the numbers that may be dialled for work.

    Attributes:
        shifts: Agent → shifts as they were planned, in order.
        duty: Agent → times on duty (shifts less leave and breaks), in order, not touching.
        legit_extensions: Numbers and Asterisk patterns; None: nobody has said which.
    """

    timezone: str
    seats: tuple[Seat, ...]
    shifts: dict[str, tuple[Stretch, ...]]
    duty: dict[str, tuple[Stretch, ...]]
    legit_extensions: tuple[str, ...] | None = None

    @property
    def agents(self) -> frozenset[str]:
        """The agents who have, had or will have a seat."""
        return frozenset(seat.agent for seat in self.seats)

    def tenures(self) -> dict[str, tuple[Tenure, ...]]:
        """Map each interface to who uses it from when to when, as the floor's directory wants it."""
        found: dict[str, list[Tenure]] = {}
        for seat in self.seats:
            found.setdefault(seat.interface, []).append(Tenure(seat.agent, seat.start, seat.end))
        return {interface: tuple(tenures) for interface, tenures in found.items()}

    def agent_of(self, interface: str, at: Micros | None) -> str | None:
        """Name the agent who uses an interface at a moment, None where nobody is known to."""
        return next((s.agent for s in self.seats if s.interface == interface and s.holds(at)), None)

    def interface_of(self, agent: str, at: Micros | None) -> str | None:
        """Name the interface that an agent uses at a moment, the first that is listed."""
        return next((s.interface for s in self.seats if s.agent == agent and s.holds(at)), None)

    def team_of(self, agent: str, at: Micros | None) -> str | None:
        """Name the team of an agent at a moment."""
        return next((s.team for s in self.seats if s.agent == agent and s.holds(at) and s.team is not None), None)

    def queues_of(self, agent: str, at: Micros | None) -> frozenset[str]:
        """Name the queues that the roster has an agent serve."""
        return frozenset(q for s in self.seats if s.agent == agent and s.holds(at) for q in s.queues)

    def teams_at(self, at: Micros) -> dict[str, str]:
        """Map each agent to the team of a moment; who has none is left out."""
        found: dict[str, str] = {}
        for seat in self.seats:
            if seat.team is not None and seat.holds(at):
                found.setdefault(seat.agent, seat.team)
        return found

    def on_duty_by_queue(self, at: Micros) -> dict[str, int]:
        """Count the agents who are on duty at a moment, by each queue that they serve; 0 where none is."""
        serving: dict[str, set[str]] = {}
        for seat in self.seats:
            for queue in seat.queues if seat.holds(at) else ():
                serving.setdefault(queue, set()).add(seat.agent)
        return {queue: sum(self.on_duty(agent, at) for agent in agents) for queue, agents in serving.items()}

    def on_duty(self, agent: str, at: Micros) -> bool:
        """Tell whether an agent is on duty at a moment."""
        return any(start <= at for start, _ in self.duty_within(agent, at, at + 1))

    def duty_within(self, agent: str, start: Micros, end: Micros) -> list[Stretch]:
        """Return the parts of an interval during which an agent is on duty."""
        times = self.duty.get(agent, ())
        first = max(0, bisect_right(times, (start, start)) - 1)
        found = []
        for begin, over in times[first:]:
            if begin >= end:
                break
            if over > start:
                found.append((max(begin, start), min(over, end)))
        return found

    def shift_of(self, agent: str, at: Micros) -> Stretch | None:
        """Return the planned shift that a moment lies in."""
        return next((s for s in self.shifts.get(agent, ()) if s[0] <= at < s[1]), None)

    def may_dial(self, number: str) -> bool | None:
        """Tell whether a number may be dialled for work; None where it cannot be known.

        A line on which nothing was dialled needs no list to be known as no call for work.
        """
        if self.legit_extensions is None and number in _NOTHING_DIALLED:
            return False
        return permitted(number, self.legit_extensions)


def less(times: Iterable[Stretch], off: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Take some times out of others."""
    left = sorted(times)
    for start, end in off:
        left = [part for one in left for part in _without(one, start, end)]
    return tuple(_joined(left))


def overlapping(times: Iterable[Stretch]) -> list[tuple[Stretch, Stretch]]:
    """Find neighbours that overlap."""
    return [(one, two) for one, two in pairwise(sorted(times)) if two[0] < one[1]]


def _without(one: Stretch, start: Micros, end: Micros) -> list[Stretch]:
    if end <= one[0] or start >= one[1]:
        return [one]
    return [part for part in ((one[0], start), (end, one[1])) if part[0] < part[1]]


def _joined(times: list[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for start, end in times:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
