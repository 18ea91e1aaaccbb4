"""The log of cards that were shown, and what of it a person must look at."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.access import AccessSuspicion, CardUse, LookKind
from callcenter.domain.frame import Micros
from callcenter.staff.roles import Principal
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import family_of
from callcenter.store.customers.guarded_tables import AccessReviewRow, CardLookedAtRow, CardLookRow
from callcenter.store.unit_of_work import UnitOfWork

_AT_ONCE = 5_000


class CardLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was shown cards: `customers` of them; `call` is the call that needed them."""

    id: str
    at: Micros
    actor: str
    how: LookKind
    customers: int
    reason: str | None = None
    call: str | None = None


class ReviewState(StrEnum):
    """What a person has made of reads."""

    OPEN = "open"
    ORDINARY = "ordinary"
    FILED = "filed"


class AccessReview(msgspec.Struct, frozen=True, kw_only=True):
    """Reads that were out of the ordinary, from the first to the latest; `record`: the violation that was filed."""

    id: str
    actor: str
    agent: str | None
    what: AccessSuspicion
    since: Micros
    until: Micros
    state: ReviewState = ReviewState.OPEN
    decided_by: str | None = None
    decided_at: Micros | None = None
    reason: str | None = None
    record: str | None = None


async def add_look(unit: UnitOfWork, look: CardLook, ids: Collection[str]) -> None:
    """Add a look at customers to the log."""
    await add_looks(unit, [(look, ids)])


async def add_looks(unit: UnitOfWork, looks: Sequence[tuple[CardLook, Collection[str]]]) -> None:
    """Add looks to the log, each with the customers that it was at."""
    await unit.connection.execute(insert(CardLookRow), [msgspec.to_builtins(look) for look, _ in looks])
    rows = [{"customer": one, "look": look.id} for look, ids in looks for one in dict.fromkeys(ids)]
    for start in range(0, len(rows), _AT_ONCE):
        await unit.connection.execute(insert(CardLookedAtRow), rows[start : start + _AT_ONCE])


class LooksAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which looks are asked for, whoever they were at; times from (inclusive) and to (exclusive)."""

    actor: str | None = None
    how: LookKind | None = None
    since: Micros | None = None
    until: Micros | None = None


async def looks_by(
    connection: AsyncConnection, asked: LooksAsked, before: tuple[int, str] | None, limit: int
) -> list[CardLook]:
    """Read who was shown customers, the newest first."""
    k = CardLookRow
    rows = select(k)
    if asked.actor is not None:
        rows = rows.where(k.actor == asked.actor)
    if asked.how is not None:
        rows = rows.where(k.how == asked.how)
    if asked.since is not None:
        rows = rows.where(k.at >= asked.since)
    if asked.until is not None:
        rows = rows.where(k.at < asked.until)
    if before is not None:
        rows = rows.where(tuple_(k.at, k.id) < tuple_(*before))
    found = await connection.execute(rows.order_by(k.at.desc(), k.id.desc()).limit(limit))
    return [msgspec.convert(dict(row), CardLook) for row in found.mappings()]


async def looks_at(
    connection: AsyncConnection, number: str, before: tuple[int, str] | None, limit: int
) -> list[CardLook]:
    """Read who was shown a customer or one of its aliases, the newest first; also of one who was deleted."""
    k, of = CardLookRow, CardLookedAtRow
    ids = select(of.look).where(of.customer.in_(await family_of(connection, number)))
    asked = select(k).where(k.id.in_(ids))
    if before is not None:
        asked = asked.where(tuple_(k.at, k.id) < tuple_(*before))
    rows = await connection.execute(asked.order_by(k.at.desc(), k.id.desc()).limit(limit))
    return [msgspec.convert(dict(row), CardLook) for row in rows.mappings()]


async def uses_of(connection: AsyncConnection, actor: str, since: Micros) -> list[CardUse]:
    """Read how often somebody was shown cards after a moment."""
    k = CardLookRow
    rows = select(k.at, k.how, k.customers).where(k.actor == actor, k.at > since)
    return [CardUse(row.at, LookKind(row.how), row.customers) for row in await connection.execute(rows)]


async def revealed_to(connection: AsyncConnection, actor: str, ids: Collection[str], since: Micros) -> frozenset[str]:
    """Name those of some customers whom somebody gave a reason to see in full after a moment."""
    k, of = CardLookRow, CardLookedAtRow
    given = select(of.customer).join(k, k.id == of.look)
    given = given.where(k.actor == actor, k.at > since, k.how == LookKind.REVEAL, k.reason.is_not(None))
    return frozenset(await connection.scalars(given.distinct())) & frozenset(ids)


async def raise_review(
    unit: UnitOfWork, actor: str, agent: str | None, what: AccessSuspicion, since: Micros, until: Micros
) -> None:
    """Put reads before a person; while nobody has decided on earlier ones of the kind, they are one matter."""
    r = AccessReviewRow
    mine = (r.actor == actor, r.what == what, r.state == ReviewState.OPEN)
    done = await unit.execute(update(r).where(*mine).values(until=until))
    if not done.rowcount:
        review = AccessReview(id=secrets.token_hex(16), actor=actor, agent=agent, what=what, since=since, until=until)
        await unit.execute(insert(r).values(**msgspec.to_builtins(review)))


async def reviews(
    connection: AsyncConnection,
    state: ReviewState | None,
    before: tuple[int, str] | None,
    limit: int,
    reader: Principal | None = None,
) -> list[AccessReview]:
    """Read reviews, the newest first; a `reader` has none of what they read themselves."""
    r = AccessReviewRow
    asked = select(r) if state is None else select(r).where(r.state == state)
    if reader is not None:
        asked = asked.where(r.actor != reader.account, or_(r.agent.is_(None), r.agent != (reader.agent or "")))
    if before is not None:
        asked = asked.where(tuple_(r.since, r.id) < tuple_(*before))
    rows = await connection.execute(asked.order_by(r.since.desc(), r.id.desc()).limit(limit))
    return [msgspec.convert(dict(row), AccessReview) for row in rows.mappings()]


async def review_named(connection: AsyncConnection, number: str) -> AccessReview:
    """Read a review.

    Raises:
        Missing: There is none.
    """
    row = (await connection.execute(select(AccessReviewRow).where(AccessReviewRow.id == number))).mappings()
    found = row.one_or_none()
    if found is None:
        raise Missing("there is no such access review")
    return msgspec.convert(dict(found), AccessReview)


async def close_review(unit: UnitOfWork, number: str, **decided: Any) -> None:
    """Keep what a person made of a review."""
    await unit.execute(update(AccessReviewRow).where(AccessReviewRow.id == number).values(**decided))
