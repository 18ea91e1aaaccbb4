"""The databases of the tests that run on both: which one, of which folder, migrated and empty.

A test that asks for the fixture `database` runs on SQLite and on PostgreSQL; one that is marked `one_database` on
SQLite alone. A folder has a database of its own on either. PostgreSQL's are used again by the next test, emptied, for
making one takes a quarter of a second.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg

from callcenter.store import StoreSettings, upgrade
from tests.support.postgres import PostgresServer

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_MIGRATED = "migrated"
_KEEP_WHAT_IS_THERE = """
DO $$ DECLARE name text; filled bool; BEGIN
  CREATE SCHEMA kept;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name); END IF;
  END LOOP;
END $$;
SELECT 'SET session_replication_role = replica;'
  || string_agg(format('DELETE FROM public.%I;', tablename), '') FILTER (WHERE schemaname = 'public')
  || string_agg(format('INSERT INTO public.%I TABLE kept.%I;', tablename, tablename), '')
    FILTER (WHERE schemaname = 'kept')
  FROM pg_tables WHERE schemaname IN ('public', 'kept') AND tablename <> 'alembic_version'
"""
"""Keeps the rows that migrations made, and gives the statements that bring a database back to them alone."""


class Databases:
    """Those of this process; its server starts when it is first needed, and lasts to the end."""

    def __init__(self) -> None:
        self.kind = SQLITE
        self._server: PostgresServer | None = None
        self._empties = ""
        self._blanks = 0
        self._lent: set[str] = set()
        self._given: dict[Path, StoreSettings] = {}
        self._migrated: set[str] = set()
        self._file = b""

    @property
    def server(self) -> PostgresServer:
        """The server, which runs."""
        assert self._server is not None, "the test does not say that it needs PostgreSQL: mark it postgresql"
        return self._server

    def require_server(self) -> None:
        """Start the server if it does not run."""
        if self._server is None:
            self._server = PostgresServer()
            self._server.start()
            self._server.sql(f"CREATE DATABASE {_MIGRATED}")
            with ThreadPoolExecutor(1) as beside:  # this thread's event loop is pytest's
                beside.submit(lambda: asyncio.run(upgrade(self._at(_MIGRATED)))).result()
            self._empties = self._server.sql(_KEEP_WHAT_IS_THERE, _MIGRATED)

    def end(self) -> None:
        if self._server is not None:
            self._server.remove()
            self._server = None

    def begin(self, kind: str) -> None:
        """Begin a test: no folder has a database yet."""
        self.kind = kind
        self._given.clear()
        self._migrated.clear()

    def blank(self, file: Path) -> StoreSettings:
        """Name a database that has no tables; that of a file is not there yet."""
        if self.kind == SQLITE:
            return self.of(file)
        return self.blank_on_server()

    def blank_on_server(self) -> StoreSettings:
        """Make a database of the server that has no tables."""
        self._blanks += 1
        name = f"blank_{self._blanks}"
        self.server.sql(f"CREATE DATABASE {name}")
        return self._at(name)

    def of(self, file: Path, **settings: object) -> StoreSettings:
        """Name the database that a test has for a file, whether it is made or not."""
        if self.kind == SQLITE:
            return StoreSettings(url=f"sqlite:///{file}", **settings)
        if file not in self._given:
            self._given[file] = self._lend(f"lent_{len(self._given)}")
        return self._given[file].model_copy(update=settings)

    async def migrate(self, settings: StoreSettings) -> None:
        """Make the tables, empty, the first time that a test asks for it."""
        if settings.path is None:
            if settings.url not in self._migrated:
                self._migrated.add(settings.url)
                async with _connected(settings.url) as connection:
                    await connection.execute(self._empties)
        elif not await asyncio.to_thread(_is_filled, settings.path):
            if not self._file:
                await upgrade(settings)
                self._file = await asyncio.to_thread(settings.path.read_bytes)
            await asyncio.to_thread(settings.path.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(settings.path.touch, 0o600)
            await asyncio.to_thread(settings.path.write_bytes, self._file)

    def lose(self, file: Path) -> None:
        """Let a database be gone: the next to ask for it finds an empty one."""
        if self.kind == SQLITE:
            file.unlink()
        else:
            self._migrated.discard(self.of(file).url)

    def sql(self, settings: StoreSettings, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Do something behind the product's back; returns the rows."""
        if settings.path is not None:
            with closing(sqlite3.connect(settings.path, timeout=30)) as connection, connection:
                return connection.execute(statement, values).fetchall()
        numbers = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", statement)
        with ThreadPoolExecutor(1) as beside:  # a loop may run here
            return beside.submit(lambda: asyncio.run(_fetched(settings.url, numbered, values))).result()

    def _lend(self, name: str) -> StoreSettings:
        if name not in self._lent:
            self.server.sql(f"CREATE DATABASE {name} TEMPLATE {_MIGRATED}")
            self._lent.add(name)
        return self._at(name)

    def _at(self, name: str) -> StoreSettings:
        return StoreSettings(url=self.server.url(name))


def _is_filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _fetched(url: str, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    async with _connected(url) as connection:
        return [tuple(row) for row in await connection.fetch(statement, *values)]


DATABASES = Databases()
