"""Visits as the record keeps them, with their offers: by the time they began, for reports and for a board's memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import PHONE_LOST, VisitOutcome
from callcenter.store.record.models import AgentStateRow, ArchivedFactsRow, GapRow, OfferRow, VisitRow
from callcenter.store.record.read_back import offer_of, visit_of

_AT_ONCE = 500
_BEGAN = func.coalesce(
    VisitRow.joined_at, VisitRow.refused_at, VisitRow.left_at, VisitRow.answered_at, VisitRow.ended_at
)
"""When a visit began, or the first that is known of it: the interval that it belongs to."""


class OpenStay(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that has not ended."""

    queue: str | None
    uniqueid: str
    caller: str | None
    joined_at: Micros | None
    left_at: Micros | None


class VisitFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which visits: that began from `since` on and before `until`; None: any."""

    since: Micros | None = None
    until: Micros | None = None
    node: str | None = None
    queue: str | None = None
    agent: str | None = None
    outcome: VisitOutcome | None = None


class StoredSpan(msgspec.Struct, frozen=True):
    """Something that lasted; None: it lasts, or nobody saw when."""

    what: str
    start: Micros | None
    end: Micros | None


async def ended_visits(connection: AsyncConnection, asked: VisitFilter, newest: int | None = None) -> list[fx.Visit]:
    """Read visits that ended, in the order they began; at most so many of the newest."""
    rows = select(VisitRow).where(VisitRow.outcome.is_not(None), *_clauses(asked))
    rows = rows.order_by(_BEGAN.desc().nulls_last(), VisitRow.id.desc()).limit(newest)
    found = list(await connection.execute(rows))[::-1]
    offers = await _offers(connection, [row.id for row in found])
    return [visit_of(row, offers.get(row.id, ())) for row in found]


async def ended_in_pages(connection: AsyncConnection, asked: VisitFilter) -> AsyncIterator[list[fx.Visit]]:
    """Read visits that ended, in the order they began, a page at a time; whoever else shares the loop goes between."""
    after: tuple[Micros, str] | None = None
    while True:
        rows = select(VisitRow, _BEGAN.label("began")).where(VisitRow.outcome.is_not(None), *_clauses(asked))
        if after is not None:
            rows = rows.where(tuple_(_BEGAN, VisitRow.id) > tuple_(*after))
        page = list(await connection.execute(rows.order_by(_BEGAN, VisitRow.id).limit(_AT_ONCE)))
        offers = await _offers(connection, [row.id for row in page])
        yield [visit_of(row, offers.get(row.id, ())) for row in page]
        if len(page) < _AT_ONCE:
            return
        after = page[-1].began, page[-1].id
        await asyncio.sleep(0)


async def time_in_states(connection: AsyncConnection, since: Micros, until: Micros) -> dict[tuple[str, str], Micros]:
    """Sum up, by agent and state, what of each state lay in a span; what lasts counts up to its end."""
    state = AgentStateRow
    start = case((state.started_at < since, since), else_=state.started_at)
    ended = func.coalesce(state.ended_at, until)
    end = case((ended > until, until), else_=ended)
    rows = select(state.agent, state.state, func.sum(end - start)).where(state.started_at < until, ended > since)
    rows = rows.group_by(state.agent, state.state).order_by(state.agent, state.state)
    return {(agent, name): int(lasted) for agent, name, lasted in await connection.execute(rows)}


async def open_visits(connection: AsyncConnection, asked: VisitFilter) -> list[OpenStay]:
    """Read visits that have not ended, in the order they began."""
    if asked.outcome is not None or asked.agent is not None:
        return []
    columns = (getattr(VisitRow, name) for name in OpenStay.__struct_fields__)
    rows = (
        select(*columns).where(VisitRow.outcome.is_(None), *_clauses(asked)).order_by(_BEGAN.nulls_first(), VisitRow.id)
    )
    return [OpenStay(**row) for row in (await connection.execute(rows)).mappings()]


async def unseen(connection: AsyncConnection, since: Micros, until: Micros) -> list[StoredSpan]:
    """List when nothing was seen in a span, and why."""
    start, end = GapRow.started_at, GapRow.ended_at
    rows = select(GapRow.cause, start, end).where(end > since, start < until).order_by(start, GapRow.id)
    return [StoredSpan(*row) for row in await connection.execute(rows)]


async def lost_phones(connection: AsyncConnection, since: Micros, until: Micros) -> list[StoredSpan]:
    """List which agents' phones were lost in a span, and how long."""
    state = AgentStateRow
    clauses = (state.reason == PHONE_LOST, state.started_at < until, func.coalesce(state.ended_at, until) > since)
    rows = select(state.agent, state.started_at, state.ended_at).where(*clauses).order_by(state.started_at, state.id)
    return [StoredSpan(*row) for row in await connection.execute(rows)]


async def followed_since(connection: AsyncConnection, node: str) -> Micros | None:
    """Tell since when a switch is followed; None: nothing of it is known."""
    first = select(ArchivedFactsRow.first_at).where(ArchivedFactsRow.node == node)
    moment: Micros | None = await connection.scalar(first.order_by(ArchivedFactsRow.first_position).limit(1))
    return moment


async def _offers(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[fx.Offer]]:
    found: dict[str, list[fx.Offer]] = {}
    for first in range(0, len(ids), _AT_ONCE):
        asked = OfferRow.visit_id.in_(ids[first : first + _AT_ONCE])
        order = (OfferRow.offered_at.nulls_first(), OfferRow.ended_position, OfferRow.id)
        for row in await connection.execute(select(OfferRow).where(asked).order_by(*order)):
            found.setdefault(row.visit_id, []).append(offer_of(row))
    return found


def _clauses(asked: VisitFilter) -> list[ColumnElement[bool]]:
    same: tuple[tuple[Any, Any], ...] = (
        (VisitRow.node, asked.node),
        (VisitRow.queue, asked.queue),
        (VisitRow.agent, asked.agent),
        (VisitRow.outcome, asked.outcome),
    )
    clauses: list[ColumnElement[bool]] = [column == value for column, value in same if value is not None]
    if asked.since is not None:
        clauses.append(asked.since <= _BEGAN)
    if asked.until is not None:
        clauses.append(asked.until > _BEGAN)
    return clauses
