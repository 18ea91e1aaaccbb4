"""What customers were promised, for accounting's check; the check itself is a step of the case."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from callcenter.cases.aftercare.remedies import PromisedRemedy, sums
from callcenter.reports.figures.remedy_sheet import remedies_csv, remedies_workbook
from callcenter.staff.months import month_span, read_month
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.remedies import CaseRemedy, promised_remedies
from callcenter.web.api.aftercare.sights import written
from callcenter.web.api.fields import RequestBody, ResponseBody, moment_out
from callcenter.web.api.scores.routes import MonthText
from callcenter.web.api.written import EXPORT, FileKind, note_export
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/case-remedies", tags=["case-remedies"])

Checking = Annotated[Principal, Depends(allowed(Right.LIST_REMEDIES))]

_FILES = {
    FileKind.CSV: (remedies_csv, "text/csv; charset=utf-8"),
    FileKind.XLSX: (remedies_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class RemediesAsked(RequestBody):
    """Which remedies: those approved in a month."""

    month: MonthText


class RemedyFileAsked(RemediesAsked):
    """The same, and as which file."""

    file: FileKind = Field(default=FileKind.CSV, alias="format")


class RemedyShown(ResponseBody):
    """A remedy that a customer was promised."""

    case: str
    number: str | None
    kind: str
    amount: Decimal | None = Field(description="In yuan, of the whole remedy; null is not known yet.")
    quantity: str | None
    proposed_by: str
    approved_by: str
    approved_at: datetime | None
    checked: bool | None = Field(description="Whether accounting found it right; null: not checked.")
    checked_by: str | None
    remark: str | None


class RemedySumShown(ResponseBody):
    """All of one kind."""

    kind: str
    count: int
    amount: Decimal
    unknown: int = Field(description="Their amount is not known yet.")
    unchecked: int
    faulty: int


class Remedies(ResponseBody):
    """Remedies in force, in the order of their approval, and their sums."""

    items: list[RemedyShown]
    sums: list[RemedySumShown]


@router.get("")
async def list_remedies(asked: Annotated[RemediesAsked, Query()], person: Checking, service: TheService) -> Remedies:
    """List what was promised in a month, by whom it was approved, and whether accounting checked it."""
    found = await _found(asked, person, service)
    return Remedies(
        items=[_shown(one, service) for one in found],
        sums=[
            RemedySumShown(
                kind=kind,
                count=one.count,
                amount=one.amount,
                unknown=one.unknown,
                unchecked=one.unchecked,
                faulty=one.faulty,
            )
            for kind, one in sums(told.remedy for told in found).items()
        ],
    )


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_remedies(
    asked: Annotated[RemedyFileAsked, Query()], request: Request, person: Checking, service: TheService
) -> Response:
    """Write them to a file; a workbook has the sums, too."""
    found, language = await _found(asked, person, service), language_of(request.headers.get("accept-language"))
    await note_export(service, person, "remedy", asked.month, remedies=len(found))
    write, media = _FILES[asked.file]
    headers = {
        "Content-Disposition": f'attachment; filename="remedies-{asked.month}.{asked.file}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    held = await asyncio.to_thread(write, found, service.rulebook.zone, language)
    return Response(held, headers=headers, media_type=media)


async def _found(asked: RemediesAsked, person: Principal, service: Service) -> list[CaseRemedy]:
    since, until = month_span(read_month(asked.month), service.rulebook.zone)
    async with service.decisions.reading() as connection:
        found = await promised_remedies(connection, since, until)
    return [one._replace(remedy=_seen(one.remedy, person)) for one in found]


def _seen(told: PromisedRemedy, person: Principal) -> PromisedRemedy:
    return msgspec.structs.replace(
        told,
        kind=written(told.kind, person) or "",
        quantity=written(told.quantity, person),
        remark=written(told.remark, person),
    )


def _shown(one: CaseRemedy, service: Service) -> RemedyShown:
    told = one.remedy
    return RemedyShown(
        case=one.case,
        number=one.number,
        kind=told.kind,
        amount=told.amount,
        quantity=told.quantity,
        proposed_by=told.proposed_by,
        approved_by=told.approved_by,
        approved_at=moment_out(told.approved_at, service.rulebook.zone),
        checked=told.checked,
        checked_by=told.checked_by,
        remark=told.remark,
    )
