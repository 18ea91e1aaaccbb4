"""The archive of facts: what the rules read, kept so that a draft rulebook can be tried over months.

Each event's facts are a row, written in one transaction with the rows of the record. When the journal has passed the
end of a *chapter*, a fixed span of positions, its rows are bound into one that begins with what lasted then: reading
may start at any bound row. Boundaries are positions, never batches, so that the same journal gives the same rows
however it was written, torn off, or replayed. Derived data: a database made anew from the journal archives the same.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.domain.facts import Fact
from callcenter.domain.frame import Micros
from callcenter.rules.detection.pages import ArchivedPage, joined, packed, unpacked
from callcenter.store.record.models import ArchivedFactsRow, Row

CHAPTER = 4096
"""Positions that a bound row spans."""

_READ_AT_ONCE = 32


class Extent(NamedTuple):
    """From when to when facts are archived."""

    start: Micros
    end: Micros


class Shelved(NamedTuple):
    """A packed page, and the earliest time that it tells."""

    at: Micros | None
    page: bytes


def row_id(node: str, *parts: object) -> str:
    """Derive a row's id from what names a thing on its switch."""
    return hashlib.blake2b(msgspec.json.encode((node, *parts)), digest_size=16).hexdigest()


def page_row(node: str, page: ArchivedPage, *, bound: bool = False) -> Row:
    """Make the row of a page that has moments."""
    first, last, times = page.moments[0].position, page.moments[-1].position, page.times()
    return {
        "id": row_id(node, "facts", first // CHAPTER if bound else first, bound),
        "node": node,
        "first_position": first,
        "last_position": last,
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
        "bound": bound,
        "page": packed(page, small=bound),
    }


async def bind(connection: AsyncConnection, node: str, before: int, upto: int) -> None:
    """Bind the chapters that end as the record goes on from one position to another."""
    end = (upto + 1) // CHAPTER * CHAPTER
    if end <= before + 1:
        return
    loose = and_(_of(node), ~ArchivedFactsRow.bound, ArchivedFactsRow.first_position < end)
    rows = (await connection.execute(_pages().where(loose))).all()
    if not rows:
        return
    newest = select(ArchivedFactsRow.page).where(_of(node), ArchivedFactsRow.bound)
    last = await connection.scalar(newest.order_by(ArchivedFactsRow.first_position.desc()).limit(1))
    bound = await asyncio.to_thread(_bound, node, rows, last)
    await connection.execute(delete(ArchivedFactsRow).where(loose))
    await connection.execute(insert(ArchivedFactsRow), bound)


def _bound(node: str, rows: Sequence[Any], last: bytes | None) -> list[Row]:
    lasting: list[Fact] = [] if last is None else unpacked(last).after()
    found = []
    for _, chapter in groupby(rows, lambda row: row.first_position // CHAPTER):
        page = joined((unpacked(row.page) for row in chapter), lasting)
        lasting = page.after()
        found.append(page_row(node, page, bound=True))
    return found


async def extent(engine: AsyncEngine, node: str) -> Extent | None:
    """Tell from when to when facts of a switch are archived; None: none that tells a time."""
    question = select(func.min(ArchivedFactsRow.first_at), func.max(ArchivedFactsRow.last_at)).where(_of(node))
    async with engine.connect() as connection:
        start, end = (await connection.execute(question)).one()
    return None if start is None or end is None else Extent(start, end)


async def pages(engine: AsyncEngine, node: str, start: Micros, end: Micros) -> AsyncGenerator[Shelved]:
    """Yield the packed pages that tell of a time, in order.

    The first one is bound, or the archive's first: with what lasted when it begins, or with nothing before it.
    """
    async with engine.connect() as connection:
        first, last = await _where(connection, node, start, end)
        within = _pages().where(_of(node), ArchivedFactsRow.first_position.between(first, last))
        async for row in await connection.stream(within.execution_options(yield_per=_READ_AT_ONCE)):
            yield Shelved(row.first_at, row.page)


async def _where(connection: AsyncConnection, node: str, start: Micros, end: Micros) -> tuple[int, int]:
    """Return the positions between which everything of a time lies, wherever a clock was set."""
    position, mine = ArchivedFactsRow.first_position, _of(node)
    told = await connection.scalar(select(func.min(position)).where(mine, ArchivedFactsRow.last_at >= start))
    last = await connection.scalar(select(func.max(position)).where(mine, ArchivedFactsRow.first_at < end))
    if told is None or last is None:
        return 0, -1
    bound = select(func.max(position)).where(mine, ArchivedFactsRow.bound, position <= told)
    return await connection.scalar(bound) or 0, last


def _pages() -> Select[int, int | None, bytes]:
    columns = select(ArchivedFactsRow.first_position, ArchivedFactsRow.first_at, ArchivedFactsRow.page)
    return columns.order_by(ArchivedFactsRow.first_position)


def _of(node: str) -> Any:
    return ArchivedFactsRow.node == node
