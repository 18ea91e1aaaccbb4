"""What agents are told of what leads did to their desks, and leads' messages: kept until they are read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.conflicts import Missing
from callcenter.store.tables import AccountRow, AgentNoticeRow
from callcenter.store.unit_of_work import UnitOfWork

KEPT_READ: Micros = 30 * 86_400 * SECOND
"""So long a notice stays after it was read."""
MOST_UNREAD = 100
"""The newest ones are shown; nobody reads more."""


class NoticeKind(StrEnum):
    """What a notice tells of."""

    MESSAGE = "message"
    PAUSED = "paused"
    READY = "ready"
    SIGNED_OUT = "signed_out"
    MOVED = "moved"


class AgentNotice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an agent is told.

    Attributes:
        told_by: The account; `name` is whose it is.
        words: The message, or why it was done.
        detail: The reason of a pause, queues joined and left.
    """

    id: str
    agent: str
    at: Micros
    told_by: str
    name: str
    what: NoticeKind
    words: str
    detail: dict[str, Any] = {}


async def keep_notice(unit: UnitOfWork, notice: AgentNotice) -> None:
    """Keep what an agent is told; what was read long ago is let go."""
    row = AgentNoticeRow
    await unit.execute(delete(row).where(row.agent == notice.agent, row.read_at < notice.at - KEPT_READ))
    values = msgspec.structs.asdict(notice) | {"detail": msgspec.json.encode(notice.detail).decode()}
    del values["name"]
    await unit.execute(insert(row).values(**values))


async def unread_notices(connection: AsyncConnection, agent: str) -> list[AgentNotice]:
    """Read what an agent has not read yet, the newest first."""
    row = AgentNoticeRow
    asked = (
        select(row, AccountRow.full_name)
        .join(AccountRow, AccountRow.name == row.told_by, isouter=True)
        .where(row.agent == agent, row.read_at.is_(None))
        .order_by(row.at.desc(), row.id.desc())
        .limit(MOST_UNREAD)
    )
    return [
        AgentNotice(
            id=one.id,
            agent=one.agent,
            at=one.at,
            told_by=one.told_by,
            name=one.full_name or one.told_by,
            what=NoticeKind(one.what),
            words=one.words,
            detail=msgspec.json.decode(one.detail),
        )
        for one in await connection.execute(asked)
    ]


async def mark_read(unit: UnitOfWork, number: str, agent: str, at: Micros) -> None:
    """An agent has read a notice; again is no harm.

    Raises:
        Missing: It is none of theirs.
    """
    row = AgentNoticeRow
    mine = select(row.id).where(row.id == number, row.agent == agent)
    if (await unit.execute(mine)).one_or_none() is None:
        raise Missing("no notice of yours has this number")
    await unit.execute(update(row).where(row.id == number, row.read_at.is_(None)).values(read_at=at))
