"""What a move does to a complaint, once it was found that it can be made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec

from callcenter.cases.complaints.case import Analysis, Case, CaseClock, CaseRecord, Proposal
from callcenter.cases.complaints.checks import Acting, remedies_of, responsible_of
from callcenter.cases.complaints.lines import CaseLine
from callcenter.cases.complaints.moves import MOVES
from callcenter.cases.complaints.settings import CaseDesk
from callcenter.cases.complaints.vocabulary import CaseRule, CaseState, CaseVerdict, Move, Nature, ReviewOutcome
from callcenter.domain.frame import SECOND, Micros

HOUR: Micros = 3_600 * SECOND
_TOP_LEVEL = 3
_RULES = {
    Nature.QUARREL: CaseRule.CONFLICT,
    Nature.ATTITUDE: CaseRule.LADDER,
    Nature.SLOW: CaseRule.LADDER,
}


def opened(line: CaseLine, acting: Acting, desk: CaseDesk) -> Case:
    """Return the case that a line opens; whoever takes the first contact owns it."""
    name, at, span = line.text("case"), line.at, hours(desk.settings.hours)
    recorded = line.has("content") and line.has("wanted")
    return Case(
        name=name or "",
        opened_at=at,
        owner=line.text("owner") or acting.place.account,
        state=CaseState.RECORDED if recorded else CaseState.RECEIVED,
        clocks=[CaseClock(start=at, due=at + span)],
        since=at,
        about=line.text("about"),
        follows=line.text("follows"),
    )


def hours(figure: float) -> Micros:
    """Return a figure in hours as microseconds."""
    return int(Fraction(str(figure)) * HOUR)


def done(case: Case, move: Move, line: CaseLine, acting: Acting, desk: CaseDesk) -> None:
    """Do a move that `check` has let through."""
    if move in _EFFECTS:
        _EFFECTS[move](case, line, acting, desk)
    row = MOVES[move]
    keeps = row.to is None or row.to is case.state or (move is not Move.CARRY_OUT and case.state in row.urgent)
    if row.to is not None and not keeps and move is not Move.REVIEW:
        case.enter(row.to, line.at)


def _record(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.about = line.text("about") or case.about


def _analyse(case: Case, line: CaseLine, acting: Acting, _desk: CaseDesk) -> None:
    upheld = line.flag("upheld")
    agent, department = responsible_of(line) if upheld else (None, None)
    case.analysis = Analysis(
        by=acting.accounts,
        nature=line.one_of("nature", Nature),
        upheld=upheld,
        agent=agent,
        department=department,
    )
    if case.analysed_at is None:
        case.analysed_at = line.at
    _hold(case, line.at)


def _hold(case: Case, at: Micros) -> None:
    """Put what is proposed against an agent in line with the analysis in force; the same record stays as it is."""
    found = case.analysis
    rule = _RULES.get(found.nature) if found is not None and found.agent is not None else None
    agent = found.agent if found is not None else None
    if case.act is not None:
        held = case.records[case.act]
        if held.agent == agent and held.rule is rule:
            return
        held.verdict, case.act = CaseVerdict.WITHDRAWN, None
    if rule is not None and agent is not None:
        case.act = len(case.records)
        case.records.append(CaseRecord(rule=rule, agent=agent, at=at, verdict=CaseVerdict.PROPOSED))


def _assign(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.department = line.text("department")


def _propose(case: Case, line: CaseLine, acting: Acting, _desk: CaseDesk) -> None:
    remedies, total = remedies_of(line)
    link_by = line.told.get("link_by")  # whoever made a department's link has had its token in their hands
    by = (*acting.accounts, link_by) if isinstance(link_by, str) else acting.accounts
    case.proposal, case.checked = Proposal(by=by, total=total, remedies=remedies), None


def _approve(case: Case, _line: CaseLine, acting: Acting, _desk: CaseDesk) -> None:
    assert case.proposal is not None, "there is one in every state in which it can be approved"
    case.proposal = msgspec.structs.replace(case.proposal, approved=True)
    case.approver = acting.accounts


def _reject(case: Case, _line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.proposal = None


def _carry_out(case: Case, _line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.urgent = case.state is not CaseState.AGREED


def _attempt(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.attempts += 1
    case.tried.append(line.at)


def _check(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.checked = line.flag("ok")


def _close(case: Case, _line: CaseLine, acting: Acting, _desk: CaseDesk) -> None:
    case.closed_by = acting.accounts


def _archive(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.closed_from, case.archived_at = case.state, line.at


def _extend(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.clock.due = line.moment("until")


def _report(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    if case.reported_at is None:
        case.reported_at = line.at


def _chase(case: Case, _line: CaseLine, _acting: Acting, desk: CaseDesk) -> None:
    case.chases += 1
    if case.chases % desk.settings.chases == 0:
        case.level = min(case.level + 1, _TOP_LEVEL)


def _object(case: Case, _line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.back_to = case.state


def _review(case: Case, line: CaseLine, _acting: Acting, desk: CaseDesk) -> None:
    back_to, case.back_to = case.back_to, None
    if line.one_of("outcome", ReviewOutcome) is ReviewOutcome.KEPT and back_to is not None:
        case.enter(back_to, line.at)
        return
    case.enter(CaseState.ANALYSED, line.at)
    case.analysis = None
    case.forget_decision()
    _hold(case, line.at)
    if not case.clock.runs:
        case.start_clock(line.at, hours(desk.settings.hours))


def _reopen(case: Case, line: CaseLine, _acting: Acting, desk: CaseDesk) -> None:
    case.reopened += 1
    case.forget_decision()
    case.start_clock(line.at, hours(desk.settings.hours))


def _hand_over(case: Case, line: CaseLine, _acting: Acting, _desk: CaseDesk) -> None:
    case.settle(line.at)
    case.owner = line.text("to") or case.owner


_EFFECTS: dict[Move, Callable[[Case, CaseLine, Acting, CaseDesk], None]] = {
    Move.RECORD: _record,
    Move.ANALYSE: _analyse,
    Move.ASSIGN: _assign,
    Move.PROPOSE: _propose,
    Move.APPROVE: _approve,
    Move.REJECT: _reject,
    Move.DECLINE: _reject,
    Move.CARRY_OUT: _carry_out,
    Move.ATTEMPT: _attempt,
    Move.CHECK: _check,
    Move.SUMMARISE: _close,
    Move.TELL_NOT_UPHELD: _close,
    Move.WITHDRAW: _close,
    Move.ARCHIVE: _archive,
    Move.EXTEND: _extend,
    Move.REPORT: _report,
    Move.CHASE: _chase,
    Move.OBJECT: _object,
    Move.REVIEW: _review,
    Move.REOPEN: _reopen,
    Move.HAND_OVER: _hand_over,
}
