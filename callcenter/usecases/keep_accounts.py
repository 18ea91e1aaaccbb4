"""Somebody looks after accounts: adds, changes, unlocks them; a role that approves money is given by two.

Nobody changes their own role. An account is of an agent whom the roster has: another name would never meet a record or
a score.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.rules.records.standing import SERVICE
from callcenter.staff.rights import Role
from callcenter.staff.roles import approves_money
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.sign_in.accounts import Account, NewAccount, find_account, get_account
from callcenter.store.sign_in.authenticators import forget_authenticator
from callcenter.store.sign_in.vouching import is_console, require_two, vouch
from callcenter.store.tables import AccountRow, AttemptsRow, SessionRow
from callcenter.untrusted import CONTROLS, MOST_NAME

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_FREE = re.compile(f"[^{CONTROLS}]{{1,{MOST_NAME}}}")

Agents = Collection[str] | None
"""The agents that the roster has; None: there is no roster, so nobody can tell."""


async def add_account(
    unit: UnitOfWork, new: NewAccount, password: str, actor: str, at: Micros, agents: Agents
) -> Account:
    """Add an account; `password` is its hash.

    Raises:
        BadInput: The name or another text is none, or the roster has no such agent.
        Conflict: The name is taken, or another account is that agent.
    """
    if not NAME.fullmatch(new.name) or new.name == SERVICE:
        raise BadInput(f"{new.name!r} is no name for an account; use a-z, 0-9, dot, dash, underscore, at most 32")
    if await find_account(unit.connection, new.name) is not None:
        raise Conflict(f"there is an account {new.name} already")
    values = msgspec.structs.asdict(new)
    await _check(unit.connection, new.name, values, agents)
    await vouch(unit, new.name, actor, at)
    if approves_money(new.role) and not is_console(actor):
        values |= {"pending_role": new.role, "pending_by": actor, "disabled_at": at}
    values |= {"password": password, "password_given_at": _given(new.name, actor, at)}
    await unit.execute(insert(AccountRow).values(**values, created_at=at, version=1))
    detail = {"role": new.role, "agent": new.agent, "team": new.team, "joined": new.joined}
    await unit.note(Audited(at=at, actor=actor, action="add", kind="account", subject=new.name, detail=detail))
    return await get_account(unit.connection, new.name)


async def change_account(
    unit: UnitOfWork, name: str, changes: dict[str, Any], version: int | None, actor: str, at: Micros, agents: Agents
) -> Account:
    """Change whatever is said of an account, its password's hash or `disabled_at`; signs it out everywhere.

    Raises:
        Missing: There is no such account.
        Outdated: Somebody changed it meanwhile.
        BadInput: A text is none, or the roster has no such agent.
        Conflict: It is the actor's own role, or would disable them; another account is that agent, the last
            administrator would be gone, or the account waits for a second person to confirm its role.
    """
    if name == actor and changes.keys() & {"role", "disabled_at"}:
        raise Conflict("nobody changes their own role or disables themselves")
    account = await get_account(unit.connection, name)
    if version not in {None, account.version}:
        raise Outdated(f"account {name} was changed meanwhile; read it again and decide anew", account.version)
    await _check(unit.connection, name, changes, agents)
    values = _by_two(account, changes, actor)
    if "password" in changes:
        await unit.execute(delete(AttemptsRow).where(AttemptsRow.name == name))
        values |= {"password_given_at": _given(name, actor, at)}
        if actor != name:
            await vouch(unit, name, actor, at)
    await unit.execute(update(AccountRow).where(AccountRow.name == name).values(**values, version=account.version + 1))
    if account.role is Role.ADMIN and account.disabled_at is None:
        await _require_admin(unit.connection)
    await unit.execute(delete(SessionRow).where(SessionRow.account == name))
    detail = {key: "changed" if key == "password" else value for key, value in changes.items()}
    await unit.note(Audited(at=at, actor=actor, action="change", kind="account", subject=name, detail=detail))
    return await get_account(unit.connection, name)


async def confirm_role(unit: UnitOfWork, name: str, actor: str, at: Micros) -> Account:
    """Give an account the role that somebody else has asked for.

    Raises:
        Missing: There is no such account.
        Conflict: It waits for none, or whoever confirms is no second person.
    """
    row = (await unit.execute(select(AccountRow).where(AccountRow.name == name))).one_or_none()
    if row is None:
        raise Missing(f"there is no account {name!r}")
    if row.pending_role is None:
        raise Conflict(f"account {name} waits for no role")
    if actor == name:
        raise Conflict("nobody confirms their own role")
    if not is_console(actor):
        for one in (row.pending_by, name):
            await require_two(unit.connection, one, actor, at)
    await vouch(unit, name, row.pending_by, at)
    values = {"role": row.pending_role, "pending_role": None, "pending_by": None}
    if row.disabled_at == row.created_at:
        values["disabled_at"] = None
    await unit.execute(update(AccountRow).where(AccountRow.name == name).values(**values, version=row.version + 1))
    await unit.execute(delete(SessionRow).where(SessionRow.account == name))
    detail = {"role": row.pending_role, "asked_by": row.pending_by}
    await unit.note(Audited(at=at, actor=actor, action="confirm", kind="account", subject=name, detail=detail))
    return await get_account(unit.connection, name)


async def unlock(unit: UnitOfWork, name: str, actor: str, at: Micros) -> Account:
    """Forget the wrong passwords that were tried under a name; who is signed in stays so.

    Raises:
        Missing: There is no such account.
    """
    account = await get_account(unit.connection, name)
    await unit.execute(delete(AttemptsRow).where(AttemptsRow.name == name))
    await unit.execute(update(AccountRow).where(AccountRow.name == name).values(version=account.version + 1))
    await unit.note(Audited(at=at, actor=actor, action="unlock", kind="account", subject=name))
    return await get_account(unit.connection, name)


async def remove_authenticator(unit: UnitOfWork, name: str, actor: str, at: Micros) -> Account:
    """Let somebody who has lost their authenticator sign in without it; they are signed out everywhere.

    Whoever does it is no second person beside them for a time, as with a password that they gave.

    Raises:
        Missing: There is no such account.
        Conflict: It has none, or it is the actor's own: that is removed by its code.
    """
    if actor == name:
        raise Conflict("one's own authenticator is removed by its code, under one's own account")
    account = await get_account(unit.connection, name)
    if account.authenticator_at is None:
        raise Conflict(f"account {name} has no authenticator")
    await vouch(unit, name, actor, at)
    await forget_authenticator(unit, name)
    await unit.execute(update(AccountRow).where(AccountRow.name == name).values(version=account.version + 1))
    await unit.execute(delete(SessionRow).where(SessionRow.account == name))
    await unit.note(Audited(at=at, actor=actor, action="drop", kind="authenticator", subject=name))
    return await get_account(unit.connection, name)


def require_agent(agent: str, agents: Agents) -> None:
    """Pass if there may be such an agent.

    Raises:
        BadInput: The roster has none of that name.
    """
    if agents is None or agent in agents:
        return
    near = difflib.get_close_matches(agent, agents, n=1)
    meant = english(f"did you mean {near[0]!r}? ") if near else ""
    raise BadInput(f"the roster has no {agent!r}; {meant}Give a name as the roster has it, or add it there")


def _given(name: str, actor: str, at: Micros) -> Micros | None:
    """Say since when an account has a password that another gave; at the console its owner may type it."""
    return None if actor == name or is_console(actor) else at


def _by_two(account: Account, changes: dict[str, Any], actor: str) -> dict[str, Any]:
    """Leave a role that approves money to a second person, unless the console gives it."""
    if is_console(actor):
        return changes | ({"pending_role": None, "pending_by": None} if "role" in changes else {})
    enabled = account.disabled_at is not None and changes.get("disabled_at", account.disabled_at) is None
    if enabled and account.pending_role is not None:
        raise Conflict(f"account {account.name} waits for a second person to confirm its role")
    role = changes.get("role")
    if role is None:
        return dict(changes)
    if role == account.role or not approves_money(role):
        return changes | {"pending_role": None, "pending_by": None}
    rest = {key: value for key, value in changes.items() if key != "role"}
    return rest | {"pending_role": role, "pending_by": actor}


async def _check(connection: AsyncConnection, name: str, values: dict[str, Any], agents: Agents) -> None:
    for key in ("full_name", "agent", "team"):
        value = values.get(key)
        if value is not None and not _FREE.fullmatch(value):
            raise BadInput(f"{key} has from 1 to {MOST_NAME} characters, none of them a control character")
    agent = values.get("agent")
    if agent is not None:
        require_agent(agent, agents)
        other = select(AccountRow.name).where(AccountRow.agent == agent, AccountRow.name != name)
        if (holder := await connection.scalar(other)) is not None:
            raise Conflict(f"account {holder} is agent {agent} already")


async def _require_admin(connection: AsyncConnection) -> None:
    left = select(AccountRow.name).where(AccountRow.role == Role.ADMIN, AccountRow.disabled_at.is_(None)).limit(1)
    if await connection.scalar(left) is None:
        raise Conflict("the last administrator must stay one")
