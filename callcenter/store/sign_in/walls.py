"""Screens on walls: each has a token of its own, of which the database holds the hash, and what it shows."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.sign_in.devices import digest
from callcenter.store.tables import WallRow
from callcenter.store.unit_of_work import UnitOfWork

_SEEN_EVERY: Micros = 600 * SECOND


class WallDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A screen that shows what happens until it is withdrawn.

    Attributes:
        title: What stands at its top.
        tiles: What it shows, in its order.
        queues: Of which queues; none named: of all.
        theme: `day`, `night`, or `auto`: by the site's clock.
    """

    name: str
    title: str
    tiles: tuple[str, ...]
    queues: tuple[str, ...] = ()
    theme: str = "auto"
    version: int = 1
    made_by: str
    made_at: Micros
    seen_at: Micros | None = None
    withdrawn_by: str | None = None
    withdrawn_at: Micros | None = None


async def wall_devices(connection: AsyncConnection) -> list[WallDevice]:
    """Read all walls, withdrawn ones too, by name."""
    return [_wall(row) for row in await connection.execute(select(WallRow).order_by(WallRow.name))]


async def wall_named(connection: AsyncConnection, name: str) -> WallDevice | None:
    """Return the wall of a name, withdrawn too; None where there never was one."""
    row = (await connection.execute(select(WallRow).where(WallRow.name == name))).one_or_none()
    return None if row is None else _wall(row)


async def wall_of(connection: AsyncConnection, token: str) -> WallDevice | None:
    """Return the wall that has a token, None where none has, or it was withdrawn."""
    row = (await connection.execute(select(WallRow).where(WallRow.token == digest(token)))).one_or_none()
    return None if row is None or row.withdrawn_at is not None else _wall(row)


async def put_wall(unit: UnitOfWork, wall: WallDevice, token: str) -> None:
    """Keep a new wall."""
    await unit.execute(insert(WallRow).values(**_values(wall), token=digest(token)))


async def rewrite_wall(unit: UnitOfWork, wall: WallDevice) -> None:
    """Keep a wall as it is now."""
    await unit.execute(update(WallRow).where(WallRow.name == wall.name).values(**_values(wall)))


def is_seen_anew(wall: WallDevice, at: Micros) -> bool:
    """Tell whether it is time to note that a wall shows something."""
    return wall.seen_at is None or at - wall.seen_at >= _SEEN_EVERY


async def seen_wall(unit: UnitOfWork, name: str, at: Micros) -> None:
    """Note that a wall shows something now."""
    await unit.execute(update(WallRow).where(WallRow.name == name).values(seen_at=at))


def _values(wall: WallDevice) -> dict[str, Any]:
    told = msgspec.structs.asdict(wall)
    return told | {"tiles": json.dumps(wall.tiles), "queues": json.dumps(wall.queues, ensure_ascii=False)}


def _wall(row: Any) -> WallDevice:
    told = {name: getattr(row, name) for name in WallDevice.__struct_fields__}
    return WallDevice(**told | {"tiles": tuple(json.loads(row.tiles)), "queues": tuple(json.loads(row.queues))})
