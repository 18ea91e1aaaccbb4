"""Changes of rules and amounts, which take two people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response, status
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.masks import without_numbers, worded
from callcenter.rules.regulations.amending import amended
from callcenter.rules.regulations.difference import FigureDifference, amount_differences, differences
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, may, sight
from callcenter.staff.roster_days import RosterSaid, differing, roster_said
from callcenter.staff.workdays import days_said, laid_over
from callcenter.store.conflicts import Missing
from callcenter.store.decisions.changes import (
    OF_THE_ROSTER,
    OF_THE_SITE,
    Change,
    ChangeKind,
    ChangeState,
    approved,
    get,
    listed,
    newest,
    roster_changes,
    roster_said_by,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.change_rules import Grounds, decide, propose
from callcenter.web.api.fields import (
    Cursor,
    Day,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    Words,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.bounds import is_too_deep
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/changes", tags=["changes"])

Seeing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE, Right.KEEP_SERVICE))]
Proposing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.KEEP_SERVICE))]
Amending = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE))]
Approving = Annotated[Principal, Depends(allowed(Right.APPROVE_CHANGE))]

_TOO_DEEP = {"unreadable": "too deep to be shown"}


class NewChange(RequestBody):
    """A change that somebody proposes."""

    kind: ChangeKind
    subject: Name
    content: dict[str, Any]
    reason: Words = Field(min_length=1)


class NewAmendment(RequestBody):
    """What the rulebook shall say otherwise from a day on: parts of an edition, no further than they differ."""

    first: Day = Field(alias="from")
    version: Name = Field(description="What the new edition is called.")
    figures: dict[str, Any] = Field(default={})
    promises: dict[str, Any] = Field(default={})
    violations: dict[str, Any] = Field(default={})
    subject: Name
    reason: Words = Field(min_length=1)

    @property
    def said(self) -> dict[str, Any]:
        """The parts that say anything."""
        parts = {"figures": self.figures, "promises": self.promises, "violations": self.violations}
        return {name: part for name, part in parts.items() if part}


class DifferenceShown(ResponseBody):
    """One thing that a change says otherwise; `old` null: nothing was said, `new` null: nothing is any more."""

    edition: str = Field(description="The edition of a rulebook that says it; `from`: the day, or month, it begins.")
    first: str | None = Field(alias="from")
    part: str = Field(
        description="`edition`, `figures`, `queues`, `promises`, `violations`, `amount`, `roster`, `calendar`, "
        "or a kind of what the site says of itself: `reasons`, `retention`, `site_queues`."
    )
    code: str | None
    zh: str | None
    en: str | None
    name: str
    old: Any
    new: Any


class DifferencesShown(ResponseBody):
    """All that a change says otherwise than what had been approved before it."""

    items: list[DifferenceShown]


class ChangeShown(ResponseBody):
    """A change, who proposed it and who decided on it."""

    id: str
    kind: ChangeKind
    subject: str
    content: dict[str, Any] = Field(description="Of a roster it is given by one change alone, not in lists.")
    reason: str
    state: ChangeState
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    version: int


class ChangePage(ResponseBody):
    """Changes, the newest first; `next` is the cursor of the page after, null at the end."""

    items: list[ChangeShown]
    next: str | None


@router.get("")
async def list_changes(
    person: Seeing,
    service: TheService,
    state: ChangeState | None = None,
    kind: ChangeKind | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ChangePage:
    """List changes."""
    async with service.decisions.reading() as connection:
        found = await listed(connection, state, limit + 1, _kinds(person, kind), place_in(cursor))
    shown = found[:limit]
    more = place_out((shown[-1].proposed_at, shown[-1].id)) if len(found) > len(shown) else None
    items = [_shown(_brief(change), person, service) for change in shown]
    return ChangePage(items=items, next=more)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ChangeShown)
async def propose_change(body: NewChange, person: Proposing, service: TheService, once: TheOnce) -> Response:
    """Propose a change; it has no effect until somebody else approves it."""
    filed = await service.roster_filed() if body.kind in OF_THE_ROSTER else None

    async def work(unit: UnitOfWork) -> KeptAnswer:
        change = Change(
            id=once.new_id,
            kind=body.kind,
            subject=body.subject,
            content=body.content,
            reason=body.reason,
            proposed_by=person.account,
            proposed_at=once.asked.at,
        )
        done = await propose(unit, change, person, Grounds(service.rulebook, filed, service.own))
        return told_change(done, person, service, status.HTTP_201_CREATED)

    return await once.answer(work)


@router.post("/amendments", status_code=status.HTTP_201_CREATED, response_model=ChangeShown)
async def propose_amendment(body: NewAmendment, person: Amending, service: TheService, once: TheOnce) -> Response:
    """Propose what the rulebook shall say otherwise from a day on; it is written out in full, on top of what holds."""
    content = amended(await _written(service, None), body.first, body.version, body.said)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        change = Change(
            id=once.new_id,
            kind=ChangeKind.RULEBOOK,
            subject=body.subject,
            content=content,
            reason=body.reason,
            proposed_by=person.account,
            proposed_at=once.asked.at,
        )
        return told_change(
            await propose(unit, change, person, Grounds(service.rulebook)), person, service, status.HTTP_201_CREATED
        )

    return await once.answer(work)


@router.get("/{number}")
async def read_change(number: Name, person: Seeing, service: TheService, response: Response) -> ChangeShown:
    """Read one change; its ETag is what a decision on it must name."""
    async with service.decisions.reading() as connection:
        change = await _seen(connection, number, person)
    response.headers["ETag"] = etag(change.version)
    return _shown(change, person, service)


@router.get("/{number}/difference")
async def read_difference(number: Name, person: Seeing, service: TheService) -> DifferencesShown:
    """Say figure by figure what a change says otherwise than what had been approved before it."""
    async with service.decisions.reading() as connection:
        change = await _seen(connection, number, person)
        before = None
        if change.kind is ChangeKind.AMOUNT:
            before = await newest(connection, change.kind, change.subject, change.decided_at)
    if is_too_deep(change.content):
        raise BadInput("the change is too deep to be shown")
    if change.kind in OF_THE_ROSTER:
        found = await _roster_differences(service, change)
    elif change.kind is ChangeKind.CALENDAR:
        found = await _calendar_differences(service, change)
    elif change.kind in OF_THE_SITE:
        found = await _site_differences(service, change)
    elif change.kind is ChangeKind.RULEBOOK:
        found = differences(await _written(service, change.decided_at), change.content)
    else:
        found = amount_differences({} if before is None else before.content, change.content)
    return DifferencesShown(items=[_difference(one) for one in found])


def _kinds(person: Principal, asked: ChangeKind | None) -> set[ChangeKind]:
    """Name the kinds of changes that somebody sees: whoever keeps the service and decides on nothing, the site's."""
    every = may(person, Right.PROPOSE_CHANGE) or may(person, Right.APPROVE_CHANGE)
    return {*(ChangeKind if every else OF_THE_SITE)} & {*(ChangeKind if asked is None else (asked,))}


