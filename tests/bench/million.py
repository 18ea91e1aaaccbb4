"""A million rows of a table, made by the database itself, and how long the first page of a list of them takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sqlalchemy import text

from callcenter.store import DecisionStore
from tests.support.databases import DATABASES, POSTGRESQL

MANY, AT_ONCE, TURNS = 1_000_000, 50_000, 5
LIMIT = 300.0
"""Milliseconds for a first page."""
T = TypeVar("T")


def ident() -> str:
    """Say the n-th id in SQL."""
    return "lpad(to_hex(n), 32, '0')" if DATABASES.kind == POSTGRESQL else "printf('%032x', n)"


def name_of(what: str, many: int, step: int = 7907) -> str:
    """Say in SQL one of so many names, as if by chance."""
    return f"'{what}' || CAST((n * {step}) % {many} AS TEXT)"


def quoted(words: str) -> str:
    """Say words in SQL."""
    return "'" + words.replace("'", "''") + "'"


async def fill(decisions: DecisionStore, table: str, row: Mapping[str, str], every: int = 1) -> None:
    """Let the database write a row for each n below a million, or for every so manieth: what each column is, in SQL."""
    for first in range(0, MANY, AT_ONCE):
        more = f"SELECT n + {every} FROM s WHERE n + {every} < {first + AT_ONCE}"  # noqa: S608 - all of it is said here
        asked = f"SELECT {', '.join(row.values())} FROM s"  # noqa: S608 - all of it is said here
        begin = -(-first // every) * every
        numbers = f"WITH RECURSIVE s(n) AS (SELECT CAST({begin} AS BIGINT) UNION ALL {more})"
        columns = ", ".join(f'"{name}"' for name in row)
        async with decisions.writing() as unit:
            await unit.connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) {numbers} {asked}")


async def analysed(decisions: DecisionStore) -> None:
    """Let PostgreSQL know what is there, as its autovacuum does soon after."""
    if DATABASES.kind == POSTGRESQL:
        async with decisions.writing() as unit:
            await unit.connection.execute(text("ANALYZE"))


async def timed(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do something some times; prints the first, the median and the best, and whether the median keeps the limit."""
    times: list[float] = []
    while True:
        begin = time.perf_counter()
        found = await work()
        times.append((time.perf_counter() - begin) * 1e3)
        if len(times) == TURNS:
            break
    half = statistics.median(times)
    kept = "met" if half < LIMIT else "NOT met"
    rows = f"{len(found)} rows, " if isinstance(found, list) else ""
    print(f"  {name}: {rows}first {times[0]:.1f}, half {half:.1f}, best {min(times):.1f} ms: {kept}", flush=True)
    return found
