"""Customers who must not be deleted, as a court or a complaint demands: who says so, and why."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.store.customers.guarded_tables import CustomerHoldRow
from callcenter.store.unit_of_work import UnitOfWork


class CustomerHold(msgspec.Struct, frozen=True, kw_only=True):
    """A customer is kept, whatever else is asked for."""

    customer: str
    at: Micros
    by: str
    reason: str


async def held(connection: AsyncConnection, ids: Collection[str]) -> list[CustomerHold]:
    """Read which of some customers are held."""
    rows = await connection.execute(select(CustomerHoldRow).where(CustomerHoldRow.customer.in_(ids)))
    return [msgspec.convert(dict(row), CustomerHold) for row in rows.mappings()]


async def put_hold(unit: UnitOfWork, hold: CustomerHold) -> None:
    """Hold a customer; held already, the newest reason stands."""
    await drop_hold(unit, [hold.customer])
    await unit.execute(insert(CustomerHoldRow).values(**msgspec.to_builtins(hold)))


async def drop_hold(unit: UnitOfWork, ids: Collection[str]) -> bool:
    """Let customers go; tells whether any was held."""
    done = await unit.execute(delete(CustomerHoldRow).where(CustomerHoldRow.customer.in_(ids)))
    return bool(done.rowcount)
