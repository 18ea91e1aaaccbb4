"""Signing in and staying so: slow for whoever guesses, short for whoever stole, random tokens kept as hashes.

Whoever guesses at a name slows down whoever else tries it from a device that is not known; from a known one its owner
signs in as ever. Each name costs the same work, whether anybody has it or not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.clock import steady_clock
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import CallcenterError, FileTaken, StoreError
from callcenter.store.audit import Audited
from callcenter.store.customers.sealing import MasterKeys
from callcenter.store.sign_in.accounts import Account, Accounts, get_account
from callcenter.store.sign_in.authenticators import forget_authenticator, uses_code
from callcenter.store.sign_in.devices import digest, is_known, remember
from callcenter.store.sign_in.throttle import FORGOTTEN, FREE_ATTEMPTS, Throttle, block_after
from callcenter.store.tables import AccountRow, AttemptsRow, SessionRow
from callcenter.store.unit_of_work import DecisionStore, UnitOfWork

__all__ = [
    "FREE_ATTEMPTS",
    "CodeAsked",
    "Lifetimes",
    "Session",
    "Sessions",
    "SignInBlocked",
    "SignInRefused",
    "end_others",
    "is_there",
]

_LONGEST_NAME = 64
_GRACE: Micros = 30 * SECOND
_SEEN_EVERY: Micros = 60 * SECOND
GIVEN_LASTS: Micros = 7 * 86_400 * SECOND
"""How long a password lets in that somebody else gave."""
PROVEN_LASTS: Micros = 10 * 60 * SECOND
"""How long a password that was typed says that it is its owner who sits there."""


class SignInRefused(CallcenterError):
    """The name or the password is wrong, or the account is disabled: it is not told which."""

    exit_code = 2


class CodeAsked(CallcenterError):
    """Name and password are right, and the account has an authenticator: its code is missing or wrong."""

    exit_code = 2


class SignInBlocked(CallcenterError):
    """Too many attempts under this name; the next is possible after `wait`."""

    def __init__(self, wait: Micros) -> None:
        self.seconds = -(-wait // SECOND)
        super().__init__(f"too many failed sign-ins; try again in {self.seconds} s")


class _Tried(NamedTuple):
    """A try that succeeded: the hash that the password fits, and whether the device is known."""

    kept: str
    known: bool
    key: str


class Lifetimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lasts: altogether, without a request, and with the same token."""

    whole: Micros = 12 * 3600 * SECOND
    idle: Micros = 30 * 60 * SECOND
    token: Micros = 60 * 60 * SECOND


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is signed in; `token` and `device` are set when they are new and must be handed out.

    Attributes:
        proven: The password was typed within `PROVEN_LASTS`.
    """

    id: str
    account: Account
    csrf: str
    expires_at: Micros
    proven: bool
    token: str | None = None
    device: str | None = None


class Sessions:
    """Everybody who is signed in.

    Args:
        decisions: Where they are kept.
        accounts: What checks passwords.
        lifetimes: How long they stay.
        clock: Measures how long guessing is slowed, and is never set.
        masters: Reads the master keys, under which authenticators' secrets are kept.
    """

    def __init__(
        self,
        decisions: DecisionStore,
        accounts: Accounts,
        lifetimes: Lifetimes,
        clock: Callable[[], Micros] | None = None,
        masters: Callable[[], MasterKeys | None] = lambda: None,
    ) -> None:
        self._decisions = decisions
        self._accounts = accounts
        self.lifetimes = lifetimes
        self._throttle = Throttle(clock or steady_clock())
        self._masters = masters

    async def sign_in(self, name: str, password: str, at: Micros, device: str = "", code: str = "") -> Session:
        """Sign somebody in; `device` is the token that the device was given before, `code` the authenticator's.

        Raises:
            SignInBlocked: Too many attempts under this name; the password was not looked at.
            Busy: Too many at once; it was not looked at either.
            SignInRefused: Name or password are wrong, the account is disabled, or the password was changed meanwhile.
            CodeAsked: They are right, and the account has an authenticator, whose code this is not.
            BadSetting: The master key of its secret is missing.
        """
        tried = await self._try(name, password, at, device)
        await self._require_code(name, code, at)
        async with self._decisions.writing() as unit:
            await unit.execute(delete(SessionRow).where(SessionRow.expires_at <= at))
            session = await self._begin(unit, await _let_in(unit, name, tried.kept), at)
            new = await remember(unit, name, device if tried.known else None, at)
            await unit.note(Audited(at=at, actor=name, action="sign_in", kind="session", subject=name))
        self._throttle.forget(tried.key)
        return msgspec.structs.replace(session, device=new)

    async def prove(self, name: str, password: str, at: Micros, device: str = "") -> Account:
        """Let somebody prove who they are, for one thing and without a session; errors as `sign_in`."""
        tried = await self._try(name, password, at, device)
        async with self._decisions.writing() as unit:
            account = await _let_in(unit, name, tried.kept)
            await unit.note(Audited(at=at, actor=name, action="prove", kind="session", subject=name))
        self._throttle.forget(tried.key)
        return account

    async def prove_again(self, session: Session, password: str, at: Micros, device: str = "") -> None:
        """Let whoever is signed in prove once more who they are; errors as `sign_in`."""
        await self.prove(session.account.name, password, at, device)
        async with self._decisions.writing() as unit:
            await unit.execute(update(SessionRow).where(SessionRow.id == session.id).values(proven_at=at))

    async def remove_authenticator(self, session: Session, code: str, at: Micros) -> None:
        """Let no code be asked of somebody any more, who has one; their other sessions end.

        Raises:
            SignInBlocked: Too many wrong codes.
            CodeAsked: It is none.
            BadSetting: The master key of the secret is missing.
        """
        name, key = session.account.name, f"code {digest(session.account.name)}"
        if wait := self._throttle.wait(key):
            raise SignInBlocked(wait)
        await self._require_code(name, code, at)
        async with self._decisions.writing() as unit:
            await forget_authenticator(unit, name)
            await end_others(unit, session)
            await unit.note(Audited(at=at, actor=name, action="drop", kind="authenticator", subject=name))
        self._throttle.forget(key)

    async def prove_at_console(self, name: str, password: str, at: Micros, code: str = "") -> Account:
        """Let somebody prove who they are to a command, whose process remembers nothing; errors as `sign_in`."""
        async with self._decisions.writing() as unit:
            await _count(unit, name, at)
        account = await self.prove(name, password, at)
        await self._require_code(name, code, at)
        async with self._decisions.writing() as unit:
            await unit.execute(delete(AttemptsRow).where(AttemptsRow.name == name))
        return account

    async def knows(self, name: str, device: str, at: Micros) -> bool:
        """Tell whether somebody has signed in from a device before."""
        async with self._decisions.reading() as connection:
            return bool(device) and await is_known(connection, name, device, at)

    async def resume(self, token: str, at: Micros) -> Session | None:
        """Find the session of a token, None where it is over; hands out a new token when the present one is old."""
        hashed = _hash(token)
        async with self._decisions.reading() as connection:
            row = await self._live(connection, hashed, at)
            if row is None:
                return None
            account = await get_account(connection, row.account)
        fresh = None
        if row.token == hashed and at - row.rotated_at >= self.lifetimes.token:
            fresh = secrets.token_urlsafe(32)
        if fresh is not None or at - row.seen_at >= _SEEN_EVERY:
            fresh = await self._keep(hashed, fresh, row.id, at)
        proven = row.proven_at is not None and abs(at - row.proven_at) < PROVEN_LASTS  # a clock may be set back
        return Session(id=row.id, account=account, csrf=row.csrf, expires_at=row.expires_at, proven=proven, token=fresh)

    async def lasting(self, numbers: set[str], at: Micros) -> set[str]:
        """Tell which of some sessions last; asking keeps none of them alive."""
        found = select(SessionRow.id).where(SessionRow.id.in_(numbers), *self._lasts(at))
        async with self._decisions.reading() as connection:
            return set((await connection.execute(found)).scalars())

    async def sign_out(self, session: Session, at: Micros) -> None:
        """End a session."""
        name = session.account.name
        async with self._decisions.writing() as unit:
            await unit.execute(delete(SessionRow).where(SessionRow.id == session.id))
            await unit.note(Audited(at=at, actor=name, action="sign_out", kind="session", subject=name))

    async def _try(self, name: str, password: str, at: Micros, device: str) -> _Tried:
        async with self._decisions.reading() as connection:
            kept, version = await self._kept(connection, name, at)
            known = bool(device) and await is_known(connection, name, device, at)
        key = f"device {digest(device)}" if known else f"name {version} {digest(name)}"
        if wait := self._throttle.wait(key):
            raise SignInBlocked(wait)
        if not await self._accounts.fits(kept, password, known=name if known else "") or kept is None:
            await self._refuse(name if kept else None, at)
            raise SignInRefused("the name or the password is wrong")
        return _Tried(kept, known, key)

    async def _require_code(self, name: str, code: str, at: Micros) -> None:
        """Pass if an account has no authenticator, or this is its code; a try without a code counts like a wrong one.

        Raises:
            CodeAsked: It has one, and this is not its code.
        """
        async with self._decisions.reading() as connection:
            since = await connection.scalar(select(AccountRow.authenticator_at).where(AccountRow.name == name))
        if since is None:
            return
        async with self._decisions.writing() as unit:
            if await uses_code(unit, self._masters(), name, code, at):
                return
            if code:
                detail = {"code": "wrong"}
                await unit.note(
                    Audited(at=at, actor=name, action="sign_in_failed", kind="session", subject=name, detail=detail)
                )
        if code:
            raise CodeAsked("the code is wrong, or was used before: wait for the next")
        raise CodeAsked("type the code that the app shows now")

    async def _kept(self, connection: AsyncConnection, name: str, at: Micros) -> tuple[str | None, int]:
        """Read an account's hash and version; a changed version begins the count anew: the console unlocks by it."""
        given = AccountRow.password_given_at
        found = select(AccountRow.password, AccountRow.version).where(
            AccountRow.name == name, AccountRow.disabled_at.is_(None), or_(given.is_(None), given > at - GIVEN_LASTS)
        )
        row = (await connection.execute(found)).one_or_none()
        return (None, 0) if row is None else (row.password, row.version)

    async def _refuse(self, name: str | None, at: Micros) -> None:
        """Note a wrong password; for a name that nobody has, do the same work and leave nothing."""
        async with self._decisions.writing() as unit:
            if name is not None:
                await unit.note(Audited(at=at, actor=name, action="sign_in_failed", kind="session", subject=name))

    async def _begin(self, unit: UnitOfWork, account: Account, at: Micros) -> Session:
        token, csrf, number = secrets.token_urlsafe(32), secrets.token_urlsafe(24), secrets.token_hex(16)
        expires = at + self.lifetimes.whole
        await unit.execute(
            insert(SessionRow).values(
                id=number,
                account=account.name,
                token=_hash(token),
                csrf=csrf,
                created_at=at,
                rotated_at=at,
                seen_at=at,
                expires_at=expires,
                proven_at=at,
            )
        )
        return Session(id=number, account=account, csrf=csrf, expires_at=expires, proven=True, token=token)

    async def _live(self, connection: AsyncConnection, hashed: str, at: Micros) -> Any:
        return (
            await connection.execute(
                select(SessionRow).where(
                    or_(
                        SessionRow.token == hashed,
                        (SessionRow.previous == hashed) & (SessionRow.rotated_at > at - _GRACE),
                    ),
                    *self._lasts(at),
                )
            )
        ).one_or_none()

    def _lasts(self, at: Micros) -> tuple[ColumnElement[bool], ...]:
        return SessionRow.expires_at > at, SessionRow.seen_at > at - self.lifetimes.idle

    async def _keep(self, hashed: str, fresh: str | None, number: str, at: Micros) -> str | None:
        """Note that the session is used, and its new token, unless another request was faster."""
        values: dict[str, Any] = {"seen_at": at}
        mine = SessionRow.id == number
        if fresh is not None:
            values |= {"token": _hash(fresh), "previous": hashed, "rotated_at": at}
            mine &= SessionRow.token == hashed
        try:
            async with self._decisions.writing() as unit:
                changed = (await unit.execute(update(SessionRow).where(mine).values(**values))).rowcount
        except FileTaken:
            raise
        except StoreError:
            return None  # a database that takes nothing may still be read
        return fresh if changed else None


