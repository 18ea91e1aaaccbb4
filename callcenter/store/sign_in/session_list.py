"""Who is signed in now, for whoever looks after accounts."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.staff.rights import Role
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Missing
from callcenter.store.sign_in.sessions import Lifetimes
from callcenter.store.tables import AccountRow, SessionRow
from callcenter.store.unit_of_work import UnitOfWork


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is signed in, since when, and when the session was used last."""

    id: str
    account: str
    full_name: str
    role: Role
    created_at: Micros
    seen_at: Micros
    expires_at: Micros


async def open_sessions(
    connection: AsyncConnection,
    lifetimes: Lifetimes,
    at: Micros,
    account: str | None,
    before: tuple[int, str] | None,
    limit: int,
) -> list[OpenSession]:
    """List sessions that last, those begun last first; with `account` that account's alone."""
    s, a = SessionRow, AccountRow
    columns = (s.id, s.account, a.full_name, a.role, s.created_at, s.seen_at, s.expires_at)
    rows = select(*columns).join(a, a.name == s.account)
    rows = rows.where(s.expires_at > at, s.seen_at > at - lifetimes.idle)
    if account is not None:
        rows = rows.where(s.account == account)
    if before is not None:
        rows = rows.where(tuple_(s.created_at, s.id) < tuple_(*before))
    rows = rows.order_by(s.created_at.desc(), s.id.desc()).limit(limit)
    return [msgspec.convert(dict(row), OpenSession) for row in (await connection.execute(rows)).mappings()]


async def end_session(unit: UnitOfWork, number: str, by: str, at: Micros, of: str | None = None) -> None:
    """End somebody's session; with `of`, of that account alone.

    Raises:
        Missing: There is none of that number, or it has ended.
    """
    account = await unit.connection.scalar(select(SessionRow.account).where(SessionRow.id == number))
    if account is None or of not in {None, account}:
        raise Missing("there is no such session: it has ended")
    await unit.execute(delete(SessionRow).where(SessionRow.id == number))
    await unit.note(Audited(at=at, actor=by, action="end", kind="session", subject=account))
