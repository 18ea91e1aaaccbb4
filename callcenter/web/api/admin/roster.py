"""The roster: its weeks with what is in conflict, a draft of some days tried out, a file read and proposed."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field

from callcenter.errors import BadInput
from callcenter.files.roster_tables import read_tables
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.staff.roster_conflicts import HARD, ConflictKind, RosterConflict, conflicts
from callcenter.staff.roster_days import RosterDays, days_of, roster_said, spanned, with_days, within
from callcenter.staff.roster_form import TIMES, Form, Import, imported
from callcenter.staff.roster_table import Table
from callcenter.store.decisions.changes import Change, ChangeKind, roster_changes, roster_said_by
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.change_roster import RosterFiled
from callcenter.usecases.change_rules import Grounds, propose
from callcenter.web.api.changes import ChangeShown, told_change
from callcenter.web.api.fields import Day, Name, RequestBody, ResponseBody, Words
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import allowed
from callcenter.web.problems import in_words_of
from callcenter.web.sent_files import sent_file
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/roster", tags=["roster"])

FILES = ("/roster/file", "/roster/file/check")
"""Routes to which a file is sent."""

Seeing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]
Proposing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE))]


async def _in_turn(person: Proposing, service: TheService) -> AsyncIterator[None]:
    """Let a file be sent in its turn: from before any of it is read, for its key or for itself, until the answer."""
    service.reading.require_free()
    with service.lists.of(person.account):
        yield


_TURN = Depends(_in_turn)
_MOST_DAYS = 42
_MOST_TOLD = 200
_MOST_BYTES_OF_A_NAME = 250
"""Of a file's: more no file system takes."""
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class RosterTime(ResponseBody):
    """A shift, a leave or a break, as it is written."""

    agent: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    note: str | None


class RosterPerson(ResponseBody):
    """Somebody whom the roster has, where they sit and which queues they serve."""

    agent: str
    team: str | None
    interface: str
    queues: list[str]


class ConflictShown(ResponseBody):
    """Something that cannot be (`hard`: the roster cannot be used like that), or is hardly meant."""

    kind: ConflictKind
    hard: bool
    agent: str
    sheet: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    other: str | None


class RosterWeek(ResponseBody):
    """Some days of the roster that holds, or will in a moment: what was approved is in it."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    timezone: str
    filed: bool = Field(description="There is a roster at all.")
    people: list[RosterPerson]
    shifts: list[RosterTime]
    leave: list[RosterTime]
    breaks: list[RosterTime]
    conflicts: list[ConflictShown]


class DaysGiven(RequestBody):
    """What some people's days shall be."""

    first: Day
    last: Day
    agents: list[Name] = Field(max_length=200)
    shifts: list[dict[str, Any]] = Field(default=[], max_length=2_000)
    leave: list[dict[str, Any]] = Field(default=[], max_length=2_000)
    breaks: list[dict[str, Any]] = Field(default=[], max_length=2_000)


class DaysTried(ResponseBody):
    """What would be in conflict; `fault` says what keeps the days from being used at all."""

    conflicts: list[ConflictShown]
    fault: str | None


class FileTried(ResponseBody):
    """What a file says: a whole roster, or some people's times; `faults` keep it from being used."""

    whole: bool
    agents: int
    shifts: int
    leave: int
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    faults: list[str]
    warnings: list[str]
    conflicts: list[ConflictShown]


class FileProposed(RequestBody):
    """What is said of a file that is proposed."""

    file: Name = Field(description="Its name: .xlsx, or .csv of one sheet (shifts.csv).")
    subject: Name
    reason: Words = Field(min_length=1)


FileNamed = Annotated[Name, Query(description="Its name: .xlsx, or .csv of one sheet (shifts.csv).")]


@router.get("")
async def read_roster(
    _: Seeing,
    service: TheService,
    first: Annotated[Day, Query(alias="from")],
    days: Annotated[int, Query(ge=1, le=_MOST_DAYS)] = 7,
) -> RosterWeek:
    """Read some days of the roster, with what is in conflict."""
    filed = await service.roster_filed()
    form, zone, last = await _form(service, filed), filed.zone, first + timedelta(days=days - 1)
    rows = {str(name): [*within(form.get(name, ()), first, last, zone)] for name in TIMES}
    return RosterWeek(
        **{"from": first, "to": last},
        timezone=filed.timezone,
        filed=bool(form),
        people=_people(form),
        conflicts=_conflicts(conflicts(form, zone, rows)),
        **{name: [_time(row) for row in found] for name, found in rows.items()},
    )


@router.post("/check")
async def try_days(body: DaysGiven, request: Request, _: Seeing, service: TheService) -> DaysTried:
    """Say what would be in conflict if some people's days were as they are said; nothing is changed."""
    filed = await service.roster_filed()
    form, zone = await _form(service, filed), filed.zone
    try:
        days = days_of(body.model_dump(mode="json"), zone)
    except BadInput as error:
        return DaysTried(conflicts=[], fault=in_words_of(request, str(error)))
    return DaysTried(conflicts=_conflicts(_of_days(with_days(form, days, zone), days, filed)), fault=None)