async def _seen(connection: AsyncConnection, number: str, person: Principal) -> Change:
    change = await get(connection, number)
    if change.kind not in _kinds(person, None):
        raise Missing("there is no such change")
    return change


def _brief(change: Change) -> Change:
    """Leave a roster, which may be large, out of a list."""
    return msgspec.structs.replace(change, content={}) if change.kind in OF_THE_ROSTER else change


async def _written(service: Service, before: Micros | None) -> dict[str, Any]:
    if service.ports.written is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    return await service.ports.written(before)


async def _roster_differences(service: Service, change: Change) -> list[FigureDifference]:
    filed = await service.roster_filed()
    async with service.decisions.reading() as connection:
        before = roster_said_by(await roster_changes(connection, change.decided_at))
    form = roster_said(lambda: filed.form or {}, before, filed.zone)
    found = differing(form, RosterSaid(change.kind is ChangeKind.ROSTER, change.content), filed.zone)
    return [
        FigureDifference(
            edition="", first=one.day, part="roster", code=one.agent, name=one.sheet, old=one.old, new=one.new
        )
        for one in found
    ]


async def _calendar_differences(service: Service, change: Change) -> list[FigureDifference]:
    async with service.decisions.reading() as connection:
        before = await approved(connection, ChangeKind.CALENDAR, change.decided_at)
    old = laid_over(service.settings.own_days, (days_said(one.content) for one in before))
    return [
        FigureDifference(
            edition="", first="", part="calendar", code=day.isoformat(), name="worked", old=old.get(day), new=worked
        )
        for day, worked in sorted(days_said(change.content).days.items())
        if old.get(day) is not worked
    ]


async def _site_differences(service: Service, change: Change) -> list[FigureDifference]:
    async with service.decisions.reading() as connection:
        before = await approved(connection, change.kind, change.decided_at)
    part = "site_queues" if change.kind is ChangeKind.QUEUES else change.kind.value
    return [
        FigureDifference(edition="", first="", part=part, code=one.code, name=one.name, old=one.old, new=one.new)
        for one in service.own.differing(change.kind, (each.content for each in before), change.content)
    ]


def _difference(one: FigureDifference) -> DifferenceShown:
    told = msgspec.to_builtins(one)
    return DifferenceShown(**{**told, "from": told.pop("first") or None})


def _offer(verb: str, state: ChangeState) -> None:
    """Make the route of one decision."""

    async def decide_change(
        number: str, person: Approving, service: TheService, once: TheOnce, seen: SeenVersion
    ) -> Response:
        filed = await service.roster_filed()

        async def work(unit: UnitOfWork) -> KeptAnswer:
            decided = await decide(unit, number, seen, state, person, service.clock(), Grounds(service.rulebook, filed))
            return told_change(decided, person, service)

        return await once.answer(work)

    decide_change.__name__ = f"{verb}_change"
    decide_change.__doc__ = f"{verb.title()} a change that somebody else proposed."
    router.add_api_route(f"/{{number}}/{verb}", decide_change, methods=["POST"], response_model=ChangeShown)


_offer("approve", ChangeState.APPROVED)
_offer("reject", ChangeState.REJECTED)


def told_change(change: Change, person: Principal, service: Service, code: int = status.HTTP_200_OK) -> KeptAnswer:
    """Answer with a change."""
    return KeptAnswer(status=code, etag=etag(change.version), body=_shown(change, person, service).model_dump_json())


def _shown(change: Change, person: Principal, service: Service) -> ChangeShown:
    zone, values = service.rulebook.zone, msgspec.structs.asdict(change)
    for moment in ("proposed_at", "decided_at"):
        values[moment] = moment_out(values[moment], zone)
    seen = Sight.FULL if change.proposed_by == person.account else sight(person.role, Delicate.CALLER)
    values["reason"] = worded(change.reason, seen)
    if is_too_deep(change.content):
        values["content"] = _TOO_DEEP
    elif seen is not Sight.FULL and change.kind not in (*OF_THE_ROSTER, *OF_THE_SITE, ChangeKind.CALENDAR):
        values["content"] = without_numbers(change.content)
    return ChangeShown(**values)
