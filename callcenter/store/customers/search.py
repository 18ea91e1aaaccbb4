"""Customers as people look for them: by name, number, class or owner, a page at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import folded
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import FiledCustomer, read_all
from callcenter.store.customers.names import few_with, first_with
from callcenter.store.customers.tables import CustomerClassRow, CustomerNumberRow, CustomerRow
from callcenter.store.customers.writes import ending_of

LEAST_ENDING = 4
"""Digits of a number's end that must be told: with fewer too many have it."""


class CustomerOrder(StrEnum):
    """In which order customers are listed."""

    NAME = "name"
    CHANGED = "changed"


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked for; None: any.

    Attributes:
        name: A part of the name; wide and narrow, large and small letters are one.
        key: Of one of the numbers, whole.
        ending: The last digits of one of the numbers, at least four.
    """

    name: str | None = None
    key: str | None = None
    ending: str | None = None
    reference: str | None = None
    customer_class: str | None = None
    key_account: bool | None = None
    owner: str | None = None


class CustomerClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of the company's own list, with its criteria.

    Attributes:
        keep_days: How long a customer is kept of whom nothing is heard; None: nobody has given a figure.
    """

    name: str
    criteria: str
    keep_days: int | None
    changed_by: str
    changed_at: Micros


async def page(
    connection: AsyncConnection, wanted: CustomerQuery, order: CustomerOrder, after: str | None, limit: int
) -> list[FiledCustomer]:
    """Read customers in an order, from the one after a customer; aliases are none.

    Raises:
        BadInput: Too little of a number's end is told.
        Missing: The customer to go on from is there no more.
    """
    asked = select(CustomerRow.id).where(CustomerRow.merged_into.is_(None), *_asked(wanted))
    c = CustomerRow
    by, descending = (c.folded, False) if order is CustomerOrder.NAME else (c.changed_at, True)
    place = None
    if after is not None:
        place = (await connection.execute(select(by, c.id).where(c.id == after))).one_or_none()
        if place is None:
            raise Missing("the customer to go on from is there no more: begin the list anew")
        here = tuple_(by, c.id)
        asked = asked.where(here < tuple_(*place) if descending else here > tuple_(*place))
    if wanted.name:
        part = folded(wanted.name)
        few = await few_with(connection, part)
        if few is not None:
            asked = asked.where(c.id.in_(few))
        elif order is CustomerOrder.NAME and wanted == CustomerQuery(name=wanted.name):
            first = await first_with(connection, part, None if place is None else (str(place[0]), place[1]), limit)
            if first is not None:
                return await read_all(connection, first)
    asked = asked.order_by(by.desc(), c.id.desc()) if descending else asked.order_by(by, c.id)
    return await read_all(connection, list(await connection.scalars(asked.limit(limit))))


async def classes(connection: AsyncConnection) -> list[CustomerClass]:
    """List the company's classes by name."""
    rows = await connection.execute(select(CustomerClassRow).order_by(CustomerClassRow.name))
    return [msgspec.convert(dict(row), CustomerClass) for row in rows.mappings()]


async def of_class(connection: AsyncConnection, name: str) -> list[FiledCustomer]:
    """Read the customers of a class."""
    asked = select(CustomerRow.id).where(CustomerRow.customer_class == name, CustomerRow.merged_into.is_(None))
    return await read_all(connection, list(await connection.scalars(asked.order_by(CustomerRow.id))))


def _asked(wanted: CustomerQuery) -> list[ColumnElement[bool]]:
    same: dict[str, Any] = {
        name: value
        for name in ("reference", "customer_class", "key_account", "owner")
        if (value := getattr(wanted, name)) is not None
    }
    clauses = [getattr(CustomerRow, name) == value for name, value in same.items()]
    if wanted.name is not None:
        clauses.append(CustomerRow.folded.contains(folded(wanted.name), autoescape=True))
    n = CustomerNumberRow
    if wanted.key is not None:
        clauses.append(CustomerRow.id.in_(select(n.customer).where(n.key == wanted.key)))
    if wanted.ending is not None:
        if not wanted.ending.isdecimal() or len(wanted.ending) < LEAST_ENDING:
            raise BadInput(f"give at least the last {LEAST_ENDING} digits of the number")
        found = select(n.customer).where(n.ending == ending_of(wanted.ending), n.key.endswith(wanted.ending))
        clauses.append(CustomerRow.id.in_(found))
    return clauses
