"""The part of the database that people write: one transaction a request, its audit entries in it or nothing at all.

Every writing transaction locks the audit log's head first. So writers stand in line, whatever the database, and what a
transaction reads is what it then changes: two people at once have one effect, the second meets the first one's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.ownfiles import OwnFile
from callcenter.store.audit import Audited, append
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.outbox import has_put
from callcenter.store.schema import require_current
from callcenter.store.settings import StoreSettings
from callcenter.store.tables import AuditHeadRow


class UnitOfWork:
    """A writing transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def note(self, told: Audited) -> None:
        """Add an entry to the audit log."""
        await append(self.connection, told)

    async def execute(self, statement: Any) -> Any:
        """Run a statement in the transaction."""
        return await self.connection.execute(statement)


class DecisionStore:
    """What people enter and decide, open for reading and writing.

    Attributes:
        on_put: Called when a transaction has committed that put something into the outbox.
    """

    def __init__(self, settings: StoreSettings, engine: AsyncEngine) -> None:
        self.on_put: Callable[[], None] = lambda: None
        self._settings = settings
        self._engine = engine
        self.file = None if settings.path is None else OwnFile(settings.path)

    @classmethod
    async def open(cls, settings: StoreSettings) -> Self:
        """Open the database.

        Raises:
            MigrationMissing: The schema is not the one this version writes.
            StoreError: The database cannot be opened.
            FileTaken: It was removed or replaced meanwhile.
        """
        engine = open_engine(settings)
        decisions = cls(settings, engine)
        try:
            await require_current(settings, engine)
            if decisions.file is not None:
                decisions.file.require()
        except BaseException:
            await engine.dispose()
            raise
        return decisions

    async def close(self) -> None:
        """Let the database go."""
        await self._engine.dispose()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        """Hold a transaction that commits at its end; an exception leaves everything as it was.

        Raises:
            StoreError: The database cannot be used, or not now.
            FileTaken: Its file is no longer there, and with it what was written.
        """
        async with self.adding() as unit:
            yield await desk_of(unit.connection)

    @asynccontextmanager
    async def adding(self) -> AsyncIterator[UnitOfWork]:
        """Hold a transaction that only adds rows by which nothing is decided, in no line; errors as `writing`."""
        with told_plainly(self._settings):
            async with self._engine.begin() as connection:
                yield UnitOfWork(connection)
                leaves = has_put(connection)
        if self.file is not None:
            self.file.require()
        if leaves:
            self.on_put()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Hold a connection to read from; errors as `writing`."""
        with told_plainly(self._settings):
            async with self._engine.connect() as connection:
                yield connection


async def desk_of(connection: AsyncConnection) -> UnitOfWork:
    """Stand in line with the other writers of a transaction that has begun."""
    await connection.execute(update(AuditHeadRow).values(taken=AuditHeadRow.taken + 1))
    return UnitOfWork(connection)
