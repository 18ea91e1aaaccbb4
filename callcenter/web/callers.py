"""Who calls, and who is shown it, on connections of its own: what people ask meanwhile keeps no ring waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Self, TypeVar

from callcenter.cases.linking import USUAL, LinkSettings
from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.clock import wall_clock
from callcenter.store import DecisionStore, StoreSettings
from callcenter.store.engine import StoreAway
from callcenter.store.outbox import OutboxKind, put
from callcenter.usecases.customers.log_pops import PopShown, log_pops
from callcenter.usecases.customers.tell_caller import CallAsked, KnownCaller, known_caller, preference_of

_AT_ONCE = 4
_MOST_READING = 40
"""Where so many look-ups are under way, the database does not keep up: the dialplan, which waits, is told nothing."""
_MOST_UNLOGGED = 1_000
"""Where so many pops wait to be logged, no further card is shown."""

T = TypeVar("T")


class Callers:
    """Finds out who calls, and where they are to go; whoever waits no longer is not kept until the database answers.

    Args:
        store: The database, opened for this alone.
        links: What repeats an earlier call.
    """

    def __init__(self, store: DecisionStore, links: LinkSettings = USUAL) -> None:
        self._store = store
        self._links = links
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._begun: set[asyncio.Task[Any]] = set()
        self._unlogged: list[PopShown] = []
        self._to_be_logged: asyncio.Task[None] | None = None
        self._logging = asyncio.Lock()

    def on_put(self, wake: Callable[[], None]) -> None:
        """Call this when a pop was put into the outbox."""
        self._store.on_put = wake

    @classmethod
    async def open(cls, settings: StoreSettings, links: LinkSettings = USUAL) -> Self:
        """Open the database once more, with connections that need not be made when the first phone rings.

        Raises:
            StoreError: It cannot be opened.
        """
        found = cls(await DecisionStore.open(settings), links)
        try:
            await asyncio.gather(*(found.prefer("") for _ in range(_AT_ONCE)))
        except BaseException:
            await found.close()
            raise
        return found

    async def close(self) -> None:
        """Let the database go, once it has answered."""
        if self._begun:
            await asyncio.wait(self._begun)
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
        if len(self._begun) >= _MOST_READING:
            return NO_PREFERENCE
        return await self._aside(self._preference(key))

    async def log_pops(self, pops: Sequence[PopShown]) -> None:
        """Log which cards pages are about to show; what comes while the database writes goes with the next.

        Raises:
            StoreError: It cannot be logged.
        """
        if len(self._unlogged) >= _MOST_UNLOGGED:
            raise StoreAway("the database does not keep up with who is shown whom")
        self._unlogged.extend(pops)
        if self._to_be_logged is None:
            self._to_be_logged = self._begin(self._log())
        await asyncio.shield(self._to_be_logged)

    async def let_leave(self, agent: str, told: Mapping[str, Any]) -> None:
        """Let a pop leave the service, where somebody takes pops.

        Raises:
            StoreError: The database cannot be used.
        """
        await self._aside(self._put(agent, told))

    async def _put(self, agent: str, told: Mapping[str, Any]) -> None:
        async with self._store.adding() as unit:
            await put(unit.connection, OutboxKind.POP, agent, told, wall_clock())

    async def _known(self, asked: CallAsked) -> KnownCaller:
        async with self._turn, self._store.reading() as connection:
            return await known_caller(connection, asked, self._links)

    async def _preference(self, key: str) -> Preference:
        async with self._store.reading() as connection:
            return await preference_of(connection, key)

    async def _log(self) -> None:
        async with self._logging:
            pops, self._unlogged, self._to_be_logged = self._unlogged, [], None
            async with self._store.adding() as unit:
                await log_pops(unit, pops)

    async def _aside(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        begun = asyncio.create_task(work, name="caller")
        self._begun.add(begun)
        begun.add_done_callback(self._done)
        return begun

    def _done(self, begun: asyncio.Task[Any]) -> None:
        self._begun.discard(begun)
        if not begun.cancelled():
            begun.exception()  # asked for, or asyncio would report it as forgotten
