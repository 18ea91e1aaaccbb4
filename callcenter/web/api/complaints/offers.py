"""The next moves of a case: for whom each is, and the form of those that are for whoever asks."""

from __future__ import annotations

from pydantic import Field

from callcenter.cases.complaints.forms import FieldAsked, FieldKind
from callcenter.cases.complaints.vocabulary import CaseRole, CaseState, Move, MoveWhy
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.usecases.complaints.offered_moves import OfferedMove
from callcenter.web.api.fields import ResponseBody


class FieldCondition(ResponseBody):
    """Another field, and how it is answered where this one is asked."""

    field: str
    answer: bool = Field(description="What is not ticked is false.")


class FormField(ResponseBody):
    """A field of a move's form."""

    name: str = Field(description="`responsible.agent` is `agent` of the object `responsible`.")
    kind: FieldKind
    needed: bool
    where: FieldCondition | None
    choices: list[str]
    one_of: str | None = Field(description="Of those with the same, exactly one is said.")


class MoveOffered(ResponseBody):
    """A move that the case can make as it stands; `why` says why whoever asks may not make it."""

    move: Move
    to: CaseState | None = Field(description="Null: it stays where it is, or a review decides.")
    hands: list[str] = Field(description="Whose it is: any, service, owner, lead, department, approver and so on.")
    why: MoveWhy | None
    roles: list[CaseRole] = Field(description="Of those others who may; empty where it is anybody's of `hands`.")
    accounts: list[str] = Field(description="The first of them, for roles that read names.")
    form: list[FormField] = Field(description="What it asks; empty where it is not for whoever asks.")


def move_offered(one: OfferedMove, person: Principal) -> MoveOffered:
    """Show a move to somebody."""
    return MoveOffered(
        move=one.move,
        to=one.to,
        hands=[hand.name.lower() for hand in one.hands],
        why=one.why,
        roles=one.roles,
        accounts=one.accounts if sight(person.role, Part.NAMES) is Sight.FULL else [],
        form=form_shown(one.form),
    )


def form_shown(form: list[FieldAsked]) -> list[FormField]:
    """Show a form."""
    return [
        FormField(
            name=one.name,
            kind=one.kind,
            needed=one.needed,
            where=None if one.where is None else FieldCondition(field=one.where[0], answer=one.where[1]),
            choices=list(one.choices),
            one_of=one.one_of,
        )
        for one in form
    ]
