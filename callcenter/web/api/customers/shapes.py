"""Customers as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Path, status
from pydantic import Field

from callcenter.cases.customers import LENGTHS, ToldNumber, numbers_told
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN, Numbering, NumberKind, read_number
from callcenter.staff.dates import datetime_of
from callcenter.staff.roles import Principal
from callcenter.store.customers.cards import FiledCustomer
from callcenter.store.customers.writes import Touch
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.customers.save_customer import CardOutdated, Telling
from callcenter.usecases.customers.show_customers import (
    ShownCustomer,
    Viewer,
    look_into,
    note_search,
    searches_too_often,
)
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.api.once import Once, etag
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service

CustomerId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The customer's id, or an alias of it.")]


class NumberGiven(RequestBody):
    """A number written anew, or one that the card has, by its place from 0."""

    raw: str | None = Field(default=None, max_length=40, description="As people write it.")
    place: int | None = Field(default=None, ge=0, le=100, description="Of the number in the version that was read.")
    label: str | None = Field(default=None, max_length=32)


class CardGiven(RequestBody):
    """What is told of a card; a field that is null, or empty, is not filled in."""

    name: str | None = Field(default=None, max_length=LENGTHS["name"])
    reference: str | None = Field(
        default=None, max_length=LENGTHS["reference"], description="The company's own number."
    )
    address: str | None = Field(default=None, max_length=LENGTHS["address"])
    credit: str | None = Field(default=None, max_length=LENGTHS["credit"])
    dealings: str | None = Field(default=None, max_length=LENGTHS["dealings"])
    situation: str | None = Field(default=None, max_length=LENGTHS["situation"])
    customer_class: str | None = Field(default=None, max_length=LENGTHS["customer_class"])
    key_account: bool = False
    queue: str | None = Field(default=None, max_length=LENGTHS["queue"], description="Of a key account's own.")
    group: str | None = Field(default=None, max_length=LENGTHS["group"], description="Of a key account's own.")
    owner: Name | None = Field(default=None, description="The agent whose customer it is.")

    def fields(self) -> dict[str, Any]:
        """Give what is told, and nothing that is not."""
        return self.model_dump(exclude_unset=True)


class CardWithNumbers(CardGiven):
    """What is told of a card and its numbers, all of them in their order where any is."""

    numbers: list[NumberGiven] = Field(default=[], max_length=100)

    def telling(self, numbering: Numbering) -> Telling:
        """Make what tells a card's fields anew."""
        fields = self.fields()
        numbers = [ToldNumber(**one) for one in fields.pop("numbers", [])]
        if "numbers" not in self.model_fields_set:
            return lambda _: fields
        return lambda card: fields | {"numbers": numbers_told(card, numbers, numbering)}


class NumberShown(ResponseBody):
    """A number, as far as one may read it; without a key it is never linked with a call."""

    raw: str
    key: str | None
    kind: NumberKind
    extension: str | None
    label: str | None


class CompletenessShown(ResponseBody):
    """The weights of the filled fields by the weights of all that count for this card."""

    share: float
    weights: dict[str, int]
    missing: list[str]


class CustomerShown(ResponseBody):
    """A customer's card."""

    id: str
    name: str
    reference: str | None
    address: str | None
    numbers: list[NumberShown]
    credit: str | None
    dealings: str | None
    situation: str | None
    customer_class: str | None
    key_account: bool
    queue: str | None
    group: str | None
    owner: str | None
    completeness: CompletenessShown
    version: int
    created_by: str
    created_at: datetime | None
    changed_by: str
    changed_at: datetime | None


class CustomerSaved(ResponseBody):
    """Which customer was made or changed, and its version now; the card itself is read."""

    id: str
    version: int


def customer_shown(shown: ShownCustomer, zone: ZoneInfo) -> CustomerShown:
    """Show a card that may be shown."""
    filed = shown.filed
    return CustomerShown(
        **msgspec.to_builtins(filed.card),
        completeness=CompletenessShown(**msgspec.to_builtins(shown.completeness)),
        id=filed.id,
        version=filed.version,
        created_by=filed.created_by,
        created_at=moment_out(filed.created_at, zone),
        changed_by=filed.changed_by,
        changed_at=moment_out(filed.changed_at, zone),
    )


def saved(filed: FiledCustomer, code: int = status.HTTP_200_OK) -> KeptAnswer:
    """Answer with the customer's id and version: an answer is kept for days, and is to hold nothing personal."""
    told = CustomerSaved(id=filed.id, version=filed.version).model_dump_json()
    return KeptAnswer(status=code, etag=etag(filed.version), body=told)


def touch_of(once: Once) -> Touch:
    """Say by whom and when a request does what it asks."""
    return Touch(by=once.asked.account, at=once.asked.at)


def numbering_of(service: Service) -> Numbering:
    """Return how numbers are read here."""
    return service.in_force().numbering or PLAIN


def require_owner(body: CardGiven, service: Service) -> None:
    """Pass if the owner is an agent.

    Raises:
        BadInput: There is no such agent.
    """
    if body.owner is not None and not service.knows(body.owner):
        raise BadInput(f"there is no agent {body.owner!r}")


async def require_patience(unit: UnitOfWork, key: str | None, viewer: Viewer) -> None:
    """Pass if whoever asks for a number has not tried too many out.

    Raises:
        RequestRefused: They have.
    """
    if await searches_too_often(unit, key, viewer):
        raise RequestRefused(
            "too-many",
            "you have asked for as many numbers as one may in an hour: try again later, or ask your supervisor",
            Retry_After="600",
        )


async def number_sought(number: str, person: Principal, service: Service) -> str | None:
    """Return the key of a number by which somebody looks for something, None for what is none; the look is logged.

    Raises:
        RequestRefused: They have tried too many out.
    """
    key = read_number(number, numbering_of(service)).key
    if key is not None:
        viewer = service.viewer(person)
        async with service.decisions.writing() as unit:
            await require_patience(unit, key, viewer)
            await note_search(unit, key, viewer)
    return key


async def outdated(error: CardOutdated, typed: dict[str, Any], person: Principal, service: Service) -> RequestRefused:
    """Tell whoever saves second what changed meanwhile, beside what they sent themselves."""
    zone = service.rulebook.zone
    async with service.decisions.writing() as unit:
        seen = await look_into(unit, error.current, service.viewer(person))
    changes = [
        {
            "field": one.field,
            "was": seen.value(one.field, one.was),
            "now": seen.value(one.field, one.now),
            "by": one.by,
            "at": _written(one.at, zone),
        }
        for one in error.changes
    ]
    return RequestRefused("outdated", str(error), {"changes": changes, "yours": typed}, ETag=etag(error.version))


def _written(at: Micros, zone: ZoneInfo) -> str:
    return datetime_of(at, zone).isoformat()
