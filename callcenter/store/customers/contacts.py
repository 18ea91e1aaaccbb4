"""Customers' calls: the stays in queues that came from their numbers, or that somebody said are theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Subquery, exists, func, select, tuple_, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import FollowUpState, VisitOutcome
from callcenter.store.customers.cards import family_of
from callcenter.store.customers.tables import CustomerNumberRow, VisitPickRow
from callcenter.store.record.models import VISIT_BEGAN, LostCallRow, OfferRow, VisitRow
from callcenter.store.record.read_back import visit_of
from callcenter.store.tables import DispositionRow, LostCallClosingRow

_V, _P, _D, _N = VisitRow, VisitPickRow, DispositionRow, CustomerNumberRow
_L, _C = LostCallRow, LostCallClosingRow
_BEGAN = VISIT_BEGAN


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in a queue that is over.

    Attributes:
        at: When it began; 0: nobody saw.
        words: What was recorded of the call last; None: nothing was.
        callback_by: Until when a call-back was promised in it; None: none was.
    """

    id: str
    uniqueid: str
    at: Micros
    queue: str | None
    outcome: VisitOutcome
    agent: str | None
    words: str | None = None
    callback_by: Micros | None = None


class KeyedVisit(msgspec.Struct, frozen=True):
    """A visit that is over, the key of its caller's number, and whose somebody said that it is."""

    contact: Contact
    visit: fx.Visit
    key: str | None
    picked: str | None


class VisitPick(msgspec.Struct, frozen=True, kw_only=True):
    """Whose call somebody said that it is."""

    customer: str
    picked_by: str
    picked_at: Micros


async def contacts_of(
    connection: AsyncConnection, customer: str, before: tuple[Micros, str] | None, limit: int
) -> list[Contact]:
    """Read the calls of all numbers of a customer but those that are said to be another's, the newest first."""
    theirs = await visits_of_customer(connection, customer)
    asked = select(_V.id, _V.uniqueid, _V.queue, _V.outcome, _V.agent, _BEGAN.label("began"))
    asked = asked.join(theirs, theirs.c.id == _V.id).where(_V.outcome.is_not(None))
    if before is not None:
        asked = asked.where(tuple_(_BEGAN, _V.id) < tuple_(*before))
    rows = await connection.execute(asked.order_by(_BEGAN.desc(), _V.id.desc()).limit(limit))
    return await with_words(connection, [_contact(row) for row in rows])


async def visits_of_customer(connection: AsyncConnection, customer: str) -> Subquery:
    """Ask for the ids of a customer's visits, those that last among them."""
    family = await family_of(connection, customer)
    keys = select(_N.key).where(_N.customer == customer, _N.key.is_not(None))
    return _theirs(_V, _V.caller_key.in_(keys), family)


async def latest_visits(
    connection: AsyncConnection, keys: Collection[str], family: Collection[str], most: int
) -> list[KeyedVisit]:
    """Read the latest visits of each of some keys, and those that are said to be a customer's; the newest first."""
    newest = _V.ended_position.desc()
    questions = [select(_V.id).where(_V.caller_key == key, _V.outcome.is_not(None)) for key in sorted(keys)]
    if family:
        picked = select(_P.uniqueid).where(_P.customer.in_(family))
        questions.append(select(_V.id).where(_V.uniqueid.in_(picked), _V.outcome.is_not(None)))
    if not questions:
        return []
    parts = [question.order_by(newest).limit(most).subquery() for question in questions]
    ids = union_all(*(select(part.c.id) for part in parts)).subquery()
    asked = select(*_V.__table__.columns, _BEGAN.label("began"), _P.customer.label("picked"))
    asked = asked.outerjoin(_P, _P.uniqueid == _V.uniqueid).where(_V.id.in_(select(ids.c.id)))
    rows = await connection.execute(asked.order_by(_BEGAN.desc(), _V.id.desc()))
    return [KeyedVisit(_contact(row), visit_of(row), row.caller_key or None, row.picked) for row in rows]


async def with_words(connection: AsyncConnection, contacts: list[Contact]) -> list[Contact]:
    """Add what was recorded of each call last, and the call-back that was promised last."""
    if not contacts:
        return []
    asked = select(_D.uniqueid, _D.words, _D.callback_by).where(_D.uniqueid.in_({one.uniqueid for one in contacts}))
    rows = (await connection.execute(asked.order_by(_D.given_at, _D.id))).all()
    latest = {row.uniqueid: row.words for row in rows}
    promised = {row.uniqueid: row.callback_by for row in rows if row.callback_by is not None}
    return [
        msgspec.structs.replace(one, words=latest.get(one.uniqueid), callback_by=promised.get(one.uniqueid))
        for one in contacts
    ]


async def pick_of(connection: AsyncConnection, uniqueid: str) -> VisitPick | None:
    """Read whose call somebody said that it is, None where nobody has."""
    rows = await connection.execute(select(_P.customer, _P.picked_by, _P.picked_at).where(_P.uniqueid == uniqueid))
    row = rows.mappings().one_or_none()
    return None if row is None else VisitPick(**row)


async def rung_for(connection: AsyncConnection, uniqueid: str) -> set[str]:
    """Name the agents whose phones a caller was offered to, as far as that is over."""
    visits = select(_V.id).where(_V.uniqueid == uniqueid)
    return {*await connection.scalars(select(OfferRow.agent).where(OfferRow.visit_id.in_(visits)))}


async def open_lost(connection: AsyncConnection, keys: Collection[str], family: Collection[str], call: str) -> int:
    """Count the lost calls but one that are owed a call-back: of some numbers, or said to be a customer's."""
    if not keys and not family:
        return 0
    theirs = _theirs(_L, _L.key.in_(keys), family, _L.state, _L.call)
    open_ = (theirs.c.state == FollowUpState.OPEN, _C.lost_call.is_(None), theirs.c.call != call)
    asked = select(func.count()).select_from(theirs).outerjoin(_C, _C.lost_call == theirs.c.id).where(*open_)
    found: int = (await connection.execute(asked)).scalar_one()
    return found


async def holders_of(connection: AsyncConnection, keys: Collection[str]) -> list[tuple[str, str]]:
    """Read who has these numbers: customer and key."""
    if not keys:
        return []
    rows = await connection.execute(select(_N.customer, _N.key).distinct().where(_N.key.in_(list(keys))))
    return [(row.customer, row.key) for row in rows]


def _theirs(
    row: type[VisitRow | LostCallRow], numbers: ColumnElement[bool], family: Collection[str], *columns: Any
) -> Subquery:
    """Ask for columns of the rows of some numbers but those that are said to be another's, and of a customer's by word.

    Two questions put together, not one with "or": each is a look-up in an index on either database.
    """
    others = exists().where(_P.uniqueid == row.uniqueid, _P.customer.not_in(family))
    picked = select(_P.uniqueid).where(_P.customer.in_(family))
    asked = select(row.id, *columns)
    return union(asked.where(numbers, ~others), asked.where(row.uniqueid.in_(picked))).subquery()


def _contact(row: Any) -> Contact:
    return Contact(
        id=row.id,
        uniqueid=row.uniqueid,
        at=row.began,
        queue=row.queue,
        outcome=VisitOutcome(row.outcome),
        agent=row.agent,
    )
