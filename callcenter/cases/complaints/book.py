"""All cases together: lines in the order of time, numbers by the month, what comes due in between."""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush

import msgspec

from callcenter.cases.complaints import deadlines, effects
from callcenter.cases.complaints.case import Case, CaseRecord
from callcenter.cases.complaints.checks import Acting, check, check_opening
from callcenter.cases.complaints.ladder import LadderSteps
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.settings import CaseDesk
from callcenter.cases.complaints.vocabulary import CaseRule, CaseState, CaseVerdict, Move, MoveWhy
from callcenter.domain.frame import Micros
from callcenter.staff.dates import datetime_of

_MOVES = {move.value: move for move in Move}


class LineResult(msgspec.Struct, frozen=True):
    """What became of a line: `acting` tells who made it, and in whose place; `why` is None where it was done."""

    case: str | None
    state: CaseState | None
    number: str | None
    why: MoveWhy | None = None
    acting: Acting | None = None


class CaseBook:
    """Every case of a story; a line is done whole, or refused and changes nothing."""

    def __init__(self, desk: CaseDesk) -> None:
        self.desk = desk
        self.cases: dict[str, Case] = {}
        self.raised: list[tuple[str, CaseRecord]] = []
        self._ladder = LadderSteps(desk.zone)
        self._numbers: Counter[str] = Counter()
        self._due: list[tuple[Micros, str]] = []

    def pass_time(self, until: Micros, *, inclusive: bool = False) -> None:
        """Let come what is due before an instant; a line comes before what is due at its own, the end takes it in."""
        while self._due and (self._due[0][0] < until or (inclusive and self._due[0][0] == until)):
            at, name = heappop(self._due)
            case = self.cases[name]
            if deadlines.next_instant(case, self.desk) == at:
                self.raised += [(name, record) for record in deadlines.come_to(case, at, self.desk)]
                self._watch(case)

    def settle(self, at: Micros) -> None:
        """Credit every case's time up to the end."""
        for case in self.cases.values():
            case.settle(at)

    def take(self, line: CaseLine) -> LineResult:
        """Do a line, or say why it cannot be done."""
        told = line.told.get("case")
        name = told if isinstance(told, str) and told.strip() else None
        case = None if name is None else self.cases.get(name)
        try:
            acting = self._open(line, case) if line.told.get("do") == Move.OPEN else self._move(line, case)
        except Refused as refused:
            state, number = (None, None) if case is None else (case.state, case.number)
            return LineResult(name, state, number, refused.why)
        after = self.cases[name or ""]
        return LineResult(name, after.state, after.number, acting=acting)

    def _open(self, line: CaseLine, case: Case | None) -> Acting:
        if case is not None:
            raise Refused(MoveWhy.WRONG_STATE)
        acting = check_opening(line, self.desk, self.cases.__contains__)
        opened = effects.opened(line, acting, self.desk)
        self.cases[opened.name] = opened
        self._number(opened, line.at)
        self._watch(opened)
        return acting

    def _move(self, line: CaseLine, case: Case | None) -> Acting:
        if case is None:
            raise Refused(MoveWhy.UNKNOWN_CASE)
        move = self._named(line)
        acting = check(case, move, line, self.desk)
        before, held = len(case.records), None if case.act is None else case.records[case.act]
        effects.done(case, move, line, acting, self.desk)
        if held is not None and held.verdict is CaseVerdict.WITHDRAWN and held.rule is CaseRule.LADDER:
            self._ladder.come_down(held)
        for record in case.records[before:]:
            self.raised.append((case.name, record))
            if record.rule is CaseRule.LADDER:
                self._ladder.climb(record)
        self._number(case, line.at)
        self._watch(case)
        return acting

    def _named(self, line: CaseLine) -> Move:
        """Return the move that a line names; who is nobody is told so before what is no move."""
        move = _MOVES.get(told) if isinstance(told := line.get("do"), str) else None
        if move is not None:
            return move
        if self.desk.people.get(line.told.get("by")) is None:
            raise Refused(MoveWhy.NOT_ALLOWED)
        raise Refused(MoveWhy.INCOMPLETE if told is None else MoveWhy.NOT_POSSIBLE)

    def _number(self, case: Case, at: Micros) -> None:
        """Give a case that is recorded the next number of that moment's month."""
        if case.number is not None or case.state is not CaseState.RECORDED:
            return
        month = datetime_of(at, self.desk.zone).strftime("%Y-%m")
        self._numbers[month] += 1
        case.number = f"{month}-{self._numbers[month]:04}"

    def _watch(self, case: Case) -> None:
        due = deadlines.next_instant(case, self.desk)
        if due is not None:
            heappush(self._due, (due, case.name))
