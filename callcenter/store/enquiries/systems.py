"""Systems that report contacts: each has a token, of which the database holds the hash."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.store.enquiries.tables import ContactSystemRow
from callcenter.store.unit_of_work import UnitOfWork


class ContactSystem(msgspec.Struct, frozen=True, kw_only=True):
    """A system that may report contacts, until it is withdrawn."""

    name: str
    made_by: str
    made_at: Micros
    last_used_at: Micros | None = None
    withdrawn_by: str | None = None
    withdrawn_at: Micros | None = None


async def contact_systems(connection: AsyncConnection) -> list[ContactSystem]:
    """Read all systems, withdrawn ones too, by name."""
    return [_system(row) for row in await connection.execute(select(ContactSystemRow).order_by(ContactSystemRow.name))]


async def system_of(connection: AsyncConnection, token: str) -> ContactSystem | None:
    """Return the system that has a token, None where none has, or it was withdrawn."""
    asked = select(ContactSystemRow).where(ContactSystemRow.token == _hash(token))
    row = (await connection.execute(asked)).one_or_none()
    return None if row is None or row.withdrawn_at is not None else _system(row)


async def put_system(unit: UnitOfWork, system: ContactSystem, token: str) -> None:
    """Keep a new system."""
    values = msgspec.structs.asdict(system) | {"token": _hash(token)}
    await unit.execute(insert(ContactSystemRow).values(**values))


async def end_system(unit: UnitOfWork, name: str, by: str, at: Micros) -> bool:
    """Withdraw a system; returns whether there was one that could report."""
    row = ContactSystemRow
    stands = (row.name == name) & row.withdrawn_at.is_(None)
    done = await unit.execute(update(row).where(stands).values(withdrawn_by=by, withdrawn_at=at))
    return bool(done.rowcount)


async def used_system(unit: UnitOfWork, name: str, at: Micros) -> bool:
    """Note that a system has reported now; returns whether it still may."""
    row = ContactSystemRow
    stands = (row.name == name) & row.withdrawn_at.is_(None)
    return bool((await unit.execute(update(row).where(stands).values(last_used_at=at))).rowcount)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _system(row: Any) -> ContactSystem:
    return ContactSystem(**{name: getattr(row, name) for name in ContactSystem.__struct_fields__})
