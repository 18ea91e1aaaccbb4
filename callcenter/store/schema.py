"""Which schema a database has, which one this version writes, and the way from the one to the other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, event, func, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.errors import MigrationMissing, StoreError
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.settings import StoreSettings

_SCRIPTS = Path(__file__).parent / "migrations"
_OLDEST_SERVER = (15,)
MOVING = "moving"
"""Stands for the schema of a database into which another one is being moved."""
CHANGING = 0x63616C6C
"""Of PostgreSQL's advisory locks, the one that whoever makes or changes a schema holds."""
VERSIONS = table("alembic_version", column("version_num"))


@cache
def newest_revision() -> str:
    """Name the schema that this version writes; every migration is read for it, once."""
    head = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert head is not None
    return head


async def revision_of(settings: StoreSettings) -> str | None:
    """Name the schema that the database has; None where it has none yet.

    Raises:
        StoreError: The database cannot be opened.
    """
    if settings.path is not None and not settings.path.exists():
        return None
    engine = open_engine(settings)
    try:
        return await _revision(settings, engine)
    finally:
        await engine.dispose()


async def require_current(settings: StoreSettings, engine: AsyncEngine) -> None:
    """Pass if the database has the schema that this version writes.

    Raises:
        MigrationMissing: It has another one, or none.
        StoreError: The database cannot be opened.
    """
    if settings.path is not None and not settings.path.exists():
        raise MigrationMissing(f"there is no database {settings.url} yet; run: callcenter db upgrade")
    found, needed = await _revision(settings, engine), newest_revision()
    if found == needed:
        return
    _require_known(settings, found)
    raise MigrationMissing(
        f"the database {settings.url} has schema {found or 'none'}, {needed} is needed; run: callcenter db upgrade"
    )


async def upgrade(settings: StoreSettings) -> str:
    """Bring the database to the newest schema, made now if there is none; returns the schema's name.

    Of two at once, the second waits for the first, and finds nothing left to do. Killed in the middle, it leaves the
    schema that was there.

    Raises:
        MigrationMissing: It was made by a newer version.
        StoreError: The database cannot be opened or changed.
    """
    engine = open_engine(settings, make=True)
    try:
        found = await _revision(settings, engine)
        if settings.path is not None:
            event.listen(engine.sync_engine, "begin", begin_writing)
        _require_known(settings, found)
        with told_plainly(settings):
            async with engine.begin() as connection:
                if settings.path is None:
                    await connection.execute(select(func.pg_advisory_xact_lock(CHANGING)))
                await connection.run_sync(migrate)
    finally:
        await engine.dispose()
    return newest_revision()


async def _revision(settings: StoreSettings, engine: AsyncEngine) -> str | None:
    with told_plainly(settings):
        async with engine.connect() as connection:
            if settings.path is None:
                await require_fit(settings, connection)
            if not await connection.run_sync(lambda sync: inspect(sync).has_table(VERSIONS.name)):
                return None
            found: str | None = await connection.scalar(select(VERSIONS.c.version_num))
            return found


async def require_fit(settings: StoreSettings, connection: AsyncConnection) -> None:
    """Pass if a server is new enough, and its database takes every character."""
    version = connection.dialect.server_version_info or ()
    if version < _OLDEST_SERVER:
        raise StoreError(f"{settings.url} is PostgreSQL {version[0]}; {_OLDEST_SERVER[0]} or newer is needed")
    encoding = await connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise StoreError(
            f"the database {settings.url} keeps text as {encoding}: make it anew by "
            "createdb --encoding=UTF8 --template=template0"
        )


def _require_known(settings: StoreSettings, found: str | None) -> None:
    if found == MOVING:
        raise MigrationMissing(f"another database is being moved to {settings.url}; go on by: callcenter db move")
    if found is not None and found not in _known():
        raise MigrationMissing(
            f"the database {settings.url} was made by a newer version (schema {found}); install that version"
        )


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def begin_writing(connection: Connection) -> None:
    """Begin in so many words: Python's driver begins before rows are written, but not before tables are made."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def migrate(connection: Connection) -> None:
    """Bring the schema behind a connection to the newest one, in its transaction."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
