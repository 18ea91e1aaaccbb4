"""The care of customers: plans that two people approve, house calls and call-backs, evaluations, signs of churn (pure).

Story of a plan: filed → endorsed by a supervisor → approved by a manager; either rejects it. Story of a contact:
planned → approved by somebody else → done, with its evaluation; or dropped, with a reason. Nothing goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal

_DAY: Micros = 86_400 * SECOND


class PlanState(StrEnum):
    """How far a care plan is."""

    FILED = "filed"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    REJECTED = "rejected"


class PlanStep(StrEnum):
    """What somebody does with a plan."""

    ENDORSE = "endorse"
    APPROVE = "approve"
    REJECT = "reject"


class ContactKind(StrEnum):
    """How a customer is cared for."""

    VISIT = "visit"
    CALL_BACK = "call_back"


class CareContactState(StrEnum):
    """How far a house call or call-back is."""

    PLANNED = "planned"
    APPROVED = "approved"
    DONE = "done"
    DROPPED = "dropped"


class ContactStep(StrEnum):
    """What somebody does with a house call or call-back."""

    APPROVE = "approve"
    FINISH = "finish"
    DROP = "drop"


class CreditRating(StrEnum):
    """How far a customer is trusted with credit, A the farthest."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class ChurnSign(StrEnum):
    """What may mean that a customer goes."""

    SILENT = "silent"
    COMPLAINS = "complains"


class _Row(NamedTuple):
    source: StrEnum
    to: StrEnum
    role: Role


_PLAN_STEPS: dict[PlanStep, tuple[_Row, ...]] = {
    PlanStep.ENDORSE: (_Row(PlanState.FILED, PlanState.ENDORSED, Role.SUPERVISOR),),
    PlanStep.APPROVE: (_Row(PlanState.ENDORSED, PlanState.APPROVED, Role.MANAGER),),
    PlanStep.REJECT: (
        _Row(PlanState.FILED, PlanState.REJECTED, Role.SUPERVISOR),
        _Row(PlanState.ENDORSED, PlanState.REJECTED, Role.MANAGER),
    ),
}


def plan_after(state: PlanState, step: PlanStep, person: Principal, filed_by: str, reason: str | None) -> PlanState:
    """Return how far a plan is after a step; a supervisor comes first, a manager then, never who filed it.

    Raises:
        BadInput: The step does not follow, is not theirs, or lacks its reason.
    """
    row = next((row for row in _PLAN_STEPS[step] if row.source is state), None)
    if row is None:
        raise BadInput("this does not follow from how the plan stands: read it again")
    if person.role is not row.role:
        raise BadInput("a supervisor decides on a plan that was filed, a manager on one that was endorsed")
    if person.account == filed_by:
        raise BadInput("nobody decides on a plan of their own: let somebody else")
    if step is PlanStep.REJECT and not reason:
        raise BadInput("say why the plan is rejected")
    return PlanState(row.to)


_BEFORE = {
    ContactStep.APPROVE: {CareContactState.PLANNED},
    ContactStep.FINISH: {CareContactState.APPROVED},
    ContactStep.DROP: {CareContactState.PLANNED, CareContactState.APPROVED},
}


class ContactTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a step with a house call or call-back goes by."""

    state: CareContactState
    planned_by: str
    owner: str


def contact_after(contact: ContactTerms, step: ContactStep, person: Principal, *, told: bool) -> CareContactState:
    """Return how far a contact is after a step.

    Args:
        contact: As it stands.
        step: What is done.
        person: By whom.
        told: The evaluation of what is done, or the reason of what is dropped, is there.

    Raises:
        BadInput: The step does not follow, is not theirs, or lacks what it needs.
    """
    if contact.state not in _BEFORE[step]:
        raise BadInput("a house call or call-back is approved once, then done or dropped: read it again")
    if step is ContactStep.APPROVE:
        if person.account in {contact.planned_by, contact.owner}:
            raise BadInput("nobody approves a house call or call-back of their own: let somebody else")
        return CareContactState.APPROVED
    if not told:
        raise BadInput("say what came of the house call or call-back, or why it is dropped")
    return CareContactState.DONE if step is ContactStep.FINISH else CareContactState.DROPPED


class CareFigures(msgspec.Struct, kw_only=True):
    """Figures of a span.

    Attributes:
        key_accounts: Those that there are; `planned` of them had a plan filed in time, `late` later.
        contacts: House calls and call-backs whose day lies in the span, dropped ones left out; `done` of them are done.
        cards: Customers; `completeness` is the sum of their shares.
        cost: Of plans that were approved, in yuan.
    """

    key_accounts: int = 0
    planned: int = 0
    late: int = 0
    contacts: int = 0
    done: int = 0
    cards: int = 0
    completeness: float = 0.0
    cost: Decimal = Decimal(0)

    @property
    def rates(self) -> dict[str, float | None]:
        """Every share by its name; None is a share of nothing."""
        return {
            "plans_in_time": _share(self.planned, self.key_accounts),
            "contacts_made": _share(self.done, self.contacts),
            "completeness": _share(self.completeness, self.cards),
        }


class CareHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer's dealings with us.

    Attributes:
        heard_at: The latest contact of any kind; None: never, as far as anybody knows.
        complaints: When they complained.
        known_since: When the card was made.
    """

    heard_at: Micros | None
    complaints: Sequence[Micros]
    known_since: Micros


class CareLimits(msgspec.Struct, frozen=True, kw_only=True):
    """After how many days silence is a sign, how many complaints within them are, how often a key account is heard."""

    silent_days: int
    complaints: int
    contact_days: int


def churn_signs(told: CareHistory, limits: CareLimits, now: Micros) -> list[ChurnSign]:
    """Return what may mean that a customer goes; who was never heard is silent since the card was made."""
    found = []
    since = now - limits.silent_days * _DAY
    if (told.known_since if told.heard_at is None else told.heard_at) < since:
        found.append(ChurnSign.SILENT)
    if sum(at >= since for at in told.complaints) >= limits.complaints:
        found.append(ChurnSign.COMPLAINS)
    return found


def contact_due(told: CareHistory, limits: CareLimits) -> Micros:
    """Return when a key account is to be heard next."""
    return (told.known_since if told.heard_at is None else told.heard_at) + limits.contact_days * _DAY


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
