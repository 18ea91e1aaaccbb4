"""Who looked at a customer; a card shown in full for a reason; reads that a person must look at; legal holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from callcenter.cases.access import AccessSuspicion, LookKind
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import family_of, get
from callcenter.store.customers.holds import held
from callcenter.store.customers.looks import AccessReview, CardLook, LooksAsked, ReviewState, review_named, reviews
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.customers.review_access import call_ordinary, file_leak, is_own
from callcenter.usecases.customers.save_customer import hold_customer, release_customer
from callcenter.usecases.customers.show_customers import reveal, who_looked, who_looked_at_any
from callcenter.web.api.customers.shapes import CustomerId, touch_of
from callcenter.web.api.fields import (
    Cursor,
    Limit,
    Moment,
    Name,
    RequestBody,
    ResponseBody,
    Words,
    moment_in,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/customers", tags=["customers"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CUSTOMERS))]
ReadingLooks = Annotated[Principal, Depends(allowed(Right.READ_LOOKS))]
Reviewing = Annotated[Principal, Depends(allowed(Right.REVIEW_ACCESS))]
Holding = Annotated[Principal, Depends(allowed(Right.DELETE_CUSTOMERS))]
OfState = Annotated[ReviewState | None, Query(description="Only those that stand so.")]


class ReasonGiven(RequestBody):
    """Why."""

    reason: Words = Field(min_length=1)


class CardRevealed(ResponseBody):
    """Until when the customer's card is shown in full to whoever gave the reason."""

    id: str
    until: datetime | None


class HoldKept(ResponseBody):
    """Whether the customer is held now."""

    id: str
    held: bool


class HoldShown(ResponseBody):
    """Whether a customer is held, since when, by whom and why."""

    held: bool
    at: datetime | None = None
    by: str | None = None
    reason: str | None = None


class LookShown(ResponseBody):
    """Somebody was shown the customer, among `customers`; `call` is the call that needed it."""

    id: str
    at: datetime | None
    actor: str
    how: LookKind
    customers: int
    reason: str | None
    call: str | None


class LookPage(ResponseBody):
    """Looks, the newest first."""

    items: list[LookShown]
    next: str | None


class ReviewShown(ResponseBody):
    """Reads that were out of the ordinary; `record` is the violation that a person filed."""

    id: str
    actor: str
    agent: str | None
    what: AccessSuspicion
    since: datetime | None
    until: datetime | None
    state: ReviewState
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    record: str | None


class ReviewPage(ResponseBody):
    """Access reviews, the newest first."""

    items: list[ReviewShown]
    next: str | None


class LooksSought(RequestBody):
    """Which looks are sought; `from` is inclusive, `to` is not."""

    actor: Name | None = Field(default=None, description="Who was shown customers.")
    how: LookKind | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    limit: int = Field(default=50, ge=1, le=200, description="Entries of a page.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")


@router.get("/looks")
async def search_looks(sought: Annotated[LooksSought, Query()], person: ReadingLooks, service: TheService) -> LookPage:
    """List who was shown customers, whichever they were; that it was asked is logged."""
    asked = LooksAsked(actor=sought.actor, how=sought.how, since=moment_in(sought.since), until=moment_in(sought.until))
    async with service.decisions.writing() as unit:
        viewer = service.viewer(person)
        found = await who_looked_at_any(unit, asked, viewer, place_in(sought.cursor), sought.limit + 1)
    return _looks(found, sought.limit, service)


@router.get("/access-reviews")
async def list_reviews(
    person: Reviewing, service: TheService, state: OfState = None, limit: Limit = 50, cursor: Cursor = None
) -> ReviewPage:
    """List reads of customers that were out of the ordinary; they prove nothing."""
    async with service.decisions.reading() as connection:
        found = await reviews(connection, state, place_in(cursor), limit + 1, person)
    shown = found[:limit]
    more = place_out((shown[-1].since, shown[-1].id)) if len(found) > len(shown) else None
    return ReviewPage(items=[_review(one, service) for one in shown], next=more)


@router.get("/access-reviews/{number}")
async def read_review(number: Name, person: Reviewing, service: TheService) -> ReviewShown:
    """Read one access review."""
    async with service.decisions.reading() as connection:
        review = await review_named(connection, number)
    if is_own(review, person):
        raise Missing("there is no such access review")
    return _review(review, service)


