"""Whom an agent's phone may call from the page: colleagues and queues, and whoever was in a call of the agent's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from callcenter.domain.vocabulary import CALL_BACK, AgentState
from callcenter.exporter.names import inert
from callcenter.numbers import dialled_as
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.auth import TheSession, allowed
from callcenter.web.one_time_codes import CODE_LASTS, CallBack, CodeGrounds
from callcenter.web.problems import RequestRefused
from callcenter.web.service import TheService

router = APIRouter(prefix="/desk", tags=["desk"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_COLLEAGUES))]
AtTheDesk = Annotated[Principal, Depends(allowed(Right.USE_DESK))]


class ColleagueShown(ResponseBody):
    """Somebody else who is signed in; `number` null: none is known at which they are reached."""

    agent: str
    state: AgentState
    queues: list[str]
    number: str | None


class QueueShown(ResponseBody):
    """A queue, how many wait there, and how many agents are ready."""

    queue: str
    number: str | None
    waiting: int
    ready: int


class ReachedShown(ResponseBody):
    """To whom a call can be handed on."""

    colleagues: list[ColleagueShown]
    queues: list[QueueShown]


class CallAgain(RequestBody):
    """Whoever was in which call of the agent's."""

    call: Name


class CodeGiven(ResponseBody):
    """What the agent's own phone dials, once, until when."""

    dial: str
    until: datetime | None


@router.get("/colleagues")
async def list_colleagues(person: Seeing, service: TheService) -> ReachedShown:
    """List the colleagues and queues to whom a call can be handed on: state, queues, number."""
    if service.ports.desk is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    colleagues, queues = service.ports.desk.reached(person.agent or "")
    return ReachedShown(
        colleagues=[
            ColleagueShown(
                agent=inert(one.agent),
                state=one.state,
                queues=[inert(queue) for queue in one.queues],
                number=one.number,
            )
            for one in colleagues
        ],
        queues=[
            QueueShown(queue=inert(one.queue), number=one.number, waiting=one.waiting, ready=one.ready)
            for one in queues
        ],
    )


@router.post("/dial")
async def dial_again(body: CallAgain, session: TheSession, person: AtTheDesk, service: TheService) -> CodeGiven:
    """Get what one's own phone dials once, within a minute, to call whoever was in a call of one's own."""
    board, calls = service.ports.switchboard, service.ports.calls
    if board is None or calls is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    key = next((key for key, name in calls.of(person.agent).items() if name == body.call), None)
    if key is None:
        raise Conflict("this is no call of yours that has a number, or it is too long ago")
    phones = board.phones_of(person.agent) if person.agent is not None else frozenset()
    if not phones:
        raise Conflict("no phone of yours is seen at the switch: sign it in first")
    now = service.clock()
    async with service.decisions.writing() as unit:
        await unit.note(Audited(at=now, actor=person.account, action="call_back", kind="call", subject=body.call))
    grounds = CodeGrounds(account=person.account, session=session.id, right=Right.USE_DESK, agent=person.agent)
    given = service.codes.give(grounds, phones, CallBack(number=dialled_as(key), call=body.call))
    return CodeGiven(dial=CALL_BACK + given.code, until=moment_out(now + CODE_LASTS, service.rulebook.zone))
