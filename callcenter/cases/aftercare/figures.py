"""What a span's complaints came to: promises, satisfaction, natures, turns; what is not known is never counted as 0.

A case counts where it was received, whatever became of it later. Every share is None where it is a share of nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from callcenter.cases.aftercare.follow_ups import CaseFollowUp, CaseFollowUpState
from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.replay import PromiseTally
from callcenter.cases.complaints.vocabulary import CaseState, Move
from callcenter.domain.frame import SECOND, Micros

SATISFIED = (1, 2)
"""Very satisfied, and satisfied."""
TURNS = ("ours", "department", "customer")
_OUTSIDE = frozenset({CaseState.NOT_UPHELD, CaseState.WITHDRAWN})
"""Ends at which nobody is asked how satisfied they are."""


class TakenLine(NamedTuple):
    """One line of a case, and the state that it led to."""

    at: Micros
    move: Move
    state: CaseState
    fields: Mapping[str, Any]


class ComplaintTerms(msgspec.Struct, frozen=True, kw_only=True):
    """By what complaints are measured; `now` is when.

    Attributes:
        accept_within: From receiving to recording; ours, no regulation names a figure.
        report_within: From the first analysis to the report (P-REPORT).
        repeat_within: A customer's next complaint within this is a repeat; ours, too.
    """

    now: Micros
    accept_within: Micros
    report_within: Micros
    repeat_within: Micros


class CaseOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one complaint so far.

    Attributes:
        accepted: Recorded within the limit; None while there is time.
        kept: P-COMP; `reported` is P-REPORT, meant where `analysed`.
        closed: Its last clock has stopped.
        extended: The customer was told of a later due time at least once.
        end: Where it stopped, or stands.
        again: Reopened, the decision changed by a review, or followed by a case tied to it.
        satisfaction: 1 to 3, as the customer said last; None where nobody said so.
        unreachable: The customer was to be asked, and was not reached.
        returned: Notices that a department gave back.
        repeat: The customer had complained shortly before; None where nobody knows who it is.
        follow_up: What the call back came to, of a case that was drawn.
    """

    accepted: bool | None
    kept: bool | None
    analysed: bool
    reported: bool | None
    closed: bool
    extended: bool
    end: CaseState
    again: bool
    satisfaction: int | None
    unreachable: bool
    nature: str | None
    upheld: bool | None
    department: str | None
    returned: int
    turns: Mapping[str, Micros]
    repeat: bool | None
    follow_up: CaseFollowUp | None = None


class CaseContext(msgspec.Struct, frozen=True):
    """What others say of a case.

    Attributes:
        followed: A later case was tied to it, since the customer did not accept the answer.
        repeat: The customer had complained shortly before; None where nobody knows who it is.
        follow_up: What the call back came to, where it was drawn.
    """

    followed: bool = False
    repeat: bool | None = None
    follow_up: CaseFollowUp | None = None


def outcome_of(case: Case, lines: Sequence[TakenLine], terms: ComplaintTerms, around: CaseContext) -> CaseOutcome:
    """Return what became of a case, from its lines in order; others than of `ASKED_LINES` say nothing here."""
    moves = Counter(line.move for line in lines)
    changed = any(line.move is Move.REVIEW and line.state is CaseState.ANALYSED for line in lines)
    asked: Mapping[str, Any] = next((line.fields for line in reversed(lines) if line.move is Move.FEEDBACK), {})
    end = _end(case)
    found = case.analysis
    return CaseOutcome(
        accepted=_within(case.opened_at, _accepted_at(lines), terms.accept_within, terms.now),
        kept=False if case.clock.runs and case.clock.due < terms.now else case.kept,
        analysed=case.analysed_at is not None,
        reported=_within(case.analysed_at or 0, case.reported_at, terms.report_within, terms.now),
        closed=not case.clock.runs,
        extended=bool(moves[Move.EXTEND]),
        end=end,
        again=bool(case.reopened) or changed or around.followed,
        satisfaction=asked.get("satisfaction"),
        unreachable=asked.get("unreachable") is True,
        nature=None if found is None else found.nature,
        upheld=case.upheld,
        department=case.department,
        returned=moves[Move.RETURN_NOTICE],
        turns=case.turns,
        repeat=around.repeat,
        follow_up=around.follow_up,
    )


