"""Imports of lists of customers: which file, how far, and what each row made or changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import CustomerCard, folded
from callcenter.cases.importing import Known, KnownCustomers, keys_of
from callcenter.domain.frame import Micros
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.customers.cards import read_all
from callcenter.store.customers.names import drop_names
from callcenter.store.customers.tables import (
    CustomerHistoryRow,
    CustomerImportRow,
    CustomerNoteRow,
    CustomerNumberRow,
    CustomerRow,
    ImportedCustomerRow,
)
from callcenter.store.unit_of_work import UnitOfWork

_json = msgspec.json.Encoder(order="deterministic").encode


class CustomerImport(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was brought in, or is being: `done` is the row that it has come to, of `last_row`."""

    id: str
    file: str
    digest: str
    at: Micros
    by: str
    last_row: int
    done: int = 0
    finished_at: Micros | None = None
    undone_at: Micros | None = None
    undone_by: str | None = None


class ImportedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that made a customer, or changed one: the card `before`, and the version that the row made."""

    row: int
    customer: str
    before: CustomerCard | None
    version: int


async def import_named(connection: AsyncConnection, number: str) -> CustomerImport:
    """Read an import.

    Raises:
        Missing: There is none.
    """
    rows = await connection.execute(select(CustomerImportRow).where(CustomerImportRow.id == number))
    row = rows.mappings().one_or_none()
    if row is None:
        raise Missing("there is no such import")
    return msgspec.convert(dict(row), CustomerImport)


async def imports(connection: AsyncConnection, limit: int = 50) -> list[CustomerImport]:
    """List imports, the newest first."""
    i = CustomerImportRow
    rows = await connection.execute(select(i).order_by(i.at.desc(), i.id.desc()).limit(limit))
    return [msgspec.convert(dict(row), CustomerImport) for row in rows.mappings()]


async def unfinished(connection: AsyncConnection, digest: str) -> CustomerImport | None:
    """Find an import of the same file, read in the same way, that was stopped on its way."""
    i = CustomerImportRow
    asked = select(i).where(i.digest == digest, i.finished_at.is_(None), i.undone_at.is_(None))
    row = (await connection.execute(asked.order_by(i.at.desc()).limit(1))).mappings().one_or_none()
    return None if row is None else msgspec.convert(dict(row), CustomerImport)


async def begin(unit: UnitOfWork, new: CustomerImport) -> None:
    """Keep that a file is brought in."""
    await unit.execute(insert(CustomerImportRow).values(**msgspec.structs.asdict(new)))


async def require_at(unit: UnitOfWork, number: str, row: int) -> None:
    """Pass if an import has come to a row, and nobody else goes on with it or has taken it back.

    Raises:
        Conflict: It is not so.
    """
    i = CustomerImportRow
    asked = select(i.id).where(i.id == number, i.done == row, i.undone_at.is_(None))
    if await unit.connection.scalar(asked) is None:
        raise Conflict("this list is brought in by somebody else too, or was taken back: look at the imports")


async def reached(unit: UnitOfWork, number: str, rows: Sequence[ImportedRow], **values: Any) -> None:
    """Keep what some rows did, and how far the import is."""
    if rows:
        told = [
            {
                "imported": number,
                "row": one.row,
                "customer": one.customer,
                "before": None if one.before is None else _json(one.before).decode(),
                "version": one.version,
            }
            for one in rows
        ]
        await unit.connection.execute(insert(ImportedCustomerRow), told)
    await unit.execute(update(CustomerImportRow).where(CustomerImportRow.id == number).values(**values))


async def rows_of(connection: AsyncConnection, number: str, after: int, limit: int) -> list[ImportedRow]:
    """Read what rows of an import did, in order, from the one after a row."""
    r = ImportedCustomerRow
    asked = select(r).where(r.imported == number, r.row > after).order_by(r.row).limit(limit)
    return [
        ImportedRow(
            row=row.row,
            customer=row.customer,
            before=None if row.before is None else msgspec.json.decode(row.before, type=CustomerCard),
            version=row.version,
        )
        for row in await connection.execute(asked)
    ]


async def known_to(
    connection: AsyncConnection, told: Collection[CustomerCard], but: Collection[str] = ()
) -> KnownCustomers:
    """Read who may be the customers of some cards, but for those with some ids."""
    n, c = CustomerNumberRow, CustomerRow
    keys = {key for card in told for key in keys_of(card)}
    references = {card.reference for card in told if card.reference is not None}
    names = {folded(card.name) for card in told if not keys_of(card)}
    ids: set[str] = set()
    for asked in (
        select(n.customer).where(n.key.in_(keys)),
        select(c.id).where(c.reference.in_(references)),
        select(c.id).where(c.folded.in_(names), c.merged_into.is_(None)),
    ):
        ids.update(await connection.scalars(asked))
    found = await read_all(connection, sorted(ids - set(but)))
    return KnownCustomers(Known(one.id, one.card) for one in found)


async def noted(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Name those of some customers of whom somebody wrote a note."""
    n = CustomerNoteRow
    return set(await connection.scalars(select(n.customer).where(n.customer.in_(ids)).distinct()))


async def forget(unit: UnitOfWork, number: str, rows: Collection[int], gone: Collection[str]) -> None:
    """Delete customers whom an import made, and what is kept of some of its rows."""
    await drop_names(unit, gone)
    r = ImportedCustomerRow
    for statement in (
        delete(CustomerNumberRow).where(CustomerNumberRow.customer.in_(gone)),
        delete(CustomerHistoryRow).where(CustomerHistoryRow.customer.in_(gone)),
        delete(CustomerRow).where(CustomerRow.id.in_(gone)),
        delete(r).where(r.imported == number, r.row.in_(rows)),
    ):
        await unit.execute(statement)
