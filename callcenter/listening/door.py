"""Who is in: each connection from its acceptance on, how long it may take, and who makes room for whom.

    asking ──a whole request──▶ served ──its answer──▶ unread ──all of it──▶ asking ...     too long: cut off

A connection that has asked nothing yet, or asks slowly, makes room for a new one, and after these one that does not
read what it asks for: the oldest of the same address where that has its fill, else of the address that holds most.
Whoever is being served, and has asked no more than that, is never cut off for another.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple, Self

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from callcenter.listening.addresses import is_among, network_of

log = structlog.get_logger()

EVERY_SECONDS = 1.0
TOLD_EVERY_SECONDS = 60.0


class Bounds(NamedTuple):
    """How many, and how long.

    Attributes:
        connections: Of the listener.
        per_address: Of one address; proxies are not counted.
        proxies: Addresses that many come from.
        asking_seconds: For a request's line and headers, from the connection or the answer before on.
        body_seconds: For its body, and a second more for every `body_rate` of its bytes.
        body_rate: Slower than so many bytes a second nobody sends a body on and on.
        reading_seconds: For reading what is answered, until none of it waits to go out and nothing more is asked.
    """

    connections: int
    per_address: int
    proxies: tuple[str, ...] = ()
    asking_seconds: float = 10.0
    body_seconds: float = 20.0
    body_rate: float = 16_000.0
    reading_seconds: float = 30.0

    @classmethod
    def of(cls, connections: int, proxies: tuple[str, ...] = ()) -> Self:
        """Return the bounds of a listener of which one address may have a quarter."""
        return cls(connections, max(1, connections // 4), proxies)


class RequestStage(Enum):
    """How far a connection is with its request; unread: some of an answer waits to go out, or the next was asked."""

    ASKING = "asking"
    BODY = "body"
    SERVED = "served"
    UNREAD = "unread"


_MAKE_ROOM = ({RequestStage.ASKING, RequestStage.BODY}, {RequestStage.UNREAD})
"""Who makes room for others, and after whom."""


class Door:
    """Keeps the bounds of one listener."""

    def __init__(self, name: str, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._bounds = bounds
        self._clock = clock
        self._inside: dict[str, dict[Visitor, None]] = {}
        self._count = 0
        self._told: dict[str, float] = {}
        self._untold: dict[str, int] = {}

    def admits(self, address: str) -> bool:
        """Tell whether one more of an address may come in, after somebody has made room for it where that is needed."""
        own = self._inside.get(network_of(address), {})
        if len(own) >= self._bounds.per_address and not is_among(address, self._bounds.proxies):
            return self._make_room([own])
        if self._count >= self._bounds.connections:
            return self._make_room(sorted(self._inside.values(), key=len, reverse=True))
        return True

    def entered(self, visitor: Visitor) -> None:
        """Note one that has come in."""
        self._inside.setdefault(visitor.one, {})[visitor] = None
        self._count += 1

    def left(self, visitor: Visitor) -> None:
        """Note one that has gone; again is no harm."""
        own = self._inside.get(visitor.one, {})
        if visitor in own:
            del own[visitor]
            self._count -= 1
            if not own:
                del self._inside[visitor.one]

    async def watch(self) -> None:
        """Cut off, until cancelled, whoever takes too long."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            now = self._clock()
            for visitor in [one for own in self._inside.values() for one in own]:
                if visitor.is_late(self._bounds, now):
                    self._cut(visitor, "took too long")

    def note(self, what: str) -> None:
        """Log what was refused or failed, once a minute each, with how often it was."""
        now = self._clock()
        self._untold[what] = self._untold.get(what, 0) + 1
        if now - self._told.get(what, -TOLD_EVERY_SECONDS) >= TOLD_EVERY_SECONDS:
            self._told[what] = now
            log.warning("connections_refused", listener=self._name, reason=what, refused_count=self._untold.pop(what))

    def _make_room(self, crowds: list[dict[Visitor, None]]) -> bool:
        for crowd, stages in itertools.product(crowds, _MAKE_ROOM):
            for visitor in crowd:
                if visitor.stage in stages:
                    self._cut(visitor, "made room for others")
                    return True
        self.note("all are being served")
        return False

    def _cut(self, visitor: Visitor, why: str) -> None:
        self.note(why)
        self.left(visitor)
        visitor.transport.abort()


class Visitor(H11Protocol):
    """One connection."""

    def __init__(self, door: Door, address: str, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self.one = network_of(address)
        self._door = door
        self._since = time.monotonic()
        self._seen: tuple[RequestStage, int | None] | None = None
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Come in."""
        super().connection_made(transport)
        self._door.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Go."""
        super().connection_lost(exc)
        self._door.left(self)

    def data_received(self, data: bytes) -> None:
        """Count what comes of a request."""
        before = self.cycle
        super().data_received(data)
        self._received = len(data) + (self._received if self.cycle is before else 0)

    @property
    def stage(self) -> RequestStage:
        """How far it is with its request."""
        if self.transport.get_write_buffer_size():
            return RequestStage.UNREAD
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's annotation says
        if cycle is None or cycle.response_complete:
            return RequestStage.ASKING
        if cycle.more_body:
            return RequestStage.BODY
        asked_ahead, _ = self.conn.trailing_data
        return RequestStage.UNREAD if asked_ahead else RequestStage.SERVED

    def is_late(self, bounds: Bounds, now: float) -> bool:
        """Tell whether it has taken too long for what it does now."""
        stage = self.stage
        seen = (stage, None if stage is RequestStage.UNREAD else id(self.cycle))
        if seen != self._seen:
            begun = self._since if self._seen is None else now
            self._seen, self._since = seen, begun
        allowed = {
            RequestStage.ASKING: bounds.asking_seconds,
            RequestStage.BODY: bounds.body_seconds + self._received / bounds.body_rate,
            RequestStage.UNREAD: bounds.reading_seconds,
        }.get(stage)
        return allowed is not None and now - self._since > allowed
