"""What customers were promised, out of the cases' own lines, for accounting."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.remedies import REMEDY_MOVES, PromisedRemedy, RemedyLine, promised
from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import Micros
from callcenter.store.complaints.tables import CaseRow, CaseStepRow

_fields = msgspec.json.Decoder(dict[str, Any]).decode


class CaseRemedy(NamedTuple):
    """A remedy and its case."""

    case: str
    number: str | None
    remedy: PromisedRemedy


async def promised_remedies(connection: AsyncConnection, since: Micros, until: Micros) -> list[CaseRemedy]:
    """Read the remedies in force that were approved in a span, in that order."""
    step = CaseStepRow
    approved = select(step.case).where(step.move == Move.APPROVE, step.at >= since, step.at < until)
    rows = (
        select(step.case, step.at, step.by, step.move, step.fields, CaseRow.number)
        .join(CaseRow, CaseRow.id == step.case)
        .where(step.case.in_(approved), step.move.in_(REMEDY_MOVES))
        .order_by(step.case, step.n)
    )
    found = []
    for case, lines in groupby((await connection.execute(rows)).all(), key=lambda row: row.case):
        held = list(lines)
        told = [RemedyLine(row.at, row.by, Move(row.move), _fields(row.fields)) for row in held]
        found += [CaseRemedy(case, held[0].number, one) for one in promised(told) if since <= one.approved_at < until]
    return sorted(found, key=lambda one: (one.remedy.approved_at, one.case))
