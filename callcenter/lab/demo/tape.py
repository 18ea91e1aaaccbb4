"""The demo from a recording: the bytes of a real login, played at their own pace or faster, as if they came now.

The tape's time is the clock. Between two frames it goes on in small steps, so that what fires by time alone (the
end of a wrap-up) is seen when it happens.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from callcenter.ami.logins import Logins
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter import Exporter, ExporterSettings
from callcenter.exporter.health import Health
from callcenter.tape import read_chunks
from callcenter.tracker import RulesInForce
from callcenter.tracker.governed import Governed

SHIPPED = Path(__file__).with_name("tape.ami.gz")
"""The two minutes of `callcenter demo --record`, on the lab's Asterisk; all numbers are made up."""
_STEP = SECOND // 4
_SETTLE = 3 * SECOND


class Playback:
    """One tape, played once.

    Args:
        tape: The recorded login.
        in_force: By what the floor runs and is measured.
        renamed: Names of the recording, and what takes their place.

    Attributes:
        exporter: What a board would see of a live service.
    """

    def __init__(
        self, tape: Path, in_force: RulesInForce, renamed: Mapping[bytes, bytes] = MappingProxyType({})
    ) -> None:
        self._tape = tape
        self._renamed = renamed
        self._wire = Wire(markers=True)
        self._governed = Governed(in_force)
        self._begun: Micros = 0
        self._now: Micros = 0
        self.exporter = Exporter(
            ExporterSettings(), self._health, in_force.rulebook.figures, site="recording", clock=lambda: self._now
        )

    async def play(self, speed: float) -> None:
        """Play to the end; 1 is real time, 0 as fast as it goes.

        Raises:
            UnreadableFile: The tape cannot be read.
        """
        for event in self._events():
            if event.at is not None:
                await self._wait_until(event.at, speed)
            self._apply(event)
        await self._wait_until(self._now + _SETTLE, speed)

    def _events(self) -> Iterator[ev.Event]:
        logins = Logins()
        logins.opened()
        tape = b"".join(read_chunks(self._tape))
        for name, other in self._renamed.items():
            tape = re.sub(rb"(?<=Name: )%b(?=\r)" % re.escape(name), other, tape)
        for frame in self._wire.feed(tape):
            yield from logins.events(frame)

    async def _wait_until(self, at: Micros, speed: float) -> None:
        if not self._now:
            self._begun = self._now = at
        while self._now < at:
            step = min(at - self._now, _STEP)
            if speed:
                await asyncio.sleep(step / SECOND / speed)
            self._now += step
            self._apply(ev.Tick(self._now, 0))

    def _apply(self, event: ev.Event) -> None:
        self.exporter.happened(self._governed.apply(event), self._governed.floor)

    def _health(self) -> Health:
        return Health(
            node="tape",
            started_at=self._begun,
            ami_up=True,
            ready=True,
            last_seen_at=self._now,
            clock_skew_seconds=0.0,
            evidence_grade=self._wire.graded,
        )
