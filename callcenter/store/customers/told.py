"""What was told of a customer: notes, the history of each field, merges; those of its aliases, too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import CustomerCard
from callcenter.domain.frame import Micros
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import family_of
from callcenter.store.customers.tables import CustomerHistoryRow, CustomerMergeRow, CustomerNoteRow


class CustomerNote(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote of a customer."""

    id: str
    customer: str
    at: Micros
    by: str
    words: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field became another with a version of a card; where the card was made, `field` is empty."""

    customer: str
    version: int
    field: str
    action: str
    before: Any
    after: Any
    at: Micros
    by: str


class CustomerMerge(msgspec.Struct, frozen=True, kw_only=True):
    """One customer went into another; both cards before, and what became of them."""

    id: str
    kept: str
    merged: str
    kept_before: CustomerCard
    merged_before: CustomerCard
    result: CustomerCard
    version: int
    at: Micros
    by: str
    undone_at: Micros | None = None
    undone_by: str | None = None


async def notes_of(
    connection: AsyncConnection, number: str, before: tuple[int, str] | None, limit: int
) -> list[CustomerNote]:
    """Read the notes of a customer, the newest first, from the one before a moment and id."""
    n = CustomerNoteRow
    asked = select(n).where(n.customer.in_(await family_of(connection, number)))
    if before is not None:
        asked = asked.where(tuple_(n.at, n.id) < tuple_(*before))
    rows = await connection.execute(asked.order_by(n.at.desc(), n.id.desc()).limit(limit))
    return [msgspec.convert(dict(row), CustomerNote) for row in rows.mappings()]


async def noted_since(connection: AsyncConnection, number: str, since: Micros) -> bool:
    """Tell whether somebody has written of a customer after a moment."""
    n = CustomerNoteRow
    asked = select(n.id).where(n.customer.in_(await family_of(connection, number)), n.at > since).limit(1)
    return await connection.scalar(asked) is not None


async def history_of(
    connection: AsyncConnection, number: str, before: tuple[int, str] | None, limit: int
) -> list[FieldChange]:
    """Read how a customer's card became what it is, the newest first, from the one before a moment and place."""
    h = CustomerHistoryRow
    asked = select(h).where(h.customer.in_(await family_of(connection, number)))
    if before is not None:
        asked = asked.where(tuple_(h.at, h.customer, h.version, h.field) < tuple_(before[0], *_place(before[1])))
    order = (h.at.desc(), h.customer.desc(), h.version.desc(), h.field.desc())
    return [_change(row) for row in (await connection.execute(asked.order_by(*order).limit(limit))).mappings()]


def place_of(change: FieldChange) -> tuple[int, str]:
    """Return the moment and place of a change, to go on from."""
    return change.at, f"{change.customer} {change.version} {change.field}"


async def changes_since(connection: AsyncConnection, number: str, version: int) -> list[FieldChange]:
    """Read what became of a card after a version, the oldest first."""
    h = CustomerHistoryRow
    rows = select(h).where(h.customer == number, h.version > version).order_by(h.version, h.field)
    return [_change(row) for row in (await connection.execute(rows)).mappings()]


async def renumbered(connection: AsyncConnection, ids: Collection[str], by: str, since: Micros) -> set[str]:
    """Name those of some customers whose numbers somebody changed after a moment."""
    h = CustomerHistoryRow
    asked = select(h.customer).where(h.customer.in_(ids), h.field == "numbers", h.by == by, h.at > since)
    return set(await connection.scalars(asked)) if ids else set()


async def merges_of(connection: AsyncConnection, number: str) -> list[CustomerMerge]:
    """Read what went into a customer, the newest first; undone merges, too."""
    m = CustomerMergeRow
    rows = select(m).where(m.kept == number).order_by(m.version.desc())
    return [_merge(row) for row in (await connection.execute(rows)).mappings()]


async def merge_named(connection: AsyncConnection, number: str) -> CustomerMerge:
    """Read a merge.

    Raises:
        Missing: There is none.
    """
    rows = await connection.execute(select(CustomerMergeRow).where(CustomerMergeRow.id == number))
    row = rows.mappings().one_or_none()
    if row is None:
        raise Missing("there is no such merge")
    return _merge(row)


def _place(told: str) -> tuple[str, int, str]:
    customer, _, rest = told.partition(" ")
    version, _, field = rest.partition(" ")
    return customer, int(version) if version.isdecimal() and len(version) < len(str(2**31)) else 0, field


def _change(row: Any) -> FieldChange:
    values = {side: None if row[side] is None else msgspec.json.decode(row[side]) for side in ("before", "after")}
    return FieldChange(**{**row, **values})


def _merge(row: Any) -> CustomerMerge:
    cards = {
        name: msgspec.json.decode(row[name], type=CustomerCard) for name in ("kept_before", "merged_before", "result")
    }
    return CustomerMerge(**{**row, **cards})
