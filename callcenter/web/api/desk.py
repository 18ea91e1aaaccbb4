"""An agent's desk: state, signing in at the queues, the phone in the page, and what the page bears witness of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Field, StringConstraints

from callcenter.domain.events import PageTold
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AFTER_CALL_WORK, AgentState, PageWord
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.reports.board.words import REASONS
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.staff.site.pauses import PauseReason, SiteReasons
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.call_qualities import CallDirection, MeasuredCall, keep_measured
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Time, moment_out
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import TheSession, allowed
from callcenter.web.desk.desk import Desk, DeskNow, PageFactSaid
from callcenter.web.desk.phones import PagePhone
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/desk", tags=["desk"])

AtTheDesk = Annotated[Principal, Depends(allowed(Right.USE_DESK))]

_MOST_FACTS = 50


class DeskState(StrEnum):
    """What an agent asks to be."""

    READY = "ready"
    PAUSED = "paused"
    SIGNED_OUT = "signed_out"


class DeskChange(RequestBody):
    """What an agent asks to be; a pause names its reason."""

    state: DeskState
    reason: Name | None = None


class PhoneAsked(RequestBody):
    """Where another session of the account has the phone, it is taken over only if that is said."""

    take_over: bool = False


class PageFact(RequestBody):
    """What a page says of its phone; `at` is by its own clock, and is not believed."""

    at: Time | None = None
    what: PageWord
    uniqueid: Name | None = Field(default=None, description="The caller's channel, as the pop named it.")
    device: Name | None = None
    detail: Name | None = None


class PageFacts(RequestBody):
    """Facts in the order in which they came true."""

    facts: list[PageFact] = Field(min_length=1, max_length=_MOST_FACTS)


Loss = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="Share of the sound, 0 to 1.")]
Milliseconds = Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)]
Codec = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,31}$")]


class CallMeasured(RequestBody):
    """What a call was like in the page, said once, when it is over; null where the browser does not know."""

    uniqueid: Name | None = Field(description="The caller's channel, as the pop named it; null where it is not known.")
    direction: CallDirection
    seconds: float = Field(ge=0, le=86_400, allow_inf_nan=False, description="How long it was measured.")
    loss: Loss
    worst_loss: Loss
    jitter_ms: Milliseconds | None = None
    round_trip_ms: Milliseconds | None = None
    codec: Codec | None = None


class QueuedShown(ResponseBody):
    """What holds once the call is over."""

    state: AgentState
    reason: str | None


class ReasonShown(ResponseBody):
    """A reason of a pause; one that is not `offered` was once, and keeps its name."""

    code: str
    name: str
    offered: bool


class PhoneShown(ResponseBody):
    """The phone in the page; `taken`: another session of the account has it."""

    uri: str
    websocket: str
    domain: str
    ice_servers: list[str]
    taken: bool


class DeskShown(ResponseBody):
    """An agent as the switch says; changes that wait for the end of a call are `queued`."""

    agent: str
    interface: str | None
    state: AgentState
    reason: str | None
    since: datetime | None
    queued: QueuedShown | None
    queues: list[str]
    reasons: list[ReasonShown]
    phone: PhoneShown | None


class IceServerGiven(ResponseBody):
    """A server by which media finds its way, as a browser takes it."""

    urls: str
    username: str | None
    credential: str | None


class PhoneGiven(ResponseBody):
    """By what the phone registers, until the session ends."""

    username: str
    password: str
    ice_servers: list[IceServerGiven]
    expires_at: datetime | None


@router.get("")
async def read_desk(request: Request, person: AtTheDesk, session: TheSession, service: TheService) -> DeskShown:
    """Say what the agent does, what is queued, which reasons there are, and which phone is the page's."""
    desk, agent = _desk(person, service)
    return await _shown(desk, desk.now(agent), session.id, service, request)


@router.post("/state", responses={202: {"model": DeskShown, "description": "It holds once the call is over"}})
async def change_state(
    body: DeskChange,
    request: Request,
    response: Response,
    person: AtTheDesk,
    session: TheSession,
    service: TheService,
) -> DeskShown:
    """Become ready, pause or sign out; in a call it holds from its end on."""
    desk, agent = _desk(person, service)
    if (body.state is DeskState.PAUSED) != (body.reason is not None):
        raise BadInput("a pause needs a reason, and nothing else has one")
    desk.changes.require(person.account, service.steady())
    await _note(person, agent, service, body.state.value, reason=body.reason)
    match body.state:
        case DeskState.READY:
            now = await desk.ready(agent)
        case DeskState.PAUSED:
            now = await desk.pause(agent, body.reason or "")
        case _:
            now = await desk.sign_out(agent)
    if now.in_call:
        response.status_code = status.HTTP_202_ACCEPTED
    return await _shown(desk, now, session.id, service, request)


@router.post("/sign-in")
async def sign_in_at_queues(request: Request, person: AtTheDesk, session: TheSession, service: TheService) -> DeskShown:
    """Sign in at one's queues, paused until one is ready."""
    desk, agent = _desk(person, service)
    desk.changes.require(person.account, service.steady())
    await _note(person, agent, service, "sign_in")
    return await _shown(desk, await desk.sign_in(agent), session.id, service, request)


