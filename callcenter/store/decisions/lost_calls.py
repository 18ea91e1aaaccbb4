"""Lost calls as people see them: all of one number are one entry; who calls back, what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState
from callcenter.store.conflicts import Missing
from callcenter.store.rarest import FEW, at_most, beside
from callcenter.store.record.models import LOST_AT, LOST_ENTRY, LostCallRow
from callcenter.store.tables import LostCallClaimRow, LostCallClosingRow
from callcenter.store.unit_of_work import UnitOfWork

BY_HAND = "by_hand"
"""Stands beside the values of `FollowUpBy`: somebody closed it, with a reason."""

_LOST, _CLOSING, _CLAIM = LostCallRow, LostCallClosingRow, LostCallClaimRow
_AT_ONCE = 500
_LATER: Micros = 2**52
"""Beyond every moment that a call has."""
_OPEN = and_(_LOST.state == FollowUpState.OPEN, _CLOSING.lost_call.is_(None))


def _stands(lost: Any, closing: Any) -> ColumnElement[str]:
    """Say how a call stands that somebody may have closed."""
    return case((closing.lost_call.is_not(None), literal_column("'closed'")), else_=lost.state)


_STATE = _stands(_LOST, _CLOSING)


class LostCallOrder(StrEnum):
    """In which order lost calls are read: open ones first and of them the oldest first, or the latest lost first."""

    WAITING = "waiting"
    LATEST = "latest"


class LostCallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which lost calls; None: any. `claimed` are the entries of `claimed_by`, which are read first."""

    state: FollowUpState | None = None
    queue: str | None = None
    key: str | None = None
    claimed_by: str | None = None
    claimed: tuple[str, ...] | None = None
    order: LostCallOrder = LostCallOrder.WAITING


class LostCallClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls back, until when; `agent` is who that is on the floor."""

    claimed_by: str
    agent: str | None
    claimed_at: Micros
    until: Micros


class LostCallEntry(msgspec.Struct, frozen=True, kw_only=True):
    """All lost calls of one number that stand alike; of nobody's number each is an entry of its own.

    Attributes:
        id: Of the oldest of them; names the entry.
        entry: By what they belong together: the number's key, else the id.
        caller: The number as it came last.
        queues: Where they were lost.
        count: How many they are, from `since` to `latest`.
        tries: Agents' calls in vain since the oldest.
        by: What closed the latest, a `FollowUpBy` or `BY_HAND`; `closed_by` is who did.
    """

    id: str
    entry: str
    key: str | None
    caller: str | None
    state: FollowUpState
    queues: tuple[str, ...]
    count: int
    since: Micros | None
    latest: Micros | None
    tries: int
    by: str | None
    closed_at: Micros | None
    closed_by: str | None
    reason: str | None
    claim: LostCallClaim | None


class OpenLostCalls(NamedTuple):
    """How many numbers of a queue are to be called back, and since when the oldest is."""

    callers: int
    oldest: Micros | None


async def entries(
    connection: AsyncConnection,
    asked: LostCallFilter,
    now: Micros,
    *,
    after: tuple[int, str] | None = None,
    limit: int = 50,
) -> list[tuple[tuple[int, str], LostCallEntry]]:
    """Read entries with their places, in the order that is asked for; closed ones stand last, the latest first.

    Args:
        connection: Where from.
        asked: Which.
        now: At which moment; what was claimed until before is claimed by nobody.
        after: The place after which they stand.
        limit: At most so many.
    """
    if asked.claimed_by is not None:
        theirs = select(_CLAIM.entry).where(_CLAIM.claimed_by == asked.claimed_by, _CLAIM.until > now)
        asked = msgspec.structs.replace(asked, claimed=tuple(await connection.scalars(theirs)))
        if not asked.claimed:
            return []
    found = await _firsts(connection, asked, after, limit)
    named = [one.entry for one in found]
    told = await _calls(connection, named, _clauses(asked))
    claims = await claims_of(connection, named, now)
    standing = (one for one in found if (one.entry, one.state) in told)  # another has been closed since it was found
    return [(one.place, _entry(one.entry, told[one.entry, one.state], claims.get(one.entry))) for one in standing]


class _First(NamedTuple):
    """An entry's call by which it has its place."""

    place: tuple[int, str]
    entry: str
    state: str


class _Stretch(NamedTuple):
    """A part of the list: calls that stand so, None: however they stand; its places are from `begins` on."""

    state: FollowUpState | None
    begins: int
    newest: bool

    def place(self, at: Micros) -> int:
        """Return where in the list a call stands that was lost then."""
        return self.begins + (_LATER - at if self.newest else at)

    def at(self, place: int) -> Micros:
        """Return when a call was lost that stands there."""
        return _LATER - (place - self.begins) if self.newest else place - self.begins


