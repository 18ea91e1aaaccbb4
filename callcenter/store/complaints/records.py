"""What cases hold against agents, with the steps of the ladder: those that stand count, in the order of raising."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.case import CaseRecord, CaseWarning
from callcenter.cases.complaints.vocabulary import CaseRule, CaseVerdict
from callcenter.domain.frame import Micros
from callcenter.store.complaints.tables import CaseRecordRow, CaseWarningRow
from callcenter.store.unit_of_work import UnitOfWork

_ROW = CaseRecordRow


class FiledCaseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a case in its place; `violation` is what people decide on."""

    case: str
    n: int
    rule: CaseRule
    agent: str
    at: Micros
    verdict: CaseVerdict
    step: int | None
    violation: str | None


async def records_of(connection: AsyncConnection, case: str) -> list[FiledCaseRecord]:
    """Read the records of a case, in order."""
    rows = select(_ROW).where(_ROW.case == case).order_by(_ROW.n)
    return [_record(row) for row in await connection.execute(rows)]


async def raise_record(
    unit: UnitOfWork, case: str, n: int, record: CaseRecord, year: int, violation: str | None
) -> int | None:
    """Keep a record that a case raised; returns its step on the ladder, None for what is not on it."""
    step = None
    if record.rule is CaseRule.LADDER:
        step = 1 + (await unit.connection.scalar(select(func.count()).where(*_standing(record.agent, year))) or 0)
    last = await unit.connection.scalar(select(func.max(_ROW.seq))) or 0
    await unit.execute(
        insert(_ROW).values(
            case=case,
            n=n,
            seq=last + 1,
            rule=record.rule,
            agent=record.agent,
            at=record.at,
            verdict=record.verdict,
            year=year,
            step=step,
            violation=violation,
        )
    )
    return step


async def withdraw_case_record(unit: UnitOfWork, case: str, n: int) -> list[FiledCaseRecord]:
    """Withdraw a record, which keeps its step; returns those after it on the ladder, whose steps moved down."""
    one = (_ROW.case == case) & (_ROW.n == n)
    row = (await unit.execute(select(_ROW).where(one))).one()
    await unit.execute(update(_ROW).where(one).values(verdict=CaseVerdict.WITHDRAWN))
    if row.step is None:
        return []
    later = (*_standing(row.agent, row.year), _ROW.seq > row.seq)
    await unit.execute(update(_ROW).where(*later).values(step=_ROW.step - 1))
    return [_record(moved) for moved in await unit.execute(select(_ROW).where(*later).order_by(_ROW.seq))]


async def point_record(unit: UnitOfWork, record: FiledCaseRecord) -> None:
    """Let a record name another that people decide on."""
    one = (_ROW.case == record.case) & (_ROW.n == record.n)
    await unit.execute(update(_ROW).where(one).values(violation=record.violation))


async def tell_warnings(
    unit: UnitOfWork, case: str, owner: str, warnings: list[CaseWarning], *, told: int
) -> list[CaseWarning]:
    """Keep the warnings that came after the first so many; returns them."""
    new = warnings[told:]
    last = await unit.connection.scalar(select(func.max(CaseWarningRow.seq))) or 0
    for n, warning in enumerate(new, told):
        values = {"case": case, "n": n, "percent": warning.percent, "at": warning.at, "owner": owner}
        values["seq"] = last + 1 + n - told
        await unit.execute(insert(CaseWarningRow).values(**values))
    return new


def _standing(agent: str, year: int) -> tuple[Any, ...]:
    return (
        _ROW.agent == agent,
        _ROW.year == year,
        _ROW.rule == CaseRule.LADDER,
        _ROW.verdict != CaseVerdict.WITHDRAWN,
    )


def _record(row: Any) -> FiledCaseRecord:
    return FiledCaseRecord(
        case=row.case,
        n=row.n,
        rule=CaseRule(row.rule),
        agent=row.agent,
        at=row.at,
        verdict=CaseVerdict(row.verdict),
        step=row.step,
        violation=row.violation,
    )