async def is_there(connection: AsyncConnection, session: Session) -> bool:
    """Tell whether a session was not ended yet: it is as soon as the account or its role is changed."""
    return await connection.scalar(select(SessionRow.id).where(SessionRow.id == session.id)) is not None


async def end_others(unit: UnitOfWork, session: Session) -> None:
    """End whatever other sessions somebody has."""
    others = delete(SessionRow).where(SessionRow.account == session.account.name, SessionRow.id != session.id)
    await unit.execute(others)


async def _let_in(unit: UnitOfWork, name: str, kept: str) -> Account:
    """Read the account of whoever knew the password, unless it was disabled or has another one by now."""
    now = await unit.connection.scalar(select(AccountRow.password).where(AccountRow.name == name))
    account = await get_account(unit.connection, name)
    if account.disabled_at is not None or now != kept:
        raise SignInRefused("the name or the password is wrong")
    return account


async def _count(unit: UnitOfWork, name: str, at: Micros) -> None:
    """Count an attempt at the console before it is made; a wait longer than any is a clock's that was set back."""
    name = name[:_LONGEST_NAME]
    row = (await unit.execute(select(AttemptsRow).where(AttemptsRow.name == name))).one_or_none()
    if row is not None and 0 < (wait := (row.blocked_until or 0) - at) <= block_after(row.failures):
        raise SignInBlocked(wait)
    failures = 1 if row is None or row.last_at < at - FORGOTTEN else row.failures + 1
    values = {"failures": failures, "last_at": at, "blocked_until": at + block_after(failures)}
    if row is None:
        await unit.execute(insert(AttemptsRow).values(name=name, **values))
    else:
        await unit.execute(update(AttemptsRow).where(AttemptsRow.name == name).values(**values))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