ASKED_LINES = (Move.OPEN, Move.RECORD, Move.EXTEND, Move.RETURN_NOTICE, Move.FEEDBACK, Move.REVIEW)
"""Moves whose lines figures are made from."""


def _accepted_at(lines: Sequence[TakenLine]) -> Micros | None:
    return next((line.at for line in lines if line.state is not CaseState.RECEIVED), None)


def _within(start: Micros, done: Micros | None, limit: Micros, now: Micros) -> bool | None:
    """Tell whether something was done in time; None while it may still be."""
    if done is not None:
        return done - start <= limit
    return False if now - start > limit else None


def _end(case: Case) -> CaseState:
    state = case.back_to or case.state
    return (case.closed_from or state) if state is CaseState.ARCHIVED else state


class ComplaintsNow(msgspec.Struct, frozen=True):
    """How complaints stand at a moment.

    Attributes:
        open: State → how many, archived ones left out.
        overdue: Those that run and were due before.
        due_soon: A time from now, as it is shown → how many of those that run are due within it.
        warnings: Percent of the time → how many warnings were ever told.
        closed: How many have stopped, every clock kept (true) or one broken (false).
        notices_open: Notices that departments have not answered; `notices_overdue` of them are older than allowed.
    """

    open: dict[str, int]
    overdue: int
    due_soon: dict[str, int]
    warnings: dict[str, int]
    closed: dict[bool, int]
    notices_open: int = 0
    notices_overdue: int = 0


class DepartmentFigures(msgspec.Struct):
    """Complaints whose notice a department had last; times are of those that are closed.

    Attributes:
        returned: Notices that came back without an answer.
        turn: How long it was the department's turn, of `closed` cases together.
    """

    cases: int = 0
    closed: int = 0
    returned: int = 0
    turn: Micros = 0

    @property
    def mean_hours(self) -> float | None:
        """How long a closed case lay with it on average."""
        return _share(self.turn / (3_600 * SECOND), self.closed)


class FollowUpFigures(msgspec.Struct):
    """Calls back to customers of closed cases, drawn by chance.

    Attributes:
        planned: Cases that were drawn; `made` of them were asked, `unreachable` in vain, the others are still open.
        answers: Satisfaction with the handling → how often.
    """

    planned: int = 0
    made: int = 0
    unreachable: int = 0
    answers: Counter[int] = msgspec.field(default_factory=Counter)

    def count(self, one: CaseFollowUp) -> None:
        """Count a case that was drawn."""
        self.planned += 1
        self.made += one.state is CaseFollowUpState.MADE
        self.unreachable += one.state is CaseFollowUpState.UNREACHABLE
        if one.satisfaction is not None:
            self.answers[one.satisfaction] += 1

    @property
    def open(self) -> int:
        """Drawn, and not tried to the end."""
        return self.planned - self.made - self.unreachable

    @property
    def rate(self) -> float | None:
        """Follow-ups made of those that were planned."""
        return _share(self.made, self.planned)

    @property
    def satisfied(self) -> float | None:
        """Share of 1 and 2 among the answers."""
        return _share(sum(self.answers[one] for one in SATISFIED), self.answers.total())


