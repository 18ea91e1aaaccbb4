"""Changes of rules and amounts that people have proposed, and how far each is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.store.conflicts import Missing
from callcenter.store.readable import readable
from callcenter.store.tables import ChangeRow


class ChangeKind(StrEnum):
    """What is to be changed."""

    RULEBOOK = "rulebook"
    AMOUNT = "amount"


class ChangeState(StrEnum):
    """How far a change is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change, who proposed it and who decided on it."""

    id: str
    kind: ChangeKind
    subject: str
    content: dict[str, Any]
    reason: str
    proposed_by: str
    proposed_at: Micros
    state: ChangeState = ChangeState.PROPOSED
    decided_by: str | None = None
    decided_at: Micros | None = None
    version: int = 1


async def get(connection: AsyncConnection, number: str) -> Change:
    """Read a change.

    Raises:
        Missing: There is none.
    """
    found = await connection.execute(select(ChangeRow).where(ChangeRow.id == number))
    row = found.mappings().one_or_none()
    if row is None:
        raise Missing("there is no such change")
    return _change(row)


async def newest(
    connection: AsyncConnection, kind: ChangeKind, subject: str | None = None, before: Micros | None = None
) -> Change | None:
    """Read the change of a kind (and subject) that was approved last, if any was; with `before`, before a moment."""
    rows = select(ChangeRow).where(ChangeRow.kind == kind, ChangeRow.state == ChangeState.APPROVED)
    if before is not None:
        rows = rows.where(ChangeRow.decided_at < before)
    if subject is not None:
        rows = rows.where(ChangeRow.subject == subject)
    rows = rows.order_by(ChangeRow.decided_at.desc(), ChangeRow.id.desc()).limit(1)
    row = (await connection.execute(rows)).mappings().one_or_none()
    return None if row is None else _change(row)


async def listed(
    connection: AsyncConnection,
    state: ChangeState | None,
    limit: int,
    kind: ChangeKind | None = None,
    before: tuple[int, str] | None = None,
) -> list[Change]:
    """List changes, the newest first; with `before`, those behind a place in the list."""
    c = ChangeRow
    rows = select(c).order_by(c.proposed_at.desc(), c.id.desc()).limit(limit)
    if state is not None:
        rows = rows.where(c.state == state)
    if kind is not None:
        rows = rows.where(c.kind == kind)
    if before is not None:
        rows = rows.where(tuple_(c.proposed_at, c.id) < tuple_(*before))
    return [*readable((await connection.execute(rows)).mappings(), _change, "changes")]


def _change(row: Mapping[Any, Any]) -> Change:
    return msgspec.convert({**row, "content": msgspec.json.decode(row["content"])}, Change)
