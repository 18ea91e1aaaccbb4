"""Stays in queues as repeat calls are counted from them: who called, and what it was about as far as that is known."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.linking import LinkSettings
from callcenter.cases.repeats import SeenContact
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.store.complaints.tables import CaseRow
from callcenter.store.customers.cards import kept_ids
from callcenter.store.customers.tables import CustomerNumberRow, VisitPickRow
from callcenter.store.record.models import VisitRow
from callcenter.store.tables import DispositionRow

_V, _P, _N = VisitRow, VisitPickRow, CustomerNumberRow
_AT_ONCE = 500
_MOST_QUEUES = 1000
_WINDOW: Micros = (LinkSettings().repeat_days + 1) * 86_400 * SECOND
"""A day more: a visit that joined just before the end may have lasted long."""


async def seen_contacts(
    connection: AsyncConnection, since: Micros, until: Micros, queue: str | None = None
) -> list[SeenContact]:
    """Read the stays that joined in a time, and in the days after it, in which their callers may have called again.

    Those are asked for that joined in the time, in the queue where one is named.
    """
    joined = (_V.joined_at >= since, _V.joined_at < until + _WINDOW)
    return [
        msgspec.structs.replace(one, asked=(one.joined_at or 0) < until and queue in {None, one.queue})
        for one in await _contacts(connection, joined)
    ]


async def contacts_before(
    connection: AsyncConnection, queues: Collection[str], since: Micros, until: Micros
) -> list[SeenContact]:
    """Read the stays of everybody who joined one of these queues in a time, and theirs of the days before it."""
    new = [_V.joined_at >= since, _V.joined_at < until]
    if len(queues) <= _MOST_QUEUES:  # for the index alone
        new.append(_V.queue.in_(sorted(queues)))
    keys = {row[0] for row in await connection.execute(select(_V.caller_key).where(*new)) if row[0]}
    kept = await kept_ids(connection)
    found = await connection.scalars(select(_N.customer).where(_N.key.in_(keys)))
    found_picked = await connection.scalars(select(_P.customer).where(_P.uniqueid.in_(select(_V.uniqueid).where(*new))))
    who = {kept.get(one, one) for one in (*found, *found_picked)}
    cards = who | {merged for merged, into in kept.items() if into in who}
    keys |= set(await connection.scalars(select(_N.key).where(_N.customer.in_(cards))))
    picked = select(_P.uniqueid).where(_P.customer.in_(cards))
    theirs = or_(_V.caller_key.in_(keys), _V.uniqueid.in_(picked))
    return await _contacts(connection, (theirs, _V.joined_at >= since - _WINDOW, _V.joined_at < until))


async def _contacts(connection: AsyncConnection, joined: tuple[ColumnElement[bool], ...]) -> list[SeenContact]:
    owners = await _owners(connection, joined)
    matters = await _matters(connection, joined)
    picked = await _picked(connection, joined)
    columns = (_V.uniqueid, _V.call, _V.queue, _V.caller_key, _V.joined_at, _V.ended_at, _V.outcome)
    return [
        SeenContact(
            call=row.call or row.uniqueid,
            joined_at=row.joined_at,
            queue=row.queue,
            ended_at=row.ended_at,
            answered=row.outcome == VisitOutcome.ANSWERED,
            who=picked.get(row.uniqueid) or _of_key(row.caller_key, owners),
            matters=frozenset(matters.get(row.uniqueid, ())),
        )
        async for row in _paced(await connection.execute(select(*columns).where(*joined)))
    ]


async def _paced(rows: Iterable[Any]) -> AsyncIterator[Any]:
    """Yield rows; whoever else shares the loop goes between."""
    for n, row in enumerate(rows, 1):
        yield row
        if n % _AT_ONCE == 0:
            await asyncio.sleep(0)


def _of_key(key: str | None, owners: dict[str, set[str]]) -> str | None:
    """Name who called: the one customer who has the number, or the number itself where nobody has it."""
    if not key:
        return None
    found = owners.get(key, {key})
    return next(iter(found)) if len(found) == 1 else None


async def _owners(connection: AsyncConnection, joined: tuple[ColumnElement[bool], ...]) -> dict[str, set[str]]:
    """Read which customers have the numbers that called; who was merged is the one that was kept."""
    asked = select(_N.key, _N.customer).distinct().where(_N.key.in_(select(_V.caller_key).where(*joined)))
    kept, found = await kept_ids(connection), defaultdict[str, set[str]](set)
    async for row in _paced(await connection.execute(asked)):
        found[row.key].add(kept.get(row.customer, row.customer))
    return found


async def _picked(connection: AsyncConnection, joined: tuple[ColumnElement[bool], ...]) -> dict[str, str]:
    """Read whose calls people said that they are."""
    asked = select(_P.uniqueid, _P.customer).where(_P.uniqueid.in_(select(_V.uniqueid).where(*joined)))
    kept = await kept_ids(connection)
    return {row.uniqueid: kept.get(row.customer, row.customer) for row in await connection.execute(asked)}


async def _matters(connection: AsyncConnection, joined: tuple[ColumnElement[bool], ...]) -> dict[str, set[str]]:
    """Read what calls were about: the complaint that one began and the one that it follows, else the recorded class."""
    asked = select(CaseRow.call, CaseRow.id, func.coalesce(CaseRow.follows, CaseRow.id).label("first"))
    found = defaultdict[str, set[str]](set)
    for row in await connection.execute(asked.where(CaseRow.call.in_(select(_V.uniqueid).where(*joined)))):
        found[row.call] |= {row.id, row.first}
    of_a_case = set(found)
    calls = select(_V.uniqueid).where(*joined)
    classed = select(DispositionRow.uniqueid, DispositionRow.case_class).where(DispositionRow.case_class.is_not(None))
    async for call, case_class in _paced(await connection.execute(classed.where(DispositionRow.uniqueid.in_(calls)))):
        if call not in of_a_case:
            found[call].add(f"class {case_class}")
    return found
