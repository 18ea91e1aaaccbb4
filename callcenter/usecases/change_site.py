"""What a site says of itself, all of a kind at once: a change as any other, in force once it is approved.

Pauses that were, and those that last, keep the reason that they have; what is older than it is kept goes for good.
"""

from __future__ import annotations

from callcenter.store import UnitOfWork
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.changes import Change, newest


async def require_last(unit: UnitOfWork, change: Change) -> None:
    """Pass if nothing else of its kind was approved since a change was proposed.

    Raises:
        Conflict: Something was, which this one would take back.
    """
    last = await newest(unit.connection, change.kind)
    if last is not None and last.decided_at is not None and last.decided_at >= change.proposed_at:
        raise Conflict(
            f"the change {last.id} of the same kind was approved after this one was proposed: look at what holds now, "
            "and propose anew"
        )
