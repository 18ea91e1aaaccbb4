"""A quarter's scores: everybody's whom one may see, and as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from callcenter.reports.figures.score_sheet import quarters
from callcenter.reports.figures.score_words import SHEETS
from callcenter.store.decisions.scores import ScoredQuarter, quarters_of_all
from callcenter.web.api.fields import Name
from callcenter.web.api.scores.routes import TheReader, seen_by, sheet_style
from callcenter.web.api.scores.shapes import Quarters, ScoreReader
from callcenter.web.api.written import EXPORT, FileAsked, FileKind, note_export
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/scores/quarters", tags=["scores"])

Year = Annotated[int, Path(ge=2000, le=2999)]
Quarter = Annotated[int, Path(ge=1, le=4)]
Team = Annotated[Name | None, Query()]


@router.get("/{year}/{quarter}")
async def list_quarters(
    year: Year, quarter: Quarter, reader: TheReader, service: TheService, team: Team = None
) -> Quarters:
    """List a quarter's scores of everybody whom one may see: the mean of those of its months that have begun."""
    found = await _everybody((year, quarter), team, reader, service)
    return Quarters(items=[reader.quarter_summary(one) for one in found])


@router.get("/{year}/{quarter}/export", response_class=Response, dependencies=[EXPORT])
async def export_quarters(
    year: Year,
    quarter: Quarter,
    reader: TheReader,
    service: TheService,
    team: Team = None,
    file: Annotated[FileKind, Query(alias="format")] = FileKind.CSV,
) -> Response:
    """Write a quarter's scores of everybody whom one may see to a file; what a spreadsheet would run is made inert."""
    found = await _everybody((year, quarter), team, reader, service)
    await note_export(service, reader.person, "score", f"{year}-Q{quarter}", agents=len(found))
    rows, title = quarters(found, sheet_style(reader)), SHEETS.say("scores", reader.language)
    name = f"scores-{year}-Q{quarter}"
    return await FileAsked(format=file).answer(name, title, [str(one) for one in rows[0]], rows, reader.language)


async def _everybody(
    quarter: tuple[int, int], team: str | None, reader: ScoreReader, service: Service
) -> list[ScoredQuarter]:
    seen = seen_by(reader.person, team)
    async with service.decisions.reading() as connection:
        return await quarters_of_all(connection, quarter, reader.zone, service.clock(), seen)
