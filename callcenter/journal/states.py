"""Saved states of the floor: what makes recovery short, and lets entries be cut that it no longer needs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from callcenter.domain.frame import Micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

KEEP = 3
"""States kept: the newest serves, the others stand in when it cannot be read."""


class SavedState(msgspec.Struct, frozen=True):
    """The caller's state as it was when everything up to `position` had been applied."""

    position: int
    blob: bytes


def save(connection: sqlite3.Connection, state: SavedState, apart: Micros | None = None) -> None:
    """Store a state, and forget all but the newest few, and those before them that lie some time apart.

    Where old entries are cut, the cut is made at one of those: from it, what stays can be judged again exactly.
    """
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (state.position, state.blob, _digest(state)))
    rows = connection.execute(
        "SELECT state.position, recorded_at FROM state LEFT JOIN entry USING (position) ORDER BY position DESC"
    ).fetchall()
    dropped = _between(rows[KEEP:][::-1], apart)
    connection.executemany("DELETE FROM state WHERE position = ?", [(position,) for position in dropped])


def whole(connection: sqlite3.Connection) -> Iterator[SavedState]:
    """Give the saved states that are whole, newest first."""
    return (state for _, state in _states(connection) if state is not None)


def positions(connection: sqlite3.Connection) -> list[tuple[int, bool]]:
    """List the saved states, newest first, each with whether it is whole."""
    return [(position, state is not None) for position, state in _states(connection)]


def latest(connection: sqlite3.Connection) -> SavedState | None:
    """Find the newest state that is whole; None where everything must be replayed."""
    return next(whole(connection), None)


def _between(older: Iterable[tuple[int, Micros | None]], apart: Micros | None) -> Iterator[int]:
    """Choose which to forget among those that are not among the newest, the oldest first."""
    kept, last = False, None
    for position, at in older:
        if apart is None or (kept and last is not None and at is not None and at - last < apart):
            yield position
        else:
            kept, last = True, at


def _states(connection: sqlite3.Connection) -> Iterator[tuple[int, SavedState | None]]:
    """Give each saved state, newest first, with None for one that is not whole."""
    rows = connection.execute("SELECT position, blob, hash FROM state ORDER BY position DESC")
    for position, blob, digest in rows:
        state = SavedState(position, blob) if isinstance(blob, bytes) else None
        yield position, state if state and _digest(state) == digest else None


def _digest(state: SavedState) -> bytes:
    return hashlib.sha256(b"%d\n%b" % (state.position, state.blob)).digest()
