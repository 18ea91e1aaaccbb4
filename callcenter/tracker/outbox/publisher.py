"""The one publisher of the service: lets what the outbox holds leave to every sink of the settings, at least once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from callcenter.domain.frame import Micros
from callcenter.store import DecisionStore
from callcenter.store.outbox_progress import enlist, sink_states
from callcenter.tracker.outbox.lane import OutboxLane
from callcenter.tracker.outbox.sink import OutboxSink

log = structlog.get_logger()


class Publisher:
    """A lane for each sink; none is held up by another.

    Args:
        decisions: The database.
        sinks: Whom to send to, each by a name of its own.
        clock: Our clock.
    """

    def __init__(self, decisions: DecisionStore, sinks: Sequence[OutboxSink], clock: Callable[[], Micros]) -> None:
        self._decisions = decisions
        self._clock = clock
        self.lanes = [OutboxLane(decisions, sink, clock) for sink in sinks]

    async def enlist(self) -> None:
        """Let every sink have what is put from now on; one that is no longer set is waited for until it is forgotten.

        Raises:
            StoreError: The database cannot be used.
        """
        async with self._decisions.writing() as unit:
            for lane in self.lanes:
                await enlist(unit.connection, lane.sink.name, lane.sink.kinds, self._clock())
            known = await sink_states(unit.connection)
        for sink in sorted(set(known) - {lane.sink.name for lane in self.lanes}):
            advice = f"set it again, or let it go by: callcenter outbox forget {sink}"
            log.warning("outbox_sink_not_set", sink=sink, advice=advice)

    def wake(self) -> None:
        """Look at once what may leave: something was put."""
        for lane in self.lanes:
            lane.wake()

    async def run(self) -> None:
        """Publish until cancelled."""
        async with contextlib.AsyncExitStack() as entered, asyncio.TaskGroup() as group:
            for lane in self.lanes:
                if isinstance(lane.sink, contextlib.AbstractAsyncContextManager):
                    await entered.enter_async_context(lane.sink)
                group.create_task(lane.run(), name=f"outbox-{lane.sink.name}")
