"""Whether agents came to their shifts and stayed, until the relief was there: late, early, absent, unrelieved.

Somebody is there whose phone is reachable and who serves a queue, whatever she does. What the stream did not show
from the shift's beginning says nothing about coming, what it did not show until its end nothing about leaving, and a
phone that was lost may be the phone's fault.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.memory import AWAY, HERE, UNSEEN, Act, Favour, Memory, Person, Post
from callcenter.rules.detection.one_act import one_act
from callcenter.rules.detection.relief import Relief, Reliefs
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, points
from callcenter.staff.duty import Stretch

_LOST = "phone lost"


class Shifts:
    """V-LATE, V-EARLY, V-ABSENT, and V-RELIEF."""

    def __init__(self, memory: Memory, law: Law) -> None:
        self._memory = memory
        self._law = law
        self._reliefs = Reliefs(memory, law)
        shifts = {} if law.roster is None else law.roster.shifts
        found = [_Due(s[1], _CAME, agent, s) for agent, planned in shifts.items() for s in planned]
        found += [_Due(s[1] + self._reliefs.wait(a, s), _LEFT, a, s) for _, _, a, s in found]
        self._dues = sorted(found)

    def changed(self, person: Person, fact: fx.AgentStateChanged) -> None:
        """An agent came, left, or is not known to be anywhere."""
        if fact.at is None:
            return
        post = _post(fact)
        person.posted(fact.at, post, lost=fact.reason == _LOST, frames=fact.frames)
        if post == HERE:
            self._arrived(person, fact.agent, fact.at)

    def over(self, now: Micros) -> None:
        """Judge coming to the shifts that have ended by now, and leaving those whose relief has had its time."""
        first = bisect_right(self._dues, self._memory.shifts_until, key=_at)
        last = bisect_right(self._dues, now - 1, key=_at)
        for due in self._dues[first:last]:
            if due.what == _CAME:
                self._stayed_away(due.agent, due.shift)
            else:
                self._left(due.agent, due.shift, due.at)
        self._memory.shifts_until = max(self._memory.shifts_until, now - 1)

    def due(self) -> Micros | None:
        """Return when there is next something to judge with nothing more happening; None: nothing that is planned."""
        first = bisect_right(self._dues, self._memory.shifts_until, key=_at)
        return self._dues[first].at + 1 if first < len(self._dues) else None

    def _arrived(self, person: Person, agent: str, at: Micros) -> None:
        """Judge coming to a shift as soon as somebody is there."""
        shift = None if self._law.roster is None else self._law.roster.shift_of(agent, at)
        if shift is None or person.came == shift:
            return
        duty = self._law.duty(agent, *shift)
        if not duty or not duty[0][0] <= at < duty[-1][1]:
            return
        person.came = shift
        came = self._coming(person, duty[0][0], duty[-1][1])
        if came is not None and came[0] is not None:
            self._add(self._act("V-LATE", "late", agent, (duty[0][0], came[0]), lost=came[1]))

    def _stayed_away(self, agent: str, shift: Stretch) -> None:
        """Judge a shift that is over and that nobody was seen coming to."""
        person, duty = self._memory.people.get(agent), self._law.duty(agent, *shift)
        if person is None or person.came == shift or not duty:
            return
        when = duty[0][0], duty[-1][1]
        came = self._coming(person, *when)
        if came is not None and came[0] is None:
            self._add(self._act("V-ABSENT", "absent", agent, when, lost=came[1]))

    def finish(self, at: Micros) -> None:
        """The input is over: whoever left unrelieved did so all the same."""
        self.over(at + 1)
        for due in self._dues:
            if due.what == _LEFT and due.shift[1] <= at < due.at:
                self._left(due.agent, due.shift, at)

    def _left(self, agent: str, shift: Stretch, until: Micros) -> None:
        """Judge leaving; looked for a relief until a moment."""
        person, duty = self._memory.people.get(agent), self._law.duty(agent, *shift)
        if person is None or not duty:
            return
        start, end = duty[0][0], duty[-1][1]
        left = self._leaving(person, start, end)
        early = None if left is None else self._act("V-EARLY", "early", agent, (left[0], end), lost=left[1])
        relief = self._unrelieved(person, agent, shift, start, until)
        if early is not None and relief is not None and early.start == relief.start:
            self._memory.acts += one_act(self._law, relief, early)
        else:
            self._add(early)
            self._add(relief)

    def _unrelieved(self, person: Person, agent: str, shift: Stretch, start: Micros, until: Micros) -> Act | None:
        """Make the act of leaving for good before the first relief was at the post."""
        planned = self._reliefs.planned(agent, shift)
        left, until = self._before_relief(person, planned, start, until)
        if left is not None and any(left[0] < relief.since for relief in planned):
            planned = [Relief(relief.agent, min(relief.since, left[0])) for relief in planned]
            left, until = self._before_relief(person, planned, start, until)
        if left is None or self._law.rule("V-RELIEF", left[0]) is None:
            return None
        act = self._act("V-RELIEF", "unrelieved", agent, (left[0], until), lost=left[1])
        if act is not None and self._reliefs.may_have_come(planned, left[0]):
            act.favours = (*act.favours, Favour(Verdict.UNDETERMINED, Reason("relief_not_seen")))
        return act

    def _before_relief(
        self, person: Person, planned: list[Relief], start: Micros, until: Micros
    ) -> tuple[tuple[Micros, bool] | None, Micros]:
        """Return when somebody left before any relief came, and when the first one did, or the end of the wait."""
        came = self._reliefs.arrival(planned, until)
        until = until if came is None else came
        return self._leaving(person, start, until) if planned else None, until

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

    def _add(self, act: Act | None) -> None:
        if act is not None:
            self._memory.acts.append(act)

    def _act(self, rule: str, kind: str, agent: str, when: Stretch, *, lost: bool) -> Act | None:
        """Make an act, None where it is too short to be one."""
        figures, (start, end) = self._law.figures(when[0]), when
        if figures is None:
            return None
        limit = {"V-ABSENT": None, "V-RELIEF": 0}.get(rule, figures.late)
        if end - start < (limit or 0) - self._memory.uncertainty(figures):
            return None
        return Act(
            rule=rule, kind=kind, person=agent, agent=agent, interface="", at=start, start=start, end=end, subject=kind,
            frames=self._memory.person(agent).frames_of(start, end), limit=limit,
            measured=end - start if rule == "V-RELIEF" else None,
            timeline=points(**dict(zip(_MOMENTS[rule], when, strict=True))),
            favours=(Favour(Verdict.UNDETERMINED, Reason("lost_phone")),) if lost else (),
        )  # fmt: skip


_MOMENTS = {
    "V-LATE": ("duty_began", "came"),
    "V-EARLY": ("left", "duty_ended"),
    "V-ABSENT": ("duty_began", "duty_ended"),
    "V-RELIEF": ("left", "relief_due"),
}


class _Due(NamedTuple):
    at: Micros
    what: int
    agent: str
    shift: Stretch


_CAME, _LEFT = 0, 1


def _at(due: _Due) -> Micros:
    return due.at


def _post(fact: fx.AgentStateChanged) -> Post:
    if fact.state is AgentState.UNKNOWN:
        return UNSEEN
    return AWAY if fact.state is AgentState.OFFLINE else HERE
