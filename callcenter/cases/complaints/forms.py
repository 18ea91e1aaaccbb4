"""What somebody is asked who makes a move: its fields, as `checks` needs them; a test holds the two together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from callcenter.cases.complaints.case import Case
from callcenter.cases.complaints.checks import tried_enough
from callcenter.cases.complaints.moves import MOVES
from callcenter.cases.complaints.settings import CaseDesk, Person
from callcenter.cases.complaints.vocabulary import CaseChannel, CaseRole, Move, Nature, Objector, ReviewOutcome


class FieldKind(StrEnum):
    """How a field is answered."""

    WORDS = "words"
    CHOICE = "choice"
    FLAG = "flag"
    TICK = "tick"
    MOMENT = "moment"
    REMEDIES = "remedies"


class FieldAsked(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a move's form.

    Attributes:
        name: The line's; `responsible.agent` stands in an object of it.
        needed: It is not left empty; a list of remedies may be.
        where: A flag or tick, and how it is answered where this one is asked at all; not ticked is false.
        choices: Of a choice, in the order in which they are shown.
        one_of: Of those with the same, one is needed, and only one.
    """

    name: str
    kind: FieldKind = FieldKind.WORDS
    needed: bool = True
    where: tuple[str, bool] | None = None
    choices: tuple[str, ...] = ()
    one_of: str | None = None


class FormDesk(msgspec.Struct, frozen=True):
    """Of whom a form lets somebody choose: `person` fills it in, `agents` are those of the roster."""

    desk: CaseDesk
    person: Person
    agents: tuple[str, ...] = ()

    def accounts(self, fits: Callable[[Person], bool]) -> tuple[str, ...]:
        """Name the accounts that fit."""
        return tuple(sorted(one.account for one in self.desk.people.all if fits(one)))

    @property
    def departments(self) -> tuple[str, ...]:
        """Name the departments that get notices."""
        return tuple(sorted(self.desk.people.departments))


def form_of(case: Case, move: Move, at: FormDesk) -> list[FieldAsked]:
    """Return what a move asks of a case as it stands."""
    asked = list(_FORMS[move](at))
    if move is Move.CARRY_OUT and case.state in MOVES[move].urgent:
        asked.append(FieldAsked(name="urgent", kind=FieldKind.TICK))
    if not tried_enough(case, at.desk):
        asked = [one for one in asked if one.name != "unreachable"]
    return asked


def _words(*names: str) -> list[FieldAsked]:
    return [FieldAsked(name=name) for name in names]


def _choice(name: str, choices: Iterable[str], *, needed: bool = True) -> FieldAsked:
    return FieldAsked(name=name, kind=FieldKind.CHOICE, needed=needed, choices=tuple(choices))


def _flag(name: str) -> FieldAsked:
    return FieldAsked(name=name, kind=FieldKind.FLAG)


def _moment(name: str) -> FieldAsked:
    return FieldAsked(name=name, kind=FieldKind.MOMENT)


def _contact(*others: FieldAsked) -> list[FieldAsked]:
    """Ask how the customer was reached; where enough attempts were made, nobody needs to have been."""
    reached = [msgspec.structs.replace(one, where=("unreachable", False)) for one in (*_words("contact"), *others)]
    return [FieldAsked(name="unreachable", kind=FieldKind.TICK, needed=False), *reached]


def _reason_unless(flag: str) -> list[FieldAsked]:
    return [_flag(flag), FieldAsked(name="reason", where=(flag, False))]


def _analysis(at: FormDesk) -> list[FieldAsked]:
    whose = {"agent": at.agents, "department": at.departments}
    responsible = [
        FieldAsked(
            name=f"responsible.{name}",
            kind=FieldKind.CHOICE,
            needed=False,
            where=("upheld", True),
            choices=choices,
            one_of="responsible",
        )
        for name, choices in whose.items()
    ]
    return [*_words("cause"), _choice("nature", Nature), _flag("upheld"), *responsible]


def _extension(at: FormDesk) -> list[FieldAsked]:
    grants = {CaseRole.SUPERVISOR, CaseRole.MANAGER}
    others = at.accounts(
        lambda one: one.account != at.person.account and any(p.role in grants for p in at.desk.people.places(one))
    )
    return [_moment("until"), *_words("reason"), _choice("approved_by", others), *_words("contact"), _moment("told_at")]


_SATISFACTION = ("1", "2", "3")
_FORMS: dict[Move, Callable[[FormDesk], list[FieldAsked]]] = {
    Move.RECORD: lambda at: [*_words("content", "wanted"), _choice("about", at.agents, needed=False)],
    Move.ANALYSE: _analysis,
    Move.ASSIGN: lambda at: [_choice("department", at.departments), *_words("notice")],
    Move.RETURN_NOTICE: lambda _at: _words("reason"),
    Move.PROPOSE: lambda _at: [*_words("solution"), FieldAsked(name="remedies", kind=FieldKind.REMEDIES)],
    Move.APPROVE: lambda _at: [],
    Move.REJECT: lambda _at: _words("reason"),
    Move.AGREE: lambda _at: _words("contact"),
    Move.DECLINE: lambda _at: _words("contact", "reason"),
    Move.CARRY_OUT: lambda _at: _words("what"),
    Move.ATTEMPT: lambda _at: _words("contact"),
    Move.CHECK: lambda _at: _reason_unless("ok"),
    Move.FEEDBACK: lambda _at: _contact(_choice("satisfaction", _SATISFACTION)),
    Move.SUMMARISE: lambda _at: [*_words("lesson", "improvement"), FieldAsked(name="loss", needed=False)],
    Move.TELL_NOT_UPHELD: lambda _at: _contact(),
    Move.WITHDRAW: lambda _at: [*_words("reason"), *_contact()],
    Move.ARCHIVE: lambda _at: [],
    Move.EXTEND: _extension,
    Move.REPORT: lambda at: [
        *_words("text"),
        _choice("to", at.accounts(lambda one: one.role is CaseRole.GENERAL_MANAGER)),
    ],
    Move.MEASURE: lambda _at: [*_words("text"), *_reason_unless("tracked")],
    Move.CHASE: lambda _at: [_choice("channel", CaseChannel)],
    Move.OBJECT: lambda _at: [_choice("whose", Objector), *_words("reason")],
    Move.REVIEW: lambda _at: [_choice("outcome", ReviewOutcome), *_words("reason")],
    Move.REOPEN: lambda _at: _words("reason"),
    Move.HAND_OVER: lambda at: [
        _choice("to", at.accounts(lambda one: one.in_service and not one.away)),
        *_words("reason"),
    ],
}
"""What each move asks, in the order in which it is asked."""
