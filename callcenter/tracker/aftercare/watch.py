"""Complaints as they stand, counted in the database since people move them; each month's draw of closed ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog

from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.complaints.counts import complaints_now
from callcenter.usecases.aftercare.follow_ups import keep_drawing

EVERY_SECONDS = 15.0
DRAWS_EVERY_SECONDS = 600.0

log = structlog.get_logger()


async def watch_complaints(
    decisions: DecisionStore,
    tell: Callable[[ComplaintsNow], None],
    clock: Callable[[], Micros],
    answer_within: Micros,
    every: float = EVERY_SECONDS,
) -> None:
    """Tell the gauges, until cancelled, how complaints stand, and notices that are to be answered within a time."""
    while True:
        try:
            async with decisions.reading() as connection:
                tell(await complaints_now(connection, clock(), answer_within))
        except StoreError as error:
            log.warning("complaints_not_counted", error=str(error))
        await asyncio.sleep(every)


async def watch_draws(
    decisions: DecisionStore,
    percent: int,
    zone: ZoneInfo,
    clock: Callable[[], Micros],
    every: float = DRAWS_EVERY_SECONDS,
) -> None:
    """Fix each month's seed while it runs, and draw the cases once it is over, until cancelled."""
    while True:
        try:
            async with decisions.writing() as unit:
                for month in await keep_drawing(unit, percent, zone, clock()):
                    log.info("follow_ups_drawn", month=month)
        except StoreError as error:
            log.warning("follow_ups_not_drawn", error=str(error))
        await asyncio.sleep(every)