def stretches(asked: LostCallFilter) -> Iterator[_Stretch]:
    """Give the parts of a list, in order."""
    if asked.order is LostCallOrder.LATEST:
        yield _Stretch(asked.state, 2 * _LATER, newest=True)
        return
    for n, state in enumerate((FollowUpState.OPEN, FollowUpState.UNREACHABLE, FollowUpState.CLOSED)):
        if asked.state in {None, state}:
            yield _Stretch(state, n * _LATER, newest=state is FollowUpState.CLOSED)


async def _firsts(
    connection: AsyncConnection, asked: LostCallFilter, after: tuple[int, str] | None, limit: int
) -> list[_First]:
    """Find the first entries after a place, each a look-up in an index: entries are not counted, and not all read."""
    found: list[_First] = []
    by_state = await _few_stand_so(connection, asked)
    for stretch in stretches(asked):
        if after is not None and after[0] >= stretch.begins + _LATER and not stretch.newest:
            continue
        here = None if after is None or after[0] < stretch.begins else (stretch.at(after[0]), after[1])
        rows = await connection.execute(_leading(asked, stretch, here, by_state=by_state).limit(limit - len(found)))
        found += [_First((stretch.place(row.at), row.id), row.entry, row.stands) for row in rows]
        if len(found) == limit:
            break
    return found


async def _few_stand_so(connection: AsyncConnection, asked: LostCallFilter) -> bool:
    """Tell whether calls of a queue are looked up by how they stand, for few of all do."""
    if asked.queue is None or asked.state in {None, FollowUpState.CLOSED}:
        return False
    return await at_most(connection, select(literal_column("1")).where(_LOST.state == asked.state), FEW)


def _leading(
    asked: LostCallFilter, stretch: _Stretch, after: tuple[Micros, str] | None, *, by_state: bool
) -> Select[*tuple[Any, ...]]:
    """Ask for calls before which, in a stretch of the list, none of their entry stands."""
    narrowed = msgspec.structs.replace(asked, state=stretch.state)
    other, closing = aliased(_LOST), aliased(_CLOSING)
    mine, theirs = tuple_(LOST_AT, _LOST.id), tuple_(func.coalesce(other.lost_at, literal_column("0")), other.id)
    same = (func.coalesce(other.key, other.id) == LOST_ENTRY, theirs > mine if stretch.newest else theirs < mine)
    before: Select[*tuple[Any, ...]] = (
        select(literal_column("1")).select_from(other).outerjoin(closing, closing.lost_call == other.id)
    )
    before = before.where(*same, _stands(other, closing) == _STATE, *map(beside, _clauses(narrowed, other, closing)))
    rows = select(_LOST.id, LOST_AT.label("at"), LOST_ENTRY.label("entry"), _STATE.label("stands"))
    rows = rows.outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id).where(
        *_clauses(narrowed, by_state=by_state), ~before.exists()
    )
    if after is not None:
        rows = rows.where(mine < tuple_(*after) if stretch.newest else mine > tuple_(*after))
        # SQLite enters an index of an expression by the expression alone
        rows = rows.where(after[0] >= LOST_AT if stretch.newest else after[0] <= LOST_AT)
    return rows.order_by(*((LOST_AT.desc(), _LOST.id.desc()) if stretch.newest else (LOST_AT, _LOST.id)))


