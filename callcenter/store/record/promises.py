"""Service promises over a span of the record: visits are read back in pages, and counted as a replay counts them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.promises import PromiseCount, Promises
from callcenter.store.record.models import OfferRow, VisitRow
from callcenter.store.record.read_back import offer_of, visit_of

_PAGE = 500


async def kept_promises(
    connection: AsyncConnection, rulebook: Rulebook, since: Micros, until: Micros
) -> dict[str, dict[str, PromiseCount]]:
    """Count, queue by queue, how often each promise was kept to visits that joined in a span."""
    promises = Promises(rulebook)
    async for visit in _visits(connection, since, until):
        promises.visit(visit)
    return dict(sorted(promises.queues.items()))


async def _visits(connection: AsyncConnection, since: Micros, until: Micros) -> AsyncIterator[fx.Visit]:
    after: tuple[Micros, str] = (since - 1, "")
    while True:
        rows = (
            await connection.execute(
                select(VisitRow)
                .where(VisitRow.joined_at >= since, VisitRow.joined_at < until, VisitRow.outcome.is_not(None))
                .where(tuple_(VisitRow.joined_at, VisitRow.id) > tuple_(*after))
                .order_by(VisitRow.joined_at, VisitRow.id)
                .limit(_PAGE)
            )
        ).all()
        offers = await _offers(connection, [row.id for row in rows])
        for row in rows:
            yield visit_of(row, offers.get(row.id, ()))
        if len(rows) < _PAGE:
            return
        after = rows[-1].joined_at, rows[-1].id
        await asyncio.sleep(0)  # whoever else shares the loop goes first


async def _offers(connection: AsyncConnection, visits: list[str]) -> dict[str, list[fx.Offer]]:
    found: dict[str, list[fx.Offer]] = {}
    rows = select(OfferRow).where(OfferRow.visit_id.in_(visits), OfferRow.rang_at.is_not(None))
    for row in await connection.execute(rows):
        found.setdefault(row.visit_id, []).append(offer_of(row))
    return found
