"""Accounts: who may sign in, as what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field, StringConstraints

from callcenter.staff.rights import Right, Role
from callcenter.staff.roles import Principal
from callcenter.store.sign_in.accounts import Account, NewAccount, get_account, list_accounts
from callcenter.usecases.keep_accounts import add_account, change_account, confirm_role, remove_authenticator, unlock
from callcenter.web.api.fields import (
    Cursor,
    Day,
    Limit,
    Name,
    RequestBody,
    ResponseBody,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.once import SeenVersion, etag
from callcenter.web.api.session import Password
from callcenter.web.auth import Proven, allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/users", tags=["users"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_ACCOUNTS))]
Changing = Annotated[Principal, Depends(Proven(Right.CHANGE_ACCOUNTS))]
Confirming = Annotated[Principal, Depends(Proven(Right.CONFIRM_ROLE))]


class User(ResponseBody):
    """An account."""

    name: str
    full_name: str
    role: Role
    agent: str | None
    team: str | None
    joined: date | None = Field(description="First day; a month that began less than two months after moves no pay.")
    created_at: datetime | None
    disabled_at: datetime | None
    version: int
    authenticator: bool
    pending_role: Role | None = Field(description="A role that approves money, until a second person confirms it.")


class NewUser(RequestBody):
    """Somebody who shall be able to sign in."""

    name: Annotated[str, StringConstraints(max_length=32)]
    full_name: Name
    role: Role
    agent: Name | None = None
    team: Name | None = None
    joined: Day | None = None
    password: Password


class UserChanges(RequestBody):
    """What shall be different; what is not said stays, so that the defaults are never used."""

    full_name: Name = ""
    role: Role = Role.AGENT
    agent: Name | None = None
    team: Name | None = None
    joined: Day | None = None
    disabled: bool = False
    password: Password = ""


class Users(ResponseBody):
    """Accounts by name; `next` is the cursor of the page after, null at the end."""

    items: list[User]
    next: str | None


@router.get("")
async def list_users(_: Seeing, service: TheService, limit: Limit = 50, cursor: Cursor = None) -> Users:
    """List accounts."""
    place = place_in(cursor)
    async with service.decisions.reading() as connection:
        found = await list_accounts(connection, place[1] if place else "", limit + 1)
    shown = found[:limit]
    more = place_out((0, shown[-1].name)) if len(found) > len(shown) else None
    return Users(items=[_user(account, service) for account in shown], next=more)


@router.get("/{name}")
async def read_user(name: str, _: Seeing, service: TheService, response: Response) -> User:
    """Read one account; its ETag is what a change of it must name."""
    async with service.decisions.reading() as connection:
        return _told(await get_account(connection, name), service, response)


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_user(body: NewUser, person: Changing, service: TheService, response: Response) -> User:
    """Add an account; a second one of its name is refused, and a role that approves money waits for a second person."""
    hashed = await service.accounts.hashed(body.name, body.password, person.account)
    new = NewAccount(
        name=body.name, full_name=body.full_name, role=body.role, agent=body.agent, team=body.team, joined=body.joined
    )
    async with service.decisions.writing() as unit:
        account = await add_account(unit, new, hashed, person.account, service.clock(), service.agents)
    return _told(account, service, response)


@router.patch("/{name}")
async def change_user(
    name: str, body: UserChanges, person: Changing, service: TheService, seen: SeenVersion, response: Response
) -> User:
    """Change an account; it is signed out everywhere. Nobody changes their own role, nor disables themselves."""
    at = service.clock()
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    if "disabled" in changes:
        changes["disabled_at"] = at if changes.pop("disabled") else None
    if "password" in changes:
        changes["password"] = await service.accounts.hashed(name, changes["password"], person.account)
    async with service.decisions.writing() as unit:
        account = await change_account(unit, name, changes, seen, person.account, at, service.agents)
    service.look_at_streams()
    return _told(account, service, response)


@router.post("/{name}/confirm")
async def confirm_user(name: str, person: Confirming, service: TheService, response: Response) -> User:
    """Give an account the role that somebody else has asked for; again it is refused."""
    async with service.decisions.writing() as unit:
        account = await confirm_role(unit, name, person.account, service.clock())
    service.look_at_streams()
    return _told(account, service, response)


@router.post("/{name}/unlock")
async def unlock_user(name: str, person: Changing, service: TheService, response: Response) -> User:
    """Forget the wrong passwords that were tried under a name, so that its owner may try at once."""
    async with service.decisions.writing() as unit:
        account = await unlock(unit, name, person.account, service.clock())
    return _told(account, service, response)


@router.delete("/{name}/authenticator")
async def remove_user_authenticator(name: str, person: Changing, service: TheService, response: Response) -> User:
    """Let somebody who has lost their authenticator sign in without it; again it is refused."""
    async with service.decisions.writing() as unit:
        account = await remove_authenticator(unit, name, person.account, service.clock())
    service.look_at_streams()
    return _told(account, service, response)


def _told(account: Account, service: Service, response: Response) -> User:
    response.headers["ETag"] = etag(account.version)
    return _user(account, service)


def _user(account: Account, service: Service) -> User:
    zone = service.rulebook.zone
    return User(
        name=account.name,
        full_name=account.full_name,
        role=account.role,
        agent=account.agent,
        team=account.team,
        joined=account.joined,
        created_at=moment_out(account.created_at, zone),
        disabled_at=moment_out(account.disabled_at, zone),
        version=account.version,
        authenticator=account.authenticator_at is not None,
        pending_role=account.pending_role,
    )
