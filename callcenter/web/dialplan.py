"""What the dialplan asks, over HTTP with a token of its own, on loopback: one short plain line, or nothing at all.

A caller waits meanwhile, and the dialplan waits for no longer than a fraction of a second: an answer that comes late
is worth less than none. Nothing that was asked is ever repeated; answered are names that the switch has shown.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field
from starlette.background import BackgroundTask

from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.errors import CallcenterError, StoreError
from callcenter.exporter.names import inert
from callcenter.numbers import PLAIN, read_number
from callcenter.rules.records.standing import SERVICE
from callcenter.staff.roles import may
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Missing
from callcenter.store.decisions.lost_calls import claims_of, entry_of, waiting
from callcenter.store.sign_in.accounts import find_account
from callcenter.web.api.fields import RequestBody
from callcenter.web.desk.listening import ListenIn
from callcenter.web.one_time_codes import CallBack, CodeGrounds, CodeRefused, OneTimeCode
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

log = structlog.get_logger()

TOKEN_HEADER = "X-Callcenter-Token"  # noqa: S105 - the header's name
_PREFERENCE_SECONDS = 0.035


def _with_token(request: Request) -> None:
    """Let pass whoever has the token.

    Raises:
        RequestRefused: They have not.
    """
    given = request.headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, request.app.state.dialplan_token.encode()):
        raise RequestRefused("forbidden", "this is for the dialplan alone")


router = APIRouter(prefix="/dialplan", dependencies=[Depends(_with_token)], include_in_schema=False)
"""Its routes; there are none where no token is set."""


class RouteAsked(RequestBody):
    """Who calls, and which line they chose."""

    line: str = Field(max_length=40)
    caller: str = Field(default="", max_length=40)


@router.get("/route")
async def read_route(asked: Annotated[RouteAsked, Query()], service: TheService) -> Response:
    """Say where a caller goes: `queue/priority/phone`, `-` for no phone; nothing where that is not known."""
    board = service.ports.switchboard
    if board is None:
        return _nothing()
    found = board.route(asked.line, await _preference(service, asked.caller))
    return _nothing() if found is None else PlainTextResponse(found.line())


class AfterAsked(RequestBody):
    """Whose agent's leg has ended, in which line, and how it was cleared."""

    call: str = Field(max_length=80)
    line: str = Field(max_length=40)
    cause: int = Field(default=0, ge=0, le=999)


@router.get("/after")
async def read_after(asked: Annotated[AfterAsked, Query()], service: TheService) -> Response:
    """Say what follows when an agent's leg has ended: `survey/123`, `front/1001`, `end/`; nothing where not known."""
    board = service.ports.switchboard
    found = None if board is None else await board.after(asked.call, asked.line, asked.cause)
    return _nothing() if found is None else PlainTextResponse(found.line())


class CallBackAsked(RequestBody):
    """Which phone has dialled which one-time code, to call a lost caller back."""

    phone: str = Field(max_length=80)
    code: str = Field(max_length=20)


@router.get("/call-back")
async def read_call_back(asked: Annotated[CallBackAsked, Query()], service: TheService) -> Response:
    """Say which number is dialled for a code, once; nothing where it is not this phone's, or no more."""
    taken = service.codes.take(asked.phone, asked.code)
    if isinstance(taken, OneTimeCode) and not (
        await _may_still(service, taken.grounds) and await _claims_still(service, taken)
    ):
        taken = CodeRefused.LAPSED
    task = BackgroundTask(_note_code, service, asked.phone, taken)
    if isinstance(taken, OneTimeCode):
        return PlainTextResponse(taken.meant.number, background=task)
    return Response(status_code=204, background=None if taken is CodeRefused.BLOCKED else task)


class ListenDialled(RequestBody):
    """Which phone has dialled which one-time code, on which channel, to listen to a colleague's call."""

    phone: str = Field(max_length=80)
    code: str = Field(max_length=20)
    channel: str = Field(max_length=80)


