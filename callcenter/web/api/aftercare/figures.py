"""What complaints came to, by month, team, owner or class; the same as a file."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.figures import TURNS, ComplaintFigures, FollowUpFigures, NamedFigures
from callcenter.cases.complaints.replay import PromiseTally
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.reports.figures.complaint_sheet import complaints_csv, complaints_workbook
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, reach
from callcenter.store.complaints.figures import ComplaintGrouping, ComplaintSpan, complaint_figures, teams_of
from callcenter.usecases.aftercare.complaint_terms import complaint_terms
from callcenter.web.api.fields import Moment, RequestBody, ResponseBody, moment_in
from callcenter.web.api.written import EXPORT, FileKind, note_export
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/complaint-figures", tags=["complaint-figures"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CASE_FIGURES))]

_LONGEST: Micros = 400 * 86_400 * SECOND
_FILES = {
    FileKind.CSV: (complaints_csv, "text/csv; charset=utf-8"),
    FileKind.XLSX: (complaints_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ComplaintSpanAsked(RequestBody):
    """Which complaints, by when they were received; `from` is inclusive, `to` is not."""

    since: Moment = Field(alias="from")
    until: Moment = Field(alias="to")
    by: ComplaintGrouping = ComplaintGrouping.MONTH


class ComplaintFileAsked(ComplaintSpanAsked):
    """The same, and as which file."""

    file: FileKind = Field(default=FileKind.CSV, alias="format")


class PromiseCounts(ResponseBody):
    """How often a promise was kept, broken, or may still be kept."""

    kept: int
    broken: int
    open: int
    rate: float | None = Field(description="`kept` of kept and broken; null where neither is known.")


class DepartmentTurnsShown(ResponseBody):
    """Complaints that were another department's to answer."""

    department: str
    cases: int
    closed: int
    returned: int = Field(description="Notices that came back.")
    hours: float | None = Field(description="How long it was the department's turn, mean of the closed ones.")


class FollowUpsShown(ResponseBody):
    """Calls back to customers whose closed case was drawn."""

    planned: int
    made: int
    unreachable: int
    open: int
    rate: float | None = Field(description="`made` of `planned`.")
    answers: dict[str, int]
    satisfied: float | None = Field(description="1 and 2 of the answers.")


class ComplaintCounts(ResponseBody):
    """Complaints received in the span; every share is null where it is a share of nothing."""

    name: str = Field(description="Month, team, owner or class; empty where it is not known.")
    received: int
    accepted: PromiseCounts = Field(description="Recorded within `aftercare.accept_minutes`.")
    complaint: PromiseCounts = Field(description="P-COMP: overdue ones that still run are broken.")
    report: PromiseCounts = Field(description="P-REPORT, of those that were ever analysed.")
    closed: int
    in_time: int = Field(description="Closed within 48 h, or within an extension that the customer was told of.")
    extended: int = Field(description="Of `in_time`, those with an extension.")
    closed_in_time: float | None = Field(description="`in_time` of `closed`.")
    withdrawn: int
    resolved: int = Field(description="Closed, not withdrawn, and the answer stood.")
    resolution_rate: float | None = Field(description="`resolved` of `closed` less `withdrawn`.")
    answers: dict[str, int] = Field(description="1 very satisfied, 2 satisfied, 3 not.")
    unreachable: int
    unasked: int = Field(description="Withdrawn or not upheld: nobody is asked.")
    satisfied: float | None = Field(description="1 and 2 of the answers.")
    answer_rate: float | None = Field(description="Answers of answers and `unreachable`.")
    natures: dict[str, int]
    upheld: int
    not_upheld: int
    unjudged: int = Field(description="No analysis is in force.")
    customer_known: int
    repeats: int
    repeat_rate: float | None = Field(description="`repeats` of `customer_known`.")
    hours: dict[str, float | None] = Field(description="Whose turn it was, mean of the closed ones.")
    departments: list[DepartmentTurnsShown]
    follow_ups: FollowUpsShown


class ComplaintTable(ResponseBody):
    """Figures, a row a name, and all together."""

    by: ComplaintGrouping
    items: list[ComplaintCounts]
    all: ComplaintCounts


