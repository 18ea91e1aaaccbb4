"""Customers' calls, and whose call it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field

from callcenter.domain.vocabulary import VisitOutcome
from callcenter.rules.records.masks import worded
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.customers.cards import get
from callcenter.store.customers.contacts import Contact, contacts_of
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.customers.pick_customer import Picking, pick_customer
from callcenter.usecases.customers.show_customers import CardSight, look_into
from callcenter.web.api.customers.shapes import CustomerId
from callcenter.web.api.fields import (
    Cursor,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(tags=["customers"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CUSTOMERS))]
Recording = Annotated[Principal, Depends(allowed(Right.RECORD_CALL))]


class ContactShown(ResponseBody):
    """A stay in a queue that is over; `words` is what was recorded of the call last."""

    uniqueid: str
    at: datetime | None
    queue: str | None
    outcome: VisitOutcome
    agent: str | None
    words: str | None
    callback_by: datetime | None = Field(description="Until when a call-back was promised in it.")


class ContactPage(ResponseBody):
    """A customer's calls, the newest first."""

    items: list[ContactShown]
    next: str | None


class CustomerPicked(RequestBody):
    """Whose call it is."""

    customer: str | None = Field(
        pattern="^[0-9a-f]{32}$", description="The customer's id, or an alias; null takes back what was said."
    )


class CallOfCustomer(ResponseBody):
    """Whose call it is; null: as the number tells."""

    uniqueid: str
    customer: str | None


@router.get("/customers/{number}/contacts")
async def list_contacts(
    number: CustomerId, person: Seeing, service: TheService, limit: Limit = 50, cursor: Cursor = None
) -> ContactPage:
    """List a customer's calls: of all its numbers, and those that somebody said are its; a look at the card."""
    zone = service.rulebook.zone
    async with service.decisions.writing() as unit:
        customer = await get(unit.connection, number)
        seen = await look_into(unit, customer, service.viewer(person))
        found = await contacts_of(unit.connection, customer.id, place_in(cursor), limit + 1)
    shown = found[:limit]
    items = [
        ContactShown(
            uniqueid=one.uniqueid,
            at=moment_out(one.at or None, zone),
            queue=one.queue,
            outcome=one.outcome,
            agent=one.agent,
            words=None if one.words is None else _words(one, seen, person),
            callback_by=moment_out(one.callback_by, zone),
        )
        for one in shown
    ]
    return ContactPage(items=items, next=place_out((shown[-1].at, shown[-1].id)) if len(found) > len(shown) else None)


@router.post("/calls/{uniqueid}/customer", response_model=CallOfCustomer)
async def pick(uniqueid: Name, body: CustomerPicked, person: Recording, service: TheService, once: TheOnce) -> Response:
    """Say whose call it is; the agents whose phones ring for it, or who talk, are told at once."""
    live, now = service.ports.live, service.clock()
    now_with = set() if live is None else live.pops.agents_of(uniqueid)
    picking = Picking(uniqueid=uniqueid, customer=body.customer, at=once.asked.at, now_with=now_with)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        customer = await pick_customer(unit, picking, person, lambda agent: service.team_of(agent, now))
        if customer is not None:  # the pop shows whom somebody names
            await look_into(unit, await get(unit.connection, customer), service.viewer(person))
        told = CallOfCustomer(uniqueid=uniqueid, customer=customer).model_dump_json()
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=told)

    answer = await once.answer(work)
    if live is not None:
        live.pops.picked(uniqueid)
    return answer


def _words(one: Contact, seen: CardSight, person: Principal) -> str:
    """Show what was recorded of a call: to the agent who had it also where the card is not open."""
    words, mine = one.words or "", one.agent is not None and one.agent == person.agent
    return worded(words, seen.numbers) if mine else seen.words(words)
