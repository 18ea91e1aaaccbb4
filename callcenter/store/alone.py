"""One service at a time writes a server's database: who does holds an advisory lock, on a connection of its own.

    free ──taken──▶ held ──process or connection ends──▶ free

The server lets the lock go with the connection, so that nobody has to give it back for whoever has died. Where the
server was away it is taken again; where another service has it by then, this one ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.errors import StoreError
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.settings import StoreSettings

_LOCK = 0x73657276
"""Of PostgreSQL's advisory locks, the one that a service holds in its database."""
_LOOKS_EVERY_SECONDS = 5.0
_LET_GO_SECONDS = 60.0
"""A server that was cut off has noticed by then, and let go of what we held before."""

log = structlog.get_logger()


class DatabaseTaken(StoreError):
    """Another service has the database."""


class ServiceLock:
    """The lock, held."""

    def __init__(self, settings: StoreSettings, engine: AsyncEngine) -> None:
        self._settings = settings
        self._engine = engine
        self._connection: AsyncConnection | None = None

    @classmethod
    async def take(cls, settings: StoreSettings) -> Self:
        """Take the lock of a server's database.

        Raises:
            DatabaseTaken: Another service has it.
            StoreError: The database cannot be used.
        """
        lock = cls(settings, open_engine(settings))
        try:
            await lock._take()
        except BaseException:
            await lock.close()
            raise
        return lock

    async def close(self) -> None:
        """Let it go."""
        with contextlib.suppress(StoreError):
            await self._let_go()
        await self._engine.dispose()

    async def keep(self, every: float = _LOOKS_EVERY_SECONDS, patience: float = _LET_GO_SECONDS) -> None:
        """See to it that the lock is held, until cancelled; takes it again after the server was away.

        Raises:
            DatabaseTaken: Another service has had it for so long that it is not we who were cut off.
        """
        loop, taken_since = asyncio.get_running_loop(), None
        while True:
            await asyncio.sleep(every)
            try:
                await self._hold()
            except DatabaseTaken:
                taken_since = taken_since or loop.time()
                if loop.time() >= taken_since + patience:
                    raise
            except StoreError:
                taken_since = None
            else:
                taken_since = None

    async def _hold(self) -> None:
        if self._connection is None:
            await self._take()
            return
        try:
            await self._look(self._connection)
        except StoreError as error:
            log.warning("service_lock_lost", reason=str(error))
            with contextlib.suppress(StoreError):
                await self._let_go()
            raise

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        with told_plainly(self._settings):
            if connection is not None:
                await connection.close()

    async def _take(self) -> None:
        with told_plainly(self._settings):
            self._connection = await self._engine.connect()
            took = await self._connection.scalar(select(func.pg_try_advisory_lock(_LOCK)))
            await self._connection.commit()
            if not took:
                await self._let_go()
                raise DatabaseTaken(
                    f"another service uses the database {self._settings.url}: stop it first, one at a time may"
                )

    async def _look(self, connection: AsyncConnection) -> None:
        with told_plainly(self._settings):
            await connection.execute(select(1))
            await connection.commit()
