"""Cards as they are read: by id, also one that was merged into another, and by the key of a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import FIELDS, CustomerCard, CustomerNumber
from callcenter.domain.frame import Micros
from callcenter.numbers import NumberKind
from callcenter.store.conflicts import Missing
from callcenter.store.customers.tables import CustomerNumberRow, CustomerRow

MOST_SHARING = 200
"""Customers that one number is told of: a hotel's switchboard is many guests'."""
TEXTS = tuple(field for field in FIELDS if field != "numbers")
_AT_ONCE = 500

_OF_KEY = (
    select(CustomerNumberRow.customer)
    .distinct()
    .where(CustomerNumberRow.key == bindparam("key"))
    .order_by(CustomerNumberRow.customer)
    .limit(bindparam("most"))
)
"""One look-up in one index, compiled once: it is asked at every ring."""


class FiledCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """One customer, with the version that a change must name; `merged_into` is None but for an alias."""

    id: str
    card: CustomerCard
    version: int
    created_by: str
    created_at: Micros
    changed_by: str
    changed_at: Micros
    merged_into: str | None = None


async def of_key(connection: AsyncConnection, key: str, most: int = MOST_SHARING) -> tuple[str, ...]:
    """Return the ids of those who have a number, in their order, at most so many; those that were merged are one."""
    return tuple(await connection.scalars(_OF_KEY, {"key": key, "most": most}))


async def get(connection: AsyncConnection, number: str) -> FiledCustomer:
    """Read a customer; by an alias, the one that it was merged into.

    Raises:
        Missing: There is none.
    """
    while (found := await find(connection, number)) is not None:
        if found.merged_into is None:
            return found
        number = found.merged_into
    raise Missing("there is no such customer")


async def find(connection: AsyncConnection, number: str) -> FiledCustomer | None:
    """Read a customer or an alias, None where there is neither."""
    return next(iter(await read_all(connection, [number])), None)


async def read_all(connection: AsyncConnection, ids: Collection[str]) -> list[FiledCustomer]:
    """Read customers and aliases in the order of their ids as they are given; whoever is not there is left out."""
    found: dict[str, FiledCustomer] = {}
    asked = list(dict.fromkeys(ids))
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        numbers = await _numbers(connection, some)
        for row in await connection.execute(select(CustomerRow).where(CustomerRow.id.in_(some))):
            found[row.id] = _filed(row, numbers.get(row.id, ()))
    return [found[one] for one in asked if one in found]


async def family_of(connection: AsyncConnection, number: str) -> list[str]:
    """Name a customer and all aliases that lead to it."""
    family, newest = [number], [number]
    while newest:
        asked = select(CustomerRow.id).where(CustomerRow.merged_into.in_(newest)).order_by(CustomerRow.id)
        newest = list(await connection.scalars(asked))
        family += newest
    return family


async def kept_ids(connection: AsyncConnection) -> dict[str, str]:
    """Return for each alias the customer that it leads to."""
    asked = select(CustomerRow.id, CustomerRow.merged_into).where(CustomerRow.merged_into.is_not(None))
    into = {row.id: row.merged_into for row in await connection.execute(asked)}
    return {alias: _last(kept, into) for alias, kept in into.items()}


def _last(customer: str, into: Mapping[str, str]) -> str:
    while customer in into:
        customer = into[customer]
    return customer


def numbers_of(rows: Iterable[Any]) -> dict[str, list[CustomerNumber]]:
    """Read rows of numbers, by their customer."""
    found: defaultdict[str, list[CustomerNumber]] = defaultdict(list)
    for row in rows:
        found[row.customer].append(
            CustomerNumber(
                raw=row.raw, key=row.key, kind=NumberKind(row.kind), extension=row.extension, label=row.label
            )
        )
    return found


async def _numbers(connection: AsyncConnection, ids: list[str]) -> dict[str, list[CustomerNumber]]:
    n = CustomerNumberRow
    return numbers_of(await connection.execute(select(n).where(n.customer.in_(ids)).order_by(n.customer, n.n)))


def _filed(row: Row[Any], numbers: Iterable[CustomerNumber]) -> FiledCustomer:
    told = {field: getattr(row, field) for field in TEXTS}
    return FiledCustomer(
        id=row.id,
        card=CustomerCard(**told, numbers=tuple(numbers)),
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        merged_into=row.merged_into,
    )
