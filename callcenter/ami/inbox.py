"""The bounded queue between the socket and its consumer: when it is full, the socket is not read.

Frames have weight, by number and by the memory that they take; what says that a login opened or was lost has none,
and always finds room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.ami.items import Item


MEMORY_LIMIT = 256 * 1024 * 1024
"""Twice what twenty thousand frames of a real switch take."""


def _nothing() -> None:
    """Do nothing: no login is open, so there is no reading to pause."""


class Inbox:
    """Items in order; one consumer.

    Attributes:
        full: Whether reading is paused; it ends when half of the room is free again, by both measures.
        on_full: Called when the last frame that fits has been put.
        on_free: Called when there is room again.
    """

    def __init__(self, limit: int, memory_limit: int = MEMORY_LIMIT) -> None:
        self.full = False
        self.on_full: Callable[[], None] = _nothing
        self.on_free: Callable[[], None] = _nothing
        self._limit = limit
        self._memory_limit = memory_limit
        self._frames = 0
        self._memory = 0
        self._items: deque[tuple[Item, int, int]] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def frames(self) -> int:
        """Frames that wait to be consumed."""
        return self._frames

    def put(self, item: Item, frames: int = 0, memory: int = 0) -> None:
        """Add an item that carries so many frames of so many bytes; one read of the socket may overshoot the limits."""
        self._items.append((item, frames, memory))
        self._frames += frames
        self._memory += memory
        self._changed.set()
        if (self._frames >= self._limit or self._memory >= self._memory_limit) and not self.full:
            self.full = True
            self.on_full()

    def close(self) -> None:
        """Let the consumer finish what is there and stop."""
        self._closed = True
        self._changed.set()

    async def get(self) -> Item:
        """Take the next item.

        Raises:
            StopAsyncIteration: Closed, and nothing is left.
        """
        while not self._items:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        item, frames, memory = self._items.popleft()
        self._frames -= frames
        self._memory -= memory
        if self.full and self._frames <= self._limit // 2 and self._memory <= self._memory_limit // 2:
            self.full = False
            self.on_free()
        return item
