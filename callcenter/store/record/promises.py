"""Calls over a span of the record, read back whole and in pages; service promises, counted as a replay counts them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.promises import FirstAnswer, PromiseCount, Promises, first_answer
from callcenter.store.record.models import OfferRow, VisitRow
from callcenter.store.record.read_back import offer_of, visit_of

_PAGE = 500


async def kept_promises(
    connection: AsyncConnection, rulebook: Rulebook, since: Micros, until: Micros
) -> dict[str, dict[str, PromiseCount]]:
    """Count, queue by queue, how often each promise was kept to callers whose first join was in a span."""
    promises = Promises(rulebook)
    async for visits in calls_begun(connection, since, until):
        promises.call(visits)
    return dict(sorted(promises.queues.items()))


async def first_answers(
    connection: AsyncConnection, since: Micros, until: Micros, queue: str | None = None
) -> list[FirstAnswer]:
    """Read the first answers of calls that first joined in a span; of one line, where it is named."""
    found = [first_answer(visits) async for visits in calls_begun(connection, since, until)]
    return [one for one in found if one is not None and queue in {None, one.line}]


async def calls_begun(connection: AsyncConnection, since: Micros, until: Micros) -> AsyncIterator[list[fx.Visit]]:
    """Give the ended visits of each call that first joined a queue in a span, in their order."""
    after: tuple[Micros, str] = (since - 1, "")
    while True:
        page = (
            await connection.execute(
                select(VisitRow.id, VisitRow.joined_at, VisitRow.call)
                .where(VisitRow.joined_at >= since, VisitRow.joined_at < until, VisitRow.outcome.is_not(None))
                .where(tuple_(VisitRow.joined_at, VisitRow.id) > tuple_(*after))
                .order_by(VisitRow.joined_at, VisitRow.id)
                .limit(_PAGE)
            )
        ).all()
        here = {row.id for row in page}
        for first, visits in await _whole(connection, {row.call for row in page}):
            if first in here:
                yield visits
        if len(page) < _PAGE:
            return
        after = page[-1].joined_at, page[-1].id
        await asyncio.sleep(0)  # whoever else shares the loop goes first


async def _whole(connection: AsyncConnection, calls: Iterable[str]) -> list[tuple[str, list[fx.Visit]]]:
    """Read all visits of some calls, each with the id of the one whose join was the first."""
    began = func.coalesce(VisitRow.joined_at, VisitRow.refused_at, VisitRow.left_at, 0)
    rows = (
        await connection.execute(
            select(VisitRow)
            .where(VisitRow.call.in_(sorted(calls)), VisitRow.outcome.is_not(None))
            .order_by(began, VisitRow.id)
        )
    ).all()
    offers = await _offers(connection, [row.id for row in rows])
    found: dict[tuple[str, str], list[fx.Visit]] = {}
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row.node, row.call)
        found.setdefault(key, []).append(visit_of(row, offers.get(row.id, ())))
        if row.joined_at is not None:
            first.setdefault(key, row.id)
    return [(first[key], visits) for key, visits in found.items() if key in first]


async def _offers(connection: AsyncConnection, visits: list[str]) -> dict[str, list[fx.Offer]]:
    found: dict[str, list[fx.Offer]] = {}
    rows = select(OfferRow).where(OfferRow.visit_id.in_(visits), OfferRow.rang_at.is_not(None))
    for row in await connection.execute(rows):
        found.setdefault(row.visit_id, []).append(offer_of(row))
    return found
