"""What nobody needs any more goes out of the database, every hour."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import structlog

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.decisions.lost_calls import delete_settled
from callcenter.store.outbox import prune_outbox
from callcenter.store.outbox_progress import let_go

log = structlog.get_logger()

EVERY_SECONDS = 3600.0
_DAY: Micros = 86_400 * SECOND
_ROUNDS_BELIEVED = 6
"""For so many rounds the clock must have said that something is old which nobody took: one that is set far ahead is
noticed before."""


class KeepDays(NamedTuple):
    """For how many days what is kept; 0: for good."""

    outbox: int
    lost_calls: int


async def prune_database(
    decisions: DecisionStore, keep: Callable[[], KeepDays], clock: Callable[[], Micros], every: float = EVERY_SECONDS
) -> None:
    """Delete what is older than it is kept, again and again until cancelled; what cannot go now is tried again."""
    heard = deque[Micros](maxlen=_ROUNDS_BELIEVED + 1)
    while True:
        heard.append(clock())
        believed = min(heard) if len(heard) > _ROUNDS_BELIEVED else None
        try:
            await delete_old(decisions, keep(), heard[-1], believed)
        except StoreError as error:
            log.warning("database_not_pruned", reason=str(error))
        await asyncio.sleep(every)


async def delete_old(decisions: DecisionStore, keep: KeepDays, now: Micros, believed: Micros | None) -> None:
    """Delete what is older than it is kept, and log what went.

    Args:
        decisions: The database.
        keep: For how long what is kept.
        now: What the clock says.
        believed: What it has said for hours, None where nobody knows: what nobody took is old by it.

    Raises:
        StoreError: It cannot go now.
    """
    async with decisions.writing() as unit:
        await let_go(unit.connection, now)
        gone = await prune_outbox(unit.connection, now - keep.outbox * _DAY, believed and believed - keep.outbox * _DAY)
        lost = await delete_settled(unit, now - keep.lost_calls * _DAY) if keep.lost_calls else 0
    if lost:
        log.info("lost_calls_pruned", count=lost)
    if any(gone):
        log.info("outbox_pruned", left_count=gone.left, untaken_count=gone.untaken)
