"""Accounts: who may sign in, as what; passwords as argon2id hashes; a role that approves money is given by two."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.standing import SERVICE
from callcenter.staff.roles import Principal, Role, approves_money
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.sign_in.lanes import Lane
from callcenter.store.sign_in.passwords import MOST_PASSWORD, require_strong
from callcenter.store.sign_in.vouching import is_console, require_two, vouch
from callcenter.store.tables import AccountRow, AttemptsRow, SessionRow
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.untrusted import CONTROLS

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_FREE = re.compile(f"[^{CONTROLS}]{{1,80}}")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in; `joined` None: long enough ago."""

    name: str
    full_name: str
    role: Role
    agent: str | None
    team: str | None
    created_at: Micros
    disabled_at: Micros | None
    version: int
    joined: date | None = None
    pending_role: Role | None = None

    @property
    def person(self) -> Principal:
        """The account as the rules know it."""
        return Principal(account=self.name, role=self.role, agent=self.agent, team=self.team)


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a person who shall be able to sign in."""

    name: str
    full_name: str
    role: Role
    agent: str | None = None
    team: str | None = None
    joined: date | None = None


class Accounts:
    """The accounts; `hasher` makes and checks the passwords' hashes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._strangers, self._known = Lane(), Lane()  # a hash takes 64 MiB
        self._nobody = self._hasher.hash("nobody signs in with this")

    async def hashed(self, name: str, password: str, by: str = "") -> str:
        """Hash a password that is good enough for an account; done before a transaction, since it takes long.

        Args:
            name: The account.
            password: What it shall be.
            by: The account that asks for it, which must have signed in.

        Raises:
            BadInput: It is too short, too long, holds the account's own name, or is among the first that are tried.
            Busy: Too many are being checked.
        """
        async with self._known.turn(by):
            return await asyncio.to_thread(self._hashed, name, password)

    async def fits(self, kept: str | None, password: str, *, known: str = "") -> bool:
        """Check a password; a name that nobody has takes as long as one that somebody has.

        Args:
            kept: Its hash; None: nobody has that name.
            password: What was typed.
            known: The account whose known device it comes from, which stands in no line with strangers.

        Raises:
            Busy: Too many are being checked.
        """
        if len(password) > MOST_PASSWORD:
            return False
        async with self._known.turn(known) if known else self._strangers.turn():
            return await asyncio.to_thread(self._fits, kept or self._nobody, password) and kept is not None

    def _hashed(self, name: str, password: str) -> str:
        require_strong(name, password)
        return self._hasher.hash(password)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


async def add_account(unit: UnitOfWork, new: NewAccount, password: str, actor: str, at: Micros) -> Account:
    """Add an account; `password` is its hash.

    Raises:
        BadInput: The name or another text is none.
        Conflict: The name is taken, or another account is that agent.
    """
    if not NAME.fullmatch(new.name) or new.name == SERVICE:
        raise BadInput(f"{new.name!r} is no name for an account; use a-z, 0-9, dot, dash, underscore, at most 32")
    if await find_account(unit.connection, new.name) is not None:
        raise Conflict(f"there is an account {new.name} already")
    values = msgspec.structs.asdict(new)
    await _check(unit.connection, new.name, values)
    await vouch(unit, new.name, actor, at)
    if approves_money(new.role) and not is_console(actor):
        values |= {"pending_role": new.role, "pending_by": actor, "disabled_at": at}
    await unit.execute(insert(AccountRow).values(**values, password=password, created_at=at, version=1))
    detail = {"role": new.role, "agent": new.agent, "team": new.team, "joined": new.joined}
    await unit.note(Audited(at=at, actor=actor, action="add", kind="account", subject=new.name, detail=detail))
    return await get_account(unit.connection, new.name)


async def change_account(
    unit: UnitOfWork, name: str, changes: dict[str, Any], version: int | None, actor: str, at: Micros
) -> Account:
    """Change whatever is said of an account, its password's hash or `disabled_at`; signs it out everywhere.

    Raises:
        Missing: There is no such account.
        Outdated: Somebody changed it meanwhile.
        BadInput: A text is none.
        Conflict: Another account is that agent, the last administrator would be gone, or the account waits for a
            second person to confirm its role.
    """
    account = await get_account(unit.connection, name)
    if version not in {None, account.version}:
        raise Outdated(f"account {name} was changed meanwhile; read it again and decide anew", account.version)
    await _check(unit.connection, name, changes)
    values = _by_two(account, changes, actor)
    if "password" in changes:
        await unit.execute(delete(AttemptsRow).where(AttemptsRow.name == name))
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


async def get_account(connection: AsyncConnection, name: str) -> Account:
    """Read an account.

    Raises:
        Missing: There is none of that name.
    """
    account = await find_account(connection, name)
    if account is None:
        raise Missing(f"there is no account {name!r}")
    return account


async def find_account(connection: AsyncConnection, name: str) -> Account | None:
    """Read an account, if there is one of that name."""
    row = (await connection.execute(select(AccountRow).where(AccountRow.name == name))).one_or_none()
    return None if row is None else account_of_row(row)


async def list_accounts(connection: AsyncConnection, after: str = "", limit: int = 100) -> list[Account]:
    """List accounts by name, from the one after a name."""
    rows = select(AccountRow).where(AccountRow.name > after).order_by(AccountRow.name).limit(limit)
    return [account_of_row(row) for row in await connection.execute(rows)]


async def _check(connection: AsyncConnection, name: str, values: dict[str, Any]) -> None:
    for key in ("full_name", "agent", "team"):
        value = values.get(key)
        if value is not None and not _FREE.fullmatch(value):
            raise BadInput(f"{key} has from 1 to 80 characters, none of them a control character")
    agent = values.get("agent")
    if agent is not None:
        other = select(AccountRow.name).where(AccountRow.agent == agent, AccountRow.name != name)
        if (holder := await connection.scalar(other)) is not None:
            raise Conflict(f"account {holder} is agent {agent} already")


async def _require_admin(connection: AsyncConnection) -> None:
    left = select(AccountRow.name).where(AccountRow.role == Role.ADMIN, AccountRow.disabled_at.is_(None)).limit(1)
    if await connection.scalar(left) is None:
        raise Conflict("the last administrator must stay one")


def account_of_row(row: Any) -> Account:
    """Read an account out of its row."""
    return Account(
        name=row.name,
        full_name=row.full_name,
        role=Role(row.role),
        agent=row.agent,
        team=row.team,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        version=row.version,
        joined=row.joined,
        pending_role=None if row.pending_role is None else Role(row.pending_role),
    )