@router.post("/phone")
async def take_phone(body: PhoneAsked, person: AtTheDesk, session: TheSession, service: TheService) -> PhoneGiven:
    """Take the phone into this page: its secret is told to this session alone."""
    desk, agent = _desk(person, service)
    desk.changes.require(person.account, service.steady())
    phone = await _phone(desk, desk.now(agent), session.id, service)
    if phone is None:
        raise Conflict("no phone in a page is yours: ask your administrator for one (callcenter phones rotate)")
    in_use = phone.taken or (desk.phones.is_anybodys(phone) and desk.is_reached(agent))
    if in_use and not body.take_over:
        raise _in_use()
    await _note(person, agent, service, "take_phone", over=in_use or None)
    secret = await desk.phones.hand_out(phone, session.id)
    if secret is None:
        raise _in_use()
    if in_use and service.ports.live is not None:
        service.ports.live.phone_taken(agent)
    return PhoneGiven(
        username=phone.name,
        password=secret,
        ice_servers=[
            IceServerGiven(urls=one.url, username=one.username, credential=one.credential)
            for one in await desk.phones.ice_servers()
        ],
        expires_at=moment_out(session.expires_at, service.rulebook.zone),
    )


def _in_use() -> RequestRefused:
    return RequestRefused("phone-in-use", "another page of yours has the phone: take it over, or go on there")


@router.post("/witness", status_code=status.HTTP_204_NO_CONTENT)
async def bear_witness(body: PageFacts, person: AtTheDesk, service: TheService) -> Response:
    """Say what the page saw of its phone; where it cannot ring, a system pause begins."""
    desk, agent = _desk(person, service)
    desk.rate.require(person.account, service.steady())
    if not await desk.has_page(agent):
        raise RequestRefused("forbidden", "no phone of yours is in a page, so that no page can bear witness of it")
    await desk.witness(
        agent,
        [
            PageFactSaid(one.at, PageTold(None, 0, agent, one.what, one.uniqueid, one.device, one.detail))
            for one in body.facts
        ],
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/quality", status_code=status.HTTP_204_NO_CONTENT)
async def say_quality(body: CallMeasured, person: AtTheDesk, service: TheService, once: TheOnce) -> Response:
    """Say what a call was like in the page: it is kept with the call, as the agent's own part of it."""
    desk, agent = _desk(person, service)
    desk.rate.require(person.account, service.steady())
    measured = MeasuredCall(
        id=once.new_id,
        agent=agent,
        at=once.asked.at,
        lasted=round(body.seconds * SECOND),
        **body.model_dump(exclude={"seconds"}),
    )

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await keep_measured(unit, measured)
        service.ports.measured(measured.loss)
        return KeptAnswer(status=status.HTTP_204_NO_CONTENT, etag="", body="")

    return await once.answer(work)


def _desk(person: Principal, service: Service) -> tuple[Desk, str]:
    """Return the desk, and whose it is.

    Raises:
        RequestRefused: No switch is followed, or the account is no agent's.
    """
    if person.agent is None:
        raise RequestRefused("forbidden", "this account is no agent's")
    if service.ports.desk is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    return service.ports.desk, person.agent


async def _note(person: Principal, agent: str, service: Service, action: str, **detail: object) -> None:
    """Note what is asked, before it is: nothing is changed that nobody can be asked about."""
    told = {name: value for name, value in detail.items() if value is not None}
    noted = Audited(at=service.clock(), actor=person.account, action=action, kind="desk", subject=agent, detail=told)
    async with service.decisions.writing() as unit:
        await unit.note(noted)


async def _phone(desk: Desk, now: DeskNow, session: str, service: Service) -> PagePhone | None:
    async def lasting(numbers: set[str]) -> set[str]:
        return await service.sessions.lasting(numbers, service.clock())

    return await desk.phones.of(now.interface, session, lasting)


async def _shown(desk: Desk, now: DeskNow, session: str, service: Service, request: Request) -> DeskShown:
    phone, language = await _phone(desk, now, session, service), language_of(request.headers.get("accept-language"))
    return DeskShown(
        agent=now.agent,
        interface=now.interface,
        state=now.state,
        reason=now.reason,
        since=moment_out(now.since, service.rulebook.zone),
        queued=None if now.queued is None else QueuedShown(state=now.queued.state, reason=now.queued.reason),
        queues=list(now.queues),
        reasons=reasons_shown(desk.own.reasons, language),
        phone=None
        if phone is None
        else PhoneShown(
            uri=f"sip:{phone.name}@{phone.domain}",
            websocket=phone.websocket,
            domain=phone.domain,
            ice_servers=list(phone.ice_servers),
            taken=phone.taken,
        ),
    )


def reasons_shown(reasons: SiteReasons, language: Language) -> list[ReasonShown]:
    """Show the reasons of a pause, those of the site first, those that are offered no more last."""
    names = REASONS.table(language)

    def shown(reason: PauseReason, *, offered: bool) -> ReasonShown:
        name = reason.en if language == "en" else reason.zh
        return ReasonShown(code=reason.code, name=name or names.get(reason.code, reason.code), offered=offered)

    offered = [shown(one, offered=True) for one in (*reasons.offered, PauseReason(code=AFTER_CALL_WORK))]
    return [*offered, *(shown(one, offered=False) for one in reasons.retired)]
