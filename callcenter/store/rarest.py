"""By which of several conditions rows are found, where each has an index: a planner without statistics takes any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

FEW = 2_000
"""At most so many rows are all looked at, and put in order; of more, enough are soon met in their order."""


class Rarest(NamedTuple):
    """By which condition rows are found; None: there is none. `few`: those that have it are few."""

    name: str | None
    few: bool


async def rarest(
    connection: AsyncConnection, told: Mapping[str, ColumnElement[bool]], *within: ColumnElement[bool]
) -> Rarest:
    """Find the first of some conditions that few rows have, else the first: name what is mostly rare first.

    Args:
        connection: Where from.
        told: The conditions, each with an index, by names.
        within: What is asked besides that the same indexes hold, as a span of time.
    """
    for name, clause in told.items():
        if await at_most(connection, select(literal_column("1")).where(clause, *within), FEW):
            return Rarest(name, few=True)
    return Rarest(next(iter(told), None), few=False)


async def at_most(connection: AsyncConnection, rows: Select[Any], most: int) -> bool:
    """Tell whether rows are at most so many; no more of them are counted."""
    some = rows.limit(most + 1).subquery()
    return (await connection.scalar(select(func.count()).select_from(some)) or 0) <= most


def beside(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask for it of rows that are found by another condition: by none of its own indexes."""
    return func.coalesce(clause, false())
