"""Customers who are one, or two: merged field by field, taken apart again, split; and the company's classes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response, status
from pydantic import Field

from callcenter.cases.merging import MergeSide
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.customers.cards import get
from callcenter.store.customers.search import classes
from callcenter.store.customers.told import merges_of
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.untrusted import CONTROLS
from callcenter.usecases.customers.merge_customers import Seen, merge_customers, split_customer, undo_merge
from callcenter.usecases.customers.save_customer import CardOutdated, drop_class, set_class
from callcenter.web.api.customers.shapes import (
    CardGiven,
    CustomerId,
    CustomerSaved,
    outdated,
    require_owner,
    saved,
    touch_of,
)
from callcenter.web.api.fields import RequestBody, ResponseBody, Words, moment_out
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(prefix="/customers", tags=["customers"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CUSTOMERS))]
Merging = Annotated[Principal, Depends(allowed(Right.MERGE_CUSTOMERS))]
Classifying = Annotated[Principal, Depends(allowed(Right.CLASSIFY_CUSTOMERS))]
ClassName = Annotated[str, Path(min_length=1, max_length=32, pattern=f"^[^{CONTROLS}]+$")]


class MergeGiven(RequestBody):
    """Who goes into the customer, and whose value each field takes."""

    other: str = Field(pattern="^[0-9a-f]{32}$")
    other_version: int = Field(ge=1, le=2**31 - 1, description="The version of the other that was read.")
    sides: dict[str, MergeSide] = Field(
        default={}, description="Unsaid: the kept side's, and where that is empty the other's."
    )


class SplitGiven(CardGiven):
    """Which numbers go to a new card, and what else it has."""

    places: list[Annotated[int, Field(ge=0, le=100)]] = Field(min_length=1, max_length=100, description="From 0.")


class MergeShown(ResponseBody):
    """A merge, and whether it was undone."""

    id: str
    kept: str
    merged: str
    at: datetime | None
    by: str
    undone_at: datetime | None
    undone_by: str | None


class MergesShown(ResponseBody):
    """What went into a customer, the newest first."""

    items: list[MergeShown]


class Merged(CustomerSaved):
    """The customer that two became, and the merge, to be undone by."""

    merge: str


class TakenApart(CustomerSaved):
    """The kept customer, the other one, and what was changed since in the kept card, which stays."""

    other: str
    edited: list[str]


class ClassGiven(RequestBody):
    """By which criteria a customer is of a class, and for how many days one is kept of whom nothing is heard."""

    criteria: Words = Field(min_length=1)
    keep_days: int | None = Field(default=None, ge=1, le=36_500, description="Null: no figure; it is kept.")


class ClassShown(ResponseBody):
    """A class, and the company's criteria of it."""

    name: str
    criteria: str
    keep_days: int | None
    changed_by: str
    changed_at: datetime | None


class ClassesShown(ResponseBody):
    """The company's classes by name."""

    items: list[ClassShown]


class ClassKept(ResponseBody):
    """Which class was set, or taken out."""

    name: str


@router.get("/classes")
async def list_classes(person: Seeing, service: TheService) -> ClassesShown:
    """List the company's classes of customers with their criteria."""
    del person
    zone = service.rulebook.zone
    async with service.decisions.reading() as connection:
        found = await classes(connection)
    items = [
        ClassShown(
            name=one.name,
            criteria=one.criteria,
            keep_days=one.keep_days,
            changed_by=one.changed_by,
            changed_at=moment_out(one.changed_at, zone),
        )
        for one in found
    ]
    return ClassesShown(items=items)


@router.put("/classes/{name}", response_model=ClassKept)
async def put_class(name: ClassName, body: ClassGiven, person: Classifying, once: TheOnce) -> Response:
    """Set a class of customers, new or with other criteria."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await set_class(unit, name, body.criteria, touch_of(once), body.keep_days)
        return _class_kept(name)

    return await once.answer(work)


@router.delete("/classes/{name}", response_model=ClassKept)
async def remove_class(name: ClassName, person: Classifying, once: TheOnce) -> Response:
    """Take a class out of the list; refused while a customer is of it."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await drop_class(unit, name, touch_of(once))
        return _class_kept(name)

    return await once.answer(work)


@router.get("/{number}/merges")
async def list_merges(number: CustomerId, person: Seeing, service: TheService) -> MergesShown:
    """List who went into a customer, undone merges too."""
    del person
    zone = service.rulebook.zone
    async with service.decisions.reading() as connection:
        found = await merges_of(connection, (await get(connection, number)).id)
    items = [
        MergeShown(
            id=one.id,
            kept=one.kept,
            merged=one.merged,
            at=moment_out(one.at, zone),
            by=one.by,
            undone_at=moment_out(one.undone_at, zone),
            undone_by=one.undone_by,
        )
        for one in found
    ]
    return MergesShown(items=items)


@router.post("/{number}/merge", response_model=Merged)
async def merge_with(
    number: CustomerId, body: MergeGiven, person: Merging, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Let another customer go into this one; its id stays as an alias, and the merge can be undone."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        kept, other = Seen(number, seen), Seen(body.other, body.other_version)
        whole = await merge_customers(unit, kept, other, body.sides, once.new_id, touch_of(once))
        told = Merged(id=whole.id, version=whole.version, merge=once.new_id).model_dump_json()
        return KeptAnswer(status=status.HTTP_200_OK, etag=etag(whole.version), body=told)

    try:
        return await once.answer(work)
    except CardOutdated as error:
        raise await outdated(error, {}, person, service) from error


@router.post("/merges/{number}/undo", response_model=TakenApart)
async def take_apart(number: CustomerId, person: Merging, once: TheOnce) -> Response:
    """Undo a merge, the newest of a customer first; fields that were changed since stay and are named."""
    del person

    async def work(unit: UnitOfWork) -> KeptAnswer:
        undone = await undo_merge(unit, number, touch_of(once))
        kept = undone.kept
        told = TakenApart(id=kept.id, version=kept.version, other=undone.other.id, edited=list(undone.edited))
        return KeptAnswer(status=status.HTTP_200_OK, etag=etag(kept.version), body=told.model_dump_json())

    return await once.answer(work)


@router.post("/{number}/split", status_code=status.HTTP_201_CREATED, response_model=CustomerSaved)
async def split(
    number: CustomerId, body: SplitGiven, person: Merging, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Let some numbers of a customer go to a new card, which is answered."""
    require_owner(body, service)
    told = {field: value for field, value in body.fields().items() if field != "places"}

    async def work(unit: UnitOfWork) -> KeptAnswer:
        new = await split_customer(unit, Seen(number, seen), body.places, told, once.new_id, touch_of(once))
        return saved(new, status.HTTP_201_CREATED)

    try:
        return await once.answer(work)
    except CardOutdated as error:
        raise await outdated(error, told, person, service) from error


def _class_kept(name: str) -> KeptAnswer:
    return KeptAnswer(status=status.HTTP_200_OK, etag="", body=ClassKept(name=name).model_dump_json())
