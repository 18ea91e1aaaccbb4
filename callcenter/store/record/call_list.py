"""Calls as a list: stays in queues, and talks that no queue made; each page a look-up in an index, however many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, Subquery, TextClause, and_, exists, func, null, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from callcenter.store.decisions.call_qualities import CallDirection
from callcenter.store.rarest import FEW, Rarest, at_most, beside, rarest
from callcenter.store.record.models import (
    OFFER_MISSED,
    OFFER_RINGING,
    TALK_BEGAN,
    TALK_IN_GAP,
    VISIT_BEGAN,
    VISIT_WAITED,
    OfferRow,
    TalkRow,
    VisitRow,
)
from callcenter.store.record.read_back import filled_of

_V, _T, _O = VisitRow, TalkRow, OfferRow
_OUT = (How.CALL_BACK, How.OUTBOUND)
_RINGING = OFFER_RINGING
_FEW_MISSED = 10_000
"""Of at most so many rings in vain each stay is looked up."""


class CallOrder(StrEnum):
    """In which order calls are read; by the wait only those are of which it is known."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST_WAIT = "longest_wait"


class RangFor(NamedTuple):
    """A phone rang for so long, or longer, and stopped from `start` on and before `end`; None: whenever."""

    least: Micros
    start: Micros | None
    end: Micros | None


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls; None: any.

    Attributes:
        agents: Those that these agents answered or talked in.
        missed: Rather those that an agent was there for and let ring, of `agents` where they are named.
        since: That began from then on, and before `until`.
        key: Of this number.
        waited: Longer than this.
        rang: Whose longest ring is one of these.
        in_gap: Of which a part was not seen.
    """

    agents: frozenset[str] | None = None
    missed: bool = False
    since: Micros | None = None
    until: Micros | None = None
    queue: str | None = None
    outcome: VisitOutcome | None = None
    direction: CallDirection | None = None
    key: str | None = None
    waited: Micros | None = None
    rang: tuple[RangFor, ...] | None = None
    in_gap: bool = False
    order: CallOrder = CallOrder.NEWEST


class ListedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in a queue, or a talk that no queue made.

    Attributes:
        place: By which it is sorted, with `id`.
        how: How a talk came about; None: it is a stay in a queue.
        agent: Who answered, or talked.
        began_at: When it began, or the first that is known of it.
        outcome: None: it lasts.
        ringing: How long the phone rang that rang longest, until at most `rang_until`.
        filled: What nobody saw, and queue_log told.
    """

    id: str
    place: int
    uniqueid: str
    queue: str | None
    how: How | None
    caller: str | None
    agent: str | None
    began_at: Micros | None
    waited: Micros | None
    answered_at: Micros | None
    ended_at: Micros | None
    outcome: VisitOutcome | None
    ended_by: EndedBy | None
    in_gap: bool
    filled: tuple[str, ...]
    ringing: Micros | None = None
    rang_until: Micros | None = None

    @property
    def direction(self) -> CallDirection:
        """Who dialled."""
        return CallDirection.OUT if self.how in _OUT else CallDirection.IN

    @property
    def talked(self) -> Micros | None:
        """How long agent and customer had each other, holds included; None: they had not, it lasts, nobody saw."""
        begin, end = self.answered_at, self.ended_at
        return None if begin is None or end is None else max(0, end - begin)


async def calls(
    connection: AsyncConnection,
    asked: CallFilter,
    *,
    after: tuple[int, str] | None = None,
    limit: int = 50,
    theirs: Subquery | None = None,
) -> list[ListedCall]:
    """Read calls in an order, from the one after a place in it; `theirs` are the ids of stays, where only those are."""
    rows: list[Any] = []
    few = await _few(connection, asked)
    by = Rarest(None, few=True)
    if few is None and theirs is None:
        by = await rarest(connection, _told(asked), *_within(asked, VISIT_BEGAN))
    for question, place, ident in _questions(asked, theirs, few, by):
        page = question.add_columns(place.label("place"))
        if after is not None:
            here, oldest = tuple_(place, ident), asked.order is CallOrder.OLDEST
            page = page.where(here > tuple_(*after) if oldest else here < tuple_(*after))
            # SQLite enters an index of an expression by the expression alone
            page = page.where(place >= after[0] if oldest else place <= after[0])
        order = (place, ident) if asked.order is CallOrder.OLDEST else (place.desc(), ident.desc())
        rows += await connection.execute(page.order_by(*order).limit(limit))
    rows.sort(key=lambda row: (row.place, row.id), reverse=asked.order is not CallOrder.OLDEST)
    return await _listed(connection, rows[:limit])


