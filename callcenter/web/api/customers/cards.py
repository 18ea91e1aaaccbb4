"""Customers: looked up, looked for, read, made, changed, deleted; their notes and the history of each field.

Numbers and names are sent in a body, never in an address: addresses end in logs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field

from callcenter.cases.access import LookKind
from callcenter.cases.customers import LENGTHS, card_of
from callcenter.cases.customers import CustomerCard as Card
from callcenter.errors import BadInput
from callcenter.numbers import NumberKind, read_number
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.customers.cards import get, of_key, read_all
from callcenter.store.customers.search import LEAST_ENDING, CustomerOrder, CustomerQuery, page
from callcenter.store.customers.told import FieldChange, history_of, notes_of, place_of
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.customers.save_customer import (
    CardOutdated,
    change_customer,
    create_customer,
    delete_customer,
    note_customer,
)
from callcenter.usecases.customers.show_customers import as_meant, look_into, note_search, shown_card, shown_cards
from callcenter.web.api.customers.shapes import (
    CardWithNumbers,
    CustomerId,
    CustomerSaved,
    CustomerShown,
    customer_shown,
    numbering_of,
    outdated,
    require_owner,
    require_patience,
    saved,
    touch_of,
)
from callcenter.web.api.fields import (
    Cursor,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    Words,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/customers", tags=["customers"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CUSTOMERS))]
Searching = Annotated[Principal, Depends(allowed(Right.SEARCH_CUSTOMERS))]
Editing = Annotated[Principal, Depends(allowed(Right.EDIT_CUSTOMERS))]
Deleting = Annotated[Principal, Depends(allowed(Right.DELETE_CUSTOMERS))]


class NumberAsked(RequestBody):
    """Whose number is asked for, in any spelling."""

    number: str = Field(max_length=80)


class CustomersSought(RequestBody):
    """Whom one looks for; what is null is not asked for."""

    name: str | None = Field(default=None, min_length=1, max_length=LENGTHS["name"], description="A part of it.")
    number: str | None = Field(
        default=None, max_length=80, description="In any spelling, or its last 4 digits or more."
    )
    reference: str | None = Field(default=None, max_length=LENGTHS["reference"])
    customer_class: str | None = Field(default=None, max_length=LENGTHS["customer_class"])
    key_account: bool | None = None
    owner: Name | None = None
    order: CustomerOrder = CustomerOrder.NAME
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")


class NewNote(RequestBody):
    """What somebody writes of a customer."""

    words: Words = Field(min_length=1)


class NoteShown(ResponseBody):
    """What somebody wrote."""

    id: str
    at: datetime | None
    by: str
    words: str


class NoteKept(ResponseBody):
    """Under which id a note is kept."""

    id: str


class ChangeOfField(ResponseBody):
    """How a field became another; `customer` is an alias where it happened before a merge."""

    customer: str
    version: int
    action: str
    field: str | None = Field(description="Null where the card was made.")
    before: Any
    after: Any
    at: datetime | None
    by: str


class CustomersWithNumber(ResponseBody):
    """Those who have a number; `key` is null where it is nobody's."""

    key: str | None
    kind: NumberKind
    items: list[CustomerShown]


class CustomerPage(ResponseBody):
    """Customers in the order asked for."""

    items: list[CustomerShown]
    next: str | None


class NotePage(ResponseBody):
    """Notes, the newest first."""

    items: list[NoteShown]
    next: str | None


class HistoryPage(ResponseBody):
    """Changes, the newest first."""

    items: list[ChangeOfField]
    next: str | None


class CustomerGone(ResponseBody):
    """The ids that are there no more: the customer's and its aliases'."""

    gone: list[str]


@router.post("/lookup")
async def look_up(body: NumberAsked, person: Seeing, service: TheService) -> CustomersWithNumber:
    """Find the customers who have a number; several may share it."""
    number = read_number(body.number, numbering_of(service))
    viewer = service.viewer(person)
    async with service.decisions.writing() as unit:
        await require_patience(unit, number.key, viewer)
        ids = () if number.key is None else await of_key(unit.connection, number.key)
        found = await read_all(unit.connection, ids)
        shown = await shown_cards(unit, found, viewer, LookKind.SEARCH)
        if not found:
            await note_search(unit, number.key, viewer)
    items = [customer_shown(one, service.rulebook.zone) for one in shown]
    return CustomersWithNumber(key=number.key, kind=number.kind, items=items)


@router.post("/search")
async def search(body: CustomersSought, person: Searching, service: TheService) -> CustomerPage:
    """Look for customers by a part of the name, a number or its end, class, key account or owner."""
    told = body.model_dump(exclude={"number", "order", "limit", "cursor"})
    if body.number is not None:
        told |= _number_sought(body.number, person, service)
    place = place_in(body.cursor)
    how = LookKind.SEARCH if any(value is not None for value in told.values()) else LookKind.LIST
    wanted, after, viewer = CustomerQuery(**told), place[1] if place else None, service.viewer(person)
    async with service.decisions.writing() as unit:
        await require_patience(unit, wanted.key, viewer)
        found = await page(unit.connection, wanted, body.order, after, body.limit + 1)
        shown = await shown_cards(unit, found[: body.limit], viewer, how)
        if not found and how is LookKind.SEARCH:
            await note_search(unit, wanted.key, viewer)
    more = place_out((0, shown[-1].filed.id)) if len(found) > len(shown) else None
    return CustomerPage(items=[customer_shown(one, service.rulebook.zone) for one in shown], next=more)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=CustomerSaved)
