"""Calls in which agents talked, and their dispositions: what each was about, whether somebody is to be called back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from callcenter.cases.enquiries import ContactOutcome
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, How
from callcenter.errors import BadInput
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.decisions.call_qualities import CallDirection, MeasuredCall, measured_in
from callcenter.store.decisions.dispositions import (
    RecordedDisposition,
    TalkToRecord,
    of_call,
    talked_in,
    talks,
    talks_of,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.record_disposition import record_disposition, require_recorder
from callcenter.web.api.fields import (
    ClassCode,
    Cursor,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    Time,
    Words,
    moment_in,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/calls", tags=["calls"])

Recording = Annotated[Principal, Depends(allowed(Right.RECORD_CALL))]

_NUMBER = re.compile(r"[0-9+*#(). -]{3,32}")
_LEAST_DIGITS = 7
_LONGEST: Micros = 90 * 86_400 * SECOND


class NewDisposition(RequestBody):
    """What a call was about, its record as an enquiry.

    A callback needs both its number and its time, a follow-up what and until when.
    """

    note: Words = Field(min_length=1)
    callback_to: str | None = Field(default=None, max_length=32, description="The number to be called back.")
    callback_by: Time | None = Field(default=None, description="Until when, at the latest.")
    case_class: ClassCode | None = Field(default=None, description="Code of an open class.")
    outcome: ContactOutcome | None = None
    follow_up: Words | None = Field(default=None, min_length=1, description="What the customer wants to hear of.")
    follow_up_at: Time | None = Field(default=None, description="Until when.")


class DispositionShown(ResponseBody):
    """What was recorded of a call."""

    id: str
    agent: str
    at: datetime | None
    note: str
    callback_to: str | None
    callback_by: datetime | None
    case_class: str | None
    class_version: int | None
    outcome: ContactOutcome | None
    follow_up: str | None
    follow_up_at: datetime | None
    given_by: str


class TalkShown(ResponseBody):
    """Who talked with the customer, and how it came about; without an end it lasts, or nobody saw the end."""

    agent: str
    how: How
    queue: str | None
    began_at: datetime | None
    ended_at: datetime | None
    ended_by: EndedBy | None


class QualityShown(ResponseBody):
    """What the call was like in the agent's page, as its browser measured it."""

    direction: CallDirection
    seconds: float
    loss: float = Field(description="Share of the sound that did not arrive, 0 to 1.")
    worst_loss: float = Field(description="The same of the worst few seconds.")
    jitter_ms: float | None
    round_trip_ms: float | None
    codec: str | None


class CallShown(ResponseBody):
    """An answered visit, or a talk that no queue made: after a transfer, fetched from a park, direct or dialled."""

    uniqueid: str
    queue: str | None
    caller: str | None
    agent: str
    answered_at: datetime | None
    ended_at: datetime | None
    recorded: bool
    filled: list[str] = Field(description="Which of this nobody saw: queue_log told it, at whole seconds.")
    talks: list[TalkShown] = Field(description="All talks with this customer, in order; none of older calls.")
    quality: list[QualityShown] = Field(description="What `agent`'s page measured; none of a call on a desk phone.")


class CallPage(ResponseBody):
    """Calls in which an agent talked, the newest first."""

    items: list[CallShown]
    next: str | None


class Dispositions(ResponseBody):
    """What was recorded of a call, in order."""

    items: list[DispositionShown]


