"""What leaves to one sink: each key in its order, different keys side by side, what failed again later.

    sends ──a failure──▶ away (tries one key at a time, and waits between) ──something is taken──▶ sends
                          └──as many failures in a row as its settings say──▶ disabled ──a person──▶ sends

A key whose next entry fails while others leave waits alone, longer each time, and is parked in the end; one that is
refused is parked at once, and one over which the other side breaks, where no other waits, instead of disabling the
sink. What the other side has is kept in the database after it has it: what is killed between
sends again, so a subscriber may see an entry twice, but never a later one of its key first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from random import SystemRandom
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.store import DecisionStore
from callcenter.store.engine import unbroken
from callcenter.store.outbox import UNREADABLE, OutboxEntry
from callcenter.store.outbox_progress import (
    LONGEST_PUT_OFF,
    OutboxKey,
    SinkState,
    failures_of,
    keep_state,
    park,
    put_off,
    ready,
    sink_states,
    took,
)
from callcenter.tracker.outbox.sink import EntryRefused, OutboxSink, SinkAway

log = structlog.get_logger()

EVERY_SECONDS = 1.0
"""How often the database is asked, whoever may have put something."""
KEYS_READ = 100
AT_ONCE_OF_KEY = 20
"""So many keys are read together, and so many entries of each: what waits in memory for the sink."""
PARKED_AFTER = 8
"""Failures in a row of a key, while others left."""
_AWAY = (SECOND, 60 * SECOND)
_PUT_OFF = (2 * SECOND, LONGEST_PUT_OFF)
_LOOKS_APART = 20
"""So many times as long as it took to look through all that waits, it is looked at no more but for what came since."""
_LATE: Micros = 5 * SECOND
"""What was put in a transaction that took longer, or with a time of before, is seen by a look through all."""
_FINE = SinkState(0, None, None)
_random = SystemRandom()


class _Stuck(NamedTuple):
    """An entry did not leave; for good, or to be tried again. `alone`: what was tried before it had left."""

    entry: OutboxEntry
    why: str
    for_good: bool
    alone: bool = False


class OutboxLane:
    """The way to one sink.

    Args:
        decisions: The database.
        sink: Whom to send to.
        clock: Our clock.

    Attributes:
        results: How many entries were `sent`, how many `failed` and will be tried again, how many were `refused`.
    """

    def __init__(self, decisions: DecisionStore, sink: OutboxSink, clock: Callable[[], Micros]) -> None:
        self.results: Counter[str] = Counter(sent=0, failed=0, refused=0)
        self.sink = sink
        self._decisions = decisions
        self._clock = clock
        self._woken = asyncio.Event()
        self._state = self._kept = _FINE
        self._away_until: Micros = 0
        self._tries = 0
        self._suspect: OutboxKey | None = None
        self._all_from = 0.0
        self._since: Micros = 0
        self._done: dict[OutboxKey, int] = {}
        self._ended: dict[OutboxKey, _Stuck | None] = {}
        self._under_way: set[OutboxKey] = set()
        self._places = asyncio.Semaphore(sink.at_once)

    @property
    def disabled(self) -> bool:
        """Tell whether nothing is sent until a person enables the sink."""
        return self._state.disabled_at is not None

    def wake(self) -> None:
        """Look at once what may leave."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled; a database that is away is waited for."""
        await self._recall()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._woken.clear()
                    await self._round(group)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(EVERY_SECONDS):
                            await self._woken.wait()
        finally:
            with contextlib.suppress(StoreError):
                await self._keep()

    async def _round(self, group: asyncio.TaskGroup) -> None:
        try:
            await self._keep()
            for key, entries in (await self._next()).items():
                self._under_way.add(key)
                group.create_task(self._send(key, entries, self._tries), name="outbox-key")
        except StoreError as error:
            log.warning("outbox_waits", sink=self.sink.name, reason=str(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def _recall(self) -> None:
        """Go on as the database says: with one key if the last tries failed, at once where a person enabled it."""
        with contextlib.suppress(StoreError):
            found = await unbroken(self._kept_state())
            if found != self._kept:
                self._state, self._kept, self._away_until = found, found, 0

    async def _next(self) -> dict[OutboxKey, list[OutboxEntry]]:
        """Choose what is sent now, of keys of which nothing is under way."""
        if self._state.failures:
            await self._recall()
        keys = 1 if self._state.failures else KEYS_READ
        room, now = keys - len(self._under_way), self._clock()
        away = 0 < self._away_until - now <= _AWAY[1]  # a longer wait is none: the clock was set back
        if self.disabled or away or room <= 0:
            return {}
        found = await unbroken(self._ready(keys + len(self._under_way), now))
        free = [key for key in found if key not in self._under_way]
        return {key: found[key] for key in free[:room]}

    async def _ready(self, keys: int, now: Micros) -> dict[OutboxKey, list[OutboxEntry]]:
        """Look through all that waits for anybody; where that takes long, mostly at what may have come since."""
        timer = asyncio.get_running_loop().time
        begun, since = timer(), None if timer() >= self._all_from else self._since
        async with self._decisions.reading() as connection:
            found = await ready(connection, self.sink.name, now, keys, AT_ONCE_OF_KEY, since)
        if since is None:
            self._all_from = timer() + _LOOKS_APART * (timer() - begun)
        self._since = min([now - _LATE, *(run[0].made_at for run in found.values())])
        return found

    async def _kept_state(self) -> SinkState:
        async with self._decisions.reading() as connection:
            return (await sink_states(connection)).get(self.sink.name, _FINE)

    async def _send(self, key: OutboxKey, entries: Sequence[OutboxEntry], tries: int) -> None:
        """Send what one key has, up to what does not leave; once another key failed, all are chosen anew."""
        stuck = None
        async with self._places:
            for entry in entries:
                if tries != self._tries or (stuck := await self._try(entry)) is not None:
                    break
                self._done[key] = entry.n
                self._woken.set()
        self._ended[key] = stuck
        self._woken.set()

    async def _try(self, entry: OutboxEntry) -> _Stuck | None:
        begun = self._tries
        if entry.payload is UNREADABLE:
            return self._refused(entry, "what was put cannot be read")
        try:
            await self.sink.send(entry)
        except SinkAway as away:
            self.results["failed"] += 1
            alone = self._state.failures == 0
            counts = begun == self._tries  # of those that were under way together, one does
            its_fault = counts and self._went_away(away, OutboxKey(entry.kind, entry.key))
            return _Stuck(entry, str(away), for_good=its_fault, alone=alone)
        except EntryRefused as refused:
            self._state = _FINE  # it answers
            return self._refused(entry, str(refused))
        except Exception as error:
            log.exception("outbox_sink_failed", sink=self.sink.name, entry=entry.id)
            return self._refused(entry, f"it could not be sent: {type(error).__name__}")
        self.results["sent"] += 1
        if self._state.failures > 1:
            log.info("outbox_sink_back", sink=self.sink.name, failed_count=self._state.failures)
        self._state = _FINE
        return None

    def _refused(self, entry: OutboxEntry, why: str) -> _Stuck:
        self.results["refused"] += 1
        return _Stuck(entry, why, for_good=True)

    def _went_away(self, away: SinkAway, key: OutboxKey) -> bool:
        """Try another key at once, then wait, longer each time; in the end until a person enables the sink.

        Returns:
            Whether it is this key's fault instead: it alone was tried each time, and the other side broke over it.
        """
        self._tries += 1
        now, failures, why = self._clock(), self._state.failures + 1, str(away)
        self._suspect = key if away.about_entry and (failures == 1 or self._suspect == key) else None
        self._away_until = now + (_backoff(failures - 1, *_AWAY) if failures > 1 else 0)
        self._state = SinkState(failures, None, why)
        if self.sink.disable_after is not None and failures >= self.sink.disable_after:
            if self._suspect is not None:
                self._state, self._away_until = _FINE, 0
                return True
            self._state = SinkState(failures, now, why)
            log.error("outbox_sink_disabled", sink=self.sink.name, failed_count=failures, reason=why)
        elif failures > 1:
            log.warning("outbox_sink_away", sink=self.sink.name, failed_count=failures, reason=why)
        return False

    async def _keep(self) -> None:
        """Keep what the other side has, what does not leave, and how the sink is."""
        if self._done or self._ended or self._state != self._kept:
            await unbroken(self._keep_now())

    async def _keep_now(self) -> None:
        done, ended, state = dict(self._done), dict(self._ended), self._state
        async with self._decisions.adding() as unit:
            await took(unit.connection, self.sink.name, done, self._clock())
            for stuck in ended.values():
                if stuck is not None:
                    await self._hold(unit.connection, stuck)
            if state != self._kept:
                await keep_state(unit.connection, self.sink.name, state)
        self._kept = state
        self._done = {key: n for key, n in self._done.items() if done.get(key) != n}
        for key in ended:
            del self._ended[key]
            self._under_way.discard(key)

    async def _hold(self, connection: AsyncConnection, stuck: _Stuck) -> None:
        """Park a key, or put it off."""
        name, entry, now = self.sink.name, stuck.entry, self._clock()
        key = OutboxKey(entry.kind, entry.key)
        failures = await failures_of(connection, name, key) + stuck.alone
        if stuck.for_good or failures >= PARKED_AFTER:
            await park(connection, name, entry, stuck.why, now)
            log.error("outbox_entry_parked", sink=name, kind=key.kind, entry=entry.id, n=entry.n, reason=stuck.why)
        else:
            await put_off(connection, name, entry, failures, now + _backoff(failures, *_PUT_OFF))


def _backoff(failures: int, first: Micros, longest: Micros) -> Micros:
    """Return how long to wait after so many failures in a row: twice as long each time, and not with others at once."""
    doubled = min(longest, first << min(max(failures - 1, 0), 32))
    return round(doubled * _random.uniform(0.5, 1))