async def add_customer(body: CardWithNumbers, person: Editing, service: TheService, once: TheOnce) -> Response:
    """Make a customer's card."""
    del person
    require_owner(body, service)
    card = card_of(body.telling(numbering_of(service))(Card(name="")))

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return saved(await create_customer(unit, once.new_id, card, touch_of(once)), status.HTTP_201_CREATED)

    return await once.answer(work)


@router.get("/{number}")
async def read_customer(number: CustomerId, person: Seeing, service: TheService, response: Response) -> CustomerShown:
    """Read a card; its ETag is what a change of it must name. By an alias, the customer that it was merged into.

    Its calls are under `/contacts`.
    """
    async with service.decisions.writing() as unit:
        shown = await shown_card(unit, await get(unit.connection, number), service.viewer(person))
    response.headers["ETag"] = etag(shown.filed.version)
    return customer_shown(shown, service.rulebook.zone)


@router.patch("/{number}", response_model=CustomerSaved)
async def save_customer(
    number: CustomerId, body: CardWithNumbers, person: Editing, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Change a card; what is not said stays. Who saves second is told what changed meanwhile, and by whom."""
    require_owner(body, service)
    telling = body.telling(numbering_of(service))

    async def work(unit: UnitOfWork) -> KeptAnswer:
        def told(card: Card) -> dict[str, Any]:
            return as_meant(card, telling(card))

        if "numbers" in body.model_fields_set and _is_masked(person):  # what becomes of them tells what the card had
            await look_into(unit, await get(unit.connection, number), service.viewer(person))
        return saved(await change_customer(unit, number, seen, told, touch_of(once)))

    try:
        return await once.answer(work)
    except CardOutdated as error:
        raise await outdated(error, body.fields(), person, service) from error


@router.delete("/{number}", response_model=CustomerGone)
async def remove_customer(
    number: CustomerId, person: Deleting, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Delete a customer with its aliases, notes and history, its numbers in calls too; refused while it is held.

    The audit log keeps ids and names of fields, the journal numbers until its days are over.
    """
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        gone = await delete_customer(unit, number, seen, touch_of(once), numbering_of(service))
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=CustomerGone(gone=gone).model_dump_json())

    return await once.answer(work)


@router.get("/{number}/notes")
async def list_notes(
    number: CustomerId, person: Seeing, service: TheService, limit: Limit = 50, cursor: Cursor = None
) -> NotePage:
    """List what was written of a customer."""
    zone = service.rulebook.zone
    async with service.decisions.writing() as unit:
        filed = await get(unit.connection, number)
        seen = await look_into(unit, filed, service.viewer(person))
        found = await notes_of(unit.connection, filed.id, place_in(cursor), limit + 1)
    shown = found[:limit]
    items = [NoteShown(id=one.id, at=moment_out(one.at, zone), by=one.by, words=seen.words(one.words)) for one in shown]
    return NotePage(items=items, next=place_out((shown[-1].at, shown[-1].id)) if len(found) > len(shown) else None)


@router.post("/{number}/notes", status_code=status.HTTP_201_CREATED, response_model=NoteKept)
async def add_note(number: CustomerId, body: NewNote, person: Editing, once: TheOnce) -> Response:
    """Write a note of a customer."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await note_customer(unit, number, once.new_id, body.words, touch_of(once))
        kept = NoteKept(id=once.new_id).model_dump_json()
        return KeptAnswer(status=status.HTTP_201_CREATED, etag="", body=kept)

    return await once.answer(work)


@router.get("/{number}/history")
async def list_history(
    number: CustomerId, person: Seeing, service: TheService, limit: Limit = 50, cursor: Cursor = None
) -> HistoryPage:
    """List how a card became what it is: each field, before and after, when and by whom."""
    async with service.decisions.writing() as unit:
        filed = await get(unit.connection, number)
        seen = await look_into(unit, filed, service.viewer(person))
        found = await history_of(unit.connection, filed.id, place_in(cursor), limit + 1)
    shown = found[:limit]
    more = place_out(place_of(shown[-1])) if len(found) > len(shown) else None

    def told(one: FieldChange) -> ChangeOfField:
        return ChangeOfField(
            customer=one.customer,
            version=one.version,
            action=one.action,
            field=one.field or None,
            before=seen.value(one.field, one.before),
            after=seen.value(one.field, one.after),
            at=moment_out(one.at, service.rulebook.zone),
            by=one.by,
        )

    return HistoryPage(items=[told(one) for one in shown], next=more)


def _number_sought(told: str, person: Principal, service: Service) -> dict[str, str]:
    """Say whether a number or the end of one is asked for.

    Raises:
        BadInput: Of a number that one reads masked, more of the end is told than is shown: digit by digit it would
            come to light.
    """
    number, ending = read_number(told, numbering_of(service)), told.strip()
    masked = _is_masked(person)
    if number.key is not None and (masked or number.kind not in {NumberKind.LOCAL, NumberKind.SERVICE}):
        return {"key": number.key}
    if masked and len(ending) > LEAST_ENDING:
        raise BadInput(f"give the whole number, or its last {LEAST_ENDING} digits")
    return {"ending": ending}


def _is_masked(person: Principal) -> bool:
    return sight(person.role, Part.CALLER) is not Sight.FULL
