"""Customers of closed cases who are called back: the month's draw, which anybody can repeat, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Response, status
from pydantic import Field

from callcenter.cases.aftercare.follow_ups import CaseFollowUp, CaseFollowUpState
from callcenter.staff.months import month_span, read_month
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.aftercare.follow_ups import DrawnCase, FollowUpDraw, draw_of, drawn_case, drawn_cases
from callcenter.store.complaints.cases import case_id
from callcenter.store.conflicts import Missing
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.follow_ups import record_follow_up
from callcenter.web.api.aftercare.sights import written
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Words, moment_out
from callcenter.web.api.once import TheOnce
from callcenter.web.api.scores.routes import MonthText
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(prefix="/follow-ups", tags=["follow-ups"])

Following = Annotated[Principal, Depends(allowed(Right.FOLLOW_UP_CASES))]


class FollowUpTold(RequestBody):
    """What a call back came to."""

    state: Literal[CaseFollowUpState.MADE, CaseFollowUpState.UNREACHABLE]
    satisfaction: Annotated[int, Field(ge=1, le=3)] | None = Field(
        default=None, description="1 very satisfied, 2 satisfied, 3 not; only where it was made."
    )
    words: Words | None = Field(default=None, description="What the customer said, or when nobody was reached.")


class FollowUpShown(ResponseBody):
    """A case that was drawn."""

    case: str
    number: str | None
    state: CaseFollowUpState
    satisfaction: int | None
    words: str | None
    recorded_by: str | None
    recorded_at: datetime | None


class FollowUpMonth(ResponseBody):
    """A month's draw: the cases with the smallest SHA-256 of "seed number", so many percent, rounded up."""

    month: str
    commitment: str = Field(description="SHA-256 of the seed, shown from the beginning.")
    committed_at: datetime | None
    announced: bool = Field(description="The seed was fixed before the month ended.")
    seed: str | None = Field(description="Shown once the cases were drawn.")
    percent: int | None
    drawn_at: datetime | None
    candidates: list[str] | None = Field(description="Numbers of the cases that were closed in the month.")
    items: list[FollowUpShown]


@router.get("/{month}")
async def read_follow_ups(month: Annotated[MonthText, Path()], person: Following, service: TheService) -> FollowUpMonth:
    """Read a month's draw, with all that somebody needs to repeat it."""
    async with service.decisions.reading() as connection:
        draw = await draw_of(connection, month)
        found = await drawn_cases(connection, month)
    if draw is None:
        raise Missing("no seed was fixed for that month")
    return _month(draw, found, person, service.rulebook.zone)


@router.post("/{month}/{case}", response_model=FollowUpShown)
async def tell_follow_up(
    month: Annotated[MonthText, Path()],
    case: Name,
    body: FollowUpTold,
    person: Following,
    service: TheService,
    once: TheOnce,
) -> Response:
    """Record what a call back came to; not by whoever worked on the case."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        told = CaseFollowUp(body.state, body.satisfaction)
        found = await case_id(unit.connection, case)
        await record_follow_up(unit, month, found, told, body.words, person, once.asked.at)
        shown = _shown(await drawn_case(unit.connection, month, found), person, service.rulebook.zone)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=shown.model_dump_json())

    return await once.answer(work)


def _month(draw: FollowUpDraw, found: list[DrawnCase], person: Principal, zone: ZoneInfo) -> FollowUpMonth:
    _, end = month_span(read_month(draw.month), zone)
    return FollowUpMonth(
        month=draw.month,
        commitment=draw.commitment,
        committed_at=moment_out(draw.committed_at, zone),
        announced=draw.committed_at < end,
        seed=None if draw.drawn_at is None else draw.seed,
        percent=draw.percent,
        drawn_at=moment_out(draw.drawn_at, zone),
        candidates=draw.candidates,
        items=[_shown(one, person, zone) for one in found],
    )


def _shown(one: DrawnCase, person: Principal, zone: ZoneInfo) -> FollowUpShown:
    return FollowUpShown(
        case=one.case,
        number=one.number,
        state=one.told.state,
        satisfaction=one.told.satisfaction,
        words=written(one.words, person),
        recorded_by=one.recorded_by,
        recorded_at=moment_out(one.recorded_at, zone),
    )
