"""What is still to be looked at of cases: the month's review, open reports, records that HR is to note."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import Field

from callcenter.rules.records.standing import RecordState
from callcenter.staff.dates import datetime_of
from callcenter.staff.months import month_days, month_span, read_month
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.reviews import CaseDiscipline, discipline, reviewed_cases, unreported_cases
from callcenter.store.complaints.cases import case_id
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.complaint_terms import complaint_terms
from callcenter.usecases.aftercare.keep_measures import note_discipline, review_closed_case
from callcenter.web.api.aftercare.sights import written
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Words, moment_out
from callcenter.web.api.once import TheOnce
from callcenter.web.api.scores.routes import MonthText
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

_reviews = APIRouter(prefix="/case-reviews", tags=["case-reviews"])
_reports = APIRouter(prefix="/case-reports", tags=["case-reports"])
_discipline = APIRouter(prefix="/case-discipline", tags=["case-discipline"])
ROUTERS = (_reviews, _reports, _discipline)

Reviewing = Annotated[Principal, Depends(allowed(Right.REVIEW_CASES))]
Noting = Annotated[Principal, Depends(allowed(Right.NOTE_DISCIPLINE))]


class WordsTold(RequestBody):
    """What somebody has to say of it."""

    words: Words = Field(min_length=1)


class CaseReviewShown(ResponseBody):
    """A case that was closed in the month."""

    case: str
    number: str | None
    owner: str
    stopped_at: datetime | None
    words: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None


class ReviewList(ResponseBody):
    """The cases closed in a month, and by when they are reviewed."""

    month: str
    due: date
    overdue: int = Field(description="Not reviewed, and the day is over.")
    items: list[CaseReviewShown]


class ReportShown(ResponseBody):
    """A case whose investigation is not reported to the general manager yet."""

    case: str
    number: str | None
    owner: str
    analysed_at: datetime | None
    due: datetime | None
    overdue: bool


class ReportList(ResponseBody):
    """Investigations that are to be reported, the longest first."""

    items: list[ReportShown]


class DisciplineShown(ResponseBody):
    """A record that a case raised, decided against an agent."""

    case: str
    n: int
    number: str | None
    agent: str
    rule: str
    violation: str
    state: RecordState
    words: str | None
    noted_by: str | None
    noted_at: datetime | None


class DisciplineList(ResponseBody):
    """Such records, in the order in which they were raised."""

    items: list[DisciplineShown]


@_reviews.get("/{month}")
async def list_reviews(month: Annotated[MonthText, Path()], person: Reviewing, service: TheService) -> ReviewList:
    """List the cases closed in a month, with who reviewed each."""
    zone = service.rulebook.zone
    asked = read_month(month)
    async with service.decisions.reading() as connection:
        found = await reviewed_cases(connection, month, *month_span(asked, zone))
    due = month_days(asked)[1] + timedelta(days=service.ports.aftercare.review_day)
    late = datetime_of(service.clock(), zone).date() > due
    items = [
        CaseReviewShown(
            **one._asdict()
            | {"stopped_at": moment_out(one.stopped_at, zone), "reviewed_at": moment_out(one.reviewed_at, zone)}
            | {"words": written(one.words, person)}
        )
        for one in found
    ]
    overdue = sum(one.reviewed_at is None for one in found) if late else 0
    return ReviewList(month=month, due=due, overdue=overdue, items=items)


@_reviews.post("/{month}/{case}", response_model=dict[str, str])
async def tell_review(
    month: Annotated[MonthText, Path()],
    case: Name,
    body: WordsTold,
    person: Reviewing,
    service: TheService,
    once: TheOnce,
) -> Response:
    """Note that a case was reviewed; nobody reviews their own."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        zone = service.rulebook.zone
        found = await case_id(unit.connection, case)
        await review_closed_case(unit, month, found, body.words, person.account, zone, once.asked.at)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body='{"state":"reviewed"}')

    return await once.answer(work)


@_reports.get("")
async def list_open_reports(_person: Reviewing, service: TheService) -> ReportList:
    """List investigations that are to be reported still (P-REPORT)."""
    now, zone = service.clock(), service.rulebook.zone
    within = complaint_terms(service.ports.aftercare, service.rulebook, now).report_within
    async with service.decisions.reading() as connection:
        found = await unreported_cases(connection)
    return ReportList(
        items=[
            ReportShown(
                case=one.case,
                number=one.number,
                owner=one.owner,
                analysed_at=moment_out(one.analysed_at, zone),
                due=moment_out(one.analysed_at + within, zone),
                overdue=now > one.analysed_at + within,
            )
            for one in found
        ]
    )


@_discipline.get("")
async def list_discipline(
    _person: Noting, service: TheService, noted: Annotated[bool, Query(description="Those that were noted.")] = False
) -> DisciplineList:
    """List records of complaints that were decided against an agent, for HR to note."""
    async with service.decisions.reading() as connection:
        found = await discipline(connection, noted=noted)
    return DisciplineList(items=[_noted(one, service) for one in found])


@_discipline.post("/{case}/{n}", response_model=DisciplineShown)
async def tell_discipline(
    case: Name,
    n: Annotated[int, Path(ge=0, le=2**31 - 1)],
    body: WordsTold,
    person: Noting,
    service: TheService,
    once: TheOnce,
) -> Response:
    """Note what came of a record."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        noted = await note_discipline(
            unit, await case_id(unit.connection, case), n, body.words, person.account, once.asked.at
        )
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=_noted(noted, service).model_dump_json())

    return await once.answer(work)


def _noted(one: CaseDiscipline, service: Service) -> DisciplineShown:
    return DisciplineShown(**one._asdict() | {"noted_at": moment_out(one.noted_at, service.rulebook.zone)})
