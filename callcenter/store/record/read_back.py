"""Rows become the domain's accounts again, and what a gap left of them is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import EndedBy, How, OfferOutcome, VisitOutcome
from callcenter.store.record.models import GapRow, VisitRow

_AT_ONCE = 500
"""Names in one question; SQLite takes 32,766, PostgreSQL 32,767."""


class StoredVisits(NamedTuple):
    """What the record has of some channels: their visits that ended, in order, and which of them are not over."""

    ended: list[fx.Visit]
    open: set[str]


class StoredGap(NamedTuple):
    """A time in which nothing was seen; the switch may have restarted in it."""

    start: Micros
    end: Micros
    restart: bool


async def gaps_since(connection: AsyncConnection, node: str, since: Micros) -> list[StoredGap]:
    """List the gaps that ended since then; a step of the clock is none of them, nor a frame that was not believed."""
    question = select(GapRow.started_at, GapRow.ended_at, GapRow.cause).where(
        GapRow.node == node,
        GapRow.ended_at >= since,
        GapRow.started_at.is_not(None),
        GapRow.cause.not_in(("clock", "quarantined")),
    )
    rows = await connection.execute(question)
    return [StoredGap(row.started_at, row.ended_at, row.cause == "restart") for row in rows]


async def visits_of(connection: AsyncConnection, node: str, uniqueids: Sequence[str]) -> StoredVisits:
    """Read the visits of these channels, without their offers."""
    kept = StoredVisits([], set())
    for first in range(0, len(uniqueids), _AT_ONCE):
        asked = VisitRow.uniqueid.in_(uniqueids[first : first + _AT_ONCE])
        question = select(VisitRow).where(VisitRow.node == node, asked).order_by(VisitRow.ended_position, VisitRow.n)
        for row in await connection.execute(question):
            if row.ended_position is None:
                kept.open.add(row.uniqueid)
            else:
                kept.ended.append(visit_of(row))
    return kept


def visit_of(row: Any, offers: Iterable[fx.Offer] = ()) -> fx.Visit:
    """Make the account of a visit that ended from its row."""
    same = {name: getattr(row, name) for name in _SAME_OF_A_VISIT}
    return fx.Visit(
        **same,
        call=row.call or row.uniqueid,
        outcome=VisitOutcome(row.outcome),
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        offers=tuple(offers),
        in_gap=bool(row.in_gap),
        frames=tuple(msgspec.json.decode(row.frames)),
        filled=filled_of(row),
    )


def filled_of(row: Any) -> tuple[str, ...]:
    """Name the fields of a visit's row that queue_log told."""
    return () if row.filled is None else tuple(msgspec.json.decode(row.filled))


def offer_of(row: Any) -> fx.Offer:
    """Make the account of an offer from its row."""
    same = {name: getattr(row, name) for name in _SAME_OF_AN_OFFER}
    return fx.Offer(**same, outcome=OfferOutcome(row.outcome), frames=tuple(msgspec.json.decode(row.frames)))


def talk_of(row: Any) -> fx.Talk:
    """Make the account of a talk from its row; one that lasts has no end."""
    return fx.Talk(
        call=row.call,
        uniqueid=row.uniqueid,
        agent=row.agent,
        interface=row.interface,
        how=How(row.how),
        queue=row.queue,
        start=row.started_at,
        end=row.ended_at,
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        in_gap=row.in_gap,
        frames=tuple(msgspec.json.decode(row.frames)),
    )


_SAME_OF_A_VISIT = (
    "uniqueid",
    "queue",
    "n",
    "caller",
    "did",
    "joined_at",
    "left_at",
    "position",
    "agent",
    "answered_at",
    "ended_at",
    "hold",
    "transferred",
    "refused_at",
)
_SAME_OF_AN_OFFER = (
    "agent",
    "interface",
    "offered_at",
    "rang_at",
    "ended_at",
    "connected_at",
    "available",
    "refuted",
    "in_gap",
)
