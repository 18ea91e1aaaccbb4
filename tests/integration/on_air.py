"""A floor that is told over MQTT, without a switch: house, exporter, bus, and the states of both."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from callcenter.domain.floor import Floor
from callcenter.publish import Bus, MqttSettings
from callcenter.tracker.bus.floor_states import FloorStates
from tests.unit.test_exporter import House


class OnAir(House):
    """A house whose states are published."""

    def __init__(
        self, url: str, *, site: str = "main", expiry: int = 30, floor: Floor | None = None, **mqtt: Any
    ) -> None:
        super().__init__(floor=floor)
        self.figures = msgspec.structs.replace(self.figures, ami_up=True)
        self.bus = Bus(MqttSettings(url=url, expiry_seconds=expiry, **mqtt), site, "pbx")
        self.view = FloorStates(self.bus, self.exporter, lambda: self.figures)
        self.states = self.view._states

    def tell(self, kind: Any, *words: Any, after: float = 0, **named: Any) -> None:
        super().tell(kind, *words, after=after, **named)
        self.view.happened(self.latest, self.floor)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[OnAir]:
        """Publish until the end, which is an orderly one."""
        running = asyncio.create_task(self.view.run())
        try:
            yield self
        finally:
            running.cancel()
            await asyncio.wait([running])
            assert running.cancelled()
