"""Changes of rules and amounts that people have proposed, and how far each is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.staff.roster_days import RosterSaid
from callcenter.store.conflicts import Missing
from callcenter.store.readable import readable
from callcenter.store.tables import ChangeRow


class ChangeKind(StrEnum):
    """What is to be changed."""

    RULEBOOK = "rulebook"
    AMOUNT = "amount"
    ROSTER = "roster"
    """A whole roster."""
    SHIFTS = "shifts"
    """Some people's days of the roster."""
    CALENDAR = "calendar"
    """Days worked or not, whatever the official calendar says."""
    REASONS = "reasons"
    """The reasons of pauses."""
    RETENTION = "retention"
    """How long what is kept."""
    QUEUES = "queues"
    """What queues are called, and at which numbers agents reach them."""


OF_THE_ROSTER = (ChangeKind.ROSTER, ChangeKind.SHIFTS)
OF_THE_SITE = (ChangeKind.REASONS, ChangeKind.RETENTION, ChangeKind.QUEUES)
"""What whoever keeps the service may propose, too."""


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


async def roster_changes(connection: AsyncConnection, before: Micros | None = None) -> list[Change]:
    """Read what was approved of the roster from the last whole one on, in its order; with `before`, until a moment."""
    c = ChangeRow
    last = await newest(connection, ChangeKind.ROSTER, before=before)
    rows = select(c).where(c.kind.in_(OF_THE_ROSTER), c.state == ChangeState.APPROVED)
    if last is not None:
        rows = rows.where(tuple_(c.decided_at, c.id) >= tuple_(last.decided_at, last.id))
    if before is not None:
        rows = rows.where(c.decided_at < before)
    found = await connection.execute(rows.order_by(c.decided_at, c.id))
    return [_change(row) for row in found.mappings()]


async def approved(connection: AsyncConnection, kind: ChangeKind, before: Micros | None = None) -> list[Change]:
    """Read what was approved of a kind, in its order; with `before`, until a moment."""
    c = ChangeRow
    rows = select(c).where(c.kind == kind, c.state == ChangeState.APPROVED)
    if before is not None:
        rows = rows.where(c.decided_at < before)
    found = await connection.execute(rows.order_by(c.decided_at, c.id))
    return [_change(row) for row in found.mappings()]


async def last_of_roster(connection: AsyncConnection) -> str | None:
    """Name what was approved last of the roster."""
    c = ChangeRow
    rows = select(c.id).where(c.kind.in_(OF_THE_ROSTER), c.state == ChangeState.APPROVED)
    found: str | None = await connection.scalar(rows.order_by(c.decided_at.desc(), c.id.desc()).limit(1))
    return found


def roster_said_by(changes: list[Change]) -> list[RosterSaid]:
    """Return what changes say of the roster."""
    return [RosterSaid(one.kind is ChangeKind.ROSTER, one.content) for one in changes]


async def listed(
    connection: AsyncConnection,
    state: ChangeState | None,
    limit: int,
    kinds: Collection[ChangeKind] | None = None,
    before: tuple[int, str] | None = None,
) -> list[Change]:
    """List changes, of some kinds or of all, the newest first; with `before`, those behind a place in the list."""
    c = ChangeRow
    rows = select(c).order_by(c.proposed_at.desc(), c.id.desc()).limit(limit)
    if state is not None:
        rows = rows.where(c.state == state)
    if kinds is not None:
        rows = rows.where(c.kind.in_(kinds))
    if before is not None:
        rows = rows.where(tuple_(c.proposed_at, c.id) < tuple_(*before))
    return [*readable((await connection.execute(rows)).mappings(), _change, "changes")]


def _change(row: Mapping[Any, Any]) -> Change:
    return msgspec.convert({**row, "content": msgspec.json.decode(row["content"])}, Change)
