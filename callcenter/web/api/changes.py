"""Changes of rules and amounts, which take two people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response, status
from pydantic import Field

from callcenter.rules.records.masks import without_numbers, worded
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState, listed
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.change_rules import decide, propose
from callcenter.web.api.fields import Limit, Name, RequestBody, ResponseBody, Words, moment_out
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.bounds import is_too_deep
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/changes", tags=["changes"])

Seeing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE))]
Proposing = Annotated[Principal, Depends(allowed(Right.PROPOSE_CHANGE))]
Approving = Annotated[Principal, Depends(allowed(Right.APPROVE_CHANGE))]

_TOO_DEEP = {"unreadable": "too deep to be shown"}


class NewChange(RequestBody):
    """A change that somebody proposes."""

    kind: ChangeKind
    subject: Name
    content: dict[str, Any]
    reason: Words = Field(min_length=1)


class ChangeShown(ResponseBody):
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


class ChangePage(ResponseBody):
    """Changes, the newest first."""

    items: list[ChangeShown]


@router.get("")
async def list_changes(
    person: Seeing, service: TheService, state: ChangeState | None = None, limit: Limit = 50
) -> ChangePage:
    """List changes."""
    async with service.decisions.reading() as connection:
        found = await listed(connection, state, limit)
    return ChangePage(items=[_shown(change, person, service) for change in found])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ChangeShown)
async def propose_change(body: NewChange, person: Proposing, service: TheService, once: TheOnce) -> Response:
    """Propose a change; it has no effect until somebody else approves it."""

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
        return _answer(await propose(unit, change, person, service.rulebook), person, service, status.HTTP_201_CREATED)

    return await once.answer(work)


def _offer(verb: str, state: ChangeState) -> None:
    """Make the route of one decision."""

    async def decide_change(
        number: str, person: Approving, service: TheService, once: TheOnce, seen: SeenVersion
    ) -> Response:
        async def work(unit: UnitOfWork) -> KeptAnswer:
            decided = await decide(unit, number, seen, state, person, service.clock(), service.rulebook)
            return _answer(decided, person, service)

        return await once.answer(work)

    decide_change.__name__ = f"{verb}_change"
    decide_change.__doc__ = f"{verb.title()} a change that somebody else proposed."
    router.add_api_route(f"/{{number}}/{verb}", decide_change, methods=["POST"], response_model=ChangeShown)


_offer("approve", ChangeState.APPROVED)
_offer("reject", ChangeState.REJECTED)


def _answer(change: Change, person: Principal, service: Service, code: int = status.HTTP_200_OK) -> KeptAnswer:
    return KeptAnswer(status=code, etag=etag(change.version), body=_shown(change, person, service).model_dump_json())


def _shown(change: Change, person: Principal, service: Service) -> ChangeShown:
    zone, values = service.rulebook.zone, msgspec.structs.asdict(change)
    for moment in ("proposed_at", "decided_at"):
        values[moment] = moment_out(values[moment], zone)
    seen = Sight.FULL if change.proposed_by == person.account else sight(person.role, Delicate.CALLER)
    values["reason"] = worded(change.reason, seen)
    if is_too_deep(change.content):
        values["content"] = _TOO_DEEP
    elif seen is not Sight.FULL:
        values["content"] = without_numbers(change.content)
    return ChangeShown(**values)
