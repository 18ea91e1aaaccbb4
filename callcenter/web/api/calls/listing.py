"""The list of calls: narrowed, sorted, of one number, as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND
from callcenter.reports.call_list import CALL_COLUMNS, calls_listed, rang_over
from callcenter.reports.figures.words import remark
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, reach, sight
from callcenter.store.conflicts import NotAllowed
from callcenter.store.customers.cards import get
from callcenter.store.customers.contacts import visits_of_customer
from callcenter.store.record.call_list import CallFilter, ListedCall, calls
from callcenter.web.api.calls.call_shapes import (
    CallPageAsked,
    CallsAsked,
    CallsSought,
    ListedCallPage,
    listed_call_shown,
)
from callcenter.web.api.customers.shapes import number_sought
from callcenter.web.api.fields import moment_in, place_in, place_out
from callcenter.web.api.written import EXPORT, FileAsked, note_export, require_few
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/calls", tags=["calls"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CALLS))]

_AT_ONCE = 2_000


class CallsToWrite(CallsAsked, FileAsked):
    """Which calls are written to a file."""


@router.get("")
async def list_calls(asked: Annotated[CallPageAsked, Query()], person: Seeing, service: TheService) -> ListedCallPage:
    """List the calls that one may see: stays in queues, and talks that no queue made."""
    return await _page(asked, None, person, service)


@router.post("/search")
async def find_calls(body: CallsSought, person: Seeing, service: TheService) -> ListedCallPage:
    """List the calls of one number."""
    key = await number_sought(body.number, person, service)
    if key is None:
        return ListedCallPage(items=[], next=None)
    return await _page(body, key, person, service)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_calls(
    request: Request, asked: Annotated[CallsToWrite, Query()], person: Seeing, service: TheService
) -> Response:
    """Write the calls that one may see to a file; what a spreadsheet would run is made inert."""
    language, found = language_of(request.headers.get("accept-language")), list[ListedCall]()
    after: tuple[int, str] | None = None
    async with service.decisions.reading() as connection:
        while some := await _calls(connection, asked, None, person, service, after, _AT_ONCE):
            found += some
            require_few(len(found))
            after = (some[-1].place, some[-1].id)
    await note_export(service, person, "call", calls=len(found))
    rows = calls_listed(found, sight(person.role, Part.CALLER), service.rulebook, language)
    return await asked.answer("calls", remark("calls", language), CALL_COLUMNS, rows, language)


async def _page(asked: CallPageAsked, key: str | None, person: Principal, service: Service) -> ListedCallPage:
    async with service.decisions.reading() as connection:
        found = await _calls(connection, asked, key, person, service, place_in(asked.cursor), asked.limit + 1)
    shown, seen = found[: asked.limit], sight(person.role, Part.CALLER)
    more = place_out((shown[-1].place, shown[-1].id)) if len(found) > len(shown) else None
    return ListedCallPage(items=[listed_call_shown(one, seen, service.rulebook) for one in shown], next=more)


async def _calls(
    connection: AsyncConnection,
    asked: CallsAsked,
    key: str | None,
    person: Principal,
    service: Service,
    after: tuple[int, str] | None,
    limit: int,
) -> list[ListedCall]:
    mine = service.agents_of(person, Right.SEE_CALLS)
    wanted = None if asked.agent is None else frozenset({asked.agent})
    if wanted is not None and mine is not None and not wanted <= mine:
        raise NotAllowed(person.role)
    theirs = None
    if asked.customer is not None:
        if reach(person.role, Right.SEE_CUSTOMERS) is Reach.NONE:
            raise NotAllowed(person.role)
        theirs = await visits_of_customer(connection, (await get(connection, asked.customer)).id)
    question = CallFilter(
        agents=mine if wanted is None else wanted,
        missed=asked.missed,
        since=moment_in(asked.since),
        until=moment_in(asked.until),
        queue=asked.queue,
        outcome=asked.outcome,
        direction=asked.direction,
        key=key,
        waited=None if asked.wait_over is None else asked.wait_over * SECOND,
        rang=None if asked.rings_over is None else rang_over(asked.rings_over, service.rulebook),
        in_gap=asked.in_gap,
        order=asked.order,
    )
    return await calls(connection, question, after=after, limit=limit, theirs=theirs)
