"""Customers as people look for them: by name, number, class or owner, a page at a time."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import folded
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import FiledCustomer, read_all
from callcenter.store.customers.names import few_with, first_with
from callcenter.store.customers.tables import CustomerClassRow, CustomerNumberRow, CustomerRow
from callcenter.store.customers.writes import ending_of
from callcenter.store.rarest import beside, rarest

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
    c, told = CustomerRow, _told(wanted)
    at, descending = (c.folded, False) if order is CustomerOrder.NAME else (c.changed_at, True)
    start = None
    if after is not None:
        start = (await connection.execute(select(at, c.id).where(c.id == after))).one_or_none()
        if start is None:
            raise Missing("the customer to go on from is there no more: begin the list anew")
    if wanted.name:
        part = folded(wanted.name)
        few = await few_with(connection, part)
        if few is not None:
            told = {"few": c.id.in_(few)} | told
        elif order is CustomerOrder.NAME and wanted == CustomerQuery(name=wanted.name):
            first = await first_with(connection, part, None if start is None else (str(start[0]), start[1]), limit)
            if first is not None:
                return await read_all(connection, first)
    by = await rarest(connection, {name: told[name] for name in told if name != "name"})
    clauses = [one if name == by.name or not by.few else beside(one) for name, one in told.items()]
    # few are found, and then put in order; many are met in it
    place = func.coalesce(at, at) if by.few else at
    asked = select(c.id).where(c.merged_into.is_(None), *clauses)
    if start is not None:
        here = tuple_(place, c.id)
        asked = asked.where(here < tuple_(*start) if descending else here > tuple_(*start))
    asked = asked.order_by(place.desc(), c.id.desc()) if descending else asked.order_by(place, c.id)
    return await read_all(connection, list(await connection.scalars(asked.limit(limit))))


async def classes(connection: AsyncConnection) -> list[CustomerClass]:
    """List the company's classes by name."""
    rows = await connection.execute(select(CustomerClassRow).order_by(CustomerClassRow.name))
    return [msgspec.convert(dict(row), CustomerClass) for row in rows.mappings()]


async def of_class(connection: AsyncConnection, name: str) -> list[FiledCustomer]:
    """Read the customers of a class."""
    asked = select(CustomerRow.id).where(CustomerRow.customer_class == name, CustomerRow.merged_into.is_(None))
    return await read_all(connection, list(await connection.scalars(asked.order_by(CustomerRow.id))))


def _told(wanted: CustomerQuery) -> dict[str, ColumnElement[bool]]:
    """Say what is asked for, what is mostly rarest first; a part of a name alone has no index."""
    c, n = CustomerRow, CustomerNumberRow
    told: dict[str, ColumnElement[bool]] = {}
    if wanted.key is not None:
        told["key"] = c.id.in_(select(n.customer).where(n.key == wanted.key))
    if wanted.ending is not None:
        if not wanted.ending.isdecimal() or len(wanted.ending) < LEAST_ENDING:
            raise BadInput(f"give at least the last {LEAST_ENDING} digits of the number")
        found = select(n.customer).where(n.ending == ending_of(wanted.ending), n.key.endswith(wanted.ending))
        told["ending"] = c.id.in_(found)
    for name in ("reference", "owner", "customer_class", "key_account"):
        if (value := getattr(wanted, name)) is not None:
            told[name] = getattr(c, name) == value
    if wanted.name is not None:
        told["name"] = c.folded.contains(folded(wanted.name), autoescape=True)
    return told
