"""Questions to the record; reads go beside the writer and past the domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.store.record.models import GapRow, VisitRow


class QueueLedger(msgspec.Struct, frozen=True):
    """One queue's ledger: every visit that joined is answered, left in some way, unknown, or still open.

    Attributes:
        joined: Visits that the queue took in.
        exits: How those ended that did, by outcome; refused ones never joined.
        waiting: Those that have not ended.
        refused: Turned away at the door; beside the joins, never inside.
    """

    queue: str
    joined: int
    exits: dict[str, int]
    waiting: int
    refused: int

    @property
    def difference(self) -> int:
        """Joins that are accounted for nowhere; anything but 0 means that something was lost or told twice."""
        return self.joined - sum(self.exits.values()) - self.waiting


async def ledger(engine: AsyncEngine, since: Micros | None = None, until: Micros | None = None) -> list[QueueLedger]:
    """Account for every visit, queue by queue; by the moment of joining where a span is given."""
    within = _within(VisitRow.joined_at, since, until)
    joined = and_(VisitRow.joined_position.is_not(None), *within)
    ended = VisitRow.outcome.is_not(None)
    refused = VisitRow.outcome == VisitOutcome.REFUSED
    question = (
        select(
            VisitRow.queue,
            VisitRow.outcome,
            _count(joined).label("joined"),
            _count(and_(ended, ~refused, *within)).label("exits"),
            _count(and_(~ended, joined)).label("waiting"),
            _count(and_(refused, *_within(VisitRow.refused_at, since, until))).label("refused"),
        )
        .where(VisitRow.queue.is_not(None))
        .group_by(VisitRow.queue, VisitRow.outcome)
        .order_by(VisitRow.queue, VisitRow.outcome.nulls_first())
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(question)).all()
    return [_account(queue, [r for r in rows if r.queue == queue]) for queue in dict.fromkeys(r.queue for r in rows)]


async def gaps(engine: AsyncEngine, node: str) -> list[tuple[Micros | None, Micros | None, str]]:
    """List what was not seen of a switch: from, to, cause."""
    question = (
        select(GapRow.started_at, GapRow.ended_at, GapRow.cause)
        .where(GapRow.node == node)
        .order_by(GapRow.ended_position, GapRow.id)
    )
    async with engine.connect() as connection:
        return [(r.started_at, r.ended_at, r.cause) for r in await connection.execute(question)]


def _within(
    moment: InstrumentedAttribute[int | None], since: Micros | None, until: Micros | None
) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if since is not None:
        clauses.append(moment >= since)
    if until is not None:
        clauses.append(moment < until)
    return clauses


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _account(queue: str, rows: Sequence[Any]) -> QueueLedger:
    return QueueLedger(
        queue=queue,
        joined=sum(r.joined for r in rows),
        exits={r.outcome: r.exits for r in rows if r.exits},
        waiting=sum(r.waiting for r in rows),
        refused=sum(r.refused for r in rows),
    )
