"""Who calls, read on connections of its own: what people's pages ask meanwhile keeps no ring waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.store import DecisionStore, StoreSettings
from callcenter.usecases.tell_caller import CallAsked, KnownCaller, known_caller, preference_of

_AT_ONCE = 4
_MOST_READING = 40
"""Where so many look-ups are under way, the database does not keep up: the dialplan, which waits, is told nothing."""

T = TypeVar("T")


class Callers:
    """Finds out who calls, and where they are to go; whoever waits no longer is not kept until the database answers.

    Args:
        store: The database, opened for this alone.
    """

    def __init__(self, store: DecisionStore) -> None:
        self._store = store
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._reading: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, settings: StoreSettings) -> Self:
        """Open the database once more, with connections that need not be made when the first phone rings.

        Raises:
            StoreError: It cannot be opened.
        """
        found = cls(await DecisionStore.open(settings))
        try:
            await asyncio.gather(*(found.prefer("") for _ in range(_AT_ONCE)))
        except BaseException:
            await found.close()
            raise
        return found

    async def close(self) -> None:
        """Let the database go, once it has answered."""
        if self._reading:
            await asyncio.wait(self._reading)
        await self._store.close()

    async def who_calls(self, asked: CallAsked) -> KnownCaller:
        """Return what is known of whoever calls.

        Raises:
            StoreError: The database cannot be used.
        """
        return await self._aside(self._known(asked))

    async def prefer(self, key: str) -> Preference:
        """Return what is known of a number.

        Raises:
            StoreError: The database cannot be used.
        """
        if len(self._reading) >= _MOST_READING:
            return NO_PREFERENCE
        return await self._aside(self._preference(key))

    async def _known(self, asked: CallAsked) -> KnownCaller:
        async with self._turn, self._store.reading() as connection:
            return await known_caller(connection, asked)

    async def _preference(self, key: str) -> Preference:
        async with self._store.reading() as connection:
            return await preference_of(connection, key)

    async def _aside(self, work: Coroutine[Any, Any, T]) -> T:
        reading = asyncio.create_task(work, name="caller")
        self._reading.add(reading)
        reading.add_done_callback(self._done)
        return await asyncio.shield(reading)

    def _done(self, reading: asyncio.Task[Any]) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            reading.exception()  # asked for, or asyncio would report it as forgotten
