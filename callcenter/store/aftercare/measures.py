"""Corrective measures out of the cases' own lines, with how far each is."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.measures import MeasureProgress, MeasureState
from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import Micros
from callcenter.store.aftercare.tables import CaseMeasureRow
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from callcenter.store.conflicts import Missing, Outdated
from callcenter.store.unit_of_work import UnitOfWork

_fields = msgspec.json.Decoder(dict[str, Any]).decode
_PROGRESS = tuple(MeasureProgress.__struct_fields__)


class CaseMeasure(NamedTuple):
    """A measure that is tracked; `seq` orders those of all cases, `version` is 0 before anybody said how far it is."""

    seq: int
    case: str
    n: int
    number: str | None
    text: str
    told_at: Micros
    told_by: str
    progress: MeasureProgress
    changed_at: Micros | None
    version: int


async def tracked_measures(
    connection: AsyncConnection, state: MeasureState | None, *, before: int | None = None, limit: int = 50
) -> tuple[list[CaseMeasure], int | None]:
    """Read measures, the newest first; also returns from before which place on the next page begins, None: the last."""
    rows = _measures().order_by(CaseStepRow.seq.desc()).limit(limit)
    if before is not None:
        rows = rows.where(CaseStepRow.seq < before)
    if state is MeasureState.OPEN:
        rows = rows.where(CaseMeasureRow.state.is_(None) | (CaseMeasureRow.state == state))
    elif state is not None:
        rows = rows.where(CaseMeasureRow.state == state)
    found = (await connection.execute(rows)).all()
    more = found[-1].seq if len(found) == limit else None
    return [measure for row in found if (measure := _measure(row)) is not None], more


async def tracked_measure(connection: AsyncConnection, case: str, n: int) -> CaseMeasure:
    """Read one measure.

    Raises:
        Missing: That line of the case is none that is tracked.
    """
    one = (CaseStepRow.case == case) & (CaseStepRow.n == n)
    row = (await connection.execute(_measures().where(one))).one_or_none()
    found = None if row is None else _measure(row)
    if found is None:
        raise Missing("there is no measure here that is tracked")
    return found


async def keep_measure(unit: UnitOfWork, measure: CaseMeasure, told: MeasureProgress, version: int, at: Micros) -> None:
    """Keep how far a measure is.

    Raises:
        Outdated: Somebody else changed it since it was read.
    """
    if version != measure.version:
        raise Outdated("somebody else changed this measure since it was read", measure.version)
    one = (CaseMeasureRow.case == measure.case) & (CaseMeasureRow.n == measure.n)
    await unit.execute(delete(CaseMeasureRow).where(one))
    values = {**msgspec.structs.asdict(told), "changed_at": at, "version": version + 1}
    await unit.execute(insert(CaseMeasureRow).values(case=measure.case, n=measure.n, **values))


def _measures() -> Any:
    same = and_(CaseMeasureRow.case == CaseStepRow.case, CaseMeasureRow.n == CaseStepRow.n)
    step = (CaseStepRow.seq, CaseStepRow.case, CaseStepRow.n, CaseStepRow.at, CaseStepRow.by, CaseStepRow.fields)
    how_far = tuple(getattr(CaseMeasureRow, name) for name in (*_PROGRESS, "changed_at", "version"))
    return (
        select(*step, *how_far, CaseRow.number)
        .join(CaseRow, CaseRow.id == CaseStepRow.case)
        .outerjoin(CaseMeasureRow, same)
        .where(CaseStepRow.move == Move.MEASURE)
    )


def _measure(row: Any) -> CaseMeasure | None:
    fields = _fields(row.fields)
    if fields.get("tracked") is not True:
        return None
    progress = MeasureProgress()
    if row.version is not None:
        progress = MeasureProgress(
            **{name: getattr(row, name) for name in _PROGRESS} | {"state": MeasureState(row.state)}
        )
    return CaseMeasure(
        seq=row.seq,
        case=row.case,
        n=row.n,
        number=row.number,
        text=str(fields.get("text", "")),
        told_at=row.at,
        told_by=row.by,
        progress=progress,
        changed_at=row.changed_at,
        version=row.version or 0,
    )
