"""Calls in which agents talked, and their dispositions: what each was about, whether somebody is to be called back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, How
from callcenter.errors import BadInput
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.masks import masked_caller, worded
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Person, Right, Sight, may, sight
from callcenter.store.decisions.dispositions import Recorded, Talk, of_call, talked_in, talks, talks_of
from callcenter.store.idempotency import Answer
from callcenter.store.unit_of_work import Desk
from callcenter.usecases.record_disposition import record_disposition
from callcenter.web.api.fields import (
    Cursor,
    Incoming,
    Limit,
    Name,
    Outgoing,
    Time,
    Words,
    moment_in,
    moment_out,
    place_in,
    place_out,
)  # fmt: skip
from callcenter.web.api.once import TheOnce
from callcenter.web.auth import allowed
from callcenter.web.problems import Refused
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/calls", tags=["calls"])

Recording = Annotated[Person, Depends(allowed(Right.RECORD_CALL))]

_NUMBER = re.compile(r"[0-9+*#(). -]{3,32}")
_LEAST_DIGITS = 7
_LONGEST: Micros = 90 * 86_400 * SECOND


class NewDisposition(Incoming):
    """What a call was about; a callback needs both its number and its time."""

    note: Words = Field(min_length=1)
    callback_to: str | None = Field(default=None, max_length=32, description="The number to be called back.")
    callback_by: Time | None = Field(default=None, description="Until when, at the latest.")


class DispositionShown(Outgoing):
    """What was recorded of a call."""

    id: str
    agent: str
    at: datetime | None
    note: str
    callback_to: str | None
    callback_by: datetime | None
    given_by: str


class TalkShown(Outgoing):
    """Who talked with the customer, and how it came about; without an end it lasts, or nobody saw the end."""

    agent: str
    how: How
    queue: str | None
    began_at: datetime | None
    ended_at: datetime | None
    ended_by: EndedBy | None


class CallShown(Outgoing):
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


class Calls(Outgoing):
    """Calls in which an agent talked, the newest first."""

    items: list[CallShown]
    next: str | None


class Dispositions(Outgoing):
    """What was recorded of a call, in order."""

    items: list[DispositionShown]


@router.get("")
async def list_calls(
    person: Recording,
    service: TheService,
    agent: Annotated[Name | None, Query(description="Whose; one's own where nobody is named.")] = None,
    unrecorded: Annotated[bool, Query(description="Only those of which nothing was recorded.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Calls:
    """List the calls in which an agent talked."""
    whose = agent or person.agent
    if whose is None:
        raise BadInput("name an agent: this account is none itself")
    _require(person, whose, service)
    before = place_in(cursor)
    async with service.office.reading() as connection:
        found = await talks(connection, whose, unrecorded=unrecorded, before=before, limit=limit + 1)
        shown = found[:limit]
        told = await talks_of(connection, {talk.uniqueid for talk in shown})
    more = place_out((shown[-1].answered_at, shown[-1].id)) if len(found) > len(shown) else None
    return Calls(items=[_call(talk, told.get(talk.uniqueid, ()), person, service) for talk in shown], next=more)


@router.get("/{uniqueid}/dispositions")
async def list_dispositions(uniqueid: Name, person: Recording, service: TheService) -> Dispositions:
    """List what was recorded of a call."""
    async with service.office.reading() as connection:
        _require_one(person, await talked_in(connection, uniqueid), service)
        found = await of_call(connection, uniqueid)
    return Dispositions(items=[_shown(one, person, service) for one in found])


@router.post("/{uniqueid}/dispositions", status_code=status.HTTP_201_CREATED, response_model=DispositionShown)
async def record_call(
    uniqueid: Name, body: NewDisposition, person: Recording, service: TheService, once: TheOnce
) -> Response:
    """Record what a call was about; more than once where there is more to say."""
    callback = _callback(body, person, service)
    async with service.office.reading() as connection:
        _require_one(person, await talked_in(connection, uniqueid), service)
    dispose = service.ports.dispose
    if dispose is None:
        raise Refused("unavailable", "this service follows no switch")
    said = Disposition(
        at=service.ports.switch_time(), uniqueid=uniqueid, agent=person.agent or person.account,
        callback_to=callback[0], callback_by=callback[1],
    )  # fmt: skip

    async def work(desk: Desk) -> Answer:
        recorded = Recorded(
            id=once.new_id, disposition=said, words=body.note.strip(),
            given_by=person.account, given_at=once.asked.at,
        )  # fmt: skip
        await record_disposition(desk, recorded)
        shown = _shown(recorded, person, service).model_dump_json()
        return Answer(status=status.HTTP_201_CREATED, etag="", body=shown)

    return await once.answer(work, lambda: dispose(said))


def _callback(body: NewDisposition, person: Person, service: Service) -> tuple[str | None, Micros | None]:
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


def _require_one(person: Person, talked: Collection[str], service: Service) -> None:
    """Let pass whoever may record calls of somebody who talked; where nobody did, whoever may record all."""
    now = service.clock()
    if not any(may(person, Right.RECORD_CALL, agent, service.team_of(agent, now)) for agent in talked):
        _require(person, None, service)


def _require(person: Person, agent: str | None, service: Service) -> None:
    team = None if agent is None else service.team_of(agent, service.clock())
    if not may(person, Right.RECORD_CALL, agent, team):
        raise Refused("forbidden", f"the role {person.role} may not record calls here")


def _call(talk: Talk, told: Iterable[fx.Talk], person: Person, service: Service) -> CallShown:
    zone = service.rulebook.zone
    seen = sight(person.role, Part.CALLER)
    caller = {Sight.FULL: talk.caller, Sight.MASKED: masked_caller(talk.caller)}.get(seen)
    return CallShown(
        uniqueid=talk.uniqueid, queue=talk.queue, caller=caller, agent=talk.agent, recorded=talk.recorded,
        answered_at=moment_out(talk.answered_at, zone), filled=list(talk.filled),
        ended_at=moment_out(talk.ended_at, zone),
        talks=[
            TalkShown(
                agent=one.agent, how=one.how, queue=one.queue, ended_by=one.ended_by,
                began_at=moment_out(one.start, zone), ended_at=moment_out(one.end, zone),
            )
            for one in told
        ],
    )  # fmt: skip


def _shown(recorded: Recorded, person: Person, service: Service) -> DispositionShown:
    """Show what was recorded; numbers in full to whoever wrote them, else as the field table says."""
    zone, said = service.rulebook.zone, recorded.disposition
    seen = Sight.FULL if recorded.given_by == person.account else sight(person.role, Part.CALLER)
    number = None if said.callback_to is None else worded(said.callback_to, seen)
    return DispositionShown(
        id=recorded.id, agent=said.agent, at=moment_out(said.at, zone), note=worded(recorded.words, seen),
        callback_to=number, callback_by=moment_out(said.callback_by, zone), given_by=recorded.given_by,
    )  # fmt: skip
