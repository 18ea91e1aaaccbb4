"""Accounts: who may sign in, as what; passwords as argon2id hashes."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store.conflicts import Missing
from callcenter.store.sign_in.breached import BreachedPasswords
from callcenter.store.sign_in.lanes import Lane
from callcenter.store.sign_in.passwords import MOST_PASSWORD, require_strong
from callcenter.store.tables import AccountRow


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in; `joined` None: long enough ago.

    `password_given_at`: somebody else gave the password then, and its owner has not changed it yet.
    `authenticator_at`: since then a code is asked for beside it.
    """

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
    password_given_at: Micros | None = None
    authenticator_at: Micros | None = None

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
    """The accounts; `hasher` makes and checks the passwords' hashes, `breached` lists what no password may be."""

    def __init__(self, hasher: PasswordHasher | None = None, breached: Path | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._breached = None if breached is None else BreachedPasswords(breached)
        self._strangers, self._known = Lane(), Lane()  # a hash takes 64 MiB
        self._nobody = self._hasher.hash("nobody signs in with this")

    async def hashed(self, name: str, password: str, by: str = "") -> str:
        """Hash a password that is good enough for an account; done before a transaction, since it takes long.

        Args:
            name: The account.
            password: What it shall be.
            by: The account that asks for it, which must have signed in.

        Raises:
            BadInput: It is too short, too long, holds the account's own name, is among the first that are tried, or
                stands in the list of breached ones, or that list cannot be read.
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
        if self._breached is not None and self._breached.holds(password):
            raise BadInput("this password stands in a list of breached ones; take several words of your own")
        return self._hasher.hash(password)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


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


async def draft_key(connection: AsyncConnection, name: str) -> str:
    """Read the key (256 bits, hex) under which an account's browser seals what was typed and not sent yet."""
    found: str = (await connection.execute(select(AccountRow.draft_key).where(AccountRow.name == name))).scalar_one()
    return found


async def list_accounts(connection: AsyncConnection, after: str = "", limit: int = 100) -> list[Account]:
    """List accounts by name, from the one after a name."""
    rows = select(AccountRow).where(AccountRow.name > after).order_by(AccountRow.name).limit(limit)
    return [account_of_row(row) for row in await connection.execute(rows)]


async def names_of_people(connection: AsyncConnection, only: str | None = None) -> dict[str, str]:
    """Read what the people of all accounts, or of one, are called; who has no name is left out."""
    rows = select(AccountRow.name, AccountRow.full_name).order_by(AccountRow.name)
    if only is not None:
        rows = rows.where(AccountRow.name == only)
    return {account: name for account, name in await connection.execute(rows) if name}


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
        password_given_at=row.password_given_at,
        authenticator_at=row.authenticator_at,
    )
