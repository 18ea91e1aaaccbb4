"""Somebody plans the care of a customer, two people approve it; house calls and call-backs are made and evaluated.

The audit log has ids and states, never what was written.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.care import (
    CareContactState,
    CareFigures,
    ContactKind,
    ContactStep,
    ContactTerms,
    CreditRating,
    PlanState,
    PlanStep,
    contact_after,
    plan_after,
)
from callcenter.cases.complaints.settings import amount_of
from callcenter.cases.customers import completeness
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.care import (
    CareContact,
    CarePlan,
    CustomerRating,
    care_contact,
    care_plan,
    contacts_between,
    keep_contact,
    keep_plan,
    keep_rating,
    plans_of_year,
)
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import get, kept_ids
from callcenter.store.customers.search import CustomerQuery
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.customers.show_customers import everybody


class NewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it is filed; `cost` in yuan."""

    customer: str
    year: int
    method: str
    owner: str
    cost: str


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """A house call or call-back as it is planned."""

    customer: str
    kind: ContactKind
    day: date
    owner: str
    purpose: str


async def file_plan(unit: UnitOfWork, number: str, told: NewPlan, person: Principal, at: Micros) -> CarePlan:
    """File a care plan under an id.

    Raises:
        Missing: There is no such customer.
        BadInput: The cost is no sum.
    """
    if amount_of(told.cost) is None:
        raise BadInput('the cost is no sum in yuan: write it like "200"')
    values = msgspec.structs.asdict(told) | {"customer": (await get(unit.connection, told.customer)).id}
    plan = CarePlan(id=number, **values, state=PlanState.FILED, filed_by=person.account, filed_at=at)
    await keep_plan(unit, plan)
    await _note(unit, "file", "care_plan", plan.id, person, at, {"customer": plan.customer})
    return plan


async def decide_plan(
    unit: UnitOfWork, number: str, step: PlanStep, person: Principal, reason: str | None, at: Micros
) -> CarePlan:
    """Endorse, approve or reject a plan.

    Raises:
        Missing: There is no such plan.
        Conflict: The step does not follow, is not theirs, or lacks its reason.
    """
    plan = await care_plan(unit.connection, number)
    try:
        state = plan_after(plan.state, step, person, plan.filed_by, reason)
    except BadInput as error:
        raise Conflict(str(error)) from None
    if step is PlanStep.ENDORSE:
        plan = msgspec.structs.replace(plan, state=state, endorsed_by=person.account)
    else:
        plan = msgspec.structs.replace(plan, state=state, decided_by=person.account, decided_at=at, reason=reason)
    await keep_plan(unit, plan)
    await _note(unit, step.value, "care_plan", plan.id, person, at, {"state": state.value})
    return plan


async def plan_contact(unit: UnitOfWork, number: str, told: NewContact, person: Principal, at: Micros) -> CareContact:
    """Plan a house call or call-back under an id.

    Raises:
        Missing: There is no such customer.
    """
    values = msgspec.structs.asdict(told) | {"customer": (await get(unit.connection, told.customer)).id}
    contact = CareContact(id=number, **values, state=CareContactState.PLANNED, planned_by=person.account, planned_at=at)
    await keep_contact(unit, contact)
    await _note(unit, "plan", "care_contact", contact.id, person, at, {"customer": contact.customer})
    return contact


async def move_contact(
    unit: UnitOfWork, number: str, step: ContactStep, person: Principal, told: str | None, at: Micros
) -> CareContact:
    """Approve a house call or call-back, finish it with its evaluation (JSON), or drop it with a reason.

    Raises:
        Missing: There is none.
        Conflict: The step does not follow, is not theirs, or lacks what it needs.
    """
    contact = await care_contact(unit.connection, number)
    terms = ContactTerms(state=contact.state, planned_by=contact.planned_by, owner=contact.owner)
    try:
        state = contact_after(terms, step, person, told=bool(told))
    except BadInput as error:
        raise Conflict(str(error)) from None
    match step:
        case ContactStep.APPROVE:
            contact = msgspec.structs.replace(contact, state=state, approved_by=person.account)
        case ContactStep.FINISH:
            contact = msgspec.structs.replace(contact, state=state, done_by=person.account, done_at=at, evaluation=told)
        case ContactStep.DROP:
            contact = msgspec.structs.replace(contact, state=state, reason=told)
    await keep_contact(unit, contact)
    await _note(unit, step.value, "care_contact", contact.id, person, at, {"state": state.value})
    return contact


async def rate_customer(
    unit: UnitOfWork, number: str, customer: str, credit: CreditRating, words: str, person: Principal, at: Micros
) -> CustomerRating:
    """Keep what somebody found of a customer under an id.

    Raises:
        Missing: There is no such customer.
    """
    found = (await get(unit.connection, customer)).id
    rating = CustomerRating(id=number, customer=found, credit=credit, words=words, by=person.account, at=at)
    await keep_rating(unit, rating)
    await _note(unit, "rate", "customer_rating", number, person, at, {"customer": found})
    return rating


async def care_figures(connection: AsyncConnection, year: int, zone: ZoneInfo, plan_days: int) -> CareFigures:
    """Count a year's plans and contacts, and how complete cards are now.

    A plan is in time within so many days of the year; the first one of each key account counts.
    """
    figures = CareFigures()
    first: dict[str, Micros] = {}
    kept = await kept_ids(connection)
    for plan in await plans_of_year(connection, year):
        first.setdefault(kept.get(plan.customer, plan.customer), plan.filed_at)
        if plan.state is PlanState.APPROVED:
            figures.cost += Decimal(plan.cost)
    due = date(year, 1, 1) + timedelta(days=plan_days - 1)
    async for filed in everybody(connection, CustomerQuery()):
        figures.cards += 1
        figures.completeness += completeness(filed.card).share
        if filed.card.key_account:
            figures.key_accounts += 1
            at = first.get(filed.id)
            figures.planned += at is not None and datetime_of(at, zone).date() <= due
            figures.late += at is not None and datetime_of(at, zone).date() > due
    contacts = await contacts_between(connection, date(year, 1, 1), date(year, 12, 31))
    figures.contacts = len(contacts)
    figures.done = sum(one.state is CareContactState.DONE for one in contacts)
    return figures


async def _note(
    unit: UnitOfWork, action: str, kind: str, subject: str, person: Principal, at: Micros, detail: dict[str, object]
) -> None:
    await unit.note(Audited(at=at, actor=person.account, action=action, kind=kind, subject=subject, detail=detail))