@router.get("/talked")
async def list_talked_calls(
    person: Recording,
    service: TheService,
    agent: Annotated[Name | None, Query(description="Whose; one's own where nobody is named.")] = None,
    unrecorded: Annotated[bool, Query(description="Only those of which nothing was recorded.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CallPage:
    """List the calls in which an agent talked, and of which something was recorded."""
    whose = agent or person.agent
    if whose is None:
        raise BadInput("name an agent: this account is none itself")
    require_recorder(person, {whose}, _teams(service))
    before = place_in(cursor)
    async with service.decisions.reading() as connection:
        found = await talks(connection, whose, unrecorded=unrecorded, before=before, limit=limit + 1)
        shown = found[:limit]
        named = {talk.uniqueid for talk in shown}
        told, measured = await talks_of(connection, named), await measured_in(connection, named)
    more = place_out((shown[-1].answered_at, shown[-1].id)) if len(found) > len(shown) else None
    items = [
        _call(talk, told.get(talk.uniqueid, ()), measured.get((talk.uniqueid, talk.agent), ()), person, service)
        for talk in shown
    ]
    return CallPage(items=items, next=more)


@router.get("/{uniqueid}/dispositions")
async def list_dispositions(uniqueid: Name, person: Recording, service: TheService) -> Dispositions:
    """List what was recorded of a call."""
    async with service.decisions.reading() as connection:
        require_recorder(person, await talked_in(connection, uniqueid), _teams(service))
        found = await of_call(connection, uniqueid)
    return Dispositions(items=[_shown(one, person, service) for one in found])


@router.post("/{uniqueid}/dispositions", status_code=status.HTTP_201_CREATED, response_model=DispositionShown)
async def record_call(
    uniqueid: Name, body: NewDisposition, person: Recording, service: TheService, once: TheOnce
) -> Response:
    """Record what a call was about; more than once where there is more to say."""
    callback = _callback(body, person, service)
    follow_up_at = _follow_up(body, service)
    dispose = service.ports.dispose
    if dispose is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    said = Disposition(
        at=service.ports.switch_time(),
        uniqueid=uniqueid,
        agent=person.agent or person.account,
        callback_to=callback[0],
        callback_by=callback[1],
    )

    async def work(unit: UnitOfWork) -> KeptAnswer:
        recorded = RecordedDisposition(
            id=once.new_id,
            disposition=said,
            words=body.note.strip(),
            given_by=person.account,
            given_at=once.asked.at,
            case_class=body.case_class,
            outcome=body.outcome,
            follow_up_at=follow_up_at,
            follow_up=body.follow_up,
        )
        recorded = await record_disposition(unit, recorded, person, _teams(service))
        shown = _shown(recorded, person, service).model_dump_json()
        return KeptAnswer(status=status.HTTP_201_CREATED, etag="", body=shown)

    answer = await once.answer(work, lambda: dispose(said))
    if service.ports.desk is not None and person.agent is not None:
        await service.ports.desk.note_saved(person.agent)
    return answer


def _callback(body: NewDisposition, person: Principal, service: Service) -> tuple[str | None, Micros | None]:
    if (body.callback_to is None) != (body.callback_by is None):
        raise BadInput("a callback needs both callback_to and callback_by")
    if body.callback_to is None:
        return None, None
    if not _NUMBER.fullmatch(body.callback_to) or sum(map(str.isdigit, body.callback_to)) < _LEAST_DIGITS:
        raise BadInput(f"callback_to must be a telephone number of at least {_LEAST_DIGITS} digits")
    by, now = moment_in(body.callback_by), service.clock()
    if by is None or not now < by < now + _LONGEST:
        raise BadInput("callback_by must lie ahead, by less than 90 days")
    if person.agent is None:
        raise BadInput("whoever promises a callback is an agent: this account is none")
    return body.callback_to, by


def _follow_up(body: NewDisposition, service: Service) -> Micros | None:
    if (body.follow_up is None) != (body.follow_up_at is None):
        raise BadInput("a follow-up needs both follow_up and follow_up_at")
    found = moment_in(body.follow_up_at)
    if found is not None and not service.clock() < found <= service.clock() + _LONGEST:
        raise BadInput("follow_up_at must be a time to come, within 90 days")
    return found


def _teams(service: Service) -> Callable[[str], str | None]:
    """Return who tells in which team an agent is now."""
    now = service.clock()
    return lambda agent: service.team_of(agent, now)


def _call(
    talk: TalkToRecord,
    told: Iterable[fx.Talk],
    measured: Iterable[MeasuredCall],
    person: Principal,
    service: Service,
) -> CallShown:
    zone = service.rulebook.zone
    current = talk.uniqueid in service.viewer(person).calls.values()
    seen = Sight.FULL if current else sight(person.role, Part.CALLER)
    caller = {Sight.FULL: talk.caller, Sight.MASKED: masked_caller(talk.caller)}.get(seen)
    return CallShown(
        uniqueid=talk.uniqueid,
        queue=talk.queue,
        caller=caller,
        agent=talk.agent,
        recorded=talk.recorded,
        answered_at=moment_out(talk.answered_at, zone),
        filled=list(talk.filled),
        ended_at=moment_out(talk.ended_at, zone),
        talks=[
            TalkShown(
                agent=one.agent,
                how=one.how,
                queue=one.queue,
                ended_by=one.ended_by,
                began_at=moment_out(one.start, zone),
                ended_at=moment_out(one.end, zone),
            )
            for one in told
        ],
        quality=[quality_shown(one) for one in measured],
    )


def quality_shown(one: MeasuredCall) -> QualityShown:
    """Show what a page measured."""
    return QualityShown(
        direction=one.direction,
        seconds=one.lasted / SECOND,
        loss=one.loss,
        worst_loss=one.worst_loss,
        jitter_ms=one.jitter_ms,
        round_trip_ms=one.round_trip_ms,
        codec=one.codec,
    )


def _shown(recorded: RecordedDisposition, person: Principal, service: Service) -> DispositionShown:
    """Show what was recorded; numbers in full to whoever wrote them, else as the field table says."""
    zone, said = service.rulebook.zone, recorded.disposition
    seen = Sight.FULL if recorded.given_by == person.account else sight(person.role, Part.CALLER)
    number = None if said.callback_to is None else worded(said.callback_to, seen)
    return DispositionShown(
        id=recorded.id,
        agent=said.agent,
        at=moment_out(said.at, zone),
        note=worded(recorded.words, seen),
        callback_to=number,
        callback_by=moment_out(said.callback_by, zone),
        case_class=recorded.case_class,
        class_version=recorded.class_version,
        outcome=recorded.outcome,
        follow_up=None if recorded.follow_up is None else worded(recorded.follow_up, seen),
        follow_up_at=moment_out(recorded.follow_up_at, zone),
        given_by=recorded.given_by,
    )
