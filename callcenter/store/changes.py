"""Changes of rules and amounts: one person proposes, another approves, and only then somebody may apply them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.scores.score_terms import SUBJECT, read_terms
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.office import Desk
from callcenter.store.office_tables import ChangeRow
from callcenter.store.readable import readable
from callcenter.store.vouching import require_two

_json = msgspec.json.Encoder(order="deterministic").encode


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


async def propose(desk: Desk, change: Change) -> Change:
    """Keep a change that somebody proposes; it has no effect yet.

    Raises:
        BadInput: It could not be used if it were approved.
    """
    if (change.kind, change.subject) == (ChangeKind.AMOUNT, SUBJECT):
        read_terms(change.content)
    values = msgspec.structs.asdict(change) | {"content": _json(change.content).decode()}
    await desk.execute(insert(ChangeRow).values(**values))
    detail = {"of": change.kind, "subject": change.subject, "content": change.content}
    await desk.note(_audited("propose", change, change.proposed_by, change.proposed_at, **detail))
    return change


async def decide(desk: Desk, number: str, version: int, state: ChangeState, by: str, at: Micros) -> Change:
    """Approve or reject a change.

    Raises:
        Missing: There is no such change.
        Outdated: Somebody was faster.
        Conflict: It is decided already, or by whoever proposed it, or would be approved by the same person twice.
    """
    change = await get(desk.connection, number)
    if version != change.version:
        raise Outdated("the change", change.version)
    if change.state is not ChangeState.PROPOSED:
        raise Conflict(f"the change is {change.state} already")
    if by == change.proposed_by:
        raise Conflict("who proposed a change does not decide on it")
    if state is ChangeState.APPROVED:
        await require_two(desk.connection, change.proposed_by, by, at)
    decided = msgspec.structs.replace(change, state=state, decided_by=by, decided_at=at, version=version + 1)
    await desk.execute(
        update(ChangeRow)
        .where(ChangeRow.id == number)
        .values(state=state, decided_by=by, decided_at=at, version=decided.version)
    )
    await desk.note(_audited("approve" if state is ChangeState.APPROVED else "reject", change, by, at))
    return decided


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


async def newest(connection: AsyncConnection, kind: ChangeKind, subject: str | None = None) -> Change | None:
    """Read the change of a kind (and subject) that was approved last, if any was."""
    rows = select(ChangeRow).where(ChangeRow.kind == kind, ChangeRow.state == ChangeState.APPROVED)
    if subject is not None:
        rows = rows.where(ChangeRow.subject == subject)
    rows = rows.order_by(ChangeRow.decided_at.desc(), ChangeRow.id.desc()).limit(1)
    row = (await connection.execute(rows)).mappings().one_or_none()
    return None if row is None else _change(row)


async def listed(connection: AsyncConnection, state: ChangeState | None, limit: int) -> list[Change]:
    """List changes, the newest first."""
    rows = select(ChangeRow).order_by(ChangeRow.proposed_at.desc(), ChangeRow.id).limit(limit)
    if state is not None:
        rows = rows.where(ChangeRow.state == state)
    return [*readable((await connection.execute(rows)).mappings(), _change, "changes")]


def _change(row: Mapping[Any, Any]) -> Change:
    return msgspec.convert({**row, "content": msgspec.json.decode(row["content"])}, Change)


def _audited(action: str, change: Change, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind="change", subject=change.id, detail=detail)
