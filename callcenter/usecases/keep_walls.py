"""A screen on a wall is given a token by which it shows what happens, shows something else, or is taken away again."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.customers.writes import Touch
from callcenter.store.sign_in.walls import WallDevice, put_wall, rewrite_wall, wall_named
from callcenter.store.unit_of_work import UnitOfWork

_TOKEN_BYTES = 32


class WallShows(msgspec.Struct, frozen=True, kw_only=True):
    """What a wall is to show."""

    title: str
    tiles: tuple[str, ...]
    queues: tuple[str, ...]
    theme: str


async def make_wall(unit: UnitOfWork, name: str, shows: WallShows, touch: Touch) -> str:
    """Make a wall; returns its token, which is told this once and kept as a hash.

    Raises:
        Conflict: There was one of this name.
    """
    if await wall_named(unit.connection, name) is not None:
        raise Conflict(f"there is or was a wall {name!r}: take another name")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    told = msgspec.structs.asdict(shows)
    await put_wall(unit, WallDevice(name=name, made_by=touch.by, made_at=touch.at, **told), token)
    await unit.note(_noted(touch.doing("create"), name))
    return token


async def change_wall(unit: UnitOfWork, name: str, shows: WallShows, seen: int, touch: Touch) -> WallDevice:
    """Let a wall show something else.

    Raises:
        Missing: There is no such wall, or it was withdrawn.
        Outdated: Somebody else changed it meanwhile.
    """
    wall = await _standing(unit, name)
    if wall.version != seen:
        raise Outdated("the wall was changed meanwhile: look at it again", wall.version)
    changed = msgspec.structs.replace(wall, version=seen + 1, **msgspec.structs.asdict(shows))
    await rewrite_wall(unit, changed)
    fields = [field for field in shows.__struct_fields__ if getattr(wall, field) != getattr(changed, field)]
    await unit.note(_noted(touch.doing("change"), name, fields=fields))
    return changed


async def withdraw_wall(unit: UnitOfWork, name: str, touch: Touch) -> WallDevice:
    """Take a wall's token away.

    Raises:
        Missing: There is no such wall, or it was withdrawn before.
    """
    wall = await _standing(unit, name)
    gone = msgspec.structs.replace(wall, version=wall.version + 1, withdrawn_by=touch.by, withdrawn_at=touch.at)
    await rewrite_wall(unit, gone)
    await unit.note(_noted(touch.doing("withdraw"), name))
    return gone


async def _standing(unit: UnitOfWork, name: str) -> WallDevice:
    wall = await wall_named(unit.connection, name)
    if wall is None or wall.withdrawn_at is not None:
        raise Missing("there is no such wall, or it was withdrawn")
    return wall


def _noted(touch: Touch, name: str, **detail: Any) -> Audited:
    return Audited(at=touch.at, actor=touch.by, action=touch.action, kind="wall", subject=name, detail=detail)