@router.get("")
async def read_complaint_figures(
    span: Annotated[ComplaintSpanAsked, Query()], person: Seeing, service: TheService
) -> ComplaintTable:
    """Say what complaints came to, of one's reach; at most 400 days."""
    found = await _found(span, person, service)
    items = [_counts(name, one) for name, one in sorted(found.names.items())]
    return ComplaintTable(by=span.by, items=items, all=_counts("", found.all))


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_complaint_figures(
    span: Annotated[ComplaintFileAsked, Query()], request: Request, person: Seeing, service: TheService
) -> Response:
    """Write the same figures to a file; a workbook has natures and departments, too."""
    found = await _found(span, person, service)
    await note_export(service, person, "complaint_figures", by=span.by.value)
    language = language_of(request.headers.get("accept-language"))
    write, media = _FILES[span.file]
    headers = {
        "Content-Disposition": f'attachment; filename="complaints.{span.file}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    held = await asyncio.to_thread(write, found, span.by.value, language)
    return Response(held, headers=headers, media_type=media)


async def _found(span: ComplaintSpanAsked, person: Principal, service: Service) -> NamedFigures:
    since, until = moment_in(span.since), moment_in(span.until)
    assert since is not None
    assert until is not None
    if not since < until <= since + _LONGEST:
        raise BadInput("`to` must be after `from`, by at most 400 days")
    terms = complaint_terms(service.ports.aftercare, service.rulebook, service.clock())
    async with service.decisions.reading() as connection:
        asked = ComplaintSpan(since=since, until=until, owners=await _owners(connection, person))
        return await complaint_figures(connection, asked, span.by, terms, service.rulebook.zone)


async def _owners(connection: AsyncConnection, person: Principal) -> set[str] | None:
    """Return whose cases somebody may know of: their own, their team's, or (None) all."""
    how_far = reach(person.role, Right.SEE_CASE_FIGURES)
    if how_far is Reach.ALL:
        return None
    teams = await teams_of(connection) if how_far is Reach.TEAM and person.team is not None else {}
    return {person.account, *(name for name, team in teams.items() if team == person.team)}


def _counts(name: str, one: ComplaintFigures) -> ComplaintCounts:
    rates = one.rates
    return ComplaintCounts(
        name=name,
        received=one.received,
        accepted=_promise(one.accepted, rates["accepted_in_time"]),
        complaint=_promise(one.complaint, rates["complaint_kept"]),
        report=_promise(one.report, rates["report_kept"]),
        closed=one.closed,
        in_time=one.in_time,
        extended=one.extended,
        closed_in_time=rates["closed_in_time"],
        withdrawn=one.withdrawn,
        resolved=one.resolved,
        resolution_rate=rates["resolved"],
        answers={str(answer): one.answers[answer] for answer in (1, 2, 3)},
        unreachable=one.unreachable,
        unasked=one.unasked,
        satisfied=rates["satisfied"],
        answer_rate=rates["answer_rate"],
        natures=dict(sorted(one.natures.items())),
        upheld=one.upheld,
        not_upheld=one.not_upheld,
        unjudged=one.unjudged,
        customer_known=one.known,
        repeats=one.repeats,
        repeat_rate=rates["repeats"],
        hours={turn: one.mean_hours(turn) for turn in TURNS},
        departments=_departments(one),
        follow_ups=_follow_ups(one.follow_ups),
    )


def _promise(count: PromiseTally, rate: float | None) -> PromiseCounts:
    return PromiseCounts(kept=count.kept, broken=count.broken, open=count.open, rate=rate)


def _departments(one: ComplaintFigures) -> list[DepartmentTurnsShown]:
    return [
        DepartmentTurnsShown(
            department=name, cases=lay.cases, closed=lay.closed, returned=lay.returned, hours=lay.mean_hours
        )
        for name, lay in sorted(one.departments.items())
    ]


def _follow_ups(one: FollowUpFigures) -> FollowUpsShown:
    return FollowUpsShown(
        planned=one.planned,
        made=one.made,
        unreachable=one.unreachable,
        open=one.open,
        rate=one.rate,
        answers={str(answer): one.answers[answer] for answer in (1, 2, 3)},
        satisfied=one.satisfied,
    )
