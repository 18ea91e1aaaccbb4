"""What an agent is told of what leads did, and leads' messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.decisions.agent_notices import mark_read, unread_notices
from callcenter.web.api.acts.shapes import NoticeId, ToldListed, notice_shown
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused
from callcenter.web.service import TheService

router = APIRouter(prefix="/acts/notices", tags=["acts"])

AtTheDesk = Annotated[Principal, Depends(allowed(Right.USE_DESK))]


@router.get("")
async def list_notices(person: AtTheDesk, service: TheService) -> ToldListed:
    """List what oneself is told and has not read yet: messages, and what leads did to one's desk, and why."""
    async with service.decisions.reading() as connection:
        found = await unread_notices(connection, _agent(person))
    return ToldListed(items=[notice_shown(one, service.rulebook.zone) for one in found])


@router.post("/{number}/read", status_code=status.HTTP_204_NO_CONTENT)
async def read(number: NoticeId, person: AtTheDesk, service: TheService) -> Response:
    """Say that one has read a notice; again changes nothing."""
    async with service.decisions.writing() as unit:
        await mark_read(unit, number, _agent(person), service.clock())
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _agent(person: Principal) -> str:
    """Return whose page it is.

    Raises:
        RequestRefused: The account is no agent's.
    """
    if person.agent is None:
        raise RequestRefused("forbidden", "this account is no agent's")
    return person.agent
