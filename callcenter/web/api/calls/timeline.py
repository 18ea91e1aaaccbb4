"""One call as it went: who waited, rang and talked when; what there is about it beside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, How
from callcenter.numbers import PLAIN, read_number
from callcenter.reports.call_timeline import CallLane, CallPart, LaneKind, PartKind, lanes_of
from callcenter.reports.lost_calls import caller_shown
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, reach, sight
from callcenter.store.complaints.cases import CaseFilter, list_cases
from callcenter.store.conflicts import NotAllowed
from callcenter.store.customers.cards import of_key
from callcenter.store.customers.contacts import pick_of
from callcenter.store.decisions.call_qualities import measured_in
from callcenter.store.decisions.violations import about_call
from callcenter.store.record.call_story import CallStory, story_of
from callcenter.usecases.complaints.read_cases import reader_of
from callcenter.web.api.calls.recorded import QualityShown, quality_shown
from callcenter.web.api.fields import Name, ResponseBody, moment_out
from callcenter.web.api.shapes import Reader, Summary
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/calls", tags=["calls"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_CALLS))]

_JUDGED_BY: Micros = 3_600 * SECOND
"""So long after a call ended, at the latest, is what a record says of it dated."""
_MOST = 20


class CallPartShown(ResponseBody):
    """Something that lasted; `to` is null where nobody saw the end, or it lasts still."""

    kind: PartKind
    start: datetime | None = Field(serialization_alias="from")
    end: datetime | None = Field(serialization_alias="to")
    lasts: bool
    name: str | None = Field(description="With whom, or for which queue.")
    outcome: str | None = Field(description="Of a wait, a ring or a survey.")
    how: How | None
    ended_by: EndedBy | None
    transferred: str | None
    offered_at: datetime | None = Field(description="When the phone was tried.")
    rings: int | None = Field(description="How many were begun; null: nobody saw.")
    ring_seconds: float | None = Field(description="From one ring to the next.")
    in_gap: bool


class CallLaneShown(ResponseBody):
    """What the caller, a queue or a phone did, in order."""

    kind: LaneKind
    name: str | None = Field(description="The queue, or the agent; null for the caller.")
    interface: str | None
    parts: list[CallPartShown]


class UnseenSpan(ResponseBody):
    """A time in which nothing was seen of the switch."""

    start: datetime | None = Field(serialization_alias="from")
    end: datetime | None = Field(serialization_alias="to")
    cause: str


class CallCase(ResponseBody):
    """A case that the call began, with its recording where somebody named one."""

    id: str
    number: str | None
    state: str
    recording: str | None


class CallSurvey(ResponseBody):
    """What the caller answered: 1 (very satisfied), 2 (satisfied) or 3 (not)."""

    agent: str | None
    questions: list[str]
    answers: dict[str, int]


class CallQuality(QualityShown):
    """What an agent's page measured."""

    agent: str


class CallTimeline(ResponseBody):
    """One call as it went, and what there is about it; what is not for whoever reads is null."""

    uniqueid: str
    caller: str | None
    did: str | None
    start: datetime | None = Field(serialization_alias="from")
    end: datetime | None = Field(serialization_alias="to")
    lasts: bool
    in_gap: bool
    filled: list[str] = Field(description="What nobody saw: queue_log told it, at whole seconds.")
    lanes: list[CallLaneShown]
    gaps: list[UnseenSpan]
    surveys: list[CallSurvey] | None
    quality: list[CallQuality]
    records: list[Summary] | None
    customers: list[str] | None = Field(description="Ids of the customer, or of those whose number it may be.")
    cases: list[CallCase] | None


@router.get("/{uniqueid}")
async def read_call(uniqueid: Name, request: Request, person: Seeing, service: TheService) -> CallTimeline:
    """Show one call as it went: the caller, each queue and each phone, ring by ring."""
    async with service.decisions.reading() as connection:
        story = await story_of(connection, uniqueid)
        _require_seen(story, person, service)
        language = language_of(request.headers.get("accept-language"))
        reader = Reader(person, language, service.rulebook, service.clock(), service.terms)
        records = await _records(connection, story, person, reader, service.clock())
        return CallTimeline(
            **_told(story, person, service),
            quality=await _quality(connection, uniqueid),
            records=records,
            customers=await _customers(connection, story, person, service),
            cases=await _cases(connection, uniqueid, person),
        )


def _require_seen(story: CallStory, person: Principal, service: Service) -> None:
    """Let pass whoever sees somebody who had to do with the call; where nobody had, whoever sees all."""
    mine = service.agents_of(person, Right.SEE_CALLS)
    concerned = story.agents | {ring.agent for ring in service.ringing(story.uniqueid)}
    if mine is not None and mine.isdisjoint(concerned):
        raise NotAllowed(person.role)


