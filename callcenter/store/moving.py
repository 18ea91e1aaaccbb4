"""The database moves from its SQLite file to a PostgreSQL server: chunk by chunk in key order, and proved at the end.

How far it has come is what the target holds, so a move that was killed goes on where it was. Until everything has been
proved, the target's schema has a name that no version writes, and nothing else can use it.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    RowMapping,
    Table,
    collate,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.types import String, Text

from callcenter.errors import BadInput, StoreError
from callcenter.store.engine import open_engine, told_plainly
from callcenter.store.schema import (
    CHANGING,
    MOVING,
    VERSIONS,
    begin_writing,
    migrate,
    newest_revision,
    require_current,
    require_fit,
)
from callcenter.store.settings import StoreSettings
from callcenter.untrusted import storable

_AT_ONCE = 500
_STATE = Table("moving", MetaData(), Column("source", Text, nullable=False))
"""In the target while it is not all there: of which source it holds a part."""
_encode = msgspec.json.Encoder().encode


class _Side(NamedTuple):
    """One of the two databases: its errors are told as its own."""

    settings: StoreSettings
    connection: AsyncConnection


class MoveProgress(NamedTuple):
    """How many rows of a table are there by now, and how many it has."""

    table: str
    rows: int
    of: int


class MovedTable(NamedTuple):
    """What was proved of a table: as many rows on both sides, with the same hash (SHA-256)."""

    table: str
    rows: int
    hash: str


async def move(source: StoreSettings, target: StoreSettings, told: Callable[[MoveProgress], None]) -> list[MovedTable]:
    """Copy a database file into an empty database of a server, or go on with it; returns what was proved.

    The file is read as it is at one moment, and nobody writes it meanwhile.

    Raises:
        BadInput: The one is no file, or the other no server's; or the target holds something else.
        MigrationMissing: The file has not the schema that this version writes.
        StoreError: One of them cannot be used, or what came over is not what was there.
    """
    if source.path is None or target.path is not None:
        raise BadInput("a move goes from an SQLite file to a PostgreSQL server: store.url is the one, --to the other")
    old, new = open_engine(source), open_engine(target, make=True)
    try:
        await require_current(source, old)
        event.listen(old.sync_engine, "begin", begin_writing)
        async with _held(source, old) as here, _connected(target, new) as there:
            return await _moved(here, there, told)
    finally:
        await old.dispose()
        await new.dispose()


@contextlib.asynccontextmanager
async def _held(source: StoreSettings, engine: AsyncEngine) -> AsyncIterator[_Side]:
    with told_plainly(source):
        connection = await engine.connect()
        await connection.begin()
    try:
        yield _Side(source, connection)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _connected(target: StoreSettings, engine: AsyncEngine) -> AsyncIterator[_Side]:
    with told_plainly(target):
        async with engine.connect() as connection:
            await require_fit(target, connection)
            await connection.execute(select(func.pg_advisory_lock(CHANGING)))
            await connection.commit()
            yield _Side(target, connection)


async def _moved(here: _Side, there: _Side, told: Callable[[MoveProgress], None]) -> list[MovedTable]:
    tables = await _tables(here)
    await _prepare(there, await _fingerprint(here, tables))
    for new in (await _tables(there)).values():
        await _copy(here, there, tables[new.name], new, told)
    proved = [await _proved(here, there, tables[new.name], new) for new in (await _tables(there)).values()]
    await there.connection.execute(update(VERSIONS).values(version_num=newest_revision()))
    await there.connection.execute(DropTable(_STATE))
    await there.connection.commit()
    await there.connection.execute(text("ANALYZE"))  # or the first day's look-ups would be planned for empty tables
    await there.connection.commit()
    return proved


async def _prepare(there: _Side, source: str) -> None:
    """Make the target's tables, empty, or find those that an earlier move of the same source made.

    Raises:
        BadInput: It holds something else.
    """
    found = await there.connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if _STATE.name in found:
        if await there.connection.scalar(select(_STATE.c.source)) != source:
            raise BadInput(
                f"{there.settings.url} holds what another database was, or this one before it was changed: "
                "make the target anew (dropdb, createdb) and move again"
            )
    elif found:
        raise BadInput(
            f"{there.settings.url} holds something already, the table {min(found)} among it: "
            "make the target anew (dropdb, createdb) and move again"
        )
    else:
        await there.connection.run_sync(migrate)
        for table in reversed((await _tables(there)).values()):
            await there.connection.execute(table.delete())
        await there.connection.execute(CreateTable(_STATE))
        await there.connection.execute(insert(_STATE).values(source=source))
        await there.connection.execute(update(VERSIONS).values(version_num=MOVING))
    await there.connection.commit()


async def _copy(here: _Side, there: _Side, old: Table, new: Table, told: Callable[[MoveProgress], None]) -> None:
    """Copy what the target has not yet, a transaction a chunk."""
    with told_plainly(here.settings):
        of = await here.connection.scalar(select(func.count()).select_from(old)) or 0
    rows = await there.connection.scalar(select(func.count()).select_from(new)) or 0
    key = _key(there.connection, new)
    newest = select(*key).order_by(*(column.desc() for column in key)).limit(1)
    after = (await there.connection.execute(newest)).one_or_none()
    await there.connection.commit()
    told(MoveProgress(new.name, rows, of))
    async for chunk in _chunks(here, old, after):
        await there.connection.execute(insert(new), [dict(row) for row in chunk])
        await there.connection.commit()
        rows += len(chunk)
        told(MoveProgress(new.name, rows, of))


async def _proved(here: _Side, there: _Side, old: Table, new: Table) -> MovedTable:
    """Hold a table against its copy.

    Raises:
        StoreError: They differ.
    """
    was, is_now = [await _sealed(here, old), await _sealed(there, new)]
    if was != is_now:
        raise StoreError(
            f"the table {new.name} is not what it was: {was.rows} rows were there, {is_now.rows} came over, "
            "and their hashes differ; make the target anew (dropdb, createdb) and move again"
        )
    return is_now


async def _sealed(side: _Side, table: Table) -> MovedTable:
    rows, seal = 0, hashlib.sha256()
    names = sorted(column.name for column in table.columns)
    async for chunk in _chunks(side, table):
        for row in chunk:
            seal.update(_encode([_plain(row[name]) for name in names]) + b"\n")
        rows += len(chunk)
    return MovedTable(table.name, rows, seal.hexdigest())


async def _chunks(side: _Side, table: Table, after: Sequence[Any] | None = None) -> AsyncIterator[Sequence[RowMapping]]:
    """Yield the rows behind a key in the order of the bytes of their keys, so many at once."""
    key = _key(side.connection, table)
    while True:
        rows = select(table).order_by(*key).limit(_AT_ONCE)
        if after is not None:
            rows = rows.where(tuple_(*key) > tuple_(*after))
        with told_plainly(side.settings):
            chunk = (await side.connection.execute(rows)).mappings().all()
        if not chunk:
            return
        yield chunk
        after = [chunk[-1][column.name] for column in table.primary_key]


def _key(connection: AsyncConnection, table: Table) -> list[ColumnElement[Any]]:
    """Name the columns of a key, in the order that SQLite knows: that of the bytes, whatever a server sorts by."""
    bytewise = connection.dialect.name == "postgresql"
    return [
        collate(column, "C") if bytewise and isinstance(column.type, String) else column for column in table.primary_key
    ]


async def _tables(side: _Side) -> dict[str, Table]:
    """Read which tables there are, each behind those that it refers to."""
    found = MetaData()
    with told_plainly(side.settings), warnings.catch_warnings():
        # of what is computed an index is not read; rows are moved without them
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        await side.connection.run_sync(found.reflect)
    return {table.name: table for table in found.sorted_tables if table.name not in {VERSIONS.name, _STATE.name}}


async def _fingerprint(here: _Side, tables: dict[str, Table]) -> str:
    """Name a source as it is now: everybody who writes moves on one of these."""
    seals = [(await _sealed(here, tables[name])).hash for name in ("audit_head", "position")]
    return hashlib.sha256("".join(seals).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
