"""The record follows the journal at its own pace: it takes in what is durable, and is never ahead of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import structlog

from callcenter.domain.facts import Fact
from callcenter.journal import Journal
from callcenter.rules.violation import Violation
from callcenter.store import Store, StoreAway, Told
from callcenter.tracker.filing import filed
from callcenter.tracker.inputs import Court

log = structlog.get_logger()

_IDLE_STEP = 1000
"""Positions without a fact that may pass before the record says that it has passed them."""


class _Waiting(NamedTuple):
    """What the store lacks, by which court it was decided, and since when it waits (monotonic seconds)."""

    told: Told
    court: Court | None
    since: float


class Record:
    """Facts on their way to the store; of one event loop.

    Backpressure: `room` waits while `queue_events` of them wait, so that reading from the switch stops instead of
    memory growing. A database that is away is tried again and again; any other error ends `run`.
    """

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        self._waiting: deque[_Waiting] = deque()
        self._taken = self._wanted = store.position
        self._changed = asyncio.Event()
        self._written = asyncio.Condition()
        journal.on_durable(self._wake)

    @property
    def position(self) -> int:
        """The last journal position that the store holds."""
        return self._store.position

    @property
    def pending(self) -> int:
        """Events with facts that are not in the store."""
        return len(self._waiting)

    @property
    def lag_seconds(self) -> float:
        """How long the oldest of them has waited."""
        return time.monotonic() - self._waiting[0].since if self._waiting else 0.0

    def put(
        self,
        position: int,
        facts: Sequence[Fact],
        violations: Sequence[Violation] = (),
        graded: bool = True,
        court: Court | None = None,
    ) -> None:
        """Take what the event at a position made true, and what was decided; positions rise, none is left out.

        Args:
            position: Where in the journal.
            facts: In order.
            violations: Records that were decided on.
            graded: The stream is evidence.
            court: By what they were decided.
        """
        self._taken = position
        if (facts or violations) and position > self._store.position:
            self._waiting.append(_Waiting(Told(position, facts, violations, graded), court, time.monotonic()))
        self._changed.set()

    async def room(self) -> None:
        """Wait until there is room for more."""
        limit = self._store.settings.queue_events
        if len(self._waiting) >= limit:
            async with self._written:
                await self._written.wait_for(lambda: len(self._waiting) < limit)

    async def reached(self, position: int) -> None:
        """Wait until the store holds everything up to a position."""
        self._wanted = max(self._wanted, position)
        self._changed.set()
        async with self._written:
            await self._written.wait_for(lambda: self._store.position >= position)

    async def run(self) -> None:
        """Write until cancelled.

        Raises:
            StoreError: The database cannot be used, or is full; what was written stays.
        """
        while await self._changed.wait():
            self._changed.clear()
            while (upto := self._next()) is not None:
                await self._write([one for one in self._batch() if one.told.position <= upto], upto)

    def _wake(self, _durable: int) -> None:
        self._changed.set()

    def _batch(self) -> list[_Waiting]:
        return list(islice(self._waiting, self._store.settings.batch))

    def _next(self) -> int | None:
        """Choose how far the next transaction goes; None when it is not worth one, or nothing more is durable."""
        durable = min(self._journal.durable_position, self._taken)
        batch = self._batch()
        full = len(batch) < len(self._waiting)
        upto = min(durable, batch[-1].told.position) if full else durable
        has_rows = bool(batch) and batch[0].told.position <= upto
        due = upto - self._store.position >= _IDLE_STEP or self._store.position < min(self._wanted, upto)
        return upto if has_rows or due else None

    async def _write(self, batch: Sequence[_Waiting], upto: int) -> None:
        dossiers = []
        for one in batch:
            if one.court is not None:
                dossiers += await filed(self._journal, one.court, one.told.violations)
        while True:
            try:
                for record in await self._store.write([one.told for one in batch], upto, dossiers):
                    log.error("violation_withdrawn", violation=record, reason="derived anew, it says something else")
                break
            except StoreAway as error:
                log.warning("store_away", reason=str(error), waiting_count=len(self._waiting))
                await asyncio.sleep(self._store.settings.retry_seconds)
        for _ in batch:
            self._waiting.popleft()
        async with self._written:
            self._written.notify_all()
