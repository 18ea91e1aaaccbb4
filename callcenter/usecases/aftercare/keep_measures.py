"""What people say of cases after the customer was answered: measures, the month's review, what HR noted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcenter.cases.aftercare.measures import MeasureProgress, progressed
from callcenter.domain.frame import Micros
from callcenter.staff.months import month_span, read_month
from callcenter.store.aftercare.measures import CaseMeasure, keep_measure, tracked_measure
from callcenter.store.aftercare.reviews import CaseDiscipline, keep_discipline, keep_review, reviewed_cases
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.unit_of_work import UnitOfWork


async def track_measure(
    unit: UnitOfWork, case: str, n: int, told: MeasureProgress, version: int, by: str, at: Micros
) -> CaseMeasure:
    """Say how far a measure is.

    Raises:
        Missing: There is no such measure.
        Outdated: Somebody else changed it since that version.
        BadInput: A reason is missing, or the effect cannot be said yet, or not by them.
    """
    measure = await tracked_measure(unit.connection, case, n)
    await keep_measure(unit, measure, progressed(measure.progress, told, by), version, at)
    detail = {"n": n, "state": told.state.value}
    await unit.note(Audited(at=at, actor=by, action="track", kind="case_measure", subject=case, detail=detail))
    return await tracked_measure(unit.connection, case, n)


async def review_closed_case(
    unit: UnitOfWork, month: str, case: str, words: str, by: str, zone: ZoneInfo, at: Micros
) -> None:
    """Note that a case closed in a month was reviewed, not by whoever answers for it.

    Raises:
        Missing: It was not closed in that month.
        Conflict: It was reviewed already, or is this person's own.
    """
    closed = await reviewed_cases(unit.connection, month, *month_span(read_month(month), zone))
    found = next((one for one in closed if one.case == case), None)
    if found is None:
        raise Missing("this case was not closed in that month")
    if found.owner == by:
        raise Conflict("nobody reviews a case of their own: let somebody else")
    await keep_review(unit, month, case, words, by, at)
    await unit.note(
        Audited(at=at, actor=by, action="review", kind="case_review", subject=case, detail={"month": month})
    )


async def note_discipline(unit: UnitOfWork, case: str, n: int, words: str, by: str, at: Micros) -> CaseDiscipline:
    """Note for HR what came of a record that a case raised.

    Raises:
        Missing: There is none that was decided.
        Conflict: It was noted already.
    """
    noted = await keep_discipline(unit, case, n, words, by, at)
    await unit.note(Audited(at=at, actor=by, action="note", kind="case_discipline", subject=case, detail={"n": n}))
    return noted
