"""A lead closes lost calls that nobody needs to call back, many at once, with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert

from callcenter.cases.customers import text_of
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.roles import Principal
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.lost_calls import entry_of, waiting
from callcenter.store.tables import LostCallClaimRow, LostCallClosingRow

MOST_CLOSED = 500
"""Entries that one request may close."""
_MOST_REASON = 500


async def close_lost_calls(
    unit: UnitOfWork, numbers: Sequence[str], reason: str, person: Principal, at: Micros
) -> list[str]:
    """Close the entries of some lost calls; what was closed meanwhile is passed over.

    Returns:
        The ids of all calls that this closed.

    Raises:
        Missing: There is no such lost call; nothing is closed.
        BadInput: There is no reason, or there are too many.
        Conflict: None of them is open any more.
    """
    why = text_of("reason", reason, _MOST_REASON)
    if why is None:
        raise BadInput("say why nobody is to be called back")
    if len(numbers) > MOST_CLOSED:
        raise BadInput(f"at most {MOST_CLOSED} lost calls are closed at once: send the others afterwards")
    entries = {await entry_of(unit.connection, number): number for number in numbers}
    closed: list[str] = []
    for entry, number in entries.items():
        left = await waiting(unit.connection, entry)
        if not left:
            continue
        told = {"closed_by": person.account, "closed_at": at, "reason": why}
        await unit.execute(insert(LostCallClosingRow).values([{"lost_call": one, **told} for one in left]))
        await unit.execute(delete(LostCallClaimRow).where(LostCallClaimRow.entry == entry))
        detail = {"calls": len(left), "reason": why}
        await unit.note(
            Audited(at=at, actor=person.account, action="close", kind="lost_call", subject=number, detail=detail)
        )
        closed += left
    if not closed:
        raise Conflict("nobody waits for a call-back here any more: read the list again")
    return closed
