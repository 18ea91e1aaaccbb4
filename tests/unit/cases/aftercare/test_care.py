"""Two people approve a plan, somebody else a contact; silence and complaints are signs."""

from __future__ import annotations

import pytest

from callcenter.cases.aftercare.care import (
    CareContactState,
    CareFigures,
    CareHistory,
    CareLimits,
    ChurnSign,
    ContactStep,
    ContactTerms,
    PlanState,
    PlanStep,
    churn_signs,
    contact_after,
    contact_due,
    plan_after,
)
from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal

DAY = 86_400 * SECOND
NOW = 400 * DAY
SUE = Principal(account="sue", role=Role.SUPERVISOR)
MIA = Principal(account="mia", role=Role.MANAGER)
LIMITS = CareLimits(silent_days=90, complaints=2, contact_days=30)


def test_plan_is_endorsed_by_a_supervisor_and_then_approved_by_a_manager() -> None:
    endorsed = plan_after(PlanState.FILED, PlanStep.ENDORSE, SUE, "li", None)

    assert (endorsed, plan_after(endorsed, PlanStep.APPROVE, MIA, "li", None)) == ("endorsed", "approved")


@pytest.mark.parametrize(("state", "person"), [(PlanState.FILED, SUE), (PlanState.ENDORSED, MIA)])
def test_each_rejects_it_with_a_reason(state: PlanState, person: Principal) -> None:
    assert plan_after(state, PlanStep.REJECT, person, "li", "too dear") is PlanState.REJECTED
    with pytest.raises(BadInput, match="say why"):
        plan_after(state, PlanStep.REJECT, person, "li", None)


@pytest.mark.parametrize(
    ("state", "step", "person", "filed_by", "why"),
    [
        (PlanState.FILED, PlanStep.APPROVE, MIA, "li", "does not follow"),
        (PlanState.APPROVED, PlanStep.REJECT, MIA, "li", "does not follow"),
        (PlanState.FILED, PlanStep.ENDORSE, MIA, "li", "a supervisor decides"),
        (PlanState.ENDORSED, PlanStep.APPROVE, SUE, "li", "a supervisor decides"),
        (PlanState.FILED, PlanStep.ENDORSE, SUE, "sue", "of their own"),
    ],
)
def test_step_that_is_not_theirs_is_refused(
    state: PlanState, step: PlanStep, person: Principal, filed_by: str, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        plan_after(state, step, person, filed_by, "reason")


def contact(state: CareContactState = CareContactState.PLANNED) -> ContactTerms:
    return ContactTerms(state=state, planned_by="li", owner="ann")


def test_contact_is_approved_by_somebody_else_and_done_with_its_evaluation() -> None:
    approved = contact_after(contact(), ContactStep.APPROVE, SUE, told=False)

    assert (approved, contact_after(contact(approved), ContactStep.FINISH, SUE, told=True)) == ("approved", "done")


@pytest.mark.parametrize("state", [CareContactState.PLANNED, CareContactState.APPROVED])
def test_contact_is_dropped_with_a_reason(state: CareContactState) -> None:
    assert contact_after(contact(state), ContactStep.DROP, SUE, told=True) is CareContactState.DROPPED
    with pytest.raises(BadInput, match="why it is dropped"):
        contact_after(contact(state), ContactStep.DROP, SUE, told=False)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (CareContactState.PLANNED, ContactStep.FINISH),
        (CareContactState.APPROVED, ContactStep.APPROVE),
        (CareContactState.DONE, ContactStep.DROP),
        (CareContactState.DROPPED, ContactStep.APPROVE),
    ],
)
def test_contact_goes_one_way(state: CareContactState, step: ContactStep) -> None:
    with pytest.raises(BadInput, match="approved once"):
        contact_after(contact(state), step, SUE, told=True)


@pytest.mark.parametrize("account", ["li", "ann"])
def test_nobody_approves_a_contact_of_their_own(account: str) -> None:
    with pytest.raises(BadInput, match="of their own"):
        contact_after(contact(), ContactStep.APPROVE, Principal(account=account, role=Role.SUPERVISOR), told=False)


@pytest.mark.parametrize(
    ("heard", "complaints", "signs"),
    [
        (310, [], []),
        (309, [], [ChurnSign.SILENT]),
        (None, [], [ChurnSign.SILENT]),
        (399, [311, 310], [ChurnSign.COMPLAINS]),
        (399, [311, 309], []),
    ],
)
def test_silence_and_repeated_complaints_are_signs(
    heard: int | None, complaints: list[int], signs: list[ChurnSign]
) -> None:
    told = CareHistory(
        heard_at=None if heard is None else heard * DAY, complaints=[at * DAY for at in complaints], known_since=0
    )

    assert churn_signs(told, LIMITS, NOW) == signs


def test_key_account_is_due_after_the_latest_contact_or_the_card() -> None:
    assert contact_due(CareHistory(heard_at=10 * DAY, complaints=(), known_since=0), LIMITS) == 40 * DAY
    assert contact_due(CareHistory(heard_at=None, complaints=(), known_since=5 * DAY), LIMITS) == 35 * DAY


def test_share_of_nothing_is_not_nought() -> None:
    assert set(CareFigures().rates.values()) == {None}
    figures = CareFigures(key_accounts=4, planned=3, contacts=2, done=1, cards=2, completeness=1.5)
    assert figures.rates == {"plans_in_time": 0.75, "contacts_made": 0.5, "completeness": 0.75}
