"""The cutting of old entries: step by step, each whole or not at all, and nothing that somebody still needs."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from callcenter.errors import StoreError
from callcenter.journal import states
from callcenter.journal.file import anchor_and_head

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

PRUNE_STEP = 10_000
"""Entries cut in one transaction, so that frames never wait long behind it."""

_KEEP = """
INSERT OR REPLACE INTO kept SELECT position, kind, source, recorded_at, payload, hash, coalesce(
    (SELECT before.hash FROM entry AS before WHERE before.position = entry.position - 1),
    (SELECT anchor_hash FROM chain WHERE anchor_position = entry.position - 1)
) FROM entry WHERE position IN (SELECT value FROM json_each(?))
"""
_ANCHOR = """
UPDATE chain SET anchor_position = position, anchor_hash = hash FROM
    (SELECT position, hash FROM entry WHERE position = ?)
"""


def prune_some(connection: sqlite3.Connection, before: int, keep: Sequence[int] = ()) -> int:
    """Cut at most `PRUNE_STEP` of the entries older than a position; returns how many are left to cut.

    The seal of the last entry cut becomes the chain's new beginning, so what stays can still be verified. Of what is
    cut, entries at the positions in `keep` (rising) are kept apart; what an earlier cut kept and this does not goes.

    Raises:
        StoreError: The entries are not covered by a saved state.
    """
    anchor, _ = anchor_and_head(connection)
    state = states.latest(connection)
    covered = state.position if state else anchor.position
    last = before - 1
    if last > covered:
        raise StoreError(f"entries after {covered} cannot be cut, no saved state covers them.")
    until = min(last, anchor.position + PRUNE_STEP)
    if until > anchor.position:
        here = keep[bisect_right(keep, anchor.position) : bisect_right(keep, until)]
        connection.execute(_KEEP, (json.dumps(here),))
        connection.execute(_ANCHOR, (until,))
        connection.execute("DELETE FROM entry WHERE position <= ?", (until,))
    if until >= last:
        still = json.dumps(keep[: bisect_left(keep, before)])
        connection.execute("DELETE FROM kept WHERE position NOT IN (SELECT value FROM json_each(?))", (still,))
        connection.execute("DELETE FROM state WHERE position < (SELECT anchor_position FROM chain)")
    return max(0, last - until)
