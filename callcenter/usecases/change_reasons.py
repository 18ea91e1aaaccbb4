"""The reasons of pauses, all of them in their order: a change as any other, in force once it is approved.

Pauses that were, and those that last, keep the reason that they have.
"""

from __future__ import annotations

from typing import Any

import msgspec

from callcenter.staff.pauses import reasons_said
from callcenter.store import UnitOfWork
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.changes import Change, newest


def sound_reasons(change: Change) -> dict[str, Any]:
    """Return the content of a change of the reasons as it is kept.

    Raises:
        BadInput: It could not be used.
    """
    kept: dict[str, Any] = msgspec.to_builtins(reasons_said(change.content))
    return kept


async def require_last(unit: UnitOfWork, change: Change) -> None:
    """Pass if no other list of reasons was approved since a change was proposed.

    Raises:
        Conflict: One was, which this one would take back.
    """
    last = await newest(unit.connection, change.kind)
    if last is not None and last.decided_at is not None and last.decided_at >= change.proposed_at:
        raise Conflict(
            f"the change {last.id} of the reasons was approved after this one was proposed: look at them, and propose "
            "anew"
        )
