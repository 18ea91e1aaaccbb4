"""Changes of rules and amounts, which take two people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response, status
from pydantic import Field

from callcenter.rules.records.masks import worded
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Person, Right, sight
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState, listed
from callcenter.store.idempotency import Answer
from callcenter.store.unit_of_work import Desk
from callcenter.usecases.change_rules import decide, propose
from callcenter.web.api.fields import Incoming, Limit, Name, Outgoing, Words, moment_out
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.bounds import is_too_deep
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/changes", tags=["changes"])

Seeing = Annotated[Person, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]
Proposing = Annotated[Person, Depends(allowed(Right.PROPOSE_CHANGE))]
Approving = Annotated[Person, Depends(allowed(Right.APPROVE_CHANGE))]

_TOO_DEEP = {"unreadable": "too deep to be shown"}


class NewChange(Incoming):
    """A change that somebody proposes."""

    kind: ChangeKind
    subject: Name
    content: dict[str, Any]
    reason: Words = Field(min_length=1)


class ChangeShown(Outgoing):
    """A change, who proposed it and who decided on it."""

    id: str
    kind: ChangeKind
    subject: str
    content: dict[str, Any]
    reason: str
    state: ChangeState
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    version: int


class Changes(Outgoing):
    """Changes, the newest first."""

    items: list[ChangeShown]


@router.get("")
async def list_changes(
    person: Seeing, service: TheService, state: ChangeState | None = None, limit: Limit = 50
) -> Changes:
    """List changes."""
    async with service.office.reading() as connection:
        found = await listed(connection, state, limit)
    return Changes(items=[_shown(change, person, service) for change in found])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ChangeShown)
async def propose_change(body: NewChange, person: Proposing, service: TheService, once: TheOnce) -> Response:
    """Propose a change; it has no effect until somebody else approves it."""

    async def work(desk: Desk) -> Answer:
        change = Change(
            id=once.new_id, kind=body.kind, subject=body.subject, content=body.content,
            reason=body.reason, proposed_by=person.account, proposed_at=once.asked.at,
        )  # fmt: skip
        return _answer(await propose(desk, change, service.rulebook), person, service, status.HTTP_201_CREATED)

    return await once.answer(work)


def _offer(verb: str, state: ChangeState) -> None:
    """Make the route of one decision."""

    async def decide_change(
        number: str, person: Approving, service: TheService, once: TheOnce, seen: SeenVersion
    ) -> Response:
        async def work(desk: Desk) -> Answer:
            decided = await decide(desk, number, seen, state, person.account, service.clock(), service.rulebook)
            return _answer(decided, person, service)

        return await once.answer(work)

    decide_change.__name__ = f"{verb}_change"
    decide_change.__doc__ = f"{verb.title()} a change that somebody else proposed."
    router.add_api_route(f"/{{number}}/{verb}", decide_change, methods=["POST"], response_model=ChangeShown)


_offer("approve", ChangeState.APPROVED)
_offer("reject", ChangeState.REJECTED)


def _answer(change: Change, person: Person, service: Service, code: int = status.HTTP_200_OK) -> Answer:
    return Answer(status=code, etag=etag(change.version), body=_shown(change, person, service).model_dump_json())


def _shown(change: Change, person: Person, service: Service) -> ChangeShown:
    zone, values = service.rulebook.zone, msgspec.structs.asdict(change)
    for moment in ("proposed_at", "decided_at"):
        values[moment] = moment_out(values[moment], zone)
    if change.proposed_by != person.account:
        values["reason"] = worded(change.reason, sight(person.role, Delicate.CALLER))
    if is_too_deep(change.content):
        values["content"] = _TOO_DEEP
    return ChangeShown(**values)
