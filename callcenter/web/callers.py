"""Who calls, read on connections of its own: what people's pages ask meanwhile keeps no ring waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.numbers import Numbering
from callcenter.store import DecisionStore
from callcenter.usecases.tell_caller import CallAsked, KnownCaller, known_caller, preference_of

_AT_ONCE = 4
_MOST_ROUTES = 40
"""Look-ups for the dialplan that are under way; where the database does not keep up, further ones are not begun."""


class Callers:
    """Finds out who calls, and where they are to go.

    Args:
        store: The database, opened for this alone.
        numbering: How numbers are read now.
    """

    def __init__(self, store: DecisionStore, numbering: Callable[[], Numbering]) -> None:
        self._store = store
        self._numbering = numbering
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._routes: set[asyncio.Task[Preference]] = set()

    async def who_calls(self, asked: CallAsked) -> KnownCaller:
        """Return what is known of whoever calls.

        Raises:
            StoreError: The database cannot be used.
        """
        async with self._turn, self._store.reading() as connection:
            return await known_caller(connection, asked, self._numbering())

    async def prefer(self, key: str) -> Preference:
        """Return what is known of a number; whoever waits no longer is not kept until the database has answered.

        Raises:
            StoreError: The database cannot be used.
        """
        if len(self._routes) >= _MOST_ROUTES:
            return NO_PREFERENCE
        reading = asyncio.create_task(self._preference(key), name="caller-route")
        self._routes.add(reading)
        reading.add_done_callback(self._done)
        return await asyncio.shield(reading)

    async def _preference(self, key: str) -> Preference:
        async with self._store.reading() as connection:
            return await preference_of(connection, key)

    def _done(self, reading: asyncio.Task[Any]) -> None:
        self._routes.discard(reading)
        if not reading.cancelled():
            reading.exception()  # asked for, or asyncio would report it as forgotten
