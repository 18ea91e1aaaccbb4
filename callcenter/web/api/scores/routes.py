"""The month's and the quarter's score: one agent's, everybody's whom one may see, and as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.reports.figures.score_sheet import ScoreSheetStyle, scores_csv, scores_workbook
from callcenter.staff.months import MONTH, read_month
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Missing, NoTerms
from callcenter.store.decisions.scores import AgentScore, Member, member_of, quarter_of, score_of, scores_of_all
from callcenter.web.api.fields import Cursor, Limit, Name, RequestBody, place_in, place_out
from callcenter.web.api.scores.shapes import QuarterDetail, ScoreDetail, ScoreReader, Scores
from callcenter.web.api.written import EXPORT, FileKind, note_export
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/scores", tags=["scores"])

MonthText = Annotated[str, StringConstraints(pattern=MONTH)]
Seeing = Annotated[Principal, Depends(allowed(Right.SEE_SCORES))]


class Order(StrEnum):
    """In which order scores are listed: by name, or the most points first."""

    AGENT = "agent"
    POINTS = "points"


_FILES = {
    FileKind.CSV: (scores_csv, "text/csv; charset=utf-8"),
    FileKind.XLSX: (scores_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


NONE: dict[int | str, dict[str, Any]] = {204: {"description": "There is nothing, and `or_none` was asked for."}}
OrNone = Annotated[bool, Query(description="Answer 204 where there is nothing, instead of 404.")]


class AskedScores(RequestBody):
    """Which scores are asked for, in which order."""

    month: MonthText
    or_none: bool = Field(default=False, description="Answer 204 where a month has no scores, instead of 404.")
    team: Name | None = None
    order: Order = Order.AGENT
    limit: Limit = 50
    cursor: Cursor = None


def score_reader(request: Request, service: TheService, person: Seeing) -> ScoreReader:
    """Say for whom scores are shown."""
    language = language_of(request.headers.get("accept-language"))
    return ScoreReader(person, language, service.rulebook.zone)


def sheet_style(reader: ScoreReader) -> ScoreSheetStyle:
    """Say how scores are written for somebody."""
    return ScoreSheetStyle(language=reader.language, zone=reader.zone, money=reader.sees_money, numbers=reader.numbers)


TheReader = Annotated[ScoreReader, Depends(score_reader)]


@router.get("", response_model=Scores, responses=NONE)
async def list_scores(
    asked: Annotated[AskedScores, Query()], reader: TheReader, service: TheService
) -> Scores | Response:
    """List a month's scores of everybody whom one may see."""
    before = place_in(asked.cursor)
    try:
        found = await _everybody(reader, asked.month, service, asked.team)
    except NoTerms:
        if not asked.or_none:
            raise
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    placed = sorted((_place(one, asked.order), one) for one in found)
    rest = [one for place, one in placed if before is None or place > before]
    shown = rest[: asked.limit]
    more = place_out(_place(shown[-1], asked.order)) if len(rest) > len(shown) else None
    return Scores(items=[reader.summary(one) for one in shown], next=more)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_scores(
    month: Annotated[MonthText, Query()],
    reader: TheReader,
    service: TheService,
    file: Annotated[FileKind, Query(alias="format")] = FileKind.CSV,
    team: Annotated[Name | None, Query()] = None,
) -> Response:
    """Write a month's scores of everybody whom one may see to a file; what a spreadsheet would run is made inert."""
    found = await _everybody(reader, month, service, team)
    await note_export(service, reader.person, "score", month, agents=len(found))
    how = sheet_style(reader)
    write, media = _FILES[file]
    headers = {
        "Content-Disposition": f'attachment; filename="scores-{month}.{file}"',
        "Content-Language": reader.language,
        "Vary": "Accept-Language",
    }
    return Response(await asyncio.to_thread(write, found, how), headers=headers, media_type=media)


@router.get("/{agent}/{month}", response_model=ScoreDetail, responses=NONE)
async def read_score(
    agent: Name,
    month: Annotated[MonthText, Path()],
    reader: TheReader,
    service: TheService,
    or_none: OrNone = False,
) -> ScoreDetail | Response:
    """Read one agent's month, line by line."""
    async with service.decisions.reading() as connection:
        member = await _member(connection, agent, reader.person, service)
        try:
            found = await score_of(connection, member, read_month(month), reader.zone, service.clock())
        except (NoTerms, Missing):
            if not or_none:
                raise
            return Response(status_code=status.HTTP_204_NO_CONTENT)
    return reader.detail(found)


@router.get("/{agent}/{year}/quarters/{quarter}")
async def read_quarter(
    agent: Name,
    year: Annotated[int, Path(ge=2000, le=2999)],
    quarter: Annotated[int, Path(ge=1, le=4)],
    reader: TheReader,
    service: TheService,
) -> QuarterDetail:
    """Read one agent's quarter: the mean of those of its months that have begun."""
    async with service.decisions.reading() as connection:
        member = await _member(connection, agent, reader.person, service)
        found = await quarter_of(connection, member, (year, quarter), reader.zone, service.clock())
    return reader.quarter(found)


def knows(service: Service, member: Member) -> bool:
    """Tell whether there is such an agent: an account says so, or the roster."""
    return member.account is not None or (service.roster is not None and service.knows(member.agent))


def seen_by(person: Principal, team: str | None) -> Callable[[Member], bool]:
    """Tell whose scores somebody may see, all of them or those of one team."""

    def seen(member: Member) -> bool:
        return team in {None, member.team} and may(person, Right.SEE_SCORES, member.agent, member.team)

    return seen


async def _everybody(reader: ScoreReader, month: str, service: Service, team: str | None) -> list[AgentScore]:
    seen = seen_by(reader.person, team)
    async with service.decisions.reading() as connection:
        return await scores_of_all(connection, read_month(month), reader.zone, service.clock(), seen)


async def _member(connection: AsyncConnection, agent: str, person: Principal, service: Service) -> Member:
    """Find an agent whom a person may see; one that they may not is as if there were none."""
    member = await member_of(connection, agent)
    if not (knows(service, member) and may(person, Right.SEE_SCORES, agent, member.team)):
        raise Missing("there is no such agent")
    return member


def _place(scored: AgentScore, order: Order) -> tuple[int, str]:
    return (0 if order is Order.AGENT else -round(scored.score.points * 100)), scored.score.agent
