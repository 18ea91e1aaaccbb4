"""The database: opened with the settings that durability needs, its errors told in one sentence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

import asyncpg
from asyncpg.exceptions import CannotConnectNowError, TargetServerAttributeNotMatched
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from callcenter.errors import DiskFull, MigrationMissing, StoreError
from callcenter.ownfiles import keep_private, make_private
from callcenter.store.settings import StoreSettings
from callcenter.untrusted import storable

T = TypeVar("T")

_BUSY_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 60.0
_KEEPALIVE = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""So that a server lets go of the locks of a service whose machine is gone."""
_POSTGRES_DISK_FULL = "53100"
_POSTGRES_NO_TABLE = "42P01"
_POSTGRES_PASSING = ("08", "25006", "40", "53", "55P03", "57", "58")
_POSTGRES_READ_ONLY = "25006"
_SQLITE_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED")


class StoreAway(StoreError):
    """The database cannot be used now, and may be later: worth another try."""


def open_engine(settings: StoreSettings, *, make: bool = False) -> AsyncEngine:
    """Make the engine; connects at the first use.

    Args:
        settings: Where the database is.
        make: Make the file if there is none; without it, one that is gone never comes back as an empty one.

    Raises:
        BadSetting: The password's file cannot be read.
        StoreError: The directory of the database file cannot be made.
    """
    path = settings.path
    if path is None:
        return _open_server(settings, patient=make)
    if make:
        with told_plainly(settings):
            make_private(path)
    else:
        keep_private(path)
    address = settings.address().set(
        database=f"file:{quote(str(path))}", query={"mode": "rwc" if make else "rw", "uri": "true"}
    )
    engine = create_async_engine(address, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _harden)
    return engine


def _open_server(settings: StoreSettings, *, patient: bool) -> AsyncEngine:
    """Make the engine of a server; a `patient` one waits for an answer as long as it takes."""
    address = settings.address()
    _, servers = address.get_dialect()().create_connect_args(address)
    said = {"application_name": "callcenter", "lock_timeout": f"{_BUSY_SECONDS * 1000:.0f}ms", **_KEEPALIVE}
    times = {"timeout": _CONNECT_SECONDS, "command_timeout": None if patient else _ANSWER_SECONDS}
    told: dict[str, Any] = {**servers, **times, "server_settings": said}
    if (context := settings.tls_context()) is not None:
        told["ssl"] = context
    engine = create_async_engine(
        address, async_creator=lambda: _connect(told), pool_pre_ping=True, hide_parameters=True
    )
    event.listen(engine.sync_engine, "before_cursor_execute", _make_storable, retval=True)
    event.listen(engine.sync_engine, "handle_error", _leave_read_only)
    return engine


async def _connect(told: dict[str, Any]) -> Any:
    """Connect to the first server that takes what is written; each has its time to answer, unlike the driver's own way.

    Raises:
        OSError: What the last one had to say, or an error of the driver.
    """
    servers = told.get("host")
    if not isinstance(servers, list):
        return await asyncpg.connect(**told)
    for host, port in zip(servers[:-1], told["port"], strict=False):
        with contextlib.suppress(OSError, CannotConnectNowError, TargetServerAttributeNotMatched):
            return await asyncpg.connect(**told | {"host": host, "port": port})
    return await asyncpg.connect(**told | {"host": servers[-1], "port": told["port"][-1]})


def _make_storable(_c: object, _k: object, sql: str, values: Any, _x: object, _many: bool) -> tuple[str, Any]:
    """Write and ask for texts as PostgreSQL can have them, whoever sent them."""
    if isinstance(values, list):
        return sql, [_storable(row) for row in values]
    return sql, _storable(values)


def _storable(row: Any) -> Any:
    return tuple(storable(value) if type(value) is str else value for value in row) if row else row


def _leave_read_only(context: ExceptionContext) -> None:
    """Let the connections go where a server has become another's copy: what is written is written elsewhere now."""
    if getattr(context.original_exception, "sqlstate", None) == _POSTGRES_READ_ONLY:
        context.is_disconnect = True


@contextlib.contextmanager
def told_plainly(settings: StoreSettings) -> Iterator[None]:
    """Turn what the database and the system report into one sentence of ours."""
    try:
        yield
    except DBAPIError as error:
        raise _explain(error, settings.url) from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database {settings.url} cannot be used: {_first_line(error)}") from error
    except OSError as error:
        raise StoreAway(f"the database {settings.url} cannot be reached: {_reason(error)}") from error


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Let a transaction, or what a thread does, come to its end, even when whoever waits for it is cancelled.

    Cut off in its middle, its connection would stay open, and the database locked, until the process ends.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # asked for, or asyncio would report it as forgotten
        raise


def _harden(connection: Any, _record: object) -> None:
    """Make every commit durable before it is reported, and let readers go on beside the writer."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _explain(error: DBAPIError, url: str) -> StoreError:
    code = _code(error)
    if code in {"SQLITE_FULL", _POSTGRES_DISK_FULL}:
        return DiskFull(f"the disk of the database {url} is full; free some space and start again")
    if code == _POSTGRES_NO_TABLE or "no such table" in str(error.orig):
        return MigrationMissing(f"the database {url} has not been made; run: callcenter db upgrade")
    passing = code.startswith((*_SQLITE_PASSING, *_POSTGRES_PASSING)) or _is_without_writer(error)
    if error.connection_invalidated or passing:
        return StoreAway(f"the database {url} is not available now: {_first_line(error.orig)}")
    if code == "SQLITE_CANTOPEN":
        return StoreError(f"the database {url} cannot be opened; check that its directory exists and is writable")
    return StoreError(f"the database {url} cannot be used: {_first_line(error.orig)}")


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or "it does not answer"


def _is_without_writer(error: DBAPIError) -> bool:
    """Tell whether servers answered and none of them takes what is written: one of them is about to become it."""
    return error.orig is not None and isinstance(error.orig.__cause__, TargetServerAttributeNotMatched)


def _code(error: DBAPIError) -> str:
    """Return SQLite's name or PostgreSQL's number of the error; empty where there is none."""
    cause: BaseException | None = error.orig
    while cause is not None:
        code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        if code:
            return str(code)
        cause = cause.__cause__
    return ""


def _first_line(error: object) -> str:
    return str(error).partition("\n")[0]
