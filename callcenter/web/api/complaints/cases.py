"""Cases are listed, found, written to a file, read with every line, told as a story that can be played again."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from callcenter.cases.complaints.effects import hours
from callcenter.domain.frame import Micros
from callcenter.reports.case_list import CASE_COLUMNS, CASE_LIST, cases_written
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, may, sight
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import CaseFilter, FiledCase, get_case, list_cases, place_of, steps_of
from callcenter.store.complaints.forgetting import without_numbers_in
from callcenter.store.complaints.records import records_of
from callcenter.store.customers.cards import family_of, of_key
from callcenter.store.decisions.violations import visible_among
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.offered_moves import offered_moves
from callcenter.usecases.complaints.read_cases import may_act, reader_among, reader_of
from callcenter.usecases.complaints.tell_story import story_of
from callcenter.web.api.complaints.shapes import (
    CaseId,
    CaseMoves,
    CasePage,
    CasePageAsked,
    CasesAsked,
    CasesSought,
    CaseWhole,
    case_shown,
    case_whole,
)
from callcenter.web.api.customers.named import customer_named, family_named
from callcenter.web.api.customers.shapes import number_sought
from callcenter.web.api.fields import place_in, place_out
from callcenter.web.api.once import etag
from callcenter.web.api.written import EXPORT, FileAsked, require_few
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/cases", tags=["cases"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CASES, Right.SEE_REMEDIES, Right.SEE_CASE_REVIEWS))]
Exporting = Annotated[Principal, Depends(allowed(Right.EXPORT_CASES))]
_AT_ONCE = 5_000


class CasesToWrite(CasesAsked, FileAsked):
    """Which cases are written to a file."""


class StoryLines(Response):
    """Lines of JSON."""

    media_type = "application/x-ndjson"


@router.get("")
async def list_all(asked: Annotated[CasePageAsked, Query()], person: Seeing, service: TheService) -> CasePage:
    """List the cases that one reads: the newest first, or what is due first."""
    return await _page(asked, None, person, service)


@router.post("/search")
async def find_cases(body: CasesSought, person: Seeing, service: TheService) -> CasePage:
    """List the cases of one number: its customers', and those that a call from it began."""
    key = await number_sought(body.number, person, service)
    if key is None:
        return CasePage(items=[], next=None)
    return await _page(body, key, person, service)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_cases(
    request: Request, asked: Annotated[CasesToWrite, Query()], person: Exporting, service: TheService
) -> Response:
    """Write cases to a file, without what people wrote; what a spreadsheet would run is made inert."""
    now, language = service.clock(), language_of(request.headers.get("accept-language"))
    async with service.decisions.writing() as unit:
        found = await _all(unit, asked, person, now)
        detail = {"cases": len(found)}
        await unit.note(
            Audited(at=now, actor=person.account, action="export", kind="case", subject="all", detail=detail)
        )
    rows = await asyncio.to_thread(cases_written, found, now, service.rulebook.zone, language)
    return await asked.answer("cases", CASE_LIST.say("cases", language), CASE_COLUMNS, rows, language)


@router.get("/{number}")
async def read_case(number: CaseId, person: Seeing, service: TheService, response: Response) -> CaseWhole:
    """Read a case by its id or number, with every line; its ETag is what a move must name."""
    async with service.decisions.reading() as connection:
        desk = await service.case_office.desk(connection, service.clock())
        filed = await get_case(connection, number, reader_among(desk.settings.people, person))
        steps, records = await steps_of(connection, filed.id), await records_of(connection, filed.id)
        told = await visible_among(connection, {one.violation for one in records if one.violation}, person)
    agents = tuple(sorted(service.agents or ()))
    moves = CaseMoves(
        may=may_act(filed, person.account, desk, service.clock()),
        offered=offered_moves(filed, person.account, desk, service.clock(), agents),
        report_within=hours(desk.settings.report_hours),
    )
    customer = await customer_named(filed.about.customer, person, service)
    response.headers["ETag"] = etag(filed.version)
    team_of = service.team_of
    theirs = [one for one in records if may(person, Right.SEE, one.agent, team_of(one.agent, one.at))]
    shown = [one for one in theirs if one.agent != person.agent or one.violation in told]
    return case_whole(filed, steps, shown, person, service.rulebook.zone, customer, moves)


@router.get("/{number}/story", response_class=StoryLines)
async def read_story(number: CaseId, person: Seeing, service: TheService) -> Response:
    """Tell a case's story, as `callcenter cases replay` reads it."""
    seen = sight(person.role, Part.CALLER)
    async with service.decisions.reading() as connection:
        reader = await reader_of(connection, person)
        filed = await get_case(connection, number, reader)
        told = await story_of(connection, service.case_office, filed, service.clock(), reader)
    lines = told if seen is Sight.FULL else [without_numbers_in(line) for line in told]
    shown = lines if may(person, Right.SEE_CUSTOMERS) else [_nobodys(line) for line in lines]
    return StoryLines(b"".join(msgspec.json.encode(line) + b"\n" for line in shown))


async def _page(asked: CasePageAsked, key: str | None, person: Principal, service: Service) -> CasePage:
    after = place_in(asked.cursor)
    async with service.decisions.reading() as connection:
        customers = None
        if asked.customer is not None:
            customers = await family_named(connection, asked.customer)
        sought = asked.filter(await reader_of(connection, person), service.clock(), customers)
        if key is not None:
            theirs = [one for holder in await of_key(connection, key) for one in await family_of(connection, holder)]
            sought = msgspec.structs.replace(sought, caller=key, holders=tuple(theirs))
        found = await list_cases(connection, sought, order=asked.order, after=after, limit=asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out(place_of(shown[-1], asked.order)) if len(found) > len(shown) else None
    return CasePage(items=[case_shown(one, person, service.rulebook.zone) for one in shown], next=more)


async def _all(unit: UnitOfWork, asked: CasesAsked, person: Principal, now: Micros) -> list[FiledCase]:
    connection = unit.connection
    customers = None if asked.customer is None else await family_named(connection, asked.customer)
    sought: CaseFilter = asked.filter(await reader_of(connection, person), now, customers)
    found: list[FiledCase] = []
    after = None
    while some := await list_cases(connection, sought, order=asked.order, after=after, limit=_AT_ONCE):
        found += some
        require_few(len(found))
        after = place_of(some[-1], asked.order)
    return found


def _nobodys(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"customer": None} if "customer" in line else line
