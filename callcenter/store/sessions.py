"""Signing in and staying so: slow for whoever guesses, short for whoever stole, random tokens kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import msgspec
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import CallcenterError, FileTaken, StoreError
from callcenter.store.audit import Audited
from callcenter.store.office import Desk, Office
from callcenter.store.office_tables import AccountRow, AttemptsRow, SessionRow
from callcenter.store.people import Account, Accounts, get_account

FREE_ATTEMPTS = 5
_FIRST_BLOCK: Micros = 30 * SECOND
_LONGEST_DOUBLING = 5  # 30 s, 1, 2, 4, 8, 16 min: guessing is hopeless, and nobody is kept out for long
_FORGOTTEN: Micros = 3600 * SECOND
_GRACE: Micros = 30 * SECOND
_SEEN_EVERY: Micros = 60 * SECOND


class SignInRefused(CallcenterError):
    """The name or the password is wrong, or the account is disabled: it is not told which."""


class SignInBlocked(CallcenterError):
    """Too many attempts under this name; the next is possible at `until`."""

    def __init__(self, until: Micros, at: Micros) -> None:
        self.seconds = -(-(until - at) // SECOND)
        super().__init__(f"too many failed sign-ins; try again in {self.seconds} s")


class Lifetimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lasts: altogether, without a request, and with the same token."""

    whole: Micros = 12 * 3600 * SECOND
    idle: Micros = 30 * 60 * SECOND
    token: Micros = 60 * 60 * SECOND


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is signed in; `token` is set when it is new and must be handed out."""

    id: str
    account: Account
    csrf: str
    expires_at: Micros
    token: str | None = None


class Sessions:
    """Everybody who is signed in."""

    def __init__(self, office: Office, accounts: Accounts, lifetimes: Lifetimes) -> None:
        self._office = office
        self._accounts = accounts
        self.lifetimes = lifetimes

    async def sign_in(self, name: str, password: str, at: Micros) -> Session:
        """Sign somebody in.

        Raises:
            SignInBlocked: Too many attempts under this name; the password was not looked at.
            SignInRefused: Name or password are wrong, or the account is disabled.
        """
        await self._try(name, password, at)
        async with self._office.writing() as desk:
            await desk.execute(delete(SessionRow).where(SessionRow.expires_at <= at))
            session = await self._begin(desk, await _let_in(desk, name), at)
            await desk.note(Audited(at=at, actor=name, action="sign_in", kind="session", subject=name))
        return session

    async def prove(self, name: str, password: str, at: Micros) -> Account:
        """Let somebody prove who they are, for one thing and without a session; errors as `sign_in`."""
        await self._try(name, password, at)
        async with self._office.writing() as desk:
            account = await _let_in(desk, name)
            await desk.note(Audited(at=at, actor=name, action="prove", kind="session", subject=name))
        return account

    async def resume(self, token: str, at: Micros) -> Session | None:
        """Find the session of a token, None where it is over; hands out a new token when the present one is old."""
        hashed = _hash(token)
        async with self._office.reading() as connection:
            row = await self._live(connection, hashed, at)
            if row is None:
                return None
            account = await get_account(connection, row.account)
        fresh = None
        if row.token == hashed and at - row.rotated_at >= self.lifetimes.token:
            fresh = secrets.token_urlsafe(32)
        if fresh is not None or at - row.seen_at >= _SEEN_EVERY:
            fresh = await self._keep(hashed, fresh, row.id, at)
        return Session(id=row.id, account=account, csrf=row.csrf, expires_at=row.expires_at, token=fresh)

    async def sign_out(self, session: Session, at: Micros) -> None:
        """End a session."""
        name = session.account.name
        async with self._office.writing() as desk:
            await desk.execute(delete(SessionRow).where(SessionRow.id == session.id))
            await desk.note(Audited(at=at, actor=name, action="sign_out", kind="session", subject=name))

    async def _try(self, name: str, password: str, at: Micros) -> None:
        async with self._office.writing() as desk:
            kept = await self._kept(desk.connection, name)
            await _count(desk, name if kept else _bucket(name), at)
        if not await self._accounts.fits(kept, password):
            await self._refuse(name if kept else None, at)

    async def _kept(self, connection: AsyncConnection, name: str) -> str | None:
        hashed: str | None = await connection.scalar(
            select(AccountRow.password).where(AccountRow.name == name, AccountRow.disabled_at.is_(None))
        )
        return hashed

    async def _refuse(self, name: str | None, at: Micros) -> None:
        if name is not None:
            async with self._office.writing() as desk:
                await desk.note(Audited(at=at, actor=name, action="sign_in_failed", kind="session", subject=name))
        raise SignInRefused("the name or the password is wrong")

    async def _begin(self, desk: Desk, account: Account, at: Micros) -> Session:
        token, csrf, number = secrets.token_urlsafe(32), secrets.token_urlsafe(24), secrets.token_hex(16)
        expires = at + self.lifetimes.whole
        await desk.execute(
            insert(SessionRow).values(
                id=number, account=account.name, token=_hash(token), csrf=csrf,
                created_at=at, rotated_at=at, seen_at=at, expires_at=expires,
            )
        )  # fmt: skip
        return Session(id=number, account=account, csrf=csrf, expires_at=expires, token=token)

    async def _live(self, connection: AsyncConnection, hashed: str, at: Micros) -> Any:
        return (
            await connection.execute(
                select(SessionRow).where(
                    or_(
                        SessionRow.token == hashed,
                        (SessionRow.previous == hashed) & (SessionRow.rotated_at > at - _GRACE),
                    ),
                    SessionRow.expires_at > at,
                    SessionRow.seen_at > at - self.lifetimes.idle,
                )
            )
        ).one_or_none()

    async def _keep(self, hashed: str, fresh: str | None, number: str, at: Micros) -> str | None:
        """Note that the session is used, and its new token, unless another request was faster."""
        values: dict[str, Any] = {"seen_at": at}
        mine = SessionRow.id == number
        if fresh is not None:
            values |= {"token": _hash(fresh), "previous": hashed, "rotated_at": at}
            mine &= SessionRow.token == hashed
        try:
            async with self._office.writing() as desk:
                changed = (await desk.execute(update(SessionRow).where(mine).values(**values))).rowcount
        except FileTaken:
            raise
        except StoreError:
            return None  # a database that takes nothing may still be read
        return fresh if changed else None


async def _let_in(desk: Desk, name: str) -> Account:
    """Forget the attempts of whoever knew the password, unless the account was disabled meanwhile."""
    account = await get_account(desk.connection, name)
    if account.disabled_at is not None:
        raise SignInRefused("the name or the password is wrong")
    await desk.execute(delete(AttemptsRow).where(AttemptsRow.name == name))
    return account


async def _count(desk: Desk, name: str, at: Micros) -> None:
    """Count an attempt before it is made, so that many at once do not pass as one."""
    row = (await desk.execute(select(AttemptsRow).where(AttemptsRow.name == name))).one_or_none()
    if row is not None and row.blocked_until is not None and row.blocked_until > at:
        raise SignInBlocked(row.blocked_until, at)
    failures = 1 if row is None or row.last_at < at - _FORGOTTEN else row.failures + 1
    over = failures - FREE_ATTEMPTS
    until = at + (_FIRST_BLOCK << min(over, _LONGEST_DOUBLING)) if over >= 0 else None
    values = {"failures": failures, "last_at": at, "blocked_until": until}
    if row is None:
        await desk.execute(insert(AttemptsRow).values(name=name, **values))
    else:
        await desk.execute(update(AttemptsRow).where(AttemptsRow.name == name).values(**values))


def _bucket(name: str) -> str:
    """Count names that nobody has together, in at most 4,096 rows; no account's name has a colon."""
    return "nobody:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:3]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
