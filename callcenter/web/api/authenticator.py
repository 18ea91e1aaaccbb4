"""One's own authenticator: begun, used for the first time, removed; its secret and its recovery codes are told once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field, StringConstraints

from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.sign_in.authenticators import (
    MOST_CODE,
    begin_authenticator,
    confirm_authenticator,
)
from callcenter.store.sign_in.sessions import CodeAsked, Session, end_others
from callcenter.web.api.fields import RequestBody, ResponseBody
from callcenter.web.auth import AnySession, require_proven
from callcenter.web.problems import RequestRefused
from callcenter.web.service import TheService

router = APIRouter(prefix="/session/authenticator", tags=["session"])


class CodeTyped(RequestBody):
    """What the app shows now, or a recovery code."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=MOST_CODE)]


class Begun(ResponseBody):
    """What the app is told; it is shown once."""

    secret: str = Field(description="To be typed into the app, in base32.")
    uri: str = Field(description="The same as the app reads it from a picture.")
    picture: str = Field(description="The picture as a path of SVG, one unit a square.")
    squares: int = Field(description="How many units it is wide and high.")


class RecoveryCodes(ResponseBody):
    """Codes that are good once each where the app is lost; they are shown once."""

    codes: list[str]


async def _proven(session: AnySession) -> Session:
    if session.account.password_given_at is not None:
        raise RequestRefused("password-given", "somebody else gave you this password; change it first")
    require_proven(session)
    return session


Proving = Annotated[Session, Depends(_proven)]


@router.post("", status_code=status.HTTP_201_CREATED)
async def begin(session: Proving, service: TheService) -> Begun:
    """Make a secret for an app; nothing is asked for before the app has shown a right code."""
    masters = service.ports.privacy.master_keys()
    async with service.decisions.writing() as unit:
        new = await begin_authenticator(unit, masters, session.account.name, service.clock())
    return Begun(secret=new.secret, uri=new.uri, picture=new.picture, squares=new.squares)


@router.post("/confirm")
async def confirm(body: CodeTyped, session: Proving, service: TheService) -> RecoveryCodes:
    """Let codes be asked for at each sign-in from now on; one's other sessions end."""
    name, at, masters = session.account.name, service.clock(), service.ports.privacy.master_keys()
    async with service.decisions.writing() as unit:
        codes = await confirm_authenticator(unit, masters, name, body.code, at)
        await end_others(unit, session)
        await unit.note(Audited(at=at, actor=name, action="add", kind="authenticator", subject=name))
    service.look_at_streams()
    return RecoveryCodes(codes=list(codes))


@router.post("/remove", status_code=status.HTTP_204_NO_CONTENT)
async def remove(body: CodeTyped, session: Proving, service: TheService) -> Response:
    """Ask for no code any more; it takes one, and a role that works with an authenticator needs another at once."""
    if session.account.authenticator_at is None:
        raise Conflict("there is no authenticator")
    try:
        await service.sessions.remove_authenticator(session, body.code, service.clock())
    except CodeAsked as error:
        raise RequestRefused("forbidden", str(error)) from error
    service.look_at_streams()
    return Response(status_code=status.HTTP_204_NO_CONTENT)
