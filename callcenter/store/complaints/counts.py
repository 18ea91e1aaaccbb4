"""How complaints stand now, counted for the gauges."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.cases.complaints.moves import MOVES
from callcenter.cases.complaints.vocabulary import CaseState
from callcenter.domain.frame import SECOND, Micros
from callcenter.store.complaints.tables import CaseRow, CaseStepRow, CaseWarningRow

_HOUR: Micros = 3_600 * SECOND
_SOON = {"4h": 4 * _HOUR, "24h": 24 * _HOUR}
_NOTICES = sorted(move for move, row in MOVES.items() if row.to is CaseState.ASSIGNED)
"""Moves by which a case comes to a department."""


async def complaints_now(connection: AsyncConnection, now: Micros, answer_within: Micros) -> ComplaintsNow:
    """Count complaints as they stand at a moment, and notices that departments are to answer within a time."""
    row = CaseRow
    states = select(row.state, func.count()).where(row.state != CaseState.ARCHIVED).group_by(row.state)
    stopped = select(row.kept, func.count()).where(row.stopped_at.is_not(None)).group_by(row.kept)
    told = select(CaseWarningRow.percent, func.count()).group_by(CaseWarningRow.percent)
    within = [func.sum(case((row.due <= now + span, 1), else_=0)) for span in _SOON.values()]
    running = row.stopped_at.is_(None)
    soon = (await connection.execute(select(*within).where(running, row.due >= now))).one()
    notices = await _notices(connection)
    return ComplaintsNow(
        open={one[0]: one[1] for one in await connection.execute(states)},
        overdue=await connection.scalar(select(func.count()).where(running, row.due < now)) or 0,
        due_soon={name: count or 0 for name, count in zip(_SOON, soon, strict=True)},
        warnings={f"{one[0]:g}": one[1] for one in await connection.execute(told)},
        closed={bool(one[0]): one[1] for one in await connection.execute(stopped)},
        notices_open=len(notices),
        notices_overdue=sum(sent_at + answer_within < now for sent_at in notices),
    )


async def _notices(connection: AsyncConnection) -> list[Micros]:
    """List when each notice was sent that a department has not answered."""
    step, row = CaseStepRow, CaseRow
    sent = select(func.max(step.at)).join(row, row.id == step.case).where(step.move.in_(_NOTICES))
    sent = sent.where(row.state == CaseState.ASSIGNED).group_by(row.id)
    return list(await connection.scalars(sent))