def _told(story: CallStory, person: Principal, service: Service) -> dict[str, object]:
    zone = service.rulebook.zone
    current = story.uniqueid in service.viewer(person).calls.values()
    caller = next((stay.caller for stay in story.stays if stay.caller is not None), None)
    seen = Sight.FULL if current else sight(person.role, Part.CALLER)
    return {
        "uniqueid": story.uniqueid,
        "caller": caller_shown(caller, seen),
        "did": next((stay.did for stay in story.stays if stay.did is not None), None),
        "start": moment_out(story.begin, zone),
        "end": None if story.lasts else moment_out(story.end, zone),
        "lasts": story.lasts,
        "in_gap": any(one.in_gap for one in story.stays) or any(one.in_gap for one in story.talks),
        "filled": sorted({name for stay in story.stays for name in stay.filled}),
        "lanes": [_lane(lane, service) for lane in _lanes(story, service)],
        "gaps": [
            UnseenSpan(start=moment_out(gap.start, zone), end=moment_out(gap.end, zone), cause=gap.what)
            for gap in story.gaps
        ],
        "surveys": _surveys(story, person, service),
    }


def _lanes(story: CallStory, service: Service) -> list[CallLane]:
    ringing = service.ringing(story.uniqueid) if story.lasts else ()
    return lanes_of(story, service.rulebook.figures, ringing, service.ports.switch_time())


def _surveys(story: CallStory, person: Principal, service: Service) -> list[CallSurvey] | None:
    if reach(person.role, Right.SEE_SURVEYS) is Reach.NONE:
        return None
    whose = service.agents_of(person, Right.SEE_SURVEYS)
    return [
        CallSurvey(
            agent=one.agent,
            questions=[question.name.lower() for question in one.asks],
            answers={question.name.lower(): answer for question, answer in one.answers.items()},
        )
        for one in story.surveys
        if whose is None or one.agent in whose
    ]


def _lane(lane: CallLane, service: Service) -> CallLaneShown:
    parts = [_part(part, service) for part in lane.parts]
    return CallLaneShown(kind=lane.kind, name=lane.name, interface=lane.interface, parts=parts)


def _part(part: CallPart, service: Service) -> CallPartShown:
    zone = service.rulebook.zone
    return CallPartShown(
        kind=part.kind,
        start=moment_out(part.start, zone),
        end=moment_out(part.end, zone),
        lasts=part.lasts,
        name=part.name,
        outcome=part.outcome,
        how=part.how,
        ended_by=part.ended_by,
        transferred=part.transferred,
        offered_at=moment_out(part.offered_at, zone),
        rings=part.rings,
        ring_seconds=None if part.cadence is None else part.cadence / SECOND,
        in_gap=part.in_gap,
    )


async def _quality(connection: AsyncConnection, uniqueid: str) -> list[CallQuality]:
    found = await measured_in(connection, {uniqueid})
    return [
        CallQuality(agent=agent, **quality_shown(one).model_dump())
        for (_, agent), some in found.items()
        for one in some
    ]


async def _records(
    connection: AsyncConnection, story: CallStory, person: Principal, reader: Reader, now: Micros
) -> list[Summary] | None:
    if reach(person.role, Right.SEE) is Reach.NONE:
        return None
    if story.begin is None:
        return []
    until = now if story.lasts or story.end is None else story.end + _JUDGED_BY
    found = await about_call(connection, person, story.uniqueid, story.agents, story.frames, (story.begin, until))
    return [reader.summary(record) for record in found]


async def _customers(
    connection: AsyncConnection, story: CallStory, person: Principal, service: Service
) -> list[str] | None:
    if reach(person.role, Right.SEE_CUSTOMERS) is Reach.NONE:
        return None
    pick = await pick_of(connection, story.uniqueid)
    if pick is not None:
        return [pick.customer]
    caller = next((stay.caller for stay in story.stays if stay.caller is not None), None)
    key = read_number(caller or "", service.in_force().numbering or PLAIN).key
    return [] if key is None else [*await of_key(connection, key, _MOST)]


async def _cases(connection: AsyncConnection, uniqueid: str, person: Principal) -> list[CallCase] | None:
    if reach(person.role, Right.SEE_CASES) is Reach.NONE:
        return None
    asked = CaseFilter(reader=await reader_of(connection, person), call=uniqueid)
    return [
        CallCase(id=one.id, number=one.case.number, state=one.case.state, recording=one.about.recording)
        for one in await list_cases(connection, asked, limit=_MOST)
    ]
