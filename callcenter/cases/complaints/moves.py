"""The table of moves: from where to where a complaint goes, and by whose hand.

Story of a complaint: received → recorded → analysed → assigned → proposed → approved → agreed → carried out →
feedback → summarised → archived. One that does not stand is told so; a customer may withdraw it; whoever does not
accept the decision objects, and a review keeps or changes it; an archived one is reopened for a while. Nothing stops
the clock but feedback, the telling that it does not stand, or the withdrawal.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.lines import CaseLine
from callcenter.cases.complaints.settings import CaseDesk, Person
from callcenter.cases.complaints.vocabulary import OPEN_STATES, CaseRole, CaseState, Move

_S = CaseState


class Hand(StrEnum):
    """Who makes a move."""

    ANY = "any account"
    SERVICE = "any service role"
    OWNER = "the owner"
    LEAD = "group leader, supervisor or manager who reaches it"
    DEPARTMENT = "the department last assigned"
    APPROVER = "a role whose level covers the sum"
    ACCOUNTING = "accounting"
    SUPERVISOR = "a supervisor"
    REVIEWER = "supervisor, manager or general manager"


class MoveRow(msgspec.Struct, frozen=True):
    """One move: `to` is None where the state stays; `urgent` adds states of a case that was carried out first."""

    sources: frozenset[CaseState]
    to: CaseState | None
    hands: tuple[Hand, ...]
    urgent: frozenset[CaseState] = frozenset()


def _row(sources: set[CaseState] | frozenset[CaseState], to: CaseState | None, *hands: Hand) -> MoveRow:
    return MoveRow(frozenset(sources), to, hands)


_RULED = OPEN_STATES - {_S.UNDER_REVIEW}
_EARLY = {_S.RECEIVED, _S.RECORDED, _S.ANALYSED, _S.ASSIGNED, _S.PROPOSED, _S.APPROVED, _S.AGREED}
_LATE = frozenset({_S.CARRIED_OUT, _S.FEEDBACK})
_ANALYSERS = (Hand.OWNER, Hand.LEAD)

MOVES: dict[Move, MoveRow] = {
    Move.RECORD: _row({_S.RECEIVED}, _S.RECORDED, Hand.SERVICE),
    Move.ANALYSE: _row({_S.RECORDED, _S.ANALYSED}, _S.ANALYSED, *_ANALYSERS),
    Move.ASSIGN: _row({_S.ANALYSED}, _S.ASSIGNED, *_ANALYSERS),
    Move.RETURN_NOTICE: _row({_S.ASSIGNED}, _S.ANALYSED, Hand.DEPARTMENT),
    Move.PROPOSE: MoveRow(frozenset({_S.ASSIGNED}), _S.PROPOSED, (Hand.OWNER, Hand.DEPARTMENT), _LATE),
    Move.APPROVE: MoveRow(frozenset({_S.PROPOSED}), _S.APPROVED, (Hand.APPROVER,), _LATE),
    Move.REJECT: MoveRow(frozenset({_S.PROPOSED}), _S.ASSIGNED, (Hand.APPROVER,), _LATE),
    Move.AGREE: _row({_S.APPROVED}, _S.AGREED, Hand.OWNER),
    Move.DECLINE: _row({_S.APPROVED}, _S.ASSIGNED, Hand.OWNER),
    Move.CARRY_OUT: MoveRow(
        frozenset({_S.AGREED}), _S.CARRIED_OUT, (Hand.OWNER, Hand.DEPARTMENT), frozenset({_S.ASSIGNED, _S.PROPOSED})
    ),
    Move.ATTEMPT: _row(OPEN_STATES, None, Hand.OWNER),
    Move.CHECK: _row({_S.AGREED, _S.CARRIED_OUT, _S.FEEDBACK}, None, Hand.ACCOUNTING),
    Move.FEEDBACK: _row({_S.CARRIED_OUT}, _S.FEEDBACK, Hand.OWNER),
    Move.SUMMARISE: _row({_S.FEEDBACK}, _S.SUMMARISED, Hand.OWNER),
    Move.TELL_NOT_UPHELD: _row({_S.ANALYSED}, _S.NOT_UPHELD, Hand.OWNER),
    Move.WITHDRAW: _row(_EARLY, _S.WITHDRAWN, Hand.OWNER),
    Move.ARCHIVE: _row({_S.SUMMARISED, _S.NOT_UPHELD, _S.WITHDRAWN}, _S.ARCHIVED, Hand.LEAD),
    Move.EXTEND: _row(OPEN_STATES, None, Hand.OWNER),
    Move.REPORT: _row(frozenset(CaseState), None, Hand.OWNER, Hand.SUPERVISOR),
    Move.MEASURE: _row(frozenset(CaseState), None, Hand.OWNER, Hand.DEPARTMENT),
    Move.CHASE: _row(OPEN_STATES, None, Hand.ANY),
    Move.OBJECT: _row((_RULED | {_S.ARCHIVED}) - {_S.WITHDRAWN}, _S.UNDER_REVIEW, Hand.ANY),
    Move.REVIEW: _row({_S.UNDER_REVIEW}, _S.ANALYSED, Hand.REVIEWER),
    Move.REOPEN: _row({_S.ARCHIVED}, _S.ASSIGNED, Hand.SERVICE),
    Move.HAND_OVER: _row(OPEN_STATES, None, *_ANALYSERS),
}
"""Every move of a case that is there; `may_move` adds what a state alone does not say."""


def may_move(case: Case, move: Move, line: CaseLine, desk: CaseDesk) -> bool:
    """Tell whether a case is where a move can be made, by every condition of from and to."""
    row = MOVES[move]
    if case.state not in row.sources:
        return case.state in row.urgent and _may_urgently(case, move, line)
    return move not in _CONDITIONS or _CONDITIONS[move](case, desk)


def _may_urgently(case: Case, move: Move, line: CaseLine) -> bool:
    if move is Move.CARRY_OUT:
        return line.told.get("urgent") is True
    proposal = case.proposal
    if not case.urgent or (proposal is not None and proposal.approved):
        return False
    return move is Move.PROPOSE or proposal is not None


def _may_be_summed_up(case: Case, desk: CaseDesk) -> bool:
    proposal = case.proposal
    if case.urgent and (proposal is None or not proposal.approved):
        return False
    unchecked = desk.settings.accounting and proposal is not None and proposal.remedies and case.checked is not True
    return not unchecked


def _may_be_objected_to(case: Case, _desk: CaseDesk) -> bool:
    withdrawn = case.state is _S.ARCHIVED and case.closed_from is _S.WITHDRAWN
    return case.analysed_at is not None and not withdrawn


def _was_analysed(case: Case, _desk: CaseDesk) -> bool:
    return case.analysed_at is not None


_CONDITIONS: dict[Move, Callable[[Case, CaseDesk], bool]] = {
    Move.ASSIGN: lambda case, _desk: case.upheld is True,
    Move.TELL_NOT_UPHELD: lambda case, _desk: case.upheld is False,
    Move.SUMMARISE: _may_be_summed_up,
    Move.EXTEND: lambda case, _desk: case.clock.runs,
    Move.REPORT: _was_analysed,
    Move.MEASURE: _was_analysed,
    Move.OBJECT: _may_be_objected_to,
    Move.REOPEN: lambda case, _desk: case.closed_from is _S.SUMMARISED,
}
"""What a move asks of a case beside its state."""


def may_by(hand: Hand, case: Case, person: Person, desk: CaseDesk) -> bool:
    """Tell whether somebody is whom a move asks for."""
    return _HANDS[hand](case, person, desk)


def _reaches(person: Person, case: Case, desk: CaseDesk) -> bool:
    """Tell whether a case is among those that a role deals with: an agent's own, a group leader's team's, or all."""
    if person.account == case.owner:
        return True
    if person.role is CaseRole.AGENT:
        return False
    if person.role is not CaseRole.GROUP_LEADER:
        return True
    owner = desk.people.get(case.owner)
    return owner is not None and person.team is not None and owner.team == person.team