async def entry_of(connection: AsyncConnection, number: str) -> str:
    """Return to which entry a lost call belongs.

    Raises:
        Missing: There is no such lost call.
    """
    row = (await connection.execute(select(LOST_ENTRY.label("entry")).where(_LOST.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such lost call")
    return str(row.entry)


async def lost_caller(connection: AsyncConnection, number: str) -> str | None:
    """Read the number from which a lost call came; None where it was hidden.

    Raises:
        Missing: There is no such lost call.
    """
    row = (await connection.execute(select(_LOST.caller).where(_LOST.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such lost call")
    return None if row.caller is None else str(row.caller)


async def waiting(connection: AsyncConnection, entry: str) -> list[str]:
    """Return the ids of an entry's calls that nothing and nobody has closed, the oldest first."""
    rows = (
        select(_LOST.id)
        .outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id)
        .where(LOST_ENTRY.in_((entry,)), _LOST.state != FollowUpState.CLOSED, _CLOSING.lost_call.is_(None))
        .order_by(_LOST.lost_at.nulls_first(), _LOST.id)
    )
    return [*await connection.scalars(rows)]


async def claims_of(connection: AsyncConnection, named: Collection[str], now: Micros) -> dict[str, LostCallClaim]:
    """Return who calls which of these entries back."""
    rows = select(_CLAIM).where(_CLAIM.entry.in_(named), _CLAIM.until > now)
    return {
        row.entry: LostCallClaim(claimed_by=row.claimed_by, agent=row.agent, claimed_at=row.claimed_at, until=row.until)
        for row in await connection.execute(rows)
    }


async def open_by_queue(connection: AsyncConnection) -> dict[str, OpenLostCalls]:
    """Count what is open, by the queue in which an entry's oldest call was lost."""
    rows = (
        select(LOST_ENTRY.label("entry"), _LOST.queue, func.min(_LOST.lost_at).label("since"))
        .outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id)
        .where(_OPEN)
        .group_by(LOST_ENTRY, _LOST.queue)
    )
    oldest: dict[str, tuple[Micros | None, str]] = {}
    for row in await connection.execute(rows):
        found = (row.since, row.queue or "")
        oldest[row.entry] = min(oldest.get(row.entry, found), found, key=lambda one: (one[0] or 0, one[1]))
    counted: dict[str, OpenLostCalls] = {}
    for since, queue in oldest.values():
        before = counted.get(queue, OpenLostCalls(0, None))
        known = [at for at in (before.oldest, since) if at is not None]
        counted[queue] = OpenLostCalls(before.callers + 1, min(known, default=None))
    return dict(sorted(counted.items()))


async def lost_in(connection: AsyncConnection, since: Micros, until: Micros, queue: str | None = None) -> Counter[str]:
    """Count the calls lost in a time by what became of them: `FollowUpBy`, `BY_HAND`, else the state."""
    became = case((_CLOSING.lost_call.is_not(None), BY_HAND), else_=func.coalesce(_LOST.by, _LOST.state))
    rows = select(became.label("became")).select_from(_LOST).outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id)
    rows = rows.where(since <= LOST_AT, until > LOST_AT)
    if queue is not None:
        rows = rows.where(_LOST.queue == queue)
    return Counter(await connection.scalars(rows))


async def delete_settled(unit: UnitOfWork, before: Micros) -> int:
    """Delete what was settled before a moment, and nobody's numbers' calls that were lost before; tells how many."""
    settled = func.coalesce(_CLOSING.closed_at, _LOST.closed_at, _LOST.lost_at)
    over = (_LOST.state != FollowUpState.OPEN) | _CLOSING.lost_call.is_not(None)
    rows = select(_LOST.id).outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id).where(over, settled < before)
    ids = [*await unit.connection.scalars(rows)]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        await unit.execute(delete(_CLOSING).where(_CLOSING.lost_call.in_(some)))
        await unit.execute(delete(_LOST).where(_LOST.id.in_(some)))
    return len(ids)


def _clauses(
    asked: LostCallFilter, lost: Any = _LOST, closing: Any = _CLOSING, *, by_state: bool = False
) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    match asked.state:
        case None:
            pass
        case FollowUpState.CLOSED:
            clauses.append((lost.state == FollowUpState.CLOSED) | closing.lost_call.is_not(None))
        case state:
            clauses.append(and_(lost.state == state, closing.lost_call.is_(None)))
    if asked.queue is not None:
        clauses.append(beside(lost.queue == asked.queue) if by_state else lost.queue == asked.queue)
    entry, named = func.coalesce(lost.key, lost.id), list[ColumnElement[bool]]()
    if asked.key is not None:
        named.append(entry == asked.key)
    if asked.claimed is not None:
        named.append(entry.in_(asked.claimed))
    return [*named, *map(beside, clauses)] if named else clauses


async def _calls(
    connection: AsyncConnection, named: Sequence[str], clauses: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, str], list[Row[Any]]]:
    """Read the calls of some entries, in the order in which they were lost."""
    closing = (_CLOSING.closed_by, _CLOSING.closed_at.label("hand_at"), _CLOSING.reason)
    rows = (
        select(_LOST.__table__, _STATE.label("stands"), LOST_ENTRY.label("entry"), *closing)
        .outerjoin(_CLOSING, _CLOSING.lost_call == _LOST.id)
        .where(LOST_ENTRY.in_(named), *clauses)
        .order_by(_LOST.lost_at.nulls_first(), _LOST.id)
    )
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in await connection.execute(rows):
        found.setdefault((row.entry, row.stands), []).append(row)
    return found


def _entry(entry: str, calls: Sequence[Row[Any]], claim: LostCallClaim | None) -> LostCallEntry:
    oldest, latest = calls[0], calls[-1]
    state = FollowUpState(latest.stands)
    by_hand = latest.closed_by is not None
    by = None if latest.by is None else FollowUpBy(latest.by).value
    return LostCallEntry(
        id=oldest.id,
        entry=entry,
        key=latest.key,
        caller=latest.caller,
        state=state,
        queues=tuple(sorted({row.queue for row in calls if row.queue is not None})),
        count=len(calls),
        since=oldest.lost_at,
        latest=latest.lost_at,
        tries=max(row.tries for row in calls),
        by=BY_HAND if by_hand else by,
        closed_at=latest.hand_at if by_hand else latest.closed_at,
        closed_by=latest.closed_by,
        reason=latest.reason,
        claim=claim if state is not FollowUpState.CLOSED else None,
    )
