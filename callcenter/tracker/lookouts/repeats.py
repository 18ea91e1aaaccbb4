"""Answered visits whose customer has called again: found in the database, which knows who has which numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

import structlog

from callcenter.cases.repeats import newly_repeated
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.customers.repeats import contacts_before

EVERY_SECONDS = 60.0
_RECORDED_AFTER: Micros = 60 * SECOND
"""The record is behind the switch; whoever joined so long ago is in it."""

_AT_ONCE: Micros = 60 * SECOND
"""So much is asked for in one query, however long the database was away."""

log = structlog.get_logger()


async def watch_repeats(
    decisions: DecisionStore,
    queues: Callable[[], Collection[str]],
    tell: Callable[[Mapping[str, int]], None],
    clock: Callable[[], Micros],
    every: float = EVERY_SECONDS,
) -> None:
    """Tell a live view, until cancelled, how many answered visits of each queue have come to be followed by another."""
    since = clock() - _RECORDED_AFTER
    while True:
        await asyncio.sleep(every)
        now = clock() - _RECORDED_AFTER
        try:
            while since < now:
                until = min(now, since + _AT_ONCE)
                async with decisions.reading() as connection:
                    contacts = await contacts_before(connection, queues(), since, until)
                tell(await asyncio.to_thread(newly_repeated, contacts, since, until))
                since = until
        except StoreError as error:
            log.warning("repeats_not_counted", error=str(error))
