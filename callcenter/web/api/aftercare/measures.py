"""Corrective measures of complaints, followed to their end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import Field

from callcenter.cases.aftercare.measures import MeasureProgress, MeasureState
from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.measures import CaseMeasure, tracked_measure, tracked_measures
from callcenter.store.complaints.cases import case_id
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.keep_measures import track_measure
from callcenter.web.api.aftercare.sights import written
from callcenter.web.api.fields import (
    Cursor,
    Day,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    Words,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/case-measures", tags=["case-measures"])

Tracking = Annotated[Principal, Depends(allowed(Right.TRACK_MEASURES))]
Line = Annotated[int, Path(ge=1, le=2**31 - 1, description="The case's line that names the measure.")]


class MeasuresAsked(RequestBody):
    """Which measures."""

    state: MeasureState | None = None
    limit: Limit = 50
    cursor: Cursor = None


class MeasureTold(RequestBody):
    """How far a measure is now."""

    state: MeasureState
    due: Day | None = None
    responsible: Name | None = None
    reason: Words | None = Field(default=None, description="Why it is dropped, taken up again or put off.")
    effect: Words | None = Field(default=None, description="What it changed; not by whoever said that it is done.")


class MeasureShown(ResponseBody):
    """A measure that is tracked; one that nobody planned yet is open, without a day."""

    case: str
    n: int
    number: str | None
    text: str
    told_by: str
    told_at: datetime | None
    state: MeasureState
    due: date | None
    overdue: bool
    responsible: str | None
    reason: str | None
    effect: str | None
    checked_by: str | None
    changed_by: str | None
    changed_at: datetime | None
    version: int


class MeasurePage(ResponseBody):
    """Measures, the newest first; a page may hold fewer than asked for and yet not be the last."""

    items: list[MeasureShown]
    next: str | None


@router.get("")
async def list_measures(asked: Annotated[MeasuresAsked, Query()], person: Tracking, service: TheService) -> MeasurePage:
    """List corrective measures that are tracked, open ones with their day."""
    place = place_in(asked.cursor)
    async with service.decisions.reading() as connection:
        found, more = await tracked_measures(
            connection, asked.state, before=None if place is None else place[0], limit=asked.limit
        )
    return MeasurePage(
        items=[_shown(one, person, service) for one in found], next=None if more is None else place_out((more, ""))
    )


@router.get("/{case}/{n}", response_model=MeasureShown)
async def read_measure(case: Name, n: Line, person: Tracking, service: TheService) -> Response:
    """Read one measure."""
    async with service.decisions.reading() as connection:
        found = await tracked_measure(connection, await case_id(connection, case), n)
    body = _shown(found, person, service).model_dump_json()
    return Response(body, headers={"ETag": etag(found.version)}, media_type="application/json")


@router.put("/{case}/{n}", response_model=MeasureShown)
async def tell_measure(
    case: Name,
    n: Line,
    body: MeasureTold,
    person: Tracking,
    service: TheService,
    once: TheOnce,
    version: SeenVersion,
) -> Response:
    """Say how far a measure is; If-Match names the version that was read."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        told = MeasureProgress(**body.model_dump())
        found = await case_id(unit.connection, case)
        kept = await track_measure(unit, found, n, told, version, person.account, once.asked.at)
        body_out = _shown(kept, person, service).model_dump_json()
        return KeptAnswer(status=status.HTTP_200_OK, etag=etag(kept.version), body=body_out)

    return await once.answer(work)


def _shown(one: CaseMeasure, person: Principal, service: Service) -> MeasureShown:
    zone, progress = service.rulebook.zone, one.progress
    return MeasureShown(
        case=one.case,
        n=one.n,
        number=one.number,
        text=written(one.text, person) or "",
        told_by=one.told_by,
        told_at=moment_out(one.told_at, zone),
        state=progress.state,
        due=progress.due,
        overdue=progress.overdue(datetime_of(service.clock(), zone).date()),
        responsible=progress.responsible,
        reason=written(progress.reason, person),
        effect=written(progress.effect, person),
        checked_by=progress.checked_by,
        changed_by=progress.changed_by,
        changed_at=moment_out(one.changed_at, zone),
        version=one.version,
    )