@router.get("/listen")
async def read_listen(asked: Annotated[ListenDialled, Query()], service: TheService) -> Response:
    """Say whose channel is listened to, once, and how: `whisper/lab-1.5`; nothing where talk or code are over."""
    taken = service.listening.take(asked.phone, asked.code)
    if isinstance(taken, OneTimeCode) and not await _may_still(service, taken.grounds):
        taken = CodeRefused.LAPSED
    task = BackgroundTask(_note_listening, service, asked.phone, taken)
    if isinstance(taken, OneTimeCode):
        acts = service.ports.acts
        line = None if acts is None else acts.line_of(taken.meant)
        if acts is None or line is None:
            return _nothing()
        acts.listeners.dialled(asked.channel, taken.meant)
        return PlainTextResponse(f"{taken.meant.mode}/{line}", background=task)
    return Response(status_code=204, background=None if taken is CodeRefused.BLOCKED else task)


async def _may_still(service: Service, by: CodeGrounds) -> bool:
    """Tell whether whoever got a code may use it now too: people sign out, accounts close, roles and teams change."""
    if not await service.sessions.lasting({by.session}, service.clock()):
        return False
    async with service.decisions.reading() as connection:
        account = await find_account(connection, by.account)
    if account is None or account.disabled_at is not None:
        return False
    team = None if by.agent is None else service.team_of(by.agent, service.clock())
    return may(account.person, by.right, by.agent, team)


async def _claims_still(service: Service, code: OneTimeCode[CallBack]) -> bool:
    """Tell whether the lost call that a code calls back waits still, and is not somebody else's by now."""
    number = code.meant.lost_call
    if number is None:
        return True
    async with service.decisions.reading() as connection:
        try:
            entry = await entry_of(connection, number)
        except Missing:  # it was forgotten meanwhile
            return False
        claim = (await claims_of(connection, [entry], service.clock())).get(entry)
        waits = bool(await waiting(connection, entry))
    return waits and claim is not None and claim.claimed_by == code.grounds.account


async def _note_code(service: Service, phone: str, taken: OneTimeCode[CallBack] | CodeRefused) -> None:
    """Keep in the audit log that a phone has used a code, or has dialled a wrong one."""
    if isinstance(taken, OneTimeCode):
        meant, told = taken.meant, {"phone": phone}
        kind, subject = ("call", meant.call or "") if meant.lost_call is None else ("lost_call", meant.lost_call)
        dialled = Audited(
            at=service.clock(), actor=taken.grounds.account, action="dial", kind=kind, subject=subject, detail=told
        )
        await _keep(service, dialled)
    else:
        await _keep(service, _guessed(service, "call_back_code", phone, taken))


async def _note_listening(service: Service, phone: str, taken: OneTimeCode[ListenIn] | CodeRefused) -> None:
    """Keep in the audit log that somebody begins to listen, or that a phone has dialled a wrong code."""
    if isinstance(taken, OneTimeCode):
        told = {"phone": phone, "mode": taken.meant.mode}
        dialled = Audited(
            at=service.clock(),
            actor=taken.grounds.account,
            action="dial",
            kind="agent",
            subject=taken.meant.agent,
            detail=told,
        )
        await _keep(service, dialled)
    else:
        await _keep(service, _guessed(service, "listen_code", phone, taken))


def _guessed(service: Service, kind: str, phone: str, refused: CodeRefused) -> Audited:
    told = {"refused": refused.name.lower()}
    return Audited(at=service.clock(), actor=SERVICE, action="guess", kind=kind, subject=inert(phone), detail=told)


async def _keep(service: Service, noted: Audited) -> None:
    try:
        async with service.decisions.writing() as unit:
            await unit.note(noted)
    except StoreError as error:
        log.warning("code_not_noted", error=str(error))


async def _preference(service: Service, caller: str) -> Preference:
    """Look up what is known of a number; what cannot be told at once is not known."""
    key = read_number(caller, service.in_force().numbering or PLAIN).key
    if key is None or service.ports.route is None:
        return NO_PREFERENCE
    try:
        async with asyncio.timeout(_PREFERENCE_SECONDS):
            return await service.ports.route(key)
    except (TimeoutError, CallcenterError) as error:
        log.warning("preference_not_known", error=type(error).__name__)
        return NO_PREFERENCE


def _nothing() -> Response:
    return Response(status_code=204)
