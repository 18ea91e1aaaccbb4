"""The record follows the journal at its own pace: it takes in what is durable, and is never ahead of it.

    in step ──more waits than may──▶ behind (nothing waits here: the journal has it) ──read again up to here──▶ in step

A database that is full, read-only, away or hanging stops nothing but the record: the switch is watched and journalled
on, and what the database lacks is caught up with from the journal. Only its file's loss ends the service.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

import structlog

from callcenter.domain.facts import Fact
from callcenter.errors import FileTaken, StoreError
from callcenter.journal import Journal
from callcenter.numbers import PLAIN
from callcenter.rules.records.violation import Violation
from callcenter.store import JournalledFacts, Store
from callcenter.tracker.filing import filed
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.rereading import begin, follow_on
from callcenter.usecases.file_records import Filed, file_records

log = structlog.get_logger()

_IDLE_STEP = 1000
"""Positions without a fact that may pass before the record says that it has passed them."""

_TOLD_EVERY_SECONDS = 60.0
"""How often the log is told the same of a database that fails."""


class _Waiting(NamedTuple):
    """What the store lacks, by which rules it was decided, and since when it waits (monotonic seconds)."""

    told: JournalledFacts
    in_force: RulesInForce | None
    since: float


class RecordKeeper:
    """Facts on their way to the store; of one event loop.

    Args:
        store: Where they go.
        journal: What they come from.
        in_force: What a replay judges by until the journal says otherwise.

    Attributes:
        fault: Why the store takes nothing now; None while it does.
    """

    def __init__(self, store: Store, journal: Journal, in_force: RulesInForce | None = None) -> None:
        self.fault: str | None = None
        self._store = store
        self._journal = journal
        self._in_force = in_force
        self._behind: float | None = None
        self._joins_at: int | None = None
        self._told = 0.0
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
    def seal(self) -> str | None:
        """The journal's seal there, as the store has it; None: it was not told yet."""
        return self._store.seal

    @property
    def pending(self) -> int:
        """Events with facts that are not in the store; journal entries, while it is behind."""
        return len(self._waiting) if self._behind is None else self._taken - self._store.position

    @property
    def lag_seconds(self) -> float:
        """How long the oldest of them has waited."""
        if self._behind is not None:
            return time.monotonic() - self._behind
        return time.monotonic() - self._waiting[0].since if self._waiting else 0.0

    def put(
        self,
        position: int,
        facts: Sequence[Fact],
        violations: Sequence[Violation] = (),
        graded: bool = True,
        in_force: RulesInForce | None = None,
    ) -> None:
        """Take what the event at a position made true, and what was decided; positions rise, none is left out.

        Args:
            position: Where in the journal.
            facts: In order.
            violations: Records that were decided on.
            graded: The stream is evidence.
            in_force: By what they were decided.
        """
        self._taken = position
        waits = self._behind is None or self._joins_at is not None
        if waits and (facts or violations) and position > self._store.position:
            if len(self._waiting) >= self._store.settings.queue_events:
                self._fall_behind()
                return
            told = _told(position, facts, violations, graded, in_force)
            self._waiting.append(_Waiting(told, in_force, time.monotonic()))
        self._changed.set()

    async def room(self) -> None:
        """Wait until there is room for more: for whoever reads from the journal, and can wait."""
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
            FileTaken: The database's file is gone.
            StoreError: The journal cannot be read.
        """
        while await self._changed.wait():
            self._changed.clear()
            while self._behind is None and (upto := self._next()) is not None:
                await self._write([one for one in self._batch() if one.told.position <= upto], upto)
            while self._behind is not None:
                await self._catch_up()

    def _fall_behind(self) -> None:
        """Keep nothing here any more: the journal has it."""
        if self._behind is None:
            self._behind = time.monotonic() - self.lag_seconds
            log.warning("record_behind", waiting_count=len(self._waiting), reason=self.fault)
        self._waiting.clear()
        self._joins_at = None
        self._changed.set()

    async def _catch_up(self) -> None:
        """Read from the journal on, until what is put here from some place on follows without a break."""
        position, follower = await begin(self._journal, self._store.position, self._in_force)
        batch: list[_Waiting] = []
        while self._behind is not None:
            async for place, (facts, violations, graded, in_force) in follow_on(self._journal, follower, position):
                position = place
                if (facts or violations) and position > self._store.position:
                    told = _told(position, facts, violations, graded, in_force)
                    batch.append(_Waiting(told, in_force, self._behind))
                if len(batch) >= self._store.settings.batch:
                    await self._write(batch, position)
                    batch = []
                if position == self._joins_at:
                    break
            await self._write(batch, position)
            batch = []
            self._joins_at = self._taken if self._joins_at is None else self._joins_at
            if position == self._joins_at:
                self._behind = self._joins_at = None
                self._changed.set()
                log.info("record_caught_up", position=position)
            else:
                await self._journal.committed(self._joins_at)

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
        dossiers: list[Filed] = []
        for one in batch:
            if one.in_force is not None:
                dossiers += await filed(self._journal, one.in_force, one.told.violations)
        told, seal = [one.told for one in batch], await self._journal.seal_of(upto)
        filing = partial(file_records, filed=dossiers) if dossiers else None
        while True:
            try:
                for record in await self._store.write(told, upto, filing, seal):
                    log.error("violation_withdrawn", violation=record, reason="derived anew, it says something else")
                break
            except FileTaken:
                raise
            except StoreError as error:
                self._note(str(error))
                await asyncio.sleep(self._store.settings.retry_seconds)
        self._note(None)
        while self._waiting and self._waiting[0].told.position <= upto:
            self._waiting.popleft()
        async with self._written:
            self._written.notify_all()

    def _note(self, fault: str | None) -> None:
        """Remember whether the store takes anything; the log is told when that changes, and now and then."""
        now = time.monotonic()
        if fault is not None and (fault != self.fault or now - self._told >= _TOLD_EVERY_SECONDS):
            self._told = now
            log.warning("store_away", reason=fault, waiting_count=self.pending)
        elif fault is None and self.fault is not None:
            log.info("store_back", waiting_count=self.pending)
        self.fault = fault


def _told(
    position: int,
    facts: Sequence[Fact],
    violations: Sequence[Violation],
    graded: bool,
    in_force: RulesInForce | None,
) -> JournalledFacts:
    numbering = None if in_force is None else in_force.numbering
    return JournalledFacts(position, facts, violations, graded, numbering or PLAIN)
