"""Who relieves whom: agents of one team whose shift begins where another's ends, or of a common queue without teams.

Whoever is on leave then relieves nobody, and whoever goes on into a next shift needs no relief. A relief has arrived
once it was seen at the post; one that was not seen, or whose phone was lost, may have been there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from callcenter.domain.frame import Micros
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.attendance import HERE, UNSEEN, AttendanceMemory, Post
from callcenter.staff.duty import Stretch


class Relief(NamedTuple):
    """An agent planned to take over, looked for from a moment on."""

    agent: str
    since: Micros


class Reliefs:
    """Reliefs by the roster, and whether they came."""

    def __init__(self, context: RuleContext, memory: AttendanceMemory) -> None:
        self._context = context
        self._memory = memory
        self._begins = sorted((shift[0], agent) for agent, shift in context.shifts())

    def wait(self, agent: str, shift: Stretch) -> Micros:
        """Return how long after a shift its agent waits for a relief at most; 0 where nobody can be planned."""
        figures = self._context.figures(shift[1])
        if figures is None or self._context.rule("V-RELIEF", shift[1]) is None or not self._begin_then(agent, shift):
            return 0
        return figures.relief_within

    def planned(self, agent: str, shift: Stretch) -> list[Relief]:
        """Return who relieves an agent at the end of a shift, as far as it is known who serves which queue."""
        figures, end = self._context.figures(shift[1]), shift[1]
        if figures is None:
            return []
        served = self._queues(agent, end) if self._context.team_of(agent, end) is None else None
        begin_then = self._begin_then(agent, shift)
        return [
            Relief(other, begin - figures.relief_within)
            for begin, other in begin_then
            if served is None or not served.isdisjoint(self._queues(other, begin))
        ]

    def arrival(self, reliefs: list[Relief], until: Micros) -> Micros | None:
        """Return when the first of some reliefs was at the post, looking until a moment."""
        found = (at for one in reliefs for at, post, _ in self._seen(one, until) if post == HERE)
        return min(found, default=None)

    def may_have_come(self, reliefs: list[Relief], until: Micros) -> bool:
        """Return whether a relief that was not seen at the post may have been there by a moment."""
        seen = [(one, self._seen(one, until)) for one in reliefs]
        return any(
            not posts or posts[0][0] > one.since or any(post == UNSEEN or lost for _, post, lost in posts)
            for one, posts in seen
        )

    def _begin_then(self, agent: str, shift: Stretch) -> list[tuple[Micros, str]]:
        """Return whose shift begins where this one ends, in the same team; nobody's where its agent goes on or left."""
        figures, end = self._context.figures(shift[1]), shift[1]
        if figures is None or self._duty_end(agent, shift) != end:
            return []
        within, team = figures.relief_within, self._context.team_of(agent, end)
        first = bisect_left(self._begins, end - within, key=_moment)
        near = self._begins[first : bisect_right(self._begins, end + within, key=_moment)]
        if any(other == agent for _, other in near):
            return []
        on_duty = [(begin, other) for begin, other in near if self._context.duty(other, begin, end + within + 1)]
        return [one for one in on_duty if team is None or self._context.team_of(one[1], one[0]) == team]

    def _queues(self, agent: str, at: Micros) -> frozenset[str]:
        served = self._context.memory.agents.get(agent)
        return self._context.queues_of(agent, at) | frozenset(() if served is None else served.served)

    def _duty_end(self, agent: str, shift: Stretch) -> Micros | None:
        duty = self._context.duty(agent, *shift)
        return duty[-1][1] if duty else None

    def _seen(self, relief: Relief, until: Micros) -> list[tuple[Micros, Post, bool]]:
        """Return where a relief was seen from the moment on from which it is looked for, what held then first."""
        attendance = self._memory.agents.get(relief.agent)
        posts = [] if attendance is None else attendance.posts
        first = max(0, bisect_right(posts, relief.since, key=_moment) - 1)
        return [(max(at, relief.since), post, lost) for at, post, lost in posts[first:] if at <= until]


def _moment(dated: tuple[Micros, ...] | tuple[Micros, str] | tuple[Micros, Post, bool]) -> Micros:
    return dated[0]
