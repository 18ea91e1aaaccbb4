"""Saved states of the floor and the cutting of old entries: what makes recovery short and the file small."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from callcenter.errors import StoreError
from callcenter.journal.file import anchor_and_head

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

KEEP = 3
"""States kept: the newest serves, the others stand in when it cannot be read."""

PRUNE_STEP = 10_000
"""Entries cut in one transaction, so that frames never wait long behind it."""


class SavedState(msgspec.Struct, frozen=True):
    """The caller's state as it was when everything up to `position` had been applied."""

    position: int
    blob: bytes


def save(connection: sqlite3.Connection, state: SavedState) -> None:
    """Store a state, and forget all but the newest few."""
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (state.position, state.blob, _digest(state)))
    connection.execute(
        "DELETE FROM state WHERE position NOT IN (SELECT position FROM state ORDER BY position DESC LIMIT ?)",
        (KEEP,),
    )


def positions(connection: sqlite3.Connection) -> list[tuple[int, bool]]:
    """List the saved states, newest first, each with whether it is whole."""
    return [(position, state is not None) for position, state in _states(connection)]


def latest(connection: sqlite3.Connection) -> SavedState | None:
    """Find the newest state that is whole; None where everything must be replayed."""
    return next((state for _, state in _states(connection) if state is not None), None)


def prune_some(connection: sqlite3.Connection, before: int) -> int:
    """Cut at most `PRUNE_STEP` of the entries older than a position; returns how many are left to cut.

    The seal of the last entry cut becomes the chain's new beginning, so what stays can still be verified.

    Raises:
        StoreError: The entries are not covered by a saved state.
    """
    anchor, _ = anchor_and_head(connection)
    state = latest(connection)
    covered = state.position if state else anchor.position
    last = before - 1
    if last > covered:
        raise StoreError(f"entries after {covered} cannot be cut, no saved state covers them.")
    if last <= anchor.position:
        return 0
    until = min(last, anchor.position + PRUNE_STEP)
    connection.execute(
        "UPDATE chain SET anchor_position = position, anchor_hash = hash FROM"
        " (SELECT position, hash FROM entry WHERE position = ?)",
        (until,),
    )
    connection.execute("DELETE FROM entry WHERE position <= ?", (until,))
    return last - until


def _states(connection: sqlite3.Connection) -> Iterator[tuple[int, SavedState | None]]:
    """Give each saved state, newest first, with None for one that is not whole."""
    rows = connection.execute("SELECT position, blob, hash FROM state ORDER BY position DESC")
    for position, blob, digest in rows:
        state = SavedState(position, blob) if isinstance(blob, bytes) else None
        yield position, state if state and _digest(state) == digest else None


def _digest(state: SavedState) -> bytes:
    return hashlib.sha256(b"%d\n%b" % (state.position, state.blob)).digest()
