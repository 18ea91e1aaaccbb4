"""Callers who are to be called back: counted in the database, since people close what the switch tells nothing of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.decisions.lost_calls import OpenLostCalls, open_by_queue

EVERY_SECONDS = 5.0

log = structlog.get_logger()

LostCallsTold = Callable[[Mapping[str, OpenLostCalls]], None]


async def watch_lost_calls(
    decisions: DecisionStore, tell: Sequence[LostCallsTold], every: float = EVERY_SECONDS
) -> None:
    """Tell live views, until cancelled, how many callers of each queue are to be called back."""
    while True:
        try:
            async with decisions.reading() as connection:
                found = await open_by_queue(connection)
            for one in tell:
                one(found)
        except StoreError as error:
            log.warning("lost_calls_not_counted", error=str(error))
        await asyncio.sleep(every)
