"""What is so now, a retained message a topic: told when it changes, at most once a second, and again before it expires.

    changed ──a second after the last──▶ told ──a third of the expiry──▶ told again ──gone──▶ emptied, forgotten

A topic has one place here however often it changes: what is sent is asked for when it is sent. After each connect
everything is told anew. What the switch says is told again only while the switch is heard: a state is never believed
for longer than the expiry after that.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from callcenter.errors import MessageRefused

EVERY_SECONDS = 1.0
"""A topic is told of at most this often."""
MOST_TOPICS = 10_000
"""Topics that may have a state; a switch can name queues without end."""
AT_ONCE = 10
"""States that are on the way together; the outbox has as many places."""
REFUSED_SECONDS = 60.0
"""After a refusal nothing like it is told for so long: mosquitto before 2.0.16 ends the connection after each."""
_AGAIN = 3
"""How often a state is told within its expiry."""

log = structlog.get_logger()

Making = Callable[[], bytes | None]
"""Writes a state as it is now; None: it is gone."""


class Teller(Protocol):
    """Sends to the broker; the bus does."""

    async def send(self, topic: str, body: bytes, *, retain: bool = False, expiry: int | None = None) -> None:
        """Publish, and return when the broker has it; `expiry` is in seconds."""


class Kept(msgspec.Struct):
    """One topic; `told_at` is when it was told last, or began to be."""

    make: Making
    always: bool
    told_at: float = -EVERY_SECONDS
    on_the_way: bool = False


class States:
    """The states of one site, and when each was told.

    Args:
        bus: Sends them.
        expiry: After how many seconds a state that is not told again is gone at the broker.
        clock: Seconds, never set.
    """

    def __init__(self, bus: Teller, expiry: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus = bus
        self._expiry = expiry
        self._clock = clock
        self._kept: dict[str, Kept] = {}  # in the order in which they were told
        self._changed: dict[str, None] = {}
        self._news = asyncio.Event()
        self._heard_at: float | None = None
        self._full = False
        self._refused: dict[str, float] = {}  # until when, by what a topic begins with

    def changed(self, topic: str, make: Making, *, always: bool = False) -> None:
        """Take in that a state is another; `always`: it is so whether or not the switch is heard."""
        if topic not in self._kept:
            if len(self._kept) >= MOST_TOPICS:
                if not self._full:
                    log.warning("states_full", topics_count=MOST_TOPICS)
                self._full = True
                return
            self._kept[topic] = Kept(make, always)
        self._kept[topic].make = make
        self._changed[topic] = None
        self._news.set()

    def heard(self) -> None:
        """Take in that what is known of the switch is so at this moment."""
        self._heard_at = self._clock()

    async def run(self) -> None:
        """Tell everything, then what changes, over a new connection until cancelled.

        Raises:
            BrokerAway: The connection is lost.
        """
        for kept in self._kept.values():
            kept.told_at, kept.on_the_way = -EVERY_SECONDS, False
        self._changed = dict.fromkeys(sorted(self._kept, key=lambda topic: not self._kept[topic].always))
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                self._news.clear()
                due, wait = self.due()
                for topic, kept in due:
                    await places.acquire()  # each goes as soon as an earlier one has its answer
                    telling = group.create_task(self._tell(topic, kept), name="mqtt-state")
                    telling.add_done_callback(lambda _: places.release())
                if not due:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await self._news.wait()

    def due(self) -> tuple[list[tuple[str, Kept]], float]:
        """Return topics that are to be told now, which are then taken for told, and the seconds until more can be."""
        now, wait = self._clock(), EVERY_SECONDS
        due: list[tuple[str, Kept]] = []
        for topic in self._changed:
            kept = self._kept[topic]
            if kept.told_at + EVERY_SECONDS > now:
                wait = min(wait, kept.told_at + EVERY_SECONDS - now)
            elif self._may_be_told(topic, kept, now):
                due.append((topic, kept))
        for topic, kept in self._kept.items():
            if kept.told_at + self._expiry / _AGAIN > now:
                break
            if topic not in self._changed and self._may_be_told(topic, kept, now):
                due.append((topic, kept))
        for topic, kept in due:
            kept.told_at, kept.on_the_way = now, True
            self._kept[topic] = self._kept.pop(topic)
            self._changed.pop(topic, None)
        return due, wait

    def _may_be_told(self, topic: str, kept: Kept, now: float) -> bool:
        refused = self._refused.get(_kind(topic), now) > now if self._refused else False
        return not (kept.on_the_way or refused) and self._lasts(kept, now) > 0

    def _lasts(self, kept: Kept, now: float) -> int:
        """Return for how many seconds a state can be believed still."""
        if kept.always:
            return self._expiry
        return 0 if self._heard_at is None else max(0, int(self._expiry - (now - self._heard_at)))

    async def _tell(self, topic: str, kept: Kept) -> None:
        body = kept.make()
        expiry = None if body is None else max(1, self._lasts(kept, self._clock()))
        try:
            await self._bus.send(topic, body or b"", retain=True, expiry=expiry)
        except MessageRefused as error:
            if _kind(topic) not in self._refused:
                log.warning("states_refused", reason=str(error))
            self._refused[_kind(topic)] = self._clock() + REFUSED_SECONDS
        finally:
            kept.on_the_way = False
        if topic in self._changed:
            self._news.set()
        elif body is None:
            del self._kept[topic]


def _kind(topic: str) -> str:
    return topic.rsplit("/", 2)[0]