async def _few(connection: AsyncConnection, asked: CallFilter) -> ColumnElement[bool] | None:
    """Name the stays that waited or rang so long, or that some agents let ring, where they are few.

    To meet few in order would mean to see all.
    """
    if asked.rang is not None:
        rows = select(_O.visit_id).where(or_(*map(_rang_for, asked.rang)))
    elif asked.waited is not None:
        rows = select(_V.id).where(asked.waited < VISIT_WAITED)
    elif asked.missed and asked.agents is not None:
        # what has both its columns is in their index alone: no row of the table is read
        missed = select(_O.visit_id).where(_among(_O.agent, asked.agents), _O.visit_id > "", OFFER_MISSED)
        return _V.id.in_(missed) if await at_most(connection, missed, _FEW_MISSED) else None
    else:
        return None
    found = [*await connection.scalars(rows.limit(FEW + 1))]
    return None if len(found) > FEW else _V.id.in_(found)


def _told(asked: CallFilter) -> dict[str, ColumnElement[bool]]:
    """Say what stays must be that has an index which gives their order, too: what is mostly rarest first."""
    told: dict[str, ColumnElement[bool]] = {}
    if asked.key is not None:
        told["key"] = _V.caller_key == asked.key
    if asked.agents is not None and not asked.missed:
        told["agents"] = _among(_V.agent, asked.agents)
    if asked.in_gap:
        told["in_gap"] = _V.in_gap.is_(True)
    if asked.queue is not None:
        told["queue"] = _V.queue == asked.queue
    if asked.outcome is not None:
        told["outcome"] = _V.outcome == asked.outcome
    return told


def _questions(
    asked: CallFilter, theirs: Subquery | None, few: ColumnElement[bool] | None, by: Rarest
) -> Iterator[tuple[Select[*tuple[Any, ...]], Any, Any]]:
    """Ask for stays and for talks, each with what it is sorted by."""
    waits = asked.order is CallOrder.LONGEST_WAIT
    if asked.direction is not CallDirection.OUT:
        place = VISIT_WAITED if waits else VISIT_BEGAN
        # few are found, and then put in order
        yield _stays(asked, theirs, few, by), place + 0 if by.few else place, _V.id
    of_queues = asked.missed or asked.queue is not None or asked.waited is not None or asked.rang is not None
    if not (waits or of_queues) and asked.outcome in {None, VisitOutcome.ANSWERED}:
        yield _talks(asked, theirs), TALK_BEGAN, _T.id


def _stays(
    asked: CallFilter, theirs: Subquery | None, few: ColumnElement[bool] | None, by: Rarest
) -> Select[*tuple[Any, ...]]:
    columns = (_V.id, _V.uniqueid, _V.queue, _V.caller, _V.agent, VISIT_BEGAN.label("began"), _V.outcome, _V.in_gap)
    told = (_V.answered_at, _V.ended_at, _V.ended_by, _V.filled, VISIT_WAITED.label("waited"), null().label("how"))
    rows: Select[*tuple[Any, ...]] = select(*columns, *told)
    # of many the longest wait is met in its own order
    name = by.name if by.few or asked.order is not CallOrder.LONGEST_WAIT else None
    rows = rows.where(*_within(asked, VISIT_BEGAN + 0 if by.few and name is None else VISIT_BEGAN))
    rows = rows.where(*(clause if one == name else beside(clause) for one, clause in _told(asked).items()))
    if few is not None:
        rows = rows.where(few)
    elif asked.missed:
        rows = rows.where(exists().where(_O.visit_id == _V.id, *_missed_by(asked.agents)))
    if asked.waited is not None or asked.order is CallOrder.LONGEST_WAIT:
        least = -1 if asked.waited is None else asked.waited
        rows = rows.where(least < (VISIT_WAITED + 0 if by.few else VISIT_WAITED))
    if asked.rang is not None:
        rows = rows.where(exists().where(_O.visit_id == _V.id, or_(*map(_rang_for, asked.rang))))
    return rows if theirs is None else rows.where(_V.id.in_(select(theirs.c.id)))


