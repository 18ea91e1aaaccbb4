"""Rows that can be read: one that cannot is told to the log, and hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
import structlog

log = structlog.get_logger()

T = TypeVar("T")


def readable(rows: Iterable[Any], read: Callable[[Any], T], table: str, key: str = "id") -> Iterator[T]:
    """Read each row; pass over those that are not what was written."""
    for row in rows:
        try:
            one = read(row)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            number = row[key] if hasattr(row, "keys") else getattr(row, key)
            log.warning("row_unreadable", table=table, row=number, reason=type(error).__name__)
        else:
            yield one
