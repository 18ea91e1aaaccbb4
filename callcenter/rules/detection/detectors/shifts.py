"""Whether agents came to their shifts and stayed, until the relief was there: late, early, absent, unrelieved.

Somebody is there whose phone is reachable and who serves a queue, whatever else happens. What the stream did not show
from the shift's beginning says nothing about coming, what it did not show until its end nothing about leaving, and a
phone that was lost may be the phone's fault.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.attendance import HERE, Attendance, AttendanceMemory
from callcenter.rules.detection.detectors.detector import QuietDetector, RuleInput
from callcenter.rules.detection.detectors.relief import Relief, Reliefs
from callcenter.rules.detection.one_act import one_act
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, points
from callcenter.staff.duty import Stretch


class ShiftDetector(QuietDetector[AttendanceMemory]):
    """V-LATE, V-EARLY, V-ABSENT, and V-RELIEF."""

    codes = frozenset({"V-LATE", "V-EARLY", "V-ABSENT", "V-RELIEF"})
    reads = (fx.AgentStateChanged,)

    def __init__(self, context: RuleContext, memory: AttendanceMemory) -> None:
        super().__init__(context, memory)
        memory.judged_until = max(memory.judged_until, context.memory.since)
        self._reliefs = Reliefs(context, memory)
        found = [_Due(s[1], _CAME, agent, s) for agent, s in context.shifts()]
        found += [_Due(s[1] + self._reliefs.wait(a, s), _LEFT, a, s) for _, _, a, s in found]
        self._dues = sorted(found)

    def see(self, said: RuleInput) -> None:
        """Note who is at the post, and report who came late."""
        if not isinstance(said, fx.AgentStateChanged) or said.at is None:
            return
        attendance = self._memory.agent(said.agent)
        if attendance.posted(said, said.at) == HERE:
            self._arrived(attendance, said.agent, said.at)

    def settle(self, now: Micros) -> None:
        """Report who did not come to the shifts that are over, and who left those whose relief has had its time."""
        first = bisect_right(self._dues, self._memory.judged_until, key=_at)
        last = bisect_right(self._dues, now - 1, key=_at)
        for due in self._dues[first:last]:
            if due.what == _CAME:
                self._stayed_away(due.agent, due.shift)
            else:
                self._left(due.agent, due.shift, due.at)
        self._memory.judged_until = max(self._memory.judged_until, now - 1)

    def due(self) -> Micros | None:
        """Return when there is next something to judge with nothing more happening; None: nothing that is planned."""
        first = bisect_right(self._dues, self._memory.judged_until, key=_at)
        return self._dues[first].at + 1 if first < len(self._dues) else None

    def finish(self, at: Micros | None) -> None:
        """The input is over: whoever left unrelieved did so all the same."""
        if at is None:
            return
        self.settle(at + 1)
        for due in self._dues:
            if due.what == _LEFT and due.shift[1] <= at < due.at:
                self._left(due.agent, due.shift, at)

    def _arrived(self, attendance: Attendance, agent: str, at: Micros) -> None:
        """Report who comes late, as soon as the agent is there."""
        shift = self._context.shift_of(agent, at)
        if shift is None or attendance.came == shift:
            return
        duty = self._context.duty(agent, *shift)
        if not duty or not duty[0][0] <= at < duty[-1][1]:
            return
        attendance.came = shift
        came = attendance.came_at(duty[0][0], duty[-1][1])
        if came is not None and came[0] is not None:
            self._add(self._act("V-LATE", "late", agent, (duty[0][0], came[0]), lost=came[1]))

    def _stayed_away(self, agent: str, shift: Stretch) -> None:
        """Report whoever was not seen coming to a shift that is over."""
        attendance, duty = self._memory.agents.get(agent), self._context.duty(agent, *shift)
        if attendance is None or attendance.came == shift or not duty:
            return
        when = duty[0][0], duty[-1][1]
        came = attendance.came_at(*when)
        if came is not None and came[0] is None:
            self._add(self._act("V-ABSENT", "absent", agent, when, lost=came[1]))

    def _left(self, agent: str, shift: Stretch, until: Micros) -> None:
        """Report who left early or unrelieved; a relief was looked for until a moment."""
        attendance, duty = self._memory.agents.get(agent), self._context.duty(agent, *shift)
        if attendance is None or not duty:
            return
        start, end = duty[0][0], duty[-1][1]
        left = attendance.left_at(start, end)
        early = None if left is None else self._act("V-EARLY", "early", agent, (left[0], end), lost=left[1])
        relief = self._unrelieved(attendance, agent, shift, start, until)
        if early is not None and relief is not None and early.start == relief.start:
            self._context.report(*one_act(self._context, relief, early))
        else:
            self._add(early)
            self._add(relief)

    def _unrelieved(
        self, attendance: Attendance, agent: str, shift: Stretch, start: Micros, until: Micros
    ) -> DetectedAct | None:
        """Return the act of leaving for good before the first relief was at the post."""
        planned = self._reliefs.planned(agent, shift)
        left, until = self._before_relief(attendance, planned, start, until)
        if left is not None and any(left[0] < relief.since for relief in planned):
            planned = [Relief(relief.agent, min(relief.since, left[0])) for relief in planned]
            left, until = self._before_relief(attendance, planned, start, until)
        if left is None or self._context.rule("V-RELIEF", left[0]) is None:
            return None
        act = self._act("V-RELIEF", "unrelieved", agent, (left[0], until), lost=left[1])
        if act is not None and self._reliefs.may_have_come(planned, left[0]):
            act.favours = (*act.favours, Favour(Verdict.UNDETERMINED, Reason("relief_not_seen")))
        return act

    def _before_relief(
        self, attendance: Attendance, planned: list[Relief], start: Micros, until: Micros
    ) -> tuple[tuple[Micros, bool] | None, Micros]:
        """Return when somebody left before any relief came, and when the first one did, or the end of the wait."""
        came = self._reliefs.arrival(planned, until)
        until = until if came is None else came
        return attendance.left_at(start, until) if planned else None, until

    def _add(self, act: DetectedAct | None) -> None:
        if act is not None:
            self._context.report(act)

    def _act(self, rule: str, kind: str, agent: str, when: Stretch, *, lost: bool) -> DetectedAct | None:
        """Return an act, None where it is too short to be one."""
        figures, (start, end) = self._context.figures(when[0]), when
        if figures is None:
            return None
        limit = {"V-ABSENT": None, "V-RELIEF": 0}.get(rule, figures.late)
        if end - start < (limit or 0) - self._context.uncertainty(figures):
            return None
        return DetectedAct(
            rule=rule,
            kind=kind,
            known_as=agent,
            agent=agent,
            interface="",
            at=start,
            start=start,
            end=end,
            subject=kind,
            frames=self._memory.agent(agent).frames_of(start, end),
            limit=limit,
            measured=end - start if rule == "V-RELIEF" else None,
            timeline=points(**dict(zip(_MOMENTS[rule], when, strict=True))),
            favours=(Favour(Verdict.UNDETERMINED, Reason("lost_phone")),) if lost else (),
        )


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
