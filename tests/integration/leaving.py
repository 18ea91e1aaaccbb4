"""Somebody outside who takes what leaves the service, as a test wants it; and a publisher to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from callcenter.domain.frame import SECOND
from callcenter.store import DecisionStore
from callcenter.store.outbox import OutboxEntry, OutboxKind, put
from callcenter.store.outbox_progress import SinkBacklog, backlogs, sink_states
from callcenter.tracker.outbox.publisher import Publisher
from tests.unit.rules.detection.people import MONDAY

KIND = OutboxKind.VIOLATION


class FakeSink:
    """Takes everything, unless `answers` raises for an entry."""

    def __init__(self, name: str = "fake", *, at_once: int = 4, disable_after: int | None = None) -> None:
        self.name, self.at_once, self.disable_after = name, at_once, disable_after
        self.kinds = frozenset({KIND})
        self.tried: list[tuple[str, int]] = []
        self.had: list[tuple[str, int]] = []
        self.answers: Callable[[OutboxEntry], None] = lambda _entry: None
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, entry: OutboxEntry) -> None:
        self.tried.append((entry.key, entry.n))
        await self.open.wait()
        self.answers(entry)
        self.had.append((entry.key, entry.n))


class Outgoing:
    """A publisher that runs, by a clock that is set."""

    def __init__(self, decisions: DecisionStore, *sinks: FakeSink) -> None:
        self.decisions = decisions
        self.now = MONDAY
        self.publisher = Publisher(decisions, sinks, lambda: self.now)

    async def puts(self, *keys: str) -> None:
        async with self.decisions.adding() as unit:
            for key in keys:
                await put(unit.connection, KIND, key, {"told": key}, MONDAY)
        self.publisher.wake()

    async def backlog(self, sink: str = "fake") -> SinkBacklog:
        async with self.decisions.reading() as connection:
            return (await backlogs(connection))[sink]

    async def tried(self, sink: FakeSink, times: int, key: str | None = None) -> None:
        """Wait, time passing, until a sink was tried so often, with a key."""
        await self.until(lambda: len([one for one, _ in sink.tried if key in {None, one}]) >= times, 100 * SECOND)

    async def until(self, reached: Callable[[], bool], passing: int = 0) -> None:
        """Wait for something, time passing by so much at each look."""
        async with asyncio.timeout(20):
            while not reached():
                self.now += passing
                self.publisher.wake()
                await asyncio.sleep(0.005)

    async def kept(self, sink: FakeSink, failures: int | None = None) -> None:
        """Wait until every try is known to the database for the failure that it was, or so many failures are."""
        async with asyncio.timeout(20):
            while await self._failures(sink) != (len(sink.tried) if failures is None else failures):  # noqa: ASYNC110 - what the database says
                await asyncio.sleep(0.01)

    async def _failures(self, sink: FakeSink) -> int:
        async with self.decisions.reading() as connection:
            return (await sink_states(connection))[sink.name].failures

    async def cleared(self, waiting: int = 0, sink: str = "fake") -> None:
        """Wait until no more than so many wait."""
        async with asyncio.timeout(20):
            while (await self.backlog(sink)).waiting > waiting:  # noqa: ASYNC110 - what the database says
                await asyncio.sleep(0.01)


@asynccontextmanager
async def leaving(decisions: DecisionStore, *sinks: FakeSink) -> AsyncIterator[Outgoing]:
    found = Outgoing(decisions, *sinks)
    await found.publisher.enlist()
    running = asyncio.create_task(found.publisher.run())
    try:
        yield found
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
