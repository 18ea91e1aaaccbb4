"""Who asks, and whether they may: a session's cookie, its CSRF token with every change, the roles' table.

The cookie is HttpOnly and SameSite=Strict. Signing in answers with a token that a page must send back as X-CSRF-Token
with whatever changes something; another site can read neither.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, reach
from callcenter.store.sign_in.sessions import Session, is_there
from callcenter.web.cookies import NEW_TOKEN, cookie_name
from callcenter.web.guard import SAFE
from callcenter.web.problems import ASKED_BY, RequestRefused
from callcenter.web.service import Service, TheService

MOST_TOKEN = 128
Known = TypeVar("Known")
_cookie = APIKeyCookie(name="callcenter_session", scheme_name="session", auto_error=False)
_csrf = APIKeyHeader(name="X-CSRF-Token", scheme_name="csrf", auto_error=False)


async def _session_or_none(
    request: Request,
    service: TheService,
    _documented: Annotated[str | None, Security(_cookie)],
    csrf: Annotated[str | None, Security(_csrf)],
) -> Session | None:
    token = request.cookies.get(cookie_name(service.settings), "")
    session = None
    if 0 < len(token) <= MOST_TOKEN:
        session = await service.sessions.resume(token, service.clock())
    if session is None:
        return None
    setattr(request.state, ASKED_BY, session.account.name)
    if session.token is not None:
        setattr(request.state, NEW_TOKEN, session.token)
    if request.method not in SAFE and not hmac.compare_digest(_bytes(csrf), session.csrf.encode()):
        raise RequestRefused("foreign-request", "X-CSRF-Token is not the one that signing in gave")
    return session


SessionOrNone = Annotated[Session | None, Depends(_session_or_none)]
"""The session of whoever asks, if there is any."""


async def _any_session(session: SessionOrNone) -> Session:
    if session is None:
        raise RequestRefused("not-signed-in", "sign in first")
    return session


AnySession = Annotated[Session, Depends(_any_session)]
"""The session of whoever asks, also with a password that somebody else gave, or without the authenticator asked for."""


def needs_authenticator(session: Session, service: Service) -> bool:
    """Tell whether somebody must have an authenticator first."""
    return session.account.authenticator_at is None and session.account.role in service.settings.authenticator_roles


async def _session(session: AnySession, service: TheService) -> Session:
    if session.account.password_given_at is not None:
        raise RequestRefused("password-given", "somebody else gave you this password; change it first")
    if needs_authenticator(session, service):
        raise RequestRefused("authenticator-missing", "your role works with an authenticator; set it up first")
    return session


TheSession = Annotated[Session, Depends(_session)]
"""The session of whoever asks, for a route that asks for it."""


async def require_there(connection: AsyncConnection, session: Session) -> None:
    """Pass if a session was not ended while what was asked by it was on its way.

    Raises:
        RequestRefused: It was.
    """
    if not await is_there(connection, session):
        raise RequestRefused("not-signed-in", "sign in first")


class Allowed:
    """A dependency that lets pass whoever has one of the rights over anything at all; the manual reads which."""

    def __init__(self, *rights: Right) -> None:
        self.rights = rights

    def __call__(self, session: TheSession) -> Principal:
        """Return whoever asks.

        Raises:
            RequestRefused: They have none of the rights.
        """
        who = session.account.person
        if all(reach(who.role, right) is Reach.NONE for right in self.rights):
            raise RequestRefused("forbidden", f"this is not for {who.role.called}")
        return who


class Proven(Allowed):
    """As `Allowed`, for whoever has typed their password lately: of what opens or closes other people's ways in."""

    def __call__(self, session: TheSession) -> Principal:
        """Return whoever asks.

        Raises:
            RequestRefused: They have none of the rights, or it may be somebody else who sits there by now.
        """
        who = super().__call__(session)
        require_proven(session)
        return who


def require_proven(session: Session) -> None:
    """Pass if the password was typed lately.

    Raises:
        RequestRefused: It was not.
    """
    if not session.proven:
        raise RequestRefused("unproven", "type your password once more, and do it again")


def allowed(*rights: Right) -> Allowed:
    """Make a dependency that lets pass whoever has one of the rights over anything at all."""
    return Allowed(*rights)


async def known_by(
    given: HTTPAuthorizationCredentials | None,
    find: Callable[[AsyncConnection, str], Awaitable[Known | None]],
    service: Service,
) -> Known | None:
    """Return the machine that has a bearer's token, None where none has."""
    if given is None or not 0 < len(given.credentials) <= MOST_TOKEN:
        return None
    async with service.decisions.reading() as connection:
        return await find(connection, given.credentials)


def _bytes(text: str | None) -> bytes:
    return (text or "").encode("utf-8", "replace")
