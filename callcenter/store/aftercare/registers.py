"""Registers of callers: made anew out of the calls of a day and what was recorded of them; those that were signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.registers import CallerNote, RegisterRow, SignedRow
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.store.aftercare.tables import CallerRegisterRow
from callcenter.store.decisions.dispositions import talks
from callcenter.store.record.models import TalkRow, VisitRow
from callcenter.store.tables import DispositionRow
from callcenter.store.unit_of_work import UnitOfWork

MOST_CALLS = 5_000
"""Of one agent on one day; nobody talks so often."""
_AT_ONCE = 500
_rows = msgspec.json.Decoder(list[SignedRow]).decode


class SignedRegister(msgspec.Struct, frozen=True, kw_only=True):
    """A register that its agent signed; `seen_at` is None until a superior saw it."""

    agent: str
    day: date
    rows: list[SignedRow]
    hash: str
    signed_by: str
    signed_at: Micros
    seen_by: str | None = None
    seen_at: Micros | None = None


async def register_rows(connection: AsyncConnection, agent: str, since: Micros, until: Micros) -> list[RegisterRow]:
    """Make the register of a day, in the order of the calls; a call that an agent came back to is one row."""
    found = await talks(connection, agent, unrecorded=False, before=(until, ""), limit=MOST_CALLS)
    told = {one.uniqueid: one for one in found if one.answered_at >= since}
    notes = await _notes(connection, list(told))
    rows = [
        RegisterRow(
            uniqueid=one.uniqueid,
            queue=one.queue,
            caller=one.caller,
            answered_at=one.answered_at,
            ended_at=one.ended_at,
            notes=tuple(notes.get(one.uniqueid, ())),
        )
        for one in told.values()
    ]
    return sorted(rows, key=lambda row: (row.answered_at, row.uniqueid))


async def talking_agents(connection: AsyncConnection, since: Micros, until: Micros) -> set[str]:
    """Name the agents who talked in a span."""
    visits = select(VisitRow.agent).where(
        VisitRow.outcome == VisitOutcome.ANSWERED, VisitRow.answered_at >= since, VisitRow.answered_at < until
    )
    talked = select(TalkRow.agent).where(TalkRow.started_at >= since, TalkRow.started_at < until)
    names = [*await connection.scalars(visits.distinct()), *await connection.scalars(talked.distinct())]
    return {name for name in names if name is not None}


async def signed_register(connection: AsyncConnection, agent: str, day: date) -> SignedRegister | None:
    """Read a register that was signed, None where it was not."""
    one = (CallerRegisterRow.agent == agent) & (CallerRegisterRow.day == day)
    row = (await connection.execute(select(CallerRegisterRow).where(one))).one_or_none()
    return None if row is None else _signed(row)


async def signed_registers(connection: AsyncConnection, day: date) -> dict[str, SignedRegister]:
    """Read the registers of a day that were signed, by agent."""
    rows = select(CallerRegisterRow).where(CallerRegisterRow.day == day)
    return {row.agent: _signed(row) for row in await connection.execute(rows)}


async def keep_register(unit: UnitOfWork, signed: SignedRegister) -> None:
    """Keep a register that was signed."""
    values = msgspec.structs.asdict(signed) | {"rows": msgspec.json.encode(signed.rows).decode()}
    await unit.execute(insert(CallerRegisterRow).values(**values))


async def keep_register_seen(unit: UnitOfWork, agent: str, day: date, by: str, at: Micros) -> None:
    """Keep that a superior saw a register."""
    one = (CallerRegisterRow.agent == agent) & (CallerRegisterRow.day == day)
    await unit.execute(update(CallerRegisterRow).where(one).values(seen_by=by, seen_at=at))


async def _notes(connection: AsyncConnection, uniqueids: list[str]) -> dict[str, list[CallerNote]]:
    found: dict[str, list[CallerNote]] = {}
    for start in range(0, len(uniqueids), _AT_ONCE):
        rows = select(DispositionRow).where(DispositionRow.uniqueid.in_(uniqueids[start : start + _AT_ONCE]))
        for row in await connection.execute(rows.order_by(DispositionRow.given_at, DispositionRow.id)):
            note = CallerNote(
                id=row.id,
                words=row.words,
                callback_to=row.callback_to,
                callback_by=row.callback_by,
                given_by=row.given_by,
            )
            found.setdefault(row.uniqueid, []).append(note)
    return found


def _signed(row: Any) -> SignedRegister:
    told = {name: getattr(row, name) for name in SignedRegister.__struct_fields__}
    return SignedRegister(**told | {"rows": _rows(told["rows"])})
