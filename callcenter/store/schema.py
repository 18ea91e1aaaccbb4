"""Which schema a database has, which one this version writes, and the way from the one to the other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, event, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.errors import MigrationMissing
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.settings import StoreSettings

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSIONS = table("alembic_version", column("version_num"))


def newest_revision() -> str:
    """Name the schema that this version writes."""
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
    if found is not None and found not in _known():
        raise MigrationMissing(
            f"the database {settings.url} was made by a newer version (schema {found}); install that version"
        )
    raise MigrationMissing(
        f"the database {settings.url} has schema {found or 'none'}, {needed} is needed; run: callcenter db upgrade"
    )


async def upgrade(settings: StoreSettings) -> str:
    """Bring the database to the newest schema, made now if there is none; returns the schema's name.

    Killed in the middle, it leaves the schema that was there.

    Raises:
        MigrationMissing: It was made by a newer version.
        StoreError: The database cannot be opened or changed.
    """
    engine = open_engine(settings, make=True)
    try:
        found = await _revision(settings, engine)
        if settings.path is not None:
            event.listen(engine.sync_engine, "begin", _begin)
        if found is not None and found not in _known():
            raise MigrationMissing(f"the database {settings.url} was made by a newer version (schema {found})")
        with told_plainly(settings):
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
    finally:
        await engine.dispose()
    return newest_revision()


async def _revision(settings: StoreSettings, engine: AsyncEngine) -> str | None:
    with told_plainly(settings):
        async with engine.connect() as connection:
            if not await connection.run_sync(lambda sync: inspect(sync).has_table(_VERSIONS.name)):
                return None
            found: str | None = await connection.scalar(select(_VERSIONS.c.version_num))
            return found


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def _begin(connection: Connection) -> None:
    """Begin in so many words: Python's driver begins before rows are written, but not before tables are made."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
