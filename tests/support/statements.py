"""SQL statements that are compiled once for all tests, as they are once for the life of a service.

A statement is compiled for an engine, and each test opens its own: a tenth of the time of all tests went into it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_compiled: LRUCache[Any, Any] = LRUCache(5000)


def compile_once() -> None:
    """Let every engine of this process find what another one of its kind has compiled."""
    for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
        kind.__hash__ = lambda one: hash(type(one))  # type: ignore[assignment,method-assign]
    Engine._compiled_cache = property(lambda _: _compiled, lambda *_: None)  # type: ignore[assignment]
