"""States of queues and agents for the bus: as the board has them, told as soon as a fact changes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from callcenter.clock import wall_clock
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.exporter import Exporter
from callcenter.exporter.health import Health
from callcenter.exporter.live import SERVICE_LEVEL
from callcenter.exporter.present import moved
from callcenter.publish import Bus, States
from callcenter.publish.topics import written
from callcenter.rules.records.violation import Violation

_LOOK_SECONDS = 1.0


class FloorStates:
    """A live view of the tracker's (a `Sink`, told after its board) that keeps the retained states.

    Args:
        bus: Sends them, and says that the service is there.
        board: What queues and agents do.
        health: How well the switch is followed.
    """

    def __init__(self, bus: Bus, board: Exporter, health: Callable[[], Health]) -> None:
        self._bus = bus
        self._states = States(bus, bus.expiry)
        self._board = board
        self._health = health
        self._tell_status()

    def happened(self, facts: Sequence[Fact], floor: Floor) -> None:  # noqa: ARG002 - a sink's signature
        """Take in what one event made true."""
        queues, agents = moved(self._board.changed, facts)
        for queue in queues:
            self._states.changed(self._bus.topics.queue(queue), partial(self._queue, queue))
        for agent in agents:
            self._states.changed(self._bus.topics.agent(agent), partial(self._agent, agent))

    def judged(self, violations: Sequence[Violation]) -> None:
        """Pass over records: they leave from the outbox."""

    async def run(self) -> None:
        """Keep the connection to the broker, and tell it everything, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bus.run(self._states.run), name="mqtt-bus")
            group.create_task(self._look(), name="mqtt-switch")

    async def _look(self) -> None:
        """See whether the switch is followed: for so long after that states are believed."""
        while True:
            up = self._health().ami_up
            if up:
                self._states.heard()
            if up is not self._bus.switch_up:
                self._bus.switch_up = up
                self._tell_status()
            await asyncio.sleep(_LOOK_SECONDS)

    def _tell_status(self) -> None:
        self._states.changed(self._bus.status_topic, self._bus.status, always=True)

    def _queue(self, name: str) -> bytes:
        now = self._board.queue(name)
        waits = None
        if now.oldest_joined_at is not None:
            waits = max(0.0, round(wall_clock() / SECOND + self._skew() - now.oldest_joined_at, 3))
        said = msgspec.structs.asdict(now) | {"longest_wait_seconds": waits, "service_level_name": SERVICE_LEVEL}
        return self._written(said)

    def _agent(self, name: str) -> bytes | None:
        now = self._board.agent(name)
        return None if now is None else self._written(msgspec.structs.asdict(now))

    def _skew(self) -> float:
        return self._health().clock_skew_seconds or 0.0

    def _written(self, said: dict[str, Any]) -> bytes:
        return written(self._bus.about | {"at": wall_clock() / SECOND} | said)
