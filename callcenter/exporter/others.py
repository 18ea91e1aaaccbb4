"""The queues that share one label: how many wait in all of them, and since when, at the cost of the one that moved."""

from __future__ import annotations

import heapq

from callcenter.domain.frame import Micros

_SPARE = 64
"""Entries that no longer stand, beyond which they are thrown out."""


class Others:
    """What waits in each of them; those in which nobody does take no room."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, Micros | None]] = {}
        self._count = 0
        self._oldest: list[tuple[Micros, str]] = []

    def now(self, queue: str, count: int, oldest: Micros | None) -> tuple[int, Micros | None]:
        """Note what waits in a queue; returns what waits in all, and since when."""
        self._count += count - self._waiting.pop(queue, (0, None))[0]
        if count:
            self._waiting[queue] = count, oldest
            if oldest is not None:
                heapq.heappush(self._oldest, (oldest, queue))
        if len(self._oldest) > 2 * len(self._waiting) + _SPARE:
            self._oldest = [(at, one) for one, (_, at) in self._waiting.items() if at is not None]
            heapq.heapify(self._oldest)
        while self._oldest and not self._stands(*self._oldest[0]):
            heapq.heappop(self._oldest)
        return self._count, self._oldest[0][0] if self._oldest else None

    def _stands(self, at: Micros, queue: str) -> bool:
        return self._waiting.get(queue, (0, None))[1] == at
