"""Somebody says whose call it is, where the number does not tell, or tells of several."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import delete, insert

from callcenter.domain.frame import Micros
from callcenter.staff.roles import Principal
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import get
from callcenter.store.customers.contacts import VisitPick, pick_of, rung_for
from callcenter.store.customers.tables import VisitPickRow
from callcenter.store.decisions.dispositions import talked_in
from callcenter.usecases.record_disposition import require_recorder


class Picking(msgspec.Struct, frozen=True, kw_only=True):
    """Whose call somebody says that it is.

    Attributes:
        customer: Its id, or an alias; None: nobody knows, whatever was said before.
        now_with: Agents whose phones ring for it, or who talk.
    """

    uniqueid: str
    customer: str | None
    at: Micros
    now_with: Collection[str] = ()


async def pick_customer(
    unit: UnitOfWork, picking: Picking, person: Principal, team_of: Callable[[str], str | None]
) -> str | None:
    """Keep whose call it is; returns the customer's id.

    Raises:
        Missing: No such call has been seen, or there is no such customer.
        NotAllowed: The call neither rang for this person nor was it answered by them, and they lead nobody whom it did.
    """
    require_recorder(person, await _involved(unit, picking), team_of)
    customer = None if picking.customer is None else (await get(unit.connection, picking.customer)).id
    before = await pick_of(unit.connection, picking.uniqueid)
    if customer == (None if before is None else before.customer):
        return customer
    await unit.execute(delete(VisitPickRow).where(VisitPickRow.uniqueid == picking.uniqueid))
    if customer is not None:
        kept = VisitPick(customer=customer, picked_by=person.account, picked_at=picking.at)
        await unit.execute(insert(VisitPickRow).values(uniqueid=picking.uniqueid, **msgspec.structs.asdict(kept)))
    detail = {"customer": customer, "before": None if before is None else before.customer}
    await unit.note(
        Audited(
            at=picking.at, actor=person.account, action="pick", kind="call", subject=picking.uniqueid, detail=detail
        )
    )
    return customer


async def _involved(unit: UnitOfWork, picking: Picking) -> set[str]:
    rung = {*picking.now_with} | await rung_for(unit.connection, picking.uniqueid)
    try:
        return rung | await talked_in(unit.connection, picking.uniqueid)
    except Missing:
        if not rung:
            raise
        return rung