def _leads(case: Case, person: Person, desk: CaseDesk) -> bool:
    return person.in_service and person.role is not CaseRole.AGENT and _reaches(person, case, desk)


def _is_the_department(case: Case, person: Person, _desk: CaseDesk) -> bool:
    return person.role is CaseRole.DEPARTMENT and person.department == case.department is not None


def _approves(case: Case, person: Person, desk: CaseDesk) -> bool:
    total = None if case.proposal is None else case.proposal.total
    return desk.approves(person.role, total) and _reaches(person, case, desk)


_REVIEWERS = frozenset({CaseRole.SUPERVISOR, CaseRole.MANAGER, CaseRole.GENERAL_MANAGER})
_HANDS: dict[Hand, Callable[[Case, Person, CaseDesk], bool]] = {
    Hand.ANY: lambda _case, _person, _desk: True,
    Hand.SERVICE: lambda _case, person, _desk: person.in_service,
    Hand.OWNER: lambda case, person, _desk: person.account == case.owner,
    Hand.LEAD: _leads,
    Hand.DEPARTMENT: _is_the_department,
    Hand.APPROVER: _approves,
    Hand.ACCOUNTING: lambda _case, person, _desk: person.role is CaseRole.ACCOUNTING,
    Hand.SUPERVISOR: lambda _case, person, _desk: person.role is CaseRole.SUPERVISOR,
    Hand.REVIEWER: lambda _case, person, _desk: person.role in _REVIEWERS,
}


def diagram() -> tuple[str, str]:
    """Draw the table as a Mermaid state diagram, and list the moves that keep the state."""
    lines = ["stateDiagram-v2", "    [*] --> received: open", "    [*] --> recorded: open"]
    stays = []
    for move, row in MOVES.items():
        if row.to is None:
            stays.append(f"- `{move}`: {', '.join(sorted(row.sources))} ({', '.join(row.hands)})")
            continue
        sources = sorted(row.sources | (row.urgent if move is Move.CARRY_OUT else frozenset()))
        lines += [f"    {source} --> {row.to}: {move}" for source in sources]
    return "\n".join([*lines, "    archived --> [*]"]) + "\n", "\n".join(stays) + "\n"
