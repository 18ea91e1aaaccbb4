"""An agent signs the day's register of callers as it is; a superior sees it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from callcenter.cases.aftercare.registers import register_hash, signed_rows
from callcenter.domain.frame import Micros
from callcenter.staff.dates import datetime_of, day_start
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.aftercare.registers import (
    SignedRegister,
    keep_register,
    keep_register_seen,
    register_rows,
    signed_register,
)
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, NotAllowed
from callcenter.store.unit_of_work import UnitOfWork


async def sign_register(unit: UnitOfWork, day: date, person: Principal, zone: ZoneInfo, at: Micros) -> SignedRegister:
    """Sign one's own register, once; what comes to the day later shows as added.

    Raises:
        NotAllowed: This account is no agent's.
        Conflict: It was signed already, or the day has not begun.
    """
    if person.agent is None:
        raise NotAllowed(person.role)
    if day > datetime_of(at, zone).date():
        raise Conflict("this day has not begun: sign its register when it is over")
    if await signed_register(unit.connection, person.agent, day) is not None:
        raise Conflict("this register was signed already; what came later shows beside it")
    span = day_start(day, zone), day_start(day, zone, days=1)
    rows = signed_rows(await register_rows(unit.connection, person.agent, *span))
    signed = SignedRegister(
        agent=person.agent, day=day, rows=rows, hash=register_hash(rows), signed_by=person.account, signed_at=at
    )
    await keep_register(unit, signed)
    detail = {"day": day.isoformat(), "calls": len(rows), "hash": signed.hash}
    await unit.note(_audited(at, person, "sign", person.agent, detail))
    return signed


async def see_register(
    unit: UnitOfWork, agent: str, day: date, person: Principal, team: str | None, at: Micros
) -> SignedRegister:
    """Note that a superior saw an agent's register.

    Raises:
        Missing: It was not signed yet.
        NotAllowed: It is one's own, or of an agent of another team.
        Conflict: It was seen already.
    """
    if person.agent == agent or not may(person, Right.SEE_REGISTERS, agent, team):
        raise NotAllowed(person.role)
    signed = await signed_register(unit.connection, agent, day)
    if signed is None:
        raise Missing("this register was not signed yet")
    if signed.seen_at is not None:
        raise Conflict("this register was seen already")
    await keep_register_seen(unit, agent, day, person.account, at)
    await unit.note(_audited(at, person, "see", agent, {"day": day.isoformat(), "hash": signed.hash}))
    return signed


def _audited(at: Micros, person: Principal, action: str, agent: str, detail: dict[str, object]) -> Audited:
    return Audited(at=at, actor=person.account, action=action, kind="caller_register", subject=agent, detail=detail)
