"""Links by which departments answer notices: a token is kept as its hash, so that no copy of the database opens one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.store.complaints.tables import CaseLinkRow
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.unit_of_work import UnitOfWork

_ROW = CaseLinkRow


class CaseLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link of one case, for one department."""

    id: str
    case: str
    department: str
    made_by: str
    made_at: Micros
    expires_at: Micros
    withdrawn_by: str | None = None
    withdrawn_at: Micros | None = None


async def add_link(unit: UnitOfWork, link: CaseLink, token: str) -> None:
    """Keep a link; its token is known to whoever is given it alone."""
    await unit.execute(insert(_ROW).values(**msgspec.structs.asdict(link), token=_hashed(token)))


async def find_link(connection: AsyncConnection, token: str, now: Micros) -> CaseLink | None:
    """Return the link that a token opens now; None where it opens none, or none any more."""
    good = (_ROW.token == _hashed(token), _ROW.withdrawn_at.is_(None), _ROW.expires_at > now)
    row = (await connection.execute(select(_ROW).where(*good))).mappings().one_or_none()
    return None if row is None else _link(row)


async def links_of(connection: AsyncConnection, case: str) -> list[CaseLink]:
    """Read the links of a case, the newest first."""
    rows = await connection.execute(select(_ROW).where(_ROW.case == case).order_by(_ROW.made_at.desc(), _ROW.id))
    return [_link(row) for row in rows.mappings()]


async def withdraw_link(unit: UnitOfWork, case: str, link: str, by: str, at: Micros) -> CaseLink:
    """Let a link open nothing any more.

    Raises:
        Missing: The case has no such link.
        Conflict: It was withdrawn before.
    """
    mine = (_ROW.case == case) & (_ROW.id == link)
    row = (await unit.execute(select(_ROW).where(mine))).mappings().one_or_none()
    if row is None:
        raise Missing("this case has no such link")
    if row["withdrawn_at"] is not None:
        raise Conflict("the link was withdrawn already")
    await unit.execute(update(_ROW).where(mine).values(withdrawn_by=by, withdrawn_at=at))
    return msgspec.structs.replace(_link(row), withdrawn_by=by, withdrawn_at=at)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _link(row: Mapping[Any, Any]) -> CaseLink:
    told = {str(name): value for name, value in row.items()}
    del told["token"]
    return msgspec.convert(told, CaseLink)
