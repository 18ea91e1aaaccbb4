"""What a list of a million is: the rows of its tables, and what is asked of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND
from tests.bench import million
from tests.unit.rules.detection.people import MONDAY

DAY = 86_400 * SECOND
APART = 20 * SECOND
END = MONDAY + million.MANY * APART
PAGE = 51
AT = f"{MONDAY} + n * {APART}"
HALF = MONDAY + million.MANY // 2 * APART
SPAN: dict[str, Any] = {"since": HALF, "until": HALF + DAY}
in_json = msgspec.json.encode
Asked = Callable[[AsyncConnection], Awaitable[Any]]


class Table(NamedTuple):
    """What a table holds, in SQL; `every`: of so many n one has a row."""

    name: str
    row: Mapping[str, str]
    every: int = 1


class Many(NamedTuple):
    """A list of a million: its tables, what is asked of it, and what is written when they are filled."""

    tables: Callable[[], list[Table]]
    asked: dict[str, Asked]
    then: str | None = None


def mostly(most: str, *others: tuple[int, str]) -> str:
    """Say in SQL what is mostly one thing, and every so manieth time another."""
    whens = " ".join(f"WHEN (n * 7919) % {every} = 0 THEN '{one}'" for every, one in others)
    return f"CASE {whens} ELSE '{most}' END"
