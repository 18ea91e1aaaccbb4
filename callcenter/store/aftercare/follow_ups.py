"""Draws of closed cases, and what calling their customers back came to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.follow_ups import CaseFollowUp, CaseFollowUpState
from callcenter.domain.frame import Micros
from callcenter.store.aftercare.tables import CaseFollowUpRow, FollowUpDrawRow
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from callcenter.store.conflicts import Missing
from callcenter.store.unit_of_work import UnitOfWork

_numbers = msgspec.json.Decoder(list[str]).decode


class FollowUpDraw(msgspec.Struct, frozen=True, kw_only=True):
    """A month's draw; before it `percent`, `drawn_at` and `candidates` are None, and nobody is shown the seed."""

    month: str
    seed: str
    commitment: str
    committed_at: Micros
    percent: int | None
    drawn_at: Micros | None
    candidates: list[str] | None


class DrawnCase(NamedTuple):
    """A case in its place of a draw."""

    month: str
    case: str
    number: str | None
    told: CaseFollowUp
    words: str | None
    recorded_by: str | None
    recorded_at: Micros | None


async def draw_of(connection: AsyncConnection, month: str) -> FollowUpDraw | None:
    """Read a month's draw, None where no seed was ever fixed."""
    row = (await connection.execute(select(FollowUpDrawRow).where(FollowUpDrawRow.month == month))).one_or_none()
    if row is None:
        return None
    return FollowUpDraw(
        month=row.month,
        seed=row.seed,
        commitment=row.commitment,
        committed_at=row.committed_at,
        percent=row.percent,
        drawn_at=row.drawn_at,
        candidates=None if row.candidates is None else _numbers(row.candidates),
    )


async def undrawn(connection: AsyncConnection, before: str) -> list[str]:
    """Name the months before one whose seed waits for its draw."""
    row = FollowUpDrawRow
    months = select(row.month).where(row.drawn_at.is_(None), row.month < before).order_by(row.month)
    return list(await connection.scalars(months))


async def fix_seed(unit: UnitOfWork, month: str, seed: str, commitment: str, at: Micros) -> None:
    """Keep a seed for a month that has none."""
    told = {"month": month, "seed": seed, "commitment": commitment, "committed_at": at}
    await unit.execute(insert(FollowUpDrawRow).values(**told))


async def closed_in(connection: AsyncConnection, since: Micros, until: Micros) -> dict[str, str]:
    """Return number (of one that was never recorded: id) → id of the cases whose clock stopped in a span."""
    rows = select(CaseRow.id, CaseRow.number).where(CaseRow.stopped_at >= since, CaseRow.stopped_at < until)
    return {row.number or row.id: row.id for row in await connection.execute(rows)}


async def keep_draw(
    unit: UnitOfWork, month: str, percent: int, found: dict[str, str], numbers: list[str], at: Micros
) -> None:
    """Keep what was drawn, and out of which cases."""
    candidates = msgspec.json.encode(sorted(found)).decode()
    told = update(FollowUpDrawRow).where(FollowUpDrawRow.month == month)
    await unit.execute(told.values(percent=percent, drawn_at=at, candidates=candidates))
    for place, number in enumerate(numbers, 1):
        values = {"month": month, "case": found[number], "place": place, "state": CaseFollowUpState.OPEN}
        await unit.execute(insert(CaseFollowUpRow).values(**values))


async def drawn_cases(connection: AsyncConnection, month: str) -> list[DrawnCase]:
    """Read what was drawn in a month, in order."""
    rows = _drawn().where(CaseFollowUpRow.month == month).order_by(CaseFollowUpRow.place)
    return [_case(row) for row in await connection.execute(rows)]


async def drawn_case(connection: AsyncConnection, month: str, case: str) -> DrawnCase:
    """Read one of them.

    Raises:
        Missing: It was not drawn.
    """
    one = (CaseFollowUpRow.month == month) & (CaseFollowUpRow.case == case)
    row = (await connection.execute(_drawn().where(one))).one_or_none()
    if row is None:
        raise Missing("this case was not drawn in that month")
    return _case(row)


async def keep_follow_up(
    unit: UnitOfWork, month: str, case: str, told: CaseFollowUp, words: str | None, by: str, at: Micros
) -> None:
    """Keep what a call back came to."""
    one = (CaseFollowUpRow.month == month) & (CaseFollowUpRow.case == case)
    values = {"state": told.state, "satisfaction": told.satisfaction, "words": words}
    await unit.execute(update(CaseFollowUpRow).where(one).values(**values, recorded_by=by, recorded_at=at))


async def worked_on(connection: AsyncConnection, case: str) -> set[str]:
    """Name the accounts that had a hand in a case: its lines', whom a deputy stood in for, its owner."""
    lines = select(CaseStepRow.by, CaseStepRow.place).where(CaseStepRow.case == case)
    found = {name for row in await connection.execute(lines) for name in row if name is not None}
    owner = await connection.scalar(select(CaseRow.owner).where(CaseRow.id == case))
    return found | ({owner} if owner is not None else set())


async def follow_ups_of(connection: AsyncConnection, cases: Collection[str]) -> dict[str, CaseFollowUp]:
    """Return what calling back came to by case, of those that were drawn; of several draws the last."""
    rows = select(CaseFollowUpRow).where(CaseFollowUpRow.case.in_(cases)).order_by(CaseFollowUpRow.month)
    return {row.case: _told(row) for row in await connection.execute(rows)}


def _drawn() -> Any:
    return select(CaseFollowUpRow, CaseRow.number).join(CaseRow, CaseRow.id == CaseFollowUpRow.case)


def _told(row: Any) -> CaseFollowUp:
    return CaseFollowUp(CaseFollowUpState(row.state), row.satisfaction)


def _case(row: Any) -> DrawnCase:
    return DrawnCase(row.month, row.case, row.number, _told(row), row.words, row.recorded_by, row.recorded_at)
