"""What people send with a move: every field a line may have, bounded; which of them a move needs, the machine says."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints

from callcenter.cases.complaints.vocabulary import CaseChannel, Move, Nature, Objector, ReviewOutcome
from callcenter.untrusted import MOST_NAME
from callcenter.web.api.complaints.shapes import CustomerGiven
from callcenter.web.api.fields import Name, RequestBody, Words

Figure = Annotated[str, StringConstraints(max_length=32)] | StrictInt | StrictFloat
_MOST_REMEDIES = 50
_NAMING = {
    "about": {Move.RECORD},
    "responsible": {Move.ANALYSE},
    "department": {Move.ASSIGN},
    "remedies": {Move.PROPOSE},
    "until": {Move.EXTEND},
    "told_at": {Move.EXTEND},
    "approved_by": {Move.EXTEND},
    "to": {Move.REPORT, Move.HAND_OVER},
}
"""Fields that are no words, and are neither masked nor forgotten: of which moves they are."""


class RemedyGiven(RequestBody):
    """One remedy; `amount` is of the whole of it, in yuan, or `unknown`."""

    kind: Words | None = None
    amount: Figure | None = None
    quantity: Figure | None = None


class ResponsibleGiven(RequestBody):
    """Whose doing it was: an agent's, or a department's."""

    agent: Name | None = None
    department: Name | None = None


class MoveGiven(RequestBody):
    """What is done with a case, and what has to be said with it; a field that is null or empty is not said."""

    do: Move
    about: Name | None = Field(default=None, description="The agent whom the customer complains about.")
    content: Words | None = None
    wanted: Words | None = None
    cause: Words | None = None
    nature: Nature | None = None
    upheld: StrictBool | None = None
    responsible: ResponsibleGiven | None = None
    department: Name | None = None
    notice: Words | None = None
    reason: Words | None = None
    solution: Words | None = None
    remedies: list[RemedyGiven] | None = Field(default=None, max_length=_MOST_REMEDIES, description="May be [].")
    contact: Words | None = Field(default=None, description="How the customer was reached, and what was said.")
    unreachable: StrictBool | None = Field(
        default=None, description="In the place of the contact, after enough attempts."
    )
    what: Words | None = None
    urgent: StrictBool | None = None
    ok: StrictBool | None = None
    satisfaction: StrictInt | None = Field(default=None, description="1 very satisfied, 2 satisfied, 3 not satisfied.")
    lesson: Words | None = None
    improvement: Words | None = None
    loss: Words | None = None
    until: str | None = Field(default=None, max_length=40, description="RFC 3339, with its offset.")
    told_at: str | None = Field(default=None, max_length=40, description="When the customer was told.")
    approved_by: Name | None = None
    text: Words | None = None
    to: Annotated[str, StringConstraints(max_length=MOST_NAME)] | None = Field(default=None, description="An account.")
    tracked: StrictBool | None = None
    channel: CaseChannel | None = None
    whose: Objector | None = None
    outcome: ReviewOutcome | None = None

    def told(self) -> dict[str, Any]:
        """Return the line's fields, as they were said; what names something, of moves that look at it alone."""
        others = {field for field, moves in _NAMING.items() if self.do not in moves}
        return self.model_dump(mode="json", exclude_unset=True, exclude={"do", *others})


class NewCase(RequestBody):
    """A complaint as it comes in; of a call, what the record knows of it is filled in."""

    channel: CaseChannel | None = Field(default=None, description="How the customer came; a call's is phone.")
    call: Name | None = Field(default=None, description="The uniqueid of the call that it came by.")
    customer: CustomerGiven | None = Field(default=None, description="The customer's id, or an alias.")
    about: Name | None = Field(default=None, description="The agent whom the customer complains about.")
    owner: Name | None = Field(default=None, description="Who answers for it; else who answered the call, or opens it.")
    content: Words | None = None
    wanted: Words | None = Field(default=None, description="What the customer asks for.")
    follows: Name | None = Field(default=None, description="An older case, by id or number.")
    case_class: Annotated[str, StringConstraints(max_length=32)] | None = None
    new: bool = Field(default=False, description="Open it beside open cases of the same customer or call.")

    def told(self) -> dict[str, Any]:
        """Return the line's fields, as they were said."""
        said = {"about", "owner", "content", "wanted", "follows"}
        return self.model_dump(mode="json", exclude_unset=True, include=said)
