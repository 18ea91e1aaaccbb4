"""Lists of customers as files: previewed, brought in, their progress, taken back; and all customers as a file.

A file is sent as it is, once more for the import than for its preview: nothing of it is kept between. The same file
sent again goes on where it was stopped, or adds nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from callcenter.cases.access import LookKind
from callcenter.cases.import_columns import field_named
from callcenter.cases.importing import Fate, Limits, RowFate
from callcenter.errors import BadInput
from callcenter.files.customer_sheet import CustomerSheet, customer_sheet_of
from callcenter.locale import Language, english, sentence
from callcenter.reports.customers import WORDS, whole_list
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.customers.cards import FiledCustomer
from callcenter.store.customers.imports import CustomerImport, import_named, imports
from callcenter.store.customers.search import CustomerQuery, classes
from callcenter.store.customers.writes import Touch
from callcenter.store.sign_in.sessions import Session
from callcenter.usecases.customers.import_customers import (
    ImportPlan,
    ImportTally,
    import_of,
    note_stop,
    plan_of,
    preview_import,
    run_import,
    undo_import,
)
from callcenter.usecases.customers.show_customers import everybody, note_export, shown_cards
from callcenter.web.api.customers.shapes import numbering_of
from callcenter.web.api.fields import Limit, Name, RequestBody, ResponseBody, moment_out
from callcenter.web.api.written import EXPORT, FileKind, require_few
from callcenter.web.auth import TheSession, allowed, require_there
from callcenter.web.problems import language_of
from callcenter.web.sent_files import sent_file
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/customers", tags=["customers"])

FILES = ("/customers/imports", "/customers/imports/columns", "/customers/imports/preview")
"""Routes to which a file is sent."""

Importing = Annotated[Principal, Depends(allowed(Right.IMPORT_CUSTOMERS))]
Exporting = Annotated[Principal, Depends(allowed(Right.EXPORT_CUSTOMERS))]
_MOST_TOLD = 1_000
_SAMPLES = 3
_IMPORT_STOPPED = english("the import was stopped: send the same file again to go on with it, or take it back")
_READING_STOPPED = english("the reading of the list was stopped: nothing of it was brought in")
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class ListGiven(RequestBody):
    """What is said of a file that is sent."""

    file: Name = Field(description="Its name; one that ends in .xlsx is a workbook, any other is CSV.")
    columns: list[Name] = Field(default=[], max_length=60, alias="map", description="HEADING=field, or HEADING=-.")
    doubtful_too: bool = Field(default=False, description="Make doubtful rows customers of their own.")


class ColumnTold(ResponseBody):
    """A column of a file: the field that its heading means, null where it means none, and what its first rows have."""

    heading: str
    field: str | None
    samples: list[str]


class ColumnsTold(ResponseBody):
    """The columns of a file, and how many rows are under them."""

    items: list[ColumnTold]
    rows: int


class RowTold(ResponseBody):
    """A row that a person must look at."""

    row: int
    fate: Fate
    why: str


class TallyShown(ResponseBody):
    """How many rows come to what, and which a person must look at, the first thousand of them."""

    counts: dict[Fate, int]
    told: list[RowTold]
    untold: int


class ImportFinished(TallyShown):
    """A list that was brought in; `resumed`: the rows are those that an earlier attempt had left."""

    id: str
    resumed: bool


class ImportShown(ResponseBody):
    """An import and how far it is: row `done` of `last_row`."""

    id: str
    file: str
    at: datetime | None
    by: str
    done: int
    last_row: int
    finished_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None


class ImportsShown(ResponseBody):
    """Imports, the newest first."""

    items: list[ImportShown]


class ImportToldToStop(ResponseBody):
    """Whether a list was being read that stops now; what was brought in of it, if anything, can be taken back."""

    stopping: bool


class ImportTakenBack(ResponseBody):
    """How many customers went and are as before; those who were edited since, and stay."""

    gone: int
    back: int
    left: list[str]


Given = Annotated[ListGiven, Query()]


class CustomersWritten(RequestBody):
    """Which customers are written to a file, and as what; what is null is not asked for."""

    file: FileKind = Field(default=FileKind.CSV, alias="format")
    customer_class: Name | None = Field(default=None, alias="class")
    key_account: bool | None = None
    owner: Name | None = None


@router.post("/imports/columns", openapi_extra=_BODY)
async def read_columns(
    request: Request, file: Annotated[Name, Query()], _: Importing, session: TheSession, service: TheService
) -> ColumnsTold:
    """Say which columns a list has and which fields their headings mean; nothing is written."""
    async with _sheet(request, file, session, service) as sheet:
        firsts = [line.cells for line in sheet.lines[:_SAMPLES]]
        items = [
            ColumnTold(heading=heading, field=field_named(heading), samples=[row[n] for row in firsts if n < len(row)])
            for n, heading in enumerate(sheet.headings)
        ]
        return ColumnsTold(items=items, rows=len(sheet.lines))


@router.post("/imports/preview", openapi_extra=_BODY)
async def preview_list(
    request: Request, given: Given, _: Importing, session: TheSession, service: TheService
) -> TallyShown:
    """Say what each row of a list would come to; nothing is written."""
    async with _plan(request, given, session, service) as plan, service.decisions.reading() as connection:
        tally = await preview_import(connection, plan, lambda *_: service.reading.go_on(_READING_STOPPED))
    return TallyShown(**_tally(tally, _language(request)))


@router.post("/imports", openapi_extra=_BODY)
async def import_list(
    request: Request, given: Given, person: Importing, session: TheSession, service: TheService
) -> ImportFinished:
    """Bring in a list, a thousand rows at a time; answers at the end, and the import tells meanwhile how far it is."""
    touch = Touch(by=person.account, at=service.clock())
    async with _plan(request, given, session, service) as plan:
        new = import_of(plan, secrets.token_hex(16), touch)
        done = await run_import(
            service.decisions, plan, new, service.clock, lambda *_: service.reading.go_on(_IMPORT_STOPPED)
        )
    return ImportFinished(id=done.id, resumed=done.resumed, **_tally(done.tally, _language(request)))


@router.get("/imports")
async def list_imports(person: Importing, service: TheService, limit: Limit = 50) -> ImportsShown:
    """List imports of customers, the newest first."""
    del person
    async with service.decisions.reading() as connection:
        found = await imports(connection, limit)
    return ImportsShown(items=[_import(one, service) for one in found])


@router.get("/imports/{number}")
async def read_import(number: Name, person: Importing, service: TheService) -> ImportShown:
    """Read one import of customers, and how far it is."""
    del person
    async with service.decisions.reading() as connection:
        return _import(await import_named(connection, number), service)


@router.post("/imports/stop")
async def stop_reading(person: Importing, service: TheService) -> ImportToldToStop:
    """Stop the list that is being read or brought in, after the rows that are looked at just now."""
    reading = service.reading
    whose, turn = reading.by, reading.turn
    if whose is None or turn is None:
        return ImportToldToStop(stopping=False)
    touch = Touch(by=person.account, at=service.clock())
    async with service.decisions.writing() as unit:
        await note_stop(unit, whose, touch)
    return ImportToldToStop(stopping=reading.stop(turn))  # somebody else's may be read by now


@router.post("/imports/{number}/undo")
async def take_back(number: Name, person: Importing, service: TheService) -> ImportTakenBack:
    """Take an import back as a whole; customers that were edited since stay, and are named."""
    undone = await undo_import(service.decisions, number, person.account, service.clock, _nobody)
    return ImportTakenBack(gone=undone.gone, back=undone.back, left=undone.left)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_list(
    request: Request,
    person: Exporting,
    service: TheService,
    asked: Annotated[CustomersWritten, Query()],
) -> Response:
    """Write customers to a file, as an import reads them again; what a spreadsheet would run is made inert."""
    file, wanted = asked.file, CustomerQuery(**asked.model_dump(exclude={"file"}))
    async with service.decisions.reading() as connection:
        cards: list[FiledCustomer] = []
        async for one in everybody(connection, wanted):
            cards.append(one)
            require_few(len(cards))
    async with service.decisions.writing() as unit:
        found = await shown_cards(unit, cards, service.viewer(person), LookKind.EXPORT)
        await note_export(unit, len(found), Touch(by=person.account, at=service.clock()))
    language = _language(request)
    rows = await asyncio.to_thread(whole_list, found, language)
    headers = {
        "Content-Disposition": f'attachment; filename="customers.{file}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    held = await asyncio.to_thread(_written, rows, file, language)
    media = {
        FileKind.CSV: "text/csv; charset=utf-8",
        FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    return Response(held, headers=headers, media_type=media[file])


@asynccontextmanager
async def _sheet(request: Request, file: str, session: Session, service: Service) -> AsyncIterator[CustomerSheet]:
    """Read the list that is sent, once all of it is here; nobody's other is read until it is done with.

    Raises:
        RequestRefused: Another one is being read, this one does not come to an end, or nobody is signed in any more.
    """
    service.reading.require_free()
    name = session.account.name
    with service.lists.of(name):
        held = await sent_file(request)
        async with service.decisions.reading() as connection:
            await require_there(connection, session)
        with service.reading.of(name):
            sheet = await asyncio.to_thread(customer_sheet_of, held, file)
            service.reading.go_on(_READING_STOPPED)
            yield sheet


@asynccontextmanager
async def _plan(request: Request, given: ListGiven, session: Session, service: Service) -> AsyncIterator[ImportPlan]:
    """Make the plan of the list that is sent."""
    async with _sheet(request, given.file, session, service) as sheet:
        async with service.decisions.reading() as connection:
            known = frozenset(one.name for one in await classes(connection))
        roster = service.roster
        agents = None if roster is None else frozenset(seat.agent for seat in roster.seats)
        said = dict(map(_said, given.columns))
        yield plan_of(sheet, said, numbering_of(service), Limits(known, agents), doubtful_as_new=given.doubtful_too)


def _said(told: str) -> tuple[str, str]:
    heading, between, field = told.rpartition("=")
    if not between or not heading:
        raise BadInput(f"map {told!r}: write HEADING=field, or HEADING=- to leave a column out")
    return heading, field


def _tally(tally: ImportTally, language: Language) -> dict[str, Any]:
    return {
        "counts": {fate: tally.counts[fate] for fate in Fate},
        "told": [_told(one, language) for one in tally.told[:_MOST_TOLD]],
        "untold": max(0, len(tally.told) - _MOST_TOLD),
    }


def _told(one: RowFate, language: Language) -> RowTold:
    return RowTold(row=one.row, fate=one.fate, why=sentence(one.why or "", language))


def _import(one: CustomerImport, service: Service) -> ImportShown:
    zone = service.rulebook.zone
    return ImportShown(
        id=one.id,
        file=one.file,
        at=moment_out(one.at, zone),
        by=one.by,
        done=one.done,
        last_row=one.last_row,
        finished_at=moment_out(one.finished_at, zone),
        undone_at=moment_out(one.undone_at, zone),
        undone_by=one.undone_by,
    )


def _written(rows: Rows, file: FileKind, language: Language) -> bytes:
    if file is FileKind.CSV:
        return csv_file(rows)
    return workbook([(WORDS.say("customers", language), rows)])


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def _nobody(_done: int, _of_all: int) -> None:
    """Whoever wants to know asks for the import."""
