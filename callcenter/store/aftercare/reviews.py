"""What is still to be looked at of cases: the month's review, reports that are open, records that HR is to note."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import CaseVerdict, Move
from callcenter.domain.frame import Micros
from callcenter.rules.records.standing import RecordState
from callcenter.store.aftercare.tables import CaseDisciplineRow, CaseReviewRow
from callcenter.store.complaints.tables import CaseRecordRow, CaseRow, CaseStepRow
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.tables import ViolationRow
from callcenter.store.unit_of_work import UnitOfWork

_DECIDED = (RecordState.CONFIRMED, RecordState.REDUCED)


class ReviewedCase(NamedTuple):
    """A case that was closed in a month; `reviewed_at` is None until somebody reviewed it."""

    case: str
    number: str | None
    owner: str
    stopped_at: Micros | None
    words: str | None
    reviewed_by: str | None
    reviewed_at: Micros | None


class UnreportedCase(NamedTuple):
    """A case whose investigation is not reported yet."""

    case: str
    number: str | None
    owner: str
    analysed_at: Micros


class CaseDiscipline(NamedTuple):
    """A record of a case that people decided against an agent; `noted_at` is None until HR noted it."""

    case: str
    n: int
    number: str | None
    agent: str
    rule: str
    violation: str
    state: RecordState
    words: str | None
    noted_by: str | None
    noted_at: Micros | None


async def reviewed_cases(connection: AsyncConnection, month: str, since: Micros, until: Micros) -> list[ReviewedCase]:
    """Read the cases whose clock stopped in a month, and those that were reviewed for it, in the order of closing."""
    row, told = CaseRow, CaseReviewRow
    same = and_(told.case == row.id, told.month == month)
    closed = (row.stopped_at >= since) & (row.stopped_at < until)
    columns = (row.id, row.number, row.owner, row.stopped_at, told.words, told.reviewed_by, told.reviewed_at)
    rows = select(*columns).outerjoin(told, same).where(closed).order_by(row.stopped_at, row.id)
    return [ReviewedCase(*one) for one in await connection.execute(rows)]


async def keep_review(unit: UnitOfWork, month: str, case: str, words: str, by: str, at: Micros) -> None:
    """Keep that somebody reviewed a case, once.

    Raises:
        Conflict: It was reviewed already.
    """
    one = (CaseReviewRow.month == month) & (CaseReviewRow.case == case)
    if await unit.connection.scalar(select(CaseReviewRow.reviewed_at).where(one)) is not None:
        raise Conflict("this case was reviewed already: read the list again")
    told = {"month": month, "case": case, "words": words, "reviewed_by": by, "reviewed_at": at}
    await unit.execute(insert(CaseReviewRow).values(**told))


async def unreported_cases(connection: AsyncConnection) -> list[UnreportedCase]:
    """Read the cases that were analysed and not reported yet, the longest first."""
    step = CaseStepRow
    first = func.min(step.at).label("analysed_at")
    reported = select(step.case).where(step.move == Move.REPORT)
    analysed = (
        select(step.case, first).where(step.move == Move.ANALYSE, step.case.not_in(reported)).group_by(step.case)
    ).subquery()
    rows = select(CaseRow.id, CaseRow.number, CaseRow.owner, analysed.c.analysed_at)
    rows = rows.join(analysed, analysed.c.case == CaseRow.id).order_by(analysed.c.analysed_at, CaseRow.id)
    return [UnreportedCase(*one) for one in await connection.execute(rows)]


async def discipline(connection: AsyncConnection, *, noted: bool) -> list[CaseDiscipline]:
    """Read the records of cases that were decided against an agent, those that HR noted or that it is to note."""
    told = CaseDisciplineRow
    rows = _decided().where(told.noted_at.is_not(None) if noted else told.noted_at.is_(None))
    return [_discipline(one) for one in await connection.execute(rows.order_by(CaseRecordRow.seq))]


async def keep_discipline(unit: UnitOfWork, case: str, n: int, words: str, by: str, at: Micros) -> CaseDiscipline:
    """Keep that HR noted a record.

    Raises:
        Missing: There is none that was decided.
        Conflict: It was noted already.
    """
    one = (CaseRecordRow.case == case) & (CaseRecordRow.n == n)
    row = (await unit.execute(_decided().where(one))).one_or_none()
    if row is None:
        raise Missing("there is no record here that was decided against an agent")
    if row.noted_at is not None:
        raise Conflict("this record was noted already: read the list again")
    await unit.execute(insert(CaseDisciplineRow).values(case=case, n=n, words=words, noted_by=by, noted_at=at))
    return _discipline(row)._replace(words=words, noted_by=by, noted_at=at)


def _decided() -> Any:
    record, told = CaseRecordRow, CaseDisciplineRow
    columns = (record.case, record.n, CaseRow.number, record.agent, record.rule, record.violation, ViolationRow.state)
    return (
        select(*columns, told.words, told.noted_by, told.noted_at)
        .join(CaseRow, CaseRow.id == record.case)
        .join(ViolationRow, ViolationRow.id == record.violation)
        .outerjoin(told, and_(told.case == record.case, told.n == record.n))
        .where(ViolationRow.state.in_(_DECIDED), record.verdict != CaseVerdict.WITHDRAWN)
    )


def _discipline(row: Any) -> CaseDiscipline:
    return CaseDiscipline(*row)._replace(state=RecordState(row.state))