@router.post("/file/check", openapi_extra=_BODY, dependencies=[_TURN])
async def try_file(request: Request, file: FileNamed, person: Proposing, service: TheService) -> FileTried:
    """Say what a file would make of the roster, row by row what keeps it from being used; nothing is changed."""
    filed = await service.roster_filed()
    form = await _form(service, filed)
    read = await _read(request, file, form, filed, person, service)
    days = spanned(read.told.form, filed.zone)
    after = read.told.form if read.whole else form if days is None else with_days(form, days, filed.zone)
    found = [] if days is None or read.told.faults else _of_days(after, days, filed)
    return FileTried(
        whole=read.whole,
        agents=0 if days is None else len(days.agents),
        shifts=len(read.told.form.get("shifts", ())),
        leave=len(read.told.form.get("leave", ())),
        **{"from": days and days.first, "to": days and days.last},
        faults=[in_words_of(request, str(fault)) for fault in read.told.faults[:_MOST_TOLD]],
        warnings=[in_words_of(request, warning) for warning in read.told.warnings[:_MOST_TOLD]],
        conflicts=_conflicts(found),
    )


@router.post(
    "/file",
    openapi_extra=_BODY,
    status_code=status.HTTP_201_CREATED,
    response_model=ChangeShown,
    dependencies=[_TURN],
)
async def propose_file(
    request: Request, given: Annotated[FileProposed, Query()], person: Proposing, service: TheService, once: TheOnce
) -> Response:
    """Propose what a file says: a whole roster in the place of the one that holds, or some people's days of it."""
    filed = await service.roster_filed()
    read = await _read(request, given.file, await _form(service, filed), filed, person, service)
    content, kind = read.told.sound(), ChangeKind.ROSTER
    if not read.whole:
        days = spanned(content, filed.zone)
        if days is None:
            raise BadInput("the file has no shifts, leave or breaks")
        content, kind = msgspec.to_builtins(days), ChangeKind.SHIFTS

    async def work(unit: UnitOfWork) -> KeptAnswer:
        change = Change(
            id=once.new_id,
            kind=kind,
            subject=given.subject,
            content=content,
            reason=given.reason,
            proposed_by=person.account,
            proposed_at=once.asked.at,
        )
        done = await propose(unit, change, person, Grounds(service.rulebook, filed))
        return told_change(done, person, service, status.HTTP_201_CREATED)

    return await once.answer(work)


class _Read(NamedTuple):
    whole: bool
    told: Import


async def _form(service: Service, filed: RosterFiled) -> Form:
    async with service.decisions.reading() as connection:
        approved = roster_said_by(await roster_changes(connection))
    return roster_said(lambda: filed.form or {}, approved, filed.zone)


async def _read(
    request: Request, name: str, form: Form, filed: RosterFiled, person: Principal, service: Service
) -> _Read:
    """Read the file that is sent; one without agents is of those whom the roster has.

    Raises:
        RequestRefused: Another file is being read, or this one does not come to an end.
    """
    held = await sent_file(request)
    with service.reading.of(person.account):
        tables = await asyncio.to_thread(_tables, held, name)
    whole = any(table.sheet == "agents" for table in tables)
    if not whole:
        tables = [_known(form), *tables]
    return _Read(whole, imported(name, tables, filed.timezone))


def _tables(held: bytes, name: str) -> list[Table]:
    plain = Path(name.replace("\\", "/")).name.encode()[-_MOST_BYTES_OF_A_NAME:].decode(errors="ignore")
    if not plain.lower().endswith((".xlsx", ".csv")):
        raise BadInput("send a workbook (.xlsx), or one sheet as CSV (.csv)")
    with tempfile.TemporaryDirectory(prefix="roster-") as folder:
        path = Path(folder, plain)
        path.write_bytes(held)
        return read_tables(path)


def _known(form: Form) -> Table:
    """Return the agents whom the roster has, as a sheet of the file."""
    agents = dict.fromkeys(str(seat.get("agent")) for seat in form.get("agents", ()))
    rows = [(n, [agent, "-"]) for n, agent in enumerate(agents, start=2)]
    return Table("", "agents", "agents", ["agent", "interface"], rows)


def _of_days(form: Form, days: RosterDays, filed: RosterFiled) -> list[RosterConflict]:
    """List the conflicts of the people whose days are changed, a day around them too."""
    around = (days.first - timedelta(days=1), days.last + timedelta(days=1))
    agents = frozenset(days.agents)
    rows = {
        str(name): [row for row in within(form.get(name, ()), *around, filed.zone) if row.get("agent") in agents]
        for name in TIMES
    }
    return conflicts(form, filed.zone, rows)


def _people(form: Form) -> list[RosterPerson]:
    """Return everybody once, by the seat that stands first."""
    seats: dict[str, dict[str, Any]] = {}
    for seat in form.get("agents", ()):
        seats.setdefault(str(seat["agent"]), seat)
    return [
        RosterPerson(
            agent=agent, team=seat.get("team"), interface=seat["interface"], queues=list(seat.get("queues") or ())
        )
        for agent, seat in seats.items()
    ]


def _time(row: dict[str, Any]) -> RosterTime:
    return RosterTime(**{"agent": str(row.get("agent")), "from": row["from"], "to": row["to"], "note": row.get("note")})


def _conflicts(found: Iterable[RosterConflict]) -> list[ConflictShown]:
    return [
        ConflictShown(
            kind=one.kind,
            hard=one.kind in HARD,
            agent=one.agent,
            sheet=one.sheet,
            other=one.other,
            **{"from": one.start, "to": one.end},
        )
        for one in [*found][:_MOST_TOLD]
    ]
