"""Who is signed in; a session that somebody else ends, or its owner from elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from callcenter.staff.rights import Right, Role
from callcenter.staff.roles import Principal
from callcenter.store.sign_in.session_list import OpenSession, end_session, open_sessions
from callcenter.web.api.fields import Cursor, Limit, Name, ResponseBody, moment_out, place_in, place_out
from callcenter.web.auth import Proven, TheSession, allowed, require_proven
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/sessions", tags=["users"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_ACCOUNTS))]
Ending = Annotated[Principal, Depends(Proven(Right.CHANGE_ACCOUNTS))]
_MOST_OWN = 200
OfAccount = Annotated[Name | None, Query(description="Sessions of this account alone.")]


class SessionShown(ResponseBody):
    """Somebody is signed in; `seen_at`: the session was used then, or within a minute after."""

    id: str
    account: str
    full_name: str
    role: Role
    created_at: datetime | None
    seen_at: datetime | None
    expires_at: datetime | None
    own: bool = Field(description="It is the session that asks.")


class SessionPage(ResponseBody):
    """Sessions, those begun last first; `next` is the cursor of the page after, null at the end."""

    items: list[SessionShown]
    next: str | None


@router.get("")
async def list_sessions(
    _: Seeing,
    session: TheSession,
    service: TheService,
    account: OfAccount = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SessionPage:
    """List who is signed in now."""
    lifetimes, at = service.sessions.lifetimes, service.clock()
    async with service.decisions.reading() as connection:
        found = await open_sessions(connection, lifetimes, at, account, place_in(cursor), limit + 1)
    shown = found[:limit]
    more = place_out((shown[-1].created_at, shown[-1].id)) if len(found) > len(shown) else None
    return SessionPage(items=[_shown(one, service, session.id) for one in shown], next=more)


@router.get("/own")
async def list_own_sessions(session: TheSession, service: TheService) -> SessionPage:
    """List where one is signed in oneself."""
    lifetimes, at = service.sessions.lifetimes, service.clock()
    async with service.decisions.reading() as connection:
        found = await open_sessions(connection, lifetimes, at, session.account.name, None, _MOST_OWN)
    return SessionPage(items=[_shown(one, service, session.id) for one in found], next=None)


@router.delete("/own/{number}", status_code=status.HTTP_204_NO_CONTENT)
async def end_own_session(number: Name, session: TheSession, service: TheService) -> Response:
    """End a session of one's own: whoever has it must sign in again."""
    require_proven(session)
    name = session.account.name
    async with service.decisions.writing() as unit:
        await end_session(unit, number, name, service.clock(), of=name)
    service.look_at_streams()
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.delete("/{number}", status_code=status.HTTP_204_NO_CONTENT)
async def end_open_session(number: Name, person: Ending, service: TheService) -> Response:
    """End a session: whoever has it must sign in again."""
    async with service.decisions.writing() as unit:
        await end_session(unit, number, person.account, service.clock())
    service.look_at_streams()
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _shown(one: OpenSession, service: Service, own: str) -> SessionShown:
    zone = service.rulebook.zone
    return SessionShown(
        id=one.id,
        account=one.account,
        full_name=one.full_name,
        role=one.role,
        created_at=moment_out(one.created_at, zone),
        seen_at=moment_out(one.seen_at, zone),
        expires_at=moment_out(one.expires_at, zone),
        own=one.id == own,
    )
