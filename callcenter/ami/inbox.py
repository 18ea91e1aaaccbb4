"""The bounded queue between the socket and its consumer: when it is full, the socket is not read.

Frames have weight; what says that a login opened or was lost has none, and always finds room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.ami.items import Item


def _nothing() -> None:
    """Do nothing: no login is open, so there is no reading to pause."""


class Inbox:
    """Items in order; one consumer.

    Attributes:
        full: Whether reading is paused; it ends when half of the room is free again.
        on_full: Called when the last frame that fits has been put.
        on_free: Called when there is room again.
    """

    def __init__(self, limit: int) -> None:
        self.full = False
        self.on_full: Callable[[], None] = _nothing
        self.on_free: Callable[[], None] = _nothing
        self._limit = limit
        self._frames = 0
        self._items: deque[tuple[Item, int]] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def frames(self) -> int:
        """Frames that wait to be consumed."""
        return self._frames

    def put(self, item: Item, frames: int = 0) -> None:
        """Add an item that carries so many frames; one read of the socket may overshoot the limit."""
        self._items.append((item, frames))
        self._frames += frames
        self._changed.set()
        if self._frames >= self._limit and not self.full:
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
        item, frames = self._items.popleft()
        self._frames -= frames
        if self.full and self._frames <= self._limit // 2:
            self.full = False
            self.on_free()
        return item