@router.post("/access-reviews/{number}/ordinary", response_model=ReviewShown)
async def decide_ordinary(
    number: Name, body: ReasonGiven, person: Reviewing, service: TheService, once: TheOnce
) -> Response:
    """Say that the reads were ordinary, and why; not of one's own."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _decided(await call_ordinary(unit, number, body.reason, person, once.asked.at), service)

    return await once.answer(work)


@router.post("/access-reviews/{number}/file", response_model=ReviewShown)
async def decide_leak(
    number: Name, body: ReasonGiven, person: Reviewing, service: TheService, once: TheOnce
) -> Response:
    """File V-LEAK of the agent who read: a person alone does, in words of their own; not of one's own."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        rules = service.rulebook, service.roster
        return _decided(await file_leak(unit, number, body.reason, person, rules, once.asked.at), service)

    return await once.answer(work)


@router.post("/{number}/reveal", response_model=CardRevealed)
async def reveal_card(
    number: CustomerId, body: ReasonGiven, person: Seeing, service: TheService, once: TheOnce
) -> Response:
    """Let one who gives a reason read a masked card in full for a while; the log has the reason."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        customer, until = await reveal(unit, number, body.reason, service.viewer(person))
        told = CardRevealed(id=customer, until=moment_out(until, service.rulebook.zone))
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=told.model_dump_json())

    return await once.answer(work)


@router.get("/{number}/hold")
async def read_hold(number: CustomerId, person: Holding, service: TheService) -> HoldShown:
    """Say whether a customer is kept from being deleted, and why."""
    del person
    async with service.decisions.reading() as connection:
        found = await held(connection, await family_of(connection, (await get(connection, number)).id))
    if not found:
        return HoldShown(held=False)
    hold = found[0]
    return HoldShown(held=True, at=moment_out(hold.at, service.rulebook.zone), by=hold.by, reason=hold.reason)


@router.put("/{number}/hold", response_model=HoldKept)
async def put_on_hold(number: CustomerId, body: ReasonGiven, person: Holding, once: TheOnce) -> Response:
    """Keep a customer from being deleted, and say why."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _held(await hold_customer(unit, number, body.reason, touch_of(once)), held=True)

    return await once.answer(work)


@router.delete("/{number}/hold", response_model=HoldKept)
async def release(number: CustomerId, person: Holding, once: TheOnce) -> Response:
    """Let a customer go who was held."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _held(await release_customer(unit, number, touch_of(once)), held=False)

    return await once.answer(work)


@router.get("/{number}/looks")
async def list_looks(
    number: CustomerId, person: ReadingLooks, service: TheService, limit: Limit = 50, cursor: Cursor = None
) -> LookPage:
    """List who was shown a customer, when and how, also of one who was deleted; that it was asked is logged."""
    async with service.decisions.writing() as unit:
        found = await who_looked(unit, number, service.viewer(person), place_in(cursor), limit + 1)
    return _looks(found, limit, service)


def _looks(found: list[CardLook], limit: int, service: Service) -> LookPage:
    shown, zone = found[:limit], service.rulebook.zone
    items = [
        LookShown(
            id=one.id,
            at=moment_out(one.at, zone),
            actor=one.actor,
            how=one.how,
            customers=one.customers,
            reason=one.reason,
            call=one.call,
        )
        for one in shown
    ]
    return LookPage(items=items, next=place_out((shown[-1].at, shown[-1].id)) if len(found) > len(shown) else None)


def _held(customer: str, *, held: bool) -> KeptAnswer:
    body = HoldKept(id=customer, held=held).model_dump_json()
    return KeptAnswer(status=status.HTTP_200_OK, etag="", body=body)


def _decided(review: AccessReview, service: Service) -> KeptAnswer:
    return KeptAnswer(status=status.HTTP_200_OK, etag="", body=_review(review, service).model_dump_json())


def _review(one: AccessReview, service: Service) -> ReviewShown:
    zone = service.rulebook.zone
    return ReviewShown(
        id=one.id,
        actor=one.actor,
        agent=one.agent,
        what=one.what,
        since=moment_out(one.since, zone),
        until=moment_out(one.until, zone),
        state=one.state,
        decided_by=one.decided_by,
        decided_at=moment_out(one.decided_at, zone),
        reason=one.reason,
        record=one.record,
    )
