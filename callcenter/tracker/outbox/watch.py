"""What waits for whom is counted in the database, since people let it go on there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from callcenter.errors import StoreError
from callcenter.exporter.outgoing import SinkNow
from callcenter.store import DecisionStore
from callcenter.store.outbox_progress import backlogs, sink_states
from callcenter.tracker.outbox.publisher import Publisher

EVERY_SECONDS = 15.0

log = structlog.get_logger()


async def watch_outbox(
    decisions: DecisionStore,
    publisher: Publisher,
    tell: Callable[[Mapping[str, SinkNow]], None],
    every: float = EVERY_SECONDS,
) -> None:
    """Tell the gauges, until cancelled, how every sink is that something waits for."""
    while True:
        try:
            tell(await sinks_now(decisions, publisher))
        except StoreError as error:
            log.warning("outbox_not_counted", error=str(error))
        await asyncio.sleep(every)


async def sinks_now(decisions: DecisionStore, publisher: Publisher) -> dict[str, SinkNow]:
    """Read how every sink is.

    Raises:
        StoreError: The database cannot be used.
    """
    results = {lane.sink.name: dict(lane.results) for lane in publisher.lanes}
    async with decisions.reading() as connection:
        waiting, states = await backlogs(connection), await sink_states(connection)
    return {
        sink: SinkNow(
            waiting=waiting[sink].waiting,
            oldest_at=waiting[sink].oldest_at,
            parked=waiting[sink].parked,
            disabled=state.disabled_at is not None,
            results=results.get(sink, {}),
        )
        for sink, state in states.items()
    }
