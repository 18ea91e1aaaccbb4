"""What a line needs before it is done: who may, whose own matter it is, what is missing, what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

import msgspec

from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.moves import MOVES, may_by, may_move
from callcenter.cases.complaints.settings import UNKNOWN_AMOUNT, CaseDesk, Person, amount_of
from callcenter.cases.complaints.vocabulary import CaseChannel, CaseRole, Move, MoveWhy, Nature, Objector, ReviewOutcome
from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.dates import datetime_of

DAY = 86_400 * SECOND


class Acting(msgspec.Struct, frozen=True):
    """Who makes a move, and in whose place: themselves, or somebody who is away."""

    person: Person
    place: Person

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts that the move stands under."""
        return tuple(dict.fromkeys((self.person.account, self.place.account)))

    @property
    def names(self) -> set[str]:
        """Return the names that records have for them."""
        return {self.person.name, self.place.name}


def check(case: Case, move: Move, line: CaseLine, desk: CaseDesk) -> Acting:
    """Return who makes a move that can be made.

    Raises:
        Refused: It cannot; the first reason that fits, in the order of `MoveWhy`.
    """
    if not may_move(case, move, line, desk):
        raise Refused(MoveWhy.WRONG_STATE)
    acting = who_acts(case, move, line, desk)
    needs = NEEDS[move]
    needs(case, line, desk)
    return acting


def who_acts(case: Case, move: Move, line: CaseLine, desk: CaseDesk) -> Acting:
    """Return who acts, in the first place that may and whose own matter it is not.

    Raises:
        Refused: It is nobody's to do, or their own matter.
    """
    person = desk.people.get(line.told.get("by"))
    if person is None:
        raise Refused(MoveWhy.NOT_ALLOWED)
    may = [
        Acting(person, place)
        for place in desk.people.places(person)
        if any(may_by(hand, case, place, desk) for hand in MOVES[move].hands)
    ]
    if not may:
        raise Refused(MoveWhy.NOT_ALLOWED)
    for acting in may:
        if not _own_matter(case, move, line, acting, desk):
            return acting
    raise Refused(MoveWhy.OWN_MATTER)


def _own_matter(case: Case, move: Move, line: CaseLine, acting: Acting, desk: CaseDesk) -> bool:
    accounts = set(acting.accounts)
    match move:
        case Move.ANALYSE | Move.ASSIGN:
            return bool(acting.names & {*_concerned(case), *_named(line, move)})
        case Move.APPROVE | Move.REJECT:
            proposers = () if case.proposal is None else case.proposal.by
            return bool(accounts & set(proposers) or acting.names & set(_concerned(case)))
        case Move.ARCHIVE:
            return bool(accounts & set(case.closed_by))
        case Move.EXTEND:
            granting = _granting(line, desk)
            return line.told.get("approved_by") in acting.accounts or bool(granting and granting <= accounts)
        case Move.REVIEW:
            analysts = () if case.analysis is None else case.analysis.by
            return bool(accounts & {*analysts, *case.approver})
        case _:
            return False


def _concerned(case: Case) -> Iterator[str]:
    """Yield the agents whom a complaint concerns."""
    if case.about is not None:
        yield case.about
    if case.analysis is not None and case.analysis.agent is not None:
        yield case.analysis.agent


def _named(line: CaseLine, move: Move) -> Iterator[str]:
    """Yield whom an analysis would hold responsible."""
    responsible = line.told.get("responsible") if move is Move.ANALYSE and line.told.get("upheld") is True else None
    if isinstance(responsible, dict) and isinstance(responsible.get("agent"), str):
        yield responsible["agent"]


def check_opening(line: CaseLine, desk: CaseDesk, known: Callable[[str], bool]) -> Acting:
    """Return who opens a case that can be opened; `known` tells whether there is a case of a name.

    Raises:
        Refused: It cannot.
    """
    person = desk.people.get(line.told.get("by"))
    places = () if person is None else [place for place in desk.people.places(person) if place.in_service]
    if person is None or not places:
        raise Refused(MoveWhy.NOT_ALLOWED)
    line.need("case", "channel")
    line.text("case")
    line.one_of("channel", CaseChannel)
    line.text("about")
    if line.has("owner"):
        _given_to(line, "owner", desk)
    follows = line.text("follows")
    if follows is not None and not known(follows):
        raise Refused(MoveWhy.NOT_POSSIBLE, "follows")
    return Acting(person, places[0])


