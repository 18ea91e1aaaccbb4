"""Answered calls and what was recorded of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import exists, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.facts import OfferOutcome, VisitOutcome
from callcenter.domain.frame import Micros
from callcenter.rules.inputs import Disposition
from callcenter.store.accounts import filled_of
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Missing
from callcenter.store.models import OfferRow, VisitRow
from callcenter.store.office import Desk
from callcenter.store.office_tables import DispositionRow

_ANSWERED = VisitRow.outcome == VisitOutcome.ANSWERED
_RECORDED = exists().where(DispositionRow.uniqueid == VisitRow.uniqueid)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody recorded of a call, and when by our clock."""

    id: str
    disposition: Disposition
    words: str
    given_by: str
    given_at: Micros


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """An answered visit, whether anything was recorded of its call, and which fields come from queue_log."""

    id: str
    uniqueid: str
    queue: str | None
    caller: str | None
    agent: str
    answered_at: Micros
    ended_at: Micros | None
    recorded: bool
    filled: tuple[str, ...]


async def record(desk: Desk, recorded: Recorded) -> None:
    """Keep what was recorded; the words are in the table alone, not in the audit log."""
    values = msgspec.structs.asdict(recorded.disposition) | msgspec.structs.asdict(recorded)
    del values["disposition"]
    await desk.execute(insert(DispositionRow).values(**values))
    await desk.note(Audited(
        at=recorded.given_at, actor=recorded.given_by, action="record", kind="call",
        subject=recorded.disposition.uniqueid, detail={"agent": recorded.disposition.agent, "id": recorded.id},
    ))  # fmt: skip


async def who_talked(connection: AsyncConnection, uniqueid: str) -> set[str]:
    """Name the agents who have talked with a caller, or are talking; nobody, of a call that nobody answered.

    All that is known of talks comes together here: visits that ended answered, and of those that last, the offers that
    were answered.

    Raises:
        Missing: No call of that name has been seen.
    """
    seen = select(VisitRow.id, VisitRow.agent, VisitRow.outcome).where(VisitRow.uniqueid == uniqueid)
    visits = (await connection.execute(seen)).all()
    if not visits:
        raise Missing("there is no such call")
    ended = {row.agent for row in visits if row.outcome == VisitOutcome.ANSWERED and row.agent is not None}
    answered = select(OfferRow.agent).where(
        OfferRow.visit_id.in_([row.id for row in visits]), OfferRow.outcome == OfferOutcome.ANSWERED
    )
    return ended | {*await connection.scalars(answered)}


async def of_call(connection: AsyncConnection, uniqueid: str) -> list[Recorded]:
    """Read what was recorded of a call, in order."""
    rows = select(DispositionRow).where(DispositionRow.uniqueid == uniqueid).order_by(DispositionRow.given_at)
    return [_recorded(row) for row in await connection.execute(rows)]


async def dispositions(connection: AsyncConnection, start: Micros, end: Micros) -> list[Disposition]:
    """Read what was recorded of calls in a time, as the rules heard of it."""
    rows = select(DispositionRow).where(DispositionRow.at >= start, DispositionRow.at < end)
    rows = rows.order_by(DispositionRow.at, DispositionRow.given_at, DispositionRow.id)
    return [_recorded(row).disposition for row in await connection.execute(rows)]


async def talks(
    connection: AsyncConnection, agent: str, *, unrecorded: bool, before: tuple[Micros, str] | None, limit: int
) -> list[Talk]:
    """Read an agent's answered visits, the newest first, from the one before a place in that order."""
    rows = select(VisitRow, _RECORDED.label("recorded")).where(_ANSWERED, VisitRow.agent == agent)
    if unrecorded:
        rows = rows.where(~_RECORDED)
    if before is not None:
        rows = rows.where(tuple_(VisitRow.answered_at, VisitRow.id) < tuple_(*before))
    rows = rows.where(VisitRow.answered_at.is_not(None))
    rows = rows.order_by(VisitRow.answered_at.desc(), VisitRow.id.desc()).limit(limit)
    return _talks(await connection.execute(rows))


def _talks(rows: Iterable[Any]) -> list[Talk]:
    same = ("id", "uniqueid", "queue", "caller", "agent", "answered_at", "ended_at", "recorded")
    return [Talk(**{name: getattr(row, name) for name in same}, filled=filled_of(row)) for row in rows]


def _recorded(row: Any) -> Recorded:
    told = {name: getattr(row, name) for name in Disposition.__struct_fields__}
    return Recorded(
        id=row.id, disposition=Disposition(**told), words=row.words, given_by=row.given_by, given_at=row.given_at
    )
