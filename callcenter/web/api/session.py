"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import StringConstraints

from callcenter.staff.rights import RIGHTS, Right, Role
from callcenter.store.sign_in.accounts import draft_key
from callcenter.store.sign_in.authenticators import MOST_CODE
from callcenter.store.sign_in.passwords import MOST_PASSWORD
from callcenter.store.sign_in.sessions import Session, SignInRefused
from callcenter.usecases.keep_accounts import change_account
from callcenter.web.api.fields import RequestBody, ResponseBody, moment_out
from callcenter.web.auth import MOST_TOKEN, AnySession, SessionOrNone, needs_authenticator
from callcenter.web.cookies import NEW_DEVICE, NEW_TOKEN, device_name
from callcenter.web.limits import address_of
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/session", tags=["session"])

Code = Annotated[str, StringConstraints(max_length=MOST_CODE)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=4 * MOST_PASSWORD)]


class SignIn(RequestBody):
    """A name and a password; `code`: the authenticator's, or a recovery code, where the account has one."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password
    code: Code = ""


class NewPassword(RequestBody):
    """One's password, and the one that takes its place."""

    old: Password
    new: Password


class Proof(RequestBody):
    """One's password."""

    password: Password


class Me(ResponseBody):
    """Who is signed in; `csrf` goes back as X-CSRF-Token with whatever changes something.

    `password_given`: somebody else gave the password; `authenticator_missing`: the role must have one. Before that is
    done nothing else is answered, and `rights` is empty. `draft_key` (256 bits, hex): the page seals under it what
    was typed and not sent yet, by AES-GCM; the browser keeps it nowhere.
    """

    name: str
    full_name: str
    role: Role
    agent: str | None
    team: str | None
    rights: list[Right]
    password_given: bool
    authenticator: bool
    authenticator_missing: bool
    csrf: str
    draft_key: str
    expires_at: datetime | None


@router.post("", status_code=status.HTTP_201_CREATED)
async def sign_in(body: SignIn, request: Request, service: TheService) -> Me:
    """Sign in; the session comes as a cookie."""
    at, device = service.clock(), _device(request, service)
    if not await service.sessions.knows(body.name, device, at):
        service.rate.require(address_of(request), service.steady())
    session = await service.sessions.sign_in(body.name, body.password, at, device, body.code)
    setattr(request.state, NEW_TOKEN, session.token)
    setattr(request.state, NEW_DEVICE, session.device)
    return await _me(session, service)


@router.get("", response_model=Me, responses={204: {"description": "Nobody is, and `or_none` was asked for."}})
async def me(
    session: SessionOrNone,
    service: TheService,
    or_none: Annotated[bool, Query(description="Answer 204 where nobody is signed in, instead of 401.")] = False,
) -> Me | Response:
    """Say who is signed in."""
    if session is not None:
        return await _me(session, service)
    if or_none:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    raise RequestRefused("not-signed-in", "sign in first")


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(request: Request, session: AnySession, service: TheService) -> Response:
    """Sign out."""
    await service.sessions.sign_out(session, service.clock())
    service.look_at_streams()
    setattr(request.state, NEW_TOKEN, "")
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/proof", status_code=status.HTTP_204_NO_CONTENT)
async def prove(body: Proof, request: Request, session: AnySession, service: TheService) -> Response:
    """Type one's password once more: for ten minutes one may change other people's ways in, and end one's sessions."""
    try:
        await service.sessions.prove_again(session, body.password, service.clock(), _device(request, service))
    except SignInRefused as error:
        raise RequestRefused("forbidden", "the password is wrong") from error
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT)
async def change_password(body: NewPassword, request: Request, session: AnySession, service: TheService) -> Response:
    """Change one's own password; every session of the account ends, this one too."""
    name, at = session.account.name, service.clock()
    try:
        proven = await service.sessions.prove(name, body.old, at, _device(request, service))
    except SignInRefused as error:
        raise RequestRefused("forbidden", "the old password is wrong") from error
    hashed = await service.accounts.hashed(name, body.new, name)
    async with service.decisions.writing() as unit:
        await change_account(unit, name, {"password": hashed}, proven.version, name, at, None)
    service.look_at_streams()
    setattr(request.state, NEW_TOKEN, "")
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _device(request: Request, service: Service) -> str:
    """Read by which token a device says it is known."""
    token = request.cookies.get(device_name(service.settings), "")
    return token if len(token) <= MOST_TOKEN else ""


async def _me(session: Session, service: Service) -> Me:
    account = session.account
    given, missing = account.password_given_at is not None, needs_authenticator(session, service)
    async with service.decisions.reading() as connection:
        key = await draft_key(connection, account.name)
    return Me(
        name=account.name,
        full_name=account.full_name,
        role=account.role,
        agent=account.agent,
        team=account.team,
        rights=[] if given or missing else sorted(RIGHTS[account.role]),
        password_given=given,
        authenticator=account.authenticator_at is not None,
        authenticator_missing=missing,
        csrf=session.csrf,
        draft_key=key,
        expires_at=moment_out(session.expires_at, service.rulebook.zone),
    )