def _talks(asked: CallFilter, theirs: Subquery | None) -> Select[*tuple[Any, ...]]:
    columns = (_T.id, _T.uniqueid, _T.queue, null().label("caller"), _T.agent, TALK_BEGAN.label("began"), _T.in_gap)
    told = (_T.started_at.label("answered_at"), _T.ended_at, _T.ended_by, _T.how, _T.ended_position)
    chosen = asked.agents is not None or asked.key is not None or theirs is not None
    # where something tells few talks, the index by time must not be what a planner without statistics takes
    unmade = func.coalesce(_T.queue, "") == "" if chosen or asked.in_gap else _T.queue.is_(None)
    rows: Select[*tuple[Any, ...]] = select(*columns, *told).where(unmade, *_within(asked, TALK_BEGAN))
    if asked.agents is not None:
        rows = rows.where(_among(_T.agent, asked.agents))
    if asked.direction is not None:
        out = _T.how.in_(_OUT)
        rows = rows.where(out if asked.direction is CallDirection.OUT else ~out)
    if asked.in_gap:
        rows = rows.where(TALK_IN_GAP)
    if asked.key is not None:
        rows = rows.where(_T.uniqueid.in_(select(_V.uniqueid).where(_V.caller_key == asked.key)))
    if theirs is not None:
        rows = rows.where(_T.uniqueid.in_(select(_V.uniqueid).join(theirs, theirs.c.id == _V.id)))
    return rows


def _within(asked: CallFilter, began: ColumnElement[int]) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if asked.since is not None:
        clauses.append(began >= asked.since)
    if asked.until is not None:
        clauses.append(began < asked.until)
    return clauses


def _among(column: Any, names: frozenset[str]) -> ColumnElement[bool]:
    """Ask for one name as one: only so can an index give the order, too."""
    clause: ColumnElement[bool] = column == next(iter(names)) if len(names) == 1 else column.in_(sorted(names))
    return clause


def _missed_by(agents: frozenset[str] | None) -> list[ColumnElement[bool] | TextClause]:
    return [OFFER_MISSED] if agents is None else [OFFER_MISSED, beside(_among(_O.agent, agents))]


def _rang_for(rang: RangFor) -> ColumnElement[bool]:
    clauses = [rang.least <= _RINGING]
    if rang.start is not None:
        clauses.append(_O.ended_at >= rang.start)
    if rang.end is not None:
        clauses.append(_O.ended_at < rang.end)
    return and_(*clauses)


async def _listed(connection: AsyncConnection, rows: Sequence[Any]) -> list[ListedCall]:
    stays = [row.id for row in rows if row.how is None]
    rung = select(_O.visit_id, func.max(_RINGING).label("ringing"), func.max(_O.ended_at).label("until"))
    rung = rung.where(_O.visit_id.in_(stays), _O.rang_at.is_not(None)).group_by(_O.visit_id)
    rings = {row.visit_id: row for row in await connection.execute(rung)} if stays else {}
    others = {row.uniqueid for row in rows if row.how is not None}
    seen = select(_V.uniqueid, func.max(_V.caller)).where(_V.uniqueid.in_(others)).group_by(_V.uniqueid)
    callers = {row[0]: row[1] for row in await connection.execute(seen)} if others else {}
    return [_stay(row, rings.get(row.id)) if row.how is None else _talk(row, callers) for row in rows]


def _stay(row: Any, rung: Any) -> ListedCall:
    told = {name: getattr(row, name) for name in (*_SAME, "caller", "waited")}
    return ListedCall(
        **told,
        how=None,
        began_at=row.began or None,
        outcome=None if row.outcome is None else VisitOutcome(row.outcome),
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        in_gap=bool(row.in_gap),
        filled=filled_of(row),
        ringing=None if rung is None or rung.ringing is None else max(0, rung.ringing),
        rang_until=None if rung is None else rung.until,
    )


def _talk(row: Any, callers: dict[str, str | None]) -> ListedCall:
    return ListedCall(
        **{name: getattr(row, name) for name in _SAME},
        how=How(row.how),
        caller=callers.get(row.uniqueid),
        began_at=row.began or None,
        waited=None,
        outcome=None if row.ended_position is None else VisitOutcome.ANSWERED,
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        in_gap=row.in_gap,
        filled=(),
    )


_SAME = ("id", "place", "uniqueid", "queue", "agent", "answered_at", "ended_at")
