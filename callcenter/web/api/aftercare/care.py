"""The care of customers: plans that two people approve, house calls and call-backs, ratings, and who needs care now.

Customers are named by their ids alone: who may know more opens the card, which is logged.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response, status
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.care import ContactStep, PlanStep, churn_signs, contact_due
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.care import (
    CareContact,
    CareFilter,
    CarePlan,
    CustomerRating,
    HeardCustomer,
    care_contacts,
    care_plans,
    heard_customers,
    ratings_of,
)
from callcenter.store.customers.cards import family_of, get
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.care_for_customers import (
    NewContact,
    NewPlan,
    care_figures,
    decide_plan,
    file_plan,
    move_contact,
    plan_contact,
    rate_customer,
)
from callcenter.web.api.aftercare.care_shapes import (
    CareContactPage,
    CareContactShown,
    CareContactTold,
    CareCounts,
    CareEvaluation,
    CareList,
    CarePlanPage,
    CarePlanShown,
    CarePlanTold,
    CareReason,
    ContactsAsked,
    Number,
    PlansAsked,
    RatingList,
    RatingShown,
    RatingTold,
    WatchedCustomer,
)
from callcenter.web.api.aftercare.sights import written
from callcenter.web.api.fields import ResponseBody, moment_out, place_in, place_out
from callcenter.web.api.once import Once, TheOnce
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

_plans = APIRouter(prefix="/care-plans", tags=["care"])
_contacts = APIRouter(prefix="/care-contacts", tags=["care"])
_care = APIRouter(prefix="/care", tags=["care"])
ROUTERS = (_plans, _contacts, _care)

Planning = Annotated[Principal, Depends(allowed(Right.PLAN_CARE))]
Approving = Annotated[Principal, Depends(allowed(Right.APPROVE_CARE))]


@_plans.get("")
async def list_care_plans(asked: Annotated[PlansAsked, Query()], person: Planning, service: TheService) -> CarePlanPage:
    """List care plans."""
    async with service.decisions.reading() as connection:
        told = CareFilter(customers=await _family(connection, asked.customer), state=asked.state)
        found = await care_plans(connection, told, before=place_in(asked.cursor), limit=asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out((shown[-1].filed_at, shown[-1].id)) if len(found) > len(shown) else None
    return CarePlanPage(items=[_plan(one, person, service) for one in shown], next=more)


@_plans.post("", status_code=status.HTTP_201_CREATED, response_model=CarePlanShown)
async def file_care_plan(body: CarePlanTold, person: Planning, service: TheService, once: TheOnce) -> Response:
    """File a care plan: method, owner, cost."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        plan = await file_plan(unit, once.new_id, NewPlan(**body.model_dump()), person, once.asked.at)
        return _answer(_plan(plan, person, service), status.HTTP_201_CREATED)

    return await once.answer(work)


@_plans.post("/{number}/endorse", response_model=CarePlanShown)
async def endorse_care_plan(number: Number, person: Approving, service: TheService, once: TheOnce) -> Response:
    """Endorse a plan that was filed, as a supervisor."""
    return await _decide(number, PlanStep.ENDORSE, person, None, service, once)


@_plans.post("/{number}/approve", response_model=CarePlanShown)
async def approve_care_plan(number: Number, person: Approving, service: TheService, once: TheOnce) -> Response:
    """Approve a plan that was endorsed, as a manager."""
    return await _decide(number, PlanStep.APPROVE, person, None, service, once)


@_plans.post("/{number}/reject", response_model=CarePlanShown)
async def reject_care_plan(
    number: Number, body: CareReason, person: Approving, service: TheService, once: TheOnce
) -> Response:
    """Reject a plan, with a reason."""
    return await _decide(number, PlanStep.REJECT, person, body.reason, service, once)


