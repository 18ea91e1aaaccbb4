"""A lead acts on an agent: pauses, makes ready, signs out, moves to other queues, writes; listens, whispers, barges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Request, Response, status

from callcenter.domain.vocabulary import LISTEN_IN
from callcenter.errors import BadInput
from callcenter.exporter.names import inert
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Conflict, Missing, NotAllowed
from callcenter.store.decisions.agent_notices import AgentNotice, NoticeKind
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.untrusted import hidden_in
from callcenter.usecases.tell_agent import note_act, tell_agent
from callcenter.web.api.acts.shapes import (
    ActsShown,
    ListenAsked,
    ListenGiven,
    MessageAsked,
    MessageSent,
    QueuesAsked,
    StateAsked,
)
from callcenter.web.api.desk import DeskState, QueuedShown, reasons_shown
from callcenter.web.api.fields import Name, moment_out
from callcenter.web.api.once import Once, TheOnce
from callcenter.web.auth import TheSession, allowed
from callcenter.web.desk.acts import FloorActs, QueuesMoved
from callcenter.web.desk.desk import DeskNow
from callcenter.web.desk.listening import ListenIn
from callcenter.web.one_time_codes import CODE_LASTS, CodeGrounds
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/acts/agents", tags=["acts"])

Acting = Annotated[Principal, Depends(allowed(Right.ACT_ON_AGENTS))]
Listening = Annotated[Principal, Depends(allowed(Right.LISTEN_IN))]
Looking = Annotated[Principal, Depends(allowed(Right.ACT_ON_AGENTS, Right.LISTEN_IN))]
Whom = Annotated[Name, Path(description="The agent.")]

_STATES = {
    DeskState.PAUSED: NoticeKind.PAUSED,
    DeskState.READY: NoticeKind.READY,
    DeskState.SIGNED_OUT: NoticeKind.SIGNED_OUT,
}
_ASKED = (Right.ACT_ON_AGENTS, Right.LISTEN_IN, Right.SPEAK_IN)
_HOLDS_LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": ActsShown, "description": "It holds once the call is over"}
}


class _Act(NamedTuple):
    """One act: of what the agent is told, why, and how the switch is asked."""

    agent: str
    what: NoticeKind
    why: str
    detail: dict[str, Any]
    ask: Callable[[], Awaitable[DeskNow]]


@router.get("/{agent}")
async def read_acts(agent: Whom, request: Request, person: Looking, service: TheService) -> ActsShown:
    """Say what an agent does now, and what one may ask of their desk and call."""
    acts = _acts(service)
    if not _may(person, Right.ACT_ON_AGENTS, agent, service):
        _require(person, Right.LISTEN_IN, agent, service)
    return _shown(acts, acts.now(agent), person, service, request)


@router.post("/{agent}/state", response_model=ActsShown, responses=_HOLDS_LATER)
async def change_their_state(
    agent: Whom, body: StateAsked, person: Acting, service: TheService, once: TheOnce
) -> Response:
    """Pause an agent, make them ready or sign them out, and tell them; in a call it holds from its end on."""
    if (body.state is DeskState.PAUSED) != (body.reason is not None):
        raise BadInput("a pause needs a reason, and nothing else has one")
    acts = _acts(service)

    async def ask() -> DeskNow:
        match body.state:
            case DeskState.READY:
                return await acts.ready(agent)
            case DeskState.PAUSED:
                return await acts.pause(agent, body.reason or "")
            case _:
                return await acts.sign_out(agent)

    detail = {} if body.reason is None else {"reason": body.reason}
    return await _done(_Act(agent, _STATES[body.state], body.why, detail, ask), person, service, once)


@router.post("/{agent}/queues", response_model=ActsShown, responses=_HOLDS_LATER)
async def move_them(agent: Whom, body: QueuesAsked, person: Acting, service: TheService, once: TheOnce) -> Response:
    """Let an agent serve other queues until they sign in again, and tell them; a call that goes on is not touched."""
    acts = _acts(service)
    moved = QueuesMoved(tuple(body.join), tuple(body.leave))
    detail = {name: told for name, told in (("join", body.join), ("leave", body.leave)) if told}
    act = _Act(agent, NoticeKind.MOVED, body.why, detail, lambda: acts.move(agent, moved))
    return await _done(act, person, service, once)


@router.post("/{agent}/messages", status_code=status.HTTP_201_CREATED, response_model=MessageSent)
async def write_to_them(
    agent: Whom, body: MessageAsked, person: Acting, service: TheService, once: TheOnce
) -> Response:
    """Write to an agent: their page shows it until they have read it."""
    _require(person, Right.ACT_ON_AGENTS, agent, service)
    _require_shown(body.text)
    notice = _notice(once, agent, NoticeKind.MESSAGE, body.text)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await tell_agent(unit, notice)
        return KeptAnswer(status=201, etag="", body=MessageSent(id=notice.id).model_dump_json())

    answer = await once.answer(work)
    _tell(service, notice)
    return answer


@router.post("/{agent}/listen")
async def listen_in(
    agent: Whom, body: ListenAsked, session: TheSession, person: Listening, service: TheService
) -> ListenGiven:
    """Get what one's own phone dials once, within a minute, to listen to an agent's call, whisper to them, or barge."""
    acts = _acts(service)
    _require(person, body.mode.needs, agent, service)
    if person.agent == agent:
        raise Conflict("this is you: nobody listens to themselves")
    talk, phones = acts.talk_of(agent), acts.phones_of(person.agent)
    if not phones:
        raise Conflict("no phone is yours: let the roster give you a seat, or your account the agent whose seat it is")
    now, told = service.clock(), {"call": talk.uniqueid, "why": body.why}
    async with service.decisions.writing() as unit:
        await note_act(unit, person, agent, body.mode, now, told)
    account = session.account
    name, by = account.full_name or account.name, person.agent or ""
    listens = ListenIn(name=name, by=by, agent=agent, talk=talk.id, mode=body.mode)
    grounds = CodeGrounds(account=account.name, session=session.id, right=body.mode.needs, agent=agent)
    given = service.listening.give(grounds, phones, listens)
    until = moment_out(now + CODE_LASTS, service.rulebook.zone)
    return ListenGiven(dial=LISTEN_IN + given.code, until=until, told=acts.listeners.told)


async def _done(act: _Act, person: Principal, service: Service, once: Once) -> Response:
    """Ask the switch once, and tell the agent; what it refuses is not told, and the same may be asked again."""
    acts = _acts(service)
    _require(person, Right.ACT_ON_AGENTS, act.agent, service)
    _require_shown(act.why)
    if (kept := await once.kept()) is not None:
        return kept
    async with service.decisions.writing() as unit:
        await note_act(unit, person, act.agent, act.what, once.asked.at, {**act.detail, "why": act.why})
    now = await act.ask()
    notice = _notice(once, act.agent, act.what, act.why, act.detail)
    shown = _shown(acts, now, person, service, once.request)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await tell_agent(unit, notice)
        later = act.what is not NoticeKind.MOVED and now.in_call
        return KeptAnswer(status=202 if later else 200, etag="", body=shown.model_dump_json())

    answer = await once.answer(work)
    _tell(service, notice)
    return answer


def _acts(service: Service) -> FloorActs:
    if service.ports.acts is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    return service.ports.acts


def _may(person: Principal, right: Right, agent: str, service: Service) -> bool:
    return may(person, right, agent, service.team_of(agent, service.clock()))


def _require(person: Principal, right: Right, agent: str, service: Service) -> None:
    """Let pass whoever may do it to this agent.

    Raises:
        NotAllowed: They may not.
        Missing: There is no such agent.
    """
    if not _may(person, right, agent, service):
        raise NotAllowed(person.role)
    if not service.knows(agent):
        raise Missing("the roster has no such agent")


def _require_shown(words: str) -> None:
    """Pass what an agent is told if they read it as it was written.

    Raises:
        BadInput: Something in it hides itself.
    """
    if hidden_in(words, layout=True) is not None:
        raise BadInput("a message may not hold characters that hide themselves or turn round what follows")


def _notice(once: Once, agent: str, what: NoticeKind, words: str, detail: dict[str, Any] | None = None) -> AgentNotice:
    account = once.asked.account
    return AgentNotice(
        id=once.new_id,
        agent=agent,
        at=once.asked.at,
        told_by=account,
        name=account,
        what=what,
        words=words,
        detail=detail or {},
    )


def _tell(service: Service, notice: AgentNotice) -> None:
    """Let the agent's pages know that there is something to read."""
    if service.ports.live is not None:
        service.ports.live.act(notice.agent, {"what": notice.what, "id": notice.id})


def _shown(acts: FloorActs, now: DeskNow, person: Principal, service: Service, request: Request) -> ActsShown:
    asked = {right: _may(person, right, now.agent, service) for right in Right if right in _ASKED}
    language = language_of(request.headers.get("accept-language"))
    return ActsShown(
        agent=inert(now.agent),
        state=now.state,
        reason=now.reason,
        queued=None if now.queued is None else QueuedShown(state=now.queued.state, reason=now.queued.reason),
        queues=list(now.queues),
        other_queues=[queue for queue in acts.queues() if queue not in now.queues],
        reasons=reasons_shown(acts.reasons, language),
        may=[right.value for right, allows in asked.items() if allows and now.agent != person.agent],
        in_talk=acts.talks(now.agent),
        told=acts.listeners.told,
    )
