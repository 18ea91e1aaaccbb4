"""What a request's JSON may hold at all, before it means anything; and what of ours is too deep to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_LEVELS = 24
MOST_VALUES = 10_000
_MOST_NUMBER = 2**53
"""Beyond it a browser's numbers are no longer the ones that were meant."""


def require_bounded(value: Any) -> Any:
    """Return a value that every part of the service can keep and show.

    Raises:
        ValueError: It is too deep, too large, out of range, or text that no database takes.
    """
    for count, (level, one) in enumerate(_walk(value)):
        if count >= MOST_VALUES:
            raise ValueError(f"has more than {MOST_VALUES} values")
        if level > MOST_LEVELS:
            raise ValueError(f"is nested deeper than {MOST_LEVELS} levels")
        _require_sound(one)
    return value


def is_too_deep(value: Any) -> bool:
    """Tell whether a value cannot be shown."""
    return any(level > MOST_LEVELS + 1 for level, _ in _walk(value))


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Give every value with its level, and every key; nothing deeper than is told, and without recursion."""
    left = [(0, value)]
    while left:
        level, one = left.pop()
        yield level, one
        if level > MOST_LEVELS + 1:
            continue
        if isinstance(one, dict):
            for key, inner in one.items():
                yield level, key
                left.append((level + 1, inner))
        elif isinstance(one, list):
            left += [(level + 1, inner) for inner in one]


def _require_sound(one: Any) -> None:
    if isinstance(one, str):
        if "\0" in one or any("\ud800" <= char <= "\udfff" for char in one):
            raise ValueError("has a character that cannot be kept")
    elif isinstance(one, int | float) and not -_MOST_NUMBER <= one <= _MOST_NUMBER:  # NaN is in no range
        raise ValueError("has a number out of range")