class ComplaintFigures(msgspec.Struct):
    """Complaints received in a span, counted.

    Attributes:
        accepted: Recorded within the limit, later, or still to be.
        complaint: P-COMP.
        report: P-REPORT, of those that were ever analysed.
        closed: Their clock has stopped; `in_time` of them were kept, `extended` of these after the customer was told.
        withdrawn: Of the closed; whether these are resolved nobody can tell.
        resolved: Closed with an answer that stood: not reopened, not changed by a review, no new case tied to it.
        answers: Satisfaction with the handling → how often.
        unreachable: To be asked and not reached; `unasked` ended in a way that nobody is asked after.
        natures: Nature → how often; `unjudged` have no analysis in force.
        repeats: Of the `known` customers' complaints, those that came shortly after another of the same.
        turns: By whose turn, of the closed ones together.
    """

    received: int = 0
    accepted: PromiseTally = msgspec.field(default_factory=PromiseTally)
    complaint: PromiseTally = msgspec.field(default_factory=PromiseTally)
    report: PromiseTally = msgspec.field(default_factory=PromiseTally)
    closed: int = 0
    in_time: int = 0
    extended: int = 0
    withdrawn: int = 0
    resolved: int = 0
    answers: Counter[int] = msgspec.field(default_factory=Counter)
    unreachable: int = 0
    unasked: int = 0
    natures: Counter[str] = msgspec.field(default_factory=Counter)
    upheld: int = 0
    not_upheld: int = 0
    unjudged: int = 0
    known: int = 0
    repeats: int = 0
    turns: Counter[str] = msgspec.field(default_factory=Counter)
    departments: dict[str, DepartmentFigures] = msgspec.field(default_factory=dict)
    follow_ups: FollowUpFigures = msgspec.field(default_factory=FollowUpFigures)

    def count(self, one: CaseOutcome) -> None:
        """Count a case."""
        self.received += 1
        self.accepted.count(one.accepted)
        self.complaint.count(one.kept)
        if one.analysed:
            self.report.count(one.reported)
        if one.closed:
            self._close(one)
        if one.satisfaction is not None:
            self.answers[one.satisfaction] += 1
        self.unreachable += one.unreachable
        if one.nature is not None:
            self.natures[one.nature] += 1
        self.upheld += one.upheld is True
        self.not_upheld += one.upheld is False
        self.unjudged += one.upheld is None
        self.known += one.repeat is not None
        self.repeats += one.repeat is True
        if one.department is not None:
            self._lay(one, self.departments.setdefault(one.department, DepartmentFigures()))
        if one.follow_up is not None:
            self.follow_ups.count(one.follow_up)

    def _close(self, one: CaseOutcome) -> None:
        self.closed += 1
        self.in_time += one.kept is True
        self.extended += one.kept is True and one.extended
        withdrawn = one.end is CaseState.WITHDRAWN
        self.withdrawn += withdrawn
        self.resolved += not withdrawn and not one.again
        self.unasked += one.end in _OUTSIDE
        self.turns.update(one.turns)

    def _lay(self, one: CaseOutcome, department: DepartmentFigures) -> None:
        department.cases += 1
        department.returned += one.returned
        department.closed += one.closed
        department.turn += one.turns.get("department", 0) if one.closed else 0

    @property
    def rates(self) -> dict[str, float | None]:
        """Every share by its name; `FORMULAS` says of what."""
        answered = self.answers.total()
        return {
            "accepted_in_time": _share(self.accepted.kept, self.accepted.kept + self.accepted.broken),
            "closed_in_time": _share(self.in_time, self.closed),
            "complaint_kept": _share(self.complaint.kept, self.complaint.kept + self.complaint.broken),
            "report_kept": _share(self.report.kept, self.report.kept + self.report.broken),
            "resolved": _share(self.resolved, self.closed - self.withdrawn),
            "satisfied": _share(sum(self.answers[one] for one in SATISFIED), answered),
            "answer_rate": _share(answered, answered + self.unreachable),
            "repeats": _share(self.repeats, self.known),
            "followed_up": self.follow_ups.rate,
        }

    def mean_hours(self, turn: str) -> float | None:
        """Say how long a closed case was somebody's turn on average."""
        return _share(self.turns[turn] / (3_600 * SECOND), self.closed)


class NamedFigures:
    """Figures by name, and of all together."""

    def __init__(self) -> None:
        self.names: dict[str, ComplaintFigures] = {}
        self.all = ComplaintFigures()

    def count(self, name: str, one: CaseOutcome) -> None:
        """Count a case."""
        self.names.setdefault(name, ComplaintFigures()).count(one)
        self.all.count(one)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
