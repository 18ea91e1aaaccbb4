"""The agent's daily register of callers: signed by the agent, seen by a superior."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import Field

from callcenter.cases.aftercare.registers import RegisterRow, SinceSigned, changes_since
from callcenter.domain.frame import Micros
from callcenter.reports.figures.register_sheet import WORDS, register_listed, shown_caller
from callcenter.rules.records.masks import worded
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.staff.dates import day_start
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, may, sight
from callcenter.store.aftercare.registers import (
    SignedRegister,
    register_rows,
    signed_register,
    signed_registers,
    talking_agents,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.sign_register import see_register, sign_register
from callcenter.web.api.fields import Day, Name, RequestBody, ResponseBody, moment_out
from callcenter.web.api.once import TheOnce
from callcenter.web.api.written import EXPORT, FileKind, note_export
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/caller-registers", tags=["caller-registers"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_REGISTERS))]
TheDay = Annotated[Day, Path(description="A day of the site.")]
_MEDIA = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class RegistersAsked(RequestBody):
    """Whose registers: of a day."""

    day: Day


class CallerNoteShown(ResponseBody):
    """What was recorded of a call."""

    words: str
    callback_to: str | None
    callback_by: datetime | None
    given_by: str


class CallerShown(ResponseBody):
    """A call in which the agent talked."""

    uniqueid: str
    queue: str | None
    caller: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    notes: list[CallerNoteShown]
    since_signed: SinceSigned | None = Field(description="What became of it after the signature; null without one.")


class RegisterState(ResponseBody):
    """Whether a register was signed, and seen."""

    agent: str
    day: date
    hash: str | None
    signed_by: str | None
    signed_at: datetime | None
    seen_by: str | None
    seen_at: datetime | None


class Register(RegisterState):
    """The calls of the day, in order; `gone` were signed and are no longer there."""

    items: list[CallerShown]
    gone: list[str]


class RegisterList(ResponseBody):
    """The registers of a day, of one's reach: of all who talked."""

    items: list[RegisterState]


@router.get("")
async def list_registers(
    asked: Annotated[RegistersAsked, Query()], person: Seeing, service: TheService
) -> RegisterList:
    """List who talked on a day, and whose register is signed and seen."""
    start, end = _span(asked.day, service)
    async with service.decisions.reading() as connection:
        signed = await signed_registers(connection, asked.day)
        agents = signed.keys() | await talking_agents(connection, start, end)
    mine = sorted(agent for agent in agents if may(person, Right.SEE_REGISTERS, agent, service.team_of(agent, start)))
    return RegisterList(items=[_state(agent, asked.day, signed.get(agent), service) for agent in mine])


@router.get("/{agent}/{day}")
async def read_register(agent: Name, day: TheDay, person: Seeing, service: TheService) -> Register:
    """Read an agent's register of a day, and what is other since it was signed."""
    rows, signed = await _found(agent, day, person, service)
    changes = None if signed is None else changes_since(signed.rows, rows)
    since = {} if changes is None else changes.rows
    return Register(
        **_state(agent, day, signed, service).model_dump(),
        items=[_row(row, since.get(row.uniqueid), person, service) for row in rows],
        gone=[] if changes is None else list(changes.gone),
    )


@router.get("/{agent}/{day}/export", response_class=Response, dependencies=[EXPORT])
async def export_register(
    agent: Name,
    day: TheDay,
    request: Request,
    person: Seeing,
    service: TheService,
    file: Annotated[FileKind, Query(alias="format")] = FileKind.CSV,
) -> Response:
    """Write a register to a file, numbers as far as one reads them."""
    rows, signed = await _found(agent, day, person, service)
    await note_export(service, person, "register", agent, day=day.isoformat(), calls=len(rows))
    language = language_of(request.headers.get("accept-language"))
    held = None if signed is None else signed.rows
    listed = register_listed(rows, held, sight(person.role, Part.CALLER), service.rulebook.zone, language)
    headers = {
        "Content-Disposition": f'attachment; filename="register-{day}.{file}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    name = WORDS.say("register", language)
    return Response(await asyncio.to_thread(_written, listed, file, name), headers=headers, media_type=_MEDIA[file])


@router.post("/{agent}/{day}/sign", response_model=RegisterState)
async def sign(agent: Name, day: TheDay, person: Seeing, service: TheService, once: TheOnce) -> Response:
    """Sign one's own register of a day as it is, once."""
    if person.agent != agent:
        raise RequestRefused("forbidden", "only the agent signs a register")

    async def work(unit: UnitOfWork) -> KeptAnswer:
        signed = await sign_register(unit, day, person, service.rulebook.zone, once.asked.at)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=_state_json(agent, day, signed, service))

    return await once.answer(work)


@router.post("/{agent}/{day}/seen", response_model=RegisterState)
async def see(agent: Name, day: TheDay, person: Seeing, service: TheService, once: TheOnce) -> Response:
    """Note that one has seen an agent's register."""
    team = service.team_of(agent, _span(day, service)[0])

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await see_register(unit, agent, day, person, team, once.asked.at)
        signed = await signed_register(unit.connection, agent, day)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=_state_json(agent, day, signed, service))

    return await once.answer(work)


async def _found(
    agent: str, day: date, person: Principal, service: Service
) -> tuple[list[RegisterRow], SignedRegister | None]:
    start, end = _span(day, service)
    if not may(person, Right.SEE_REGISTERS, agent, service.team_of(agent, start)):
        raise RequestRefused("forbidden", f"the role {person.role} may not see this register")
    async with service.decisions.reading() as connection:
        return await register_rows(connection, agent, start, end), await signed_register(connection, agent, day)


def _span(day: date, service: Service) -> tuple[Micros, Micros]:
    zone = service.rulebook.zone
    return day_start(day, zone), day_start(day, zone, days=1)


def _state(agent: str, day: date, signed: SignedRegister | None, service: Service) -> RegisterState:
    zone = service.rulebook.zone
    return RegisterState(
        agent=agent,
        day=day,
        hash=None if signed is None else signed.hash,
        signed_by=None if signed is None else signed.signed_by,
        signed_at=None if signed is None else moment_out(signed.signed_at, zone),
        seen_by=None if signed is None else signed.seen_by,
        seen_at=None if signed is None else moment_out(signed.seen_at, zone),
    )


def _state_json(agent: str, day: date, signed: SignedRegister | None, service: Service) -> str:
    return _state(agent, day, signed, service).model_dump_json()


def _row(row: RegisterRow, since: SinceSigned | None, person: Principal, service: Service) -> CallerShown:
    zone, seen = service.rulebook.zone, sight(person.role, Part.CALLER)
    return CallerShown(
        uniqueid=row.uniqueid,
        queue=row.queue,
        caller=shown_caller(row.caller, seen),
        answered_at=moment_out(row.answered_at, zone),
        ended_at=moment_out(row.ended_at, zone),
        notes=[
            CallerNoteShown(
                words=worded(note.words, seen),
                callback_to=None if note.callback_to is None else worded(note.callback_to, seen),
                callback_by=moment_out(note.callback_by, zone),
                given_by=note.given_by,
            )
            for note in row.notes
        ],
        since_signed=since,
    )


def _written(listed: Rows, file: FileKind, name: str) -> bytes:
    return csv_file(listed) if file is FileKind.CSV else workbook([(name, listed)])
