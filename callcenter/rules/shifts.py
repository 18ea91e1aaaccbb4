"""Whether agents came to their shifts and stayed: late, early, absent.

Somebody is there whose phone is reachable and who serves a queue, whatever she does. What the stream did not show
from the shift's beginning says nothing about coming, what it did not show until its end nothing about leaving, and a
phone that was lost may be the phone's fault.
"""

from __future__ import annotations

from bisect import bisect_right

from callcenter.domain import facts as fx
from callcenter.domain.facts import AgentState
from callcenter.domain.frame import Micros
from callcenter.rules.duty import Stretch
from callcenter.rules.law import Law
from callcenter.rules.memory import Act, Favour, Memory, Person, Post
from callcenter.rules.texts import Reason
from callcenter.rules.violation import Verdict

_LOST = "phone lost"


class Shifts:
    """V-LATE, V-EARLY and V-ABSENT."""

    def __init__(self, memory: Memory, law: Law) -> None:
        self._memory = memory
        self._law = law
        shifts = {} if law.roster is None else law.roster.shifts
        self._shifts = sorted((s[1], agent, s) for agent, planned in shifts.items() for s in planned)

    def changed(self, person: Person, fact: fx.AgentStateChanged) -> None:
        """An agent came, left, or is not known to be anywhere."""
        if fact.at is not None:
            person.posted(fact.at, _post(fact), lost=fact.reason == _LOST)

    def over(self, now: Micros) -> None:
        """Judge the shifts that have ended by now and have not been judged."""
        first = bisect_right(self._shifts, self._memory.shifts_until, key=lambda shift: shift[0])
        last = bisect_right(self._shifts, now - 1, key=lambda shift: shift[0])
        for _, agent, shift in self._shifts[first:last]:
            self._judge(agent, shift, ended=True)
        self._memory.shifts_until = max(self._memory.shifts_until, now - 1)

    def due(self) -> Micros | None:
        """Return when the next shift is over; None: no more are known."""
        first = bisect_right(self._shifts, self._memory.shifts_until, key=lambda shift: shift[0])
        return self._shifts[first][0] + 1 if first < len(self._shifts) else None

    def finish(self, at: Micros) -> None:
        """The input is over: whoever came late to a shift that lasts did so all the same."""
        self.over(at + 1)
        for _, agent, shift in self._shifts:
            if shift[0] <= at < shift[1]:
                self._judge(agent, shift, ended=False)

    def _judge(self, agent: str, shift: Stretch, *, ended: bool) -> None:
        person, duty = self._memory.people.get(agent), self._law.duty(agent, *shift)
        if person is None or not duty:
            return
        start, end = duty[0][0], duty[-1][1]
        came = self._coming(person, start, end)
        if came is None:
            pass
        elif came[0] is not None:
            self._add("V-LATE", "late", agent, (start, came[0]), lost=came[1])
        elif ended:
            self._add("V-ABSENT", "absent", agent, (start, end), lost=came[1])
            return
        left = self._leaving(person, start, end) if ended else None
        if left is not None:
            self._add("V-EARLY", "early", agent, (left[0], end), lost=left[1])

    def _coming(self, person: Person, start: Micros, end: Micros) -> tuple[Micros | None, bool] | None:
        """Return when somebody who was not there at the beginning came (None: never), and whether a phone was lost."""
        before = [post for post in person.posts if post[0] <= start][-1:]
        if not before or before[0][1] != AWAY:
            return None
        lost = before[0][2]
        for at, post, by_loss in person.posts:
            if not start < at < end:
                continue
            if post != AWAY:
                return (at, lost) if post == HERE else None
            lost = lost or by_loss
        return None, lost

    def _leaving(self, person: Person, start: Micros, end: Micros) -> tuple[Micros, bool] | None:
        """Return when somebody who was not there at the end left, and whether a phone was lost."""
        lost, left = False, None
        for at, post, by_loss in reversed([post for post in person.posts if post[0] < end]):
            if post != AWAY:
                return None if post != HERE or left is None or left <= start else (left, lost)
            lost, left = lost or by_loss, at
        return None

    def _add(self, rule: str, kind: str, agent: str, when: Stretch, *, lost: bool) -> None:
        figures = self._law.figures(when[0])
        if figures is None or when[1] - when[0] < figures.late - max(figures.uncertainty, self._memory.lag):
            return
        favours = (Favour(Verdict.UNDETERMINED, Reason("lost_phone")),) if lost else ()
        self._memory.acts.append(Act(
            rule=rule, kind=kind, person=agent, agent=agent, interface="", at=when[0], start=when[0], end=when[1],
            subject=kind, frames=(), limit=None if rule == "V-ABSENT" else figures.late, favours=favours,
        ))  # fmt: skip


HERE: Post = "here"
AWAY: Post = "away"
UNSEEN: Post = "unseen"


def _post(fact: fx.AgentStateChanged) -> Post:
    if fact.state is AgentState.UNKNOWN:
        return UNSEEN
    return AWAY if fact.state is AgentState.OFFLINE else HERE