def _given_to(line: CaseLine, field: str, desk: CaseDesk) -> None:
    person = desk.people.get(line.get(field))
    if person is None or not person.in_service or person.away:
        raise Refused(MoveWhy.NOT_POSSIBLE, field)


def _contact(line: CaseLine, *others: str) -> bool:
    """Ask for the contact with the customer and what was said; tell whether the line says that there was none."""
    unreachable = line.told.get("unreachable") is True
    if not unreachable:
        line.need("contact", *others)
    return unreachable


def tried_enough(case: Case, desk: CaseDesk) -> bool:
    """Tell whether a customer who is not reached counts as unreachable."""
    days = {datetime_of(at, desk.zone).date() for at in case.tried}
    return len(days) >= desk.settings.attempts


def _need_tries(case: Case, desk: CaseDesk) -> None:
    if not tried_enough(case, desk):
        raise Refused(MoveWhy.NOT_POSSIBLE, "unreachable")


def _record(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("content", "wanted")
    line.text("about")


def _analyse(_case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("cause", "nature", "upheld")
    upheld = line.get("upheld") is True
    if upheld:
        line.need("responsible")
        responsible = _fields_of(line, "responsible")
        if not responsible.has("agent") and not responsible.has("department"):
            raise Refused(MoveWhy.INCOMPLETE, "responsible")
    line.one_of("nature", Nature)
    line.flag("upheld")
    if upheld:
        _agent, department = responsible_of(line)
        if department is not None and department not in desk.people.departments:
            raise Refused(MoveWhy.NOT_POSSIBLE, "responsible")


def responsible_of(line: CaseLine) -> tuple[str | None, str | None]:
    """Return which agent or which department a line holds responsible.

    Raises:
        Refused: It names both, or something that is no name.
    """
    responsible = _fields_of(line, "responsible")
    agent, department = responsible.text("agent"), responsible.text("department")
    if agent is not None and department is not None:
        raise Refused(MoveWhy.NOT_POSSIBLE, "responsible")
    return agent, department


def _fields_of(line: CaseLine, field: str) -> CaseLine:
    """Return the fields of an object in a line; what is no object lacks nothing, and is refused for what it is."""
    value = line.get(field)
    return CaseLine(line.at, value if isinstance(value, dict) else {"agent": [value]})


def _assign(_case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("department", "notice")
    if line.text("department") not in desk.people.departments:
        raise Refused(MoveWhy.NOT_POSSIBLE, "department")


def _propose(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("solution")
    if line.told.get("remedies") != []:
        line.need("remedies")
    remedies_of(line)


def remedies_of(line: CaseLine) -> tuple[int, Decimal | None]:
    """Return how many remedies there are and what they come to, None where an amount is not known.

    Raises:
        Refused: One lacks its kind or amount, or is none.
    """
    remedies = line.told.get("remedies")
    if not isinstance(remedies, list):
        raise Refused(MoveWhy.NOT_POSSIBLE, "remedies")
    each = [CaseLine(line.at, one if isinstance(one, dict) else {"kind": one, "amount": one}) for one in remedies]
    for one in each:
        one.need("kind", "amount")
    amounts = [one.get("amount") for one in each]
    sums = [amount_of(amount) for amount in amounts if amount != UNKNOWN_AMOUNT]
    if None in sums or not all(isinstance(one, dict) for one in remedies):
        raise Refused(MoveWhy.NOT_POSSIBLE, "remedies")
    total = sum((one for one in sums if one is not None), Decimal(0))
    return len(each), total if len(sums) == len(amounts) else None


def _check(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("ok")
    if line.get("ok") is False:
        line.need("reason")
    line.flag("ok")


def _feedback(case: Case, line: CaseLine, desk: CaseDesk) -> None:
    if _contact(line, "satisfaction"):
        _need_tries(case, desk)
        return
    satisfaction = line.get("satisfaction")
    if isinstance(satisfaction, bool) or not isinstance(satisfaction, int) or satisfaction not in {1, 2, 3}:
        raise Refused(MoveWhy.NOT_POSSIBLE, "satisfaction")


def _tell(case: Case, line: CaseLine, desk: CaseDesk) -> None:
    if _contact(line):
        _need_tries(case, desk)


def _withdraw(case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("reason")
    _tell(case, line, desk)


def too_late(case: Case, move: Move, at: Micros, desk: CaseDesk) -> bool:
    """Tell whether the time of a move is over."""
    if move is Move.EXTEND:
        return at >= case.clock.due
    grace = int(Fraction(str(desk.settings.reopen_days)) * DAY)
    return move is Move.REOPEN and case.archived_at is not None and at > case.archived_at + grace


def _in_time(case: Case, move: Move, at: Micros, desk: CaseDesk) -> None:
    if too_late(case, move, at, desk):
        raise Refused(MoveWhy.TOO_LATE)


def _granting(line: CaseLine, desk: CaseDesk) -> set[str]:
    """Name the accounts by whose right whoever approved an extension did so: their own, or of those who are away."""
    approver = desk.people.get(line.get("approved_by"))
    places = () if approver is None else desk.people.places(approver)
    return {place.account for place in places if place.role in {CaseRole.SUPERVISOR, CaseRole.MANAGER}}


def _extend(case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("until", "reason", "approved_by", "contact", "told_at")
    if not _granting(line, desk):
        raise Refused(MoveWhy.NOT_POSSIBLE, "approved_by")
    if line.moment("until") <= case.clock.due:
        raise Refused(MoveWhy.NOT_POSSIBLE, "until")
    if line.moment("told_at") > line.at:
        raise Refused(MoveWhy.NOT_POSSIBLE, "told_at")
    _in_time(case, Move.EXTEND, line.at, desk)


def _report(_case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("text", "to")
    receiver = desk.people.get(line.get("to"))
    if receiver is None or receiver.role is not CaseRole.GENERAL_MANAGER:
        raise Refused(MoveWhy.NOT_POSSIBLE, "to")


def _measure(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("text", "tracked")
    if line.get("tracked") is False:
        line.need("reason")
    line.flag("tracked")


def _chase(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("channel")
    line.one_of("channel", CaseChannel)


def _objection(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("whose", "reason")
    line.one_of("whose", Objector)


def _review(_case: Case, line: CaseLine, _desk: CaseDesk) -> None:
    line.need("outcome", "reason")
    line.one_of("outcome", ReviewOutcome)


def _reopen(case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("reason")
    _in_time(case, Move.REOPEN, line.at, desk)


def _hand_over(_case: Case, line: CaseLine, desk: CaseDesk) -> None:
    line.need("to", "reason")
    _given_to(line, "to", desk)


def _fields(*fields: str) -> Callable[[Case, CaseLine, CaseDesk], None]:
    return lambda _case, line, _desk: line.need(*fields)


NEEDS: dict[Move, Callable[[Case, CaseLine, CaseDesk], None]] = {
    Move.RECORD: _record,
    Move.ANALYSE: _analyse,
    Move.ASSIGN: _assign,
    Move.RETURN_NOTICE: _fields("reason"),
    Move.PROPOSE: _propose,
    Move.APPROVE: _fields(),
    Move.REJECT: _fields("reason"),
    Move.AGREE: _fields("contact"),
    Move.DECLINE: _fields("contact", "reason"),
    Move.CARRY_OUT: _fields("what"),
    Move.ATTEMPT: _fields("contact"),
    Move.CHECK: _check,
    Move.FEEDBACK: _feedback,
    Move.SUMMARISE: _fields("lesson", "improvement"),
    Move.TELL_NOT_UPHELD: _tell,
    Move.WITHDRAW: _withdraw,
    Move.ARCHIVE: _fields(),
    Move.EXTEND: _extend,
    Move.REPORT: _report,
    Move.MEASURE: _measure,
    Move.CHASE: _chase,
    Move.OBJECT: _objection,
    Move.REVIEW: _review,
    Move.REOPEN: _reopen,
    Move.HAND_OVER: _hand_over,
}
"""What each line has to say; first what is missing, then what cannot be, then what comes too late."""