@_contacts.get("")
async def list_care_contacts(
    asked: Annotated[ContactsAsked, Query()], person: Planning, service: TheService
) -> CareContactPage:
    """List house calls and call-backs."""
    async with service.decisions.reading() as connection:
        told = CareFilter(customers=await _family(connection, asked.customer), state=asked.state)
        found = await care_contacts(connection, told, before=place_in(asked.cursor), limit=asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out((shown[-1].planned_at, shown[-1].id)) if len(found) > len(shown) else None
    return CareContactPage(items=[_contact(one, person, service) for one in shown], next=more)


@_contacts.post("", status_code=status.HTTP_201_CREATED, response_model=CareContactShown)
async def plan_care_contact(body: CareContactTold, person: Planning, service: TheService, once: TheOnce) -> Response:
    """Plan a house call or call-back."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        contact = await plan_contact(unit, once.new_id, NewContact(**body.model_dump()), person, once.asked.at)
        return _answer(_contact(contact, person, service), status.HTTP_201_CREATED)

    return await once.answer(work)


@_contacts.post("/{number}/approve", response_model=CareContactShown)
async def approve_care_contact(number: Number, person: Approving, service: TheService, once: TheOnce) -> Response:
    """Approve a house call or call-back; nobody approves their own."""
    return await _move(number, ContactStep.APPROVE, person, None, service, once)


@_contacts.post("/{number}/finish", response_model=CareContactShown)
async def finish_care_contact(
    number: Number, body: CareEvaluation, person: Planning, service: TheService, once: TheOnce
) -> Response:
    """Say what came of a house call or call-back that was approved."""
    return await _move(number, ContactStep.FINISH, person, body.model_dump_json(), service, once)


@_contacts.post("/{number}/drop", response_model=CareContactShown)
async def drop_care_contact(
    number: Number, body: CareReason, person: Planning, service: TheService, once: TheOnce
) -> Response:
    """Drop a house call or call-back, with a reason."""
    return await _move(number, ContactStep.DROP, person, body.reason, service, once)


@_care.get("/ratings/{customer}")
async def list_ratings(customer: Number, person: Planning, service: TheService) -> RatingList:
    """List what was found of a customer."""
    async with service.decisions.reading() as connection:
        found = await ratings_of(connection, await _family(connection, customer) or ())
    return RatingList(items=[_rating(one, person, service) for one in found])


@_care.post("/ratings/{customer}", status_code=status.HTTP_201_CREATED, response_model=RatingShown)
async def tell_rating(
    customer: Number, body: RatingTold, person: Planning, service: TheService, once: TheOnce
) -> Response:
    """Evaluate a customer: credit, quality, dealings."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        told = await rate_customer(unit, once.new_id, customer, body.credit, body.words, person, once.asked.at)
        return _answer(_rating(told, person, service), status.HTTP_201_CREATED)

    return await once.answer(work)


@_care.get("/due")
async def list_care_due(_person: Planning, service: TheService) -> CareList:
    """List customers with a sign of churn, and key accounts who are to be heard."""
    async with service.decisions.reading() as connection:
        found = [_watched(one, service) for one in await heard_customers(connection)]
    waiting = [one for one in found if one.signs or one.overdue]
    return CareList(items=sorted(waiting, key=_longest))


@_care.get("/figures/{year}")
async def read_care_figures(
    year: Annotated[int, Path(ge=2000, le=2199)], _person: Planning, service: TheService
) -> CareCounts:
    """Say how many plans were filed in time, how many contacts made, and how complete cards are."""
    async with service.decisions.reading() as connection:
        found = await care_figures(connection, year, service.rulebook.zone, service.ports.aftercare.care_plan_days)
    return CareCounts(
        year=year,
        key_accounts=found.key_accounts,
        planned=found.planned,
        late=found.late,
        contacts=found.contacts,
        done=found.done,
        cards=found.cards,
        cost=found.cost,
        **found.rates,
    )


async def _family(connection: AsyncConnection, customer: str | None) -> Collection[str] | None:
    return None if customer is None else await family_of(connection, (await get(connection, customer)).id)


async def _decide(
    number: str, step: PlanStep, person: Principal, reason: str | None, service: Service, once: Once
) -> Response:
    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _answer(_plan(await decide_plan(unit, number, step, person, reason, once.asked.at), person, service))

    return await once.answer(work)


async def _move(
    number: str, step: ContactStep, person: Principal, told: str | None, service: Service, once: Once
) -> Response:
    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _answer(_contact(await move_contact(unit, number, step, person, told, once.asked.at), person, service))

    return await once.answer(work)


def _answer(body: ResponseBody, code: int = status.HTTP_200_OK) -> KeptAnswer:
    return KeptAnswer(status=code, etag="", body=body.model_dump_json())


def _plan(plan: CarePlan, person: Principal, service: Service) -> CarePlanShown:
    zone = service.rulebook.zone
    times = {"filed_at": moment_out(plan.filed_at, zone), "decided_at": moment_out(plan.decided_at, zone)}
    words = {"method": written(plan.method, person), "reason": written(plan.reason, person)}
    return CarePlanShown(**msgspec.structs.asdict(plan) | times | words)


def _contact(contact: CareContact, person: Principal, service: Service) -> CareContactShown:
    zone = service.rulebook.zone
    shown = {
        "planned_at": moment_out(contact.planned_at, zone),
        "done_at": moment_out(contact.done_at, zone),
        "evaluation": None if contact.evaluation is None else _evaluation(contact.evaluation, person),
        "purpose": written(contact.purpose, person),
        "reason": written(contact.reason, person),
    }
    return CareContactShown(**msgspec.structs.asdict(contact) | shown)


def _evaluation(kept: str, person: Principal) -> CareEvaluation:
    """Show an evaluation as it was kept, each of its texts by itself: JSON's own marks would part a number in two."""
    told = msgspec.json.decode(kept, type=dict[str, Any])
    shown: dict[str, Any] = {
        name: written(said, person) if isinstance(said, str) else said for name, said in told.items()
    }
    return CareEvaluation.model_construct(**shown)


def _rating(rating: CustomerRating, person: Principal, service: Service) -> RatingShown:
    shown = {"at": moment_out(rating.at, service.rulebook.zone), "words": written(rating.words, person)}
    return RatingShown(**msgspec.structs.asdict(rating) | shown)


def _longest(one: WatchedCustomer) -> tuple[str, str]:
    return ("" if one.heard_at is None else one.heard_at.isoformat()), one.customer


def _watched(one: HeardCustomer, service: Service) -> WatchedCustomer:
    limits, now, zone = service.ports.aftercare.care_limits, service.clock(), service.rulebook.zone
    due = contact_due(one.history, limits) if one.key_account else None
    return WatchedCustomer(
        customer=one.customer,
        key_account=one.key_account,
        owner=one.owner,
        heard_at=moment_out(one.history.heard_at, zone),
        signs=churn_signs(one.history, limits, now),
        due=moment_out(due, zone),
        overdue=due is not None and due < now,
    )
