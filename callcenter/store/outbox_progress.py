"""How far each sink has come with what is to leave: one number by sink, kind and key, since a key leaves in order.

What waits for a sink are the entries of a kind that it wants whose number is above that one. Where all sinks have an
entry it has left; where nothing of a key waits any more, nothing is kept of how far anybody is: the next is above it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.outbox import (
    OutboxEntry,
    OutboxKind,
    OutboxProgressRow,
    OutboxRow,
    OutboxSinkRow,
    OutboxWantRow,
    entry_of,
)

Ts = TypeVarTuple("Ts")

_WHY = 500
_ONE = ("sink", "kind", "key")
LONGEST_PUT_OFF: Micros = 600 * SECOND
"""No key waits for longer after a failure, wherever the clock was set to meanwhile."""
_GOES = {"failures": 0, "not_before": None, "parked_at": None, "parked_why": None}


class OutboxKey(NamedTuple):
    """What leaves in one order."""

    kind: OutboxKind
    key: str


class SinkState(NamedTuple):
    """How a sink is; `failures` in a row, since it last took something, and why it failed last."""

    failures: int
    disabled_at: Micros | None
    why: str | None


class SinkBacklog(NamedTuple):
    """What waits for a sink, since when its oldest, and of how many keys the next was parked."""

    waiting: int = 0
    oldest_at: Micros | None = None
    parked: int = 0


class ParkedKey(NamedTuple):
    """A key of which nothing leaves to a sink: its next entry cannot."""

    sink: str
    key: OutboxKey
    n: int
    at: Micros
    why: str


async def enlist(connection: AsyncConnection, sink: str, kinds: Collection[OutboxKind], at: Micros) -> None:
    """Let a sink have what is put from now on; of a kind that it had before, what waits for it goes on."""
    dialect = _dialect(connection)
    known = dialect.insert(OutboxSinkRow).values(sink=sink, first_seen_at=at, failures=0)
    await connection.execute(known.on_conflict_do_nothing())
    had = set(await connection.scalars(select(OutboxWantRow.kind).where(OutboxWantRow.sink == sink)))
    for kind in sorted(set(kinds) - had):
        await connection.execute(insert(OutboxWantRow).values(sink=sink, kind=kind))
        await _begin_behind(connection, sink, kind)
    if dropped := had - set(kinds):
        unwanted = (OutboxWantRow.sink == sink, OutboxWantRow.kind.in_(dropped))
        await connection.execute(delete(OutboxWantRow).where(*unwanted))
        of_dropped = (OutboxProgressRow.sink == sink, OutboxProgressRow.kind.in_(dropped))
        await connection.execute(delete(OutboxProgressRow).where(*of_dropped))
        await let_go(connection, at)


async def forget_sink(connection: AsyncConnection, sink: str, at: Micros) -> bool:
    """Wait for a sink no longer; returns whether it was known."""
    known = (await connection.execute(delete(OutboxSinkRow).where(OutboxSinkRow.sink == sink))).rowcount
    for table in (OutboxWantRow, OutboxProgressRow):
        await connection.execute(delete(table).where(table.sink == sink))
    await let_go(connection, at)
    return bool(known)


async def sink_states(connection: AsyncConnection) -> dict[str, SinkState]:
    """Read how every sink is that was ever set and not forgotten."""
    s = OutboxSinkRow
    rows = await connection.execute(select(s.sink, s.failures, s.disabled_at, s.disabled_why).order_by(s.sink))
    return {row.sink: SinkState(row.failures, row.disabled_at, row.disabled_why) for row in rows}


async def keep_state(connection: AsyncConnection, sink: str, state: SinkState) -> None:
    """Keep how a sink is."""
    why = None if state.why is None else state.why[:_WHY]
    values = {"failures": state.failures, "disabled_at": state.disabled_at, "disabled_why": why}
    await connection.execute(update(OutboxSinkRow).where(OutboxSinkRow.sink == sink).values(**values))


async def enable_sink(connection: AsyncConnection, sink: str) -> bool:
    """Let a sink be tried again at once, as if nothing had failed; False if none is known by the name."""
    p = OutboxProgressRow
    await connection.execute(update(p).where(p.sink == sink, p.parked_at.is_(None)).values(failures=0, not_before=None))
    fine = update(OutboxSinkRow).where(OutboxSinkRow.sink == sink)
    fine = fine.values(failures=0, disabled_at=None, disabled_why=None)
    return bool((await connection.execute(fine)).rowcount)


async def ready(
    connection: AsyncConnection, sink: str, now: Micros, keys: int, of_each: int, since: Micros | None = None
) -> dict[OutboxKey, list[OutboxEntry]]:
    """Read what may leave to a sink now: the next entries of some keys, each in its order, the oldest keys first.

    Up to a quarter are keys that failed before and are due again; where one key is tried, one that did not fail goes
    before them. With `since`, only keys that did not fail and whose next entry was made then or later: what waits for
    other sinks alone is not gone through for them.
    """
    until = OutboxProgressRow.not_before
    fresh, again = until.is_(None), or_(until <= now, until > now + LONGEST_PUT_OFF)
    if since is not None:
        return await _runs(connection, sink, and_(fresh, OutboxRow.made_at >= since), keys, of_each)
    found = await _runs(connection, sink, again, keys // 4, of_each) if keys // 4 else {}
    found |= await _runs(connection, sink, fresh, keys - len(found), of_each)
    if len(found) < keys:
        found |= await _runs(connection, sink, again, keys - len(found), of_each)
    return found


async def took(connection: AsyncConnection, sink: str, done: Mapping[OutboxKey, int], at: Micros) -> None:
    """Keep that a sink has all of some keys up to a number each, and that what every sink has has left."""
    if not done:
        return
    p = OutboxProgressRow
    of_sink = {"sink": sink, "kind": bindparam("of_kind"), "key": bindparam("of_key")}
    taken = _dialect(connection).insert(p).values(**of_sink, done=bindparam("upto"), **_GOES)
    statement = taken.on_conflict_do_update(index_elements=_ONE, set_={"done": taken.excluded.done, **_GOES})
    rows = [{"of_kind": key.kind, "of_key": key.key, "upto": n} for key, n in sorted(done.items())]
    await connection.execute(statement, rows)
    of_key = (OutboxRow.kind == bindparam("of_kind"), OutboxRow.key == bindparam("of_key"))
    await connection.execute(update(OutboxRow).where(*of_key, *_had_by_all()).values(left_at=at), rows)
    of_progress = (p.kind == bindparam("of_kind"), p.key == bindparam("of_key"))
    await connection.execute(delete(p).where(*of_progress, ~_something_waits()), rows)


async def let_go(connection: AsyncConnection, at: Micros) -> None:
    """Keep that what every sink has has left, whoever was about to keep it: two that took it at once see neither."""
    await connection.execute(update(OutboxRow).where(*_had_by_all()).values(left_at=at))
    await connection.execute(delete(OutboxProgressRow).where(~_something_waits()))


async def put_off(
    connection: AsyncConnection, sink: str, entry: OutboxEntry, failures: int, not_before: Micros
) -> None:
    """Keep that the next entry of a key did not leave, how often in a row, and when it is tried again."""
    await _hold(connection, sink, entry, failures=failures, not_before=not_before)


async def park(connection: AsyncConnection, sink: str, entry: OutboxEntry, why: str, at: Micros) -> None:
    """Let nothing more of a key leave to a sink, until somebody decides: this entry, its next, never will."""
    await _hold(connection, sink, entry, parked_at=at, parked_why=why[:_WHY])


async def failures_of(connection: AsyncConnection, sink: str, key: OutboxKey) -> int:
    """Read how often in a row the next entry of a key did not leave."""
    p = OutboxProgressRow
    asked = select(p.failures).where(p.sink == sink, p.kind == key.kind, p.key == key.key)
    return await connection.scalar(asked) or 0


async def parked(connection: AsyncConnection, limit: int | None = None) -> list[ParkedKey]:
    """Read which keys are parked, those that have been for longest first; all of them, or so many."""
    p = OutboxProgressRow
    asked = select(p).where(p.parked_at.is_not(None)).order_by(p.parked_at, p.sink, p.kind, p.key).limit(limit)
    return [_parked(row) for row in (await connection.execute(asked)).mappings()]


async def take_up(connection: AsyncConnection, parked: ParkedKey, done: int | None = None) -> bool:
    """Let a parked key go on, with the entry that could not leave or behind one; False if it is no longer parked."""
    p = OutboxProgressRow
    values = _GOES | ({} if done is None else {"done": done})
    it = (p.sink == parked.sink, p.kind == parked.key.kind, p.key == parked.key.key, p.parked_at == parked.at)
    return bool((await connection.execute(update(p).where(*it).values(**values))).rowcount)


async def backlogs(connection: AsyncConnection) -> dict[str, SinkBacklog]:
    """Count what waits for every sink that is known."""
    want, p = OutboxWantRow, OutboxProgressRow
    asked = _waiting(select(want.sink, func.count().label("waiting"), func.min(OutboxRow.made_at).label("oldest")))
    waiting = {row.sink: row for row in await connection.execute(asked.group_by(want.sink))}
    held = select(p.sink, func.count().label("parked")).where(p.parked_at.is_not(None)).group_by(p.sink)
    stuck = {row.sink: row.parked for row in await connection.execute(held)}
    found = {}
    for sink in await sink_states(connection):
        row = waiting.get(sink)
        count, oldest = (0, None) if row is None else (row.waiting, row.oldest)
        found[sink] = SinkBacklog(count, oldest, stuck.get(sink, 0))
    return found


def _dialect(connection: AsyncConnection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _waiting(asked: Select[*Ts]) -> Select[*Ts]:
    """Join to each sink what waits for it."""
    o, p, want = OutboxRow, OutboxProgressRow, OutboxWantRow
    theirs = and_(p.sink == want.sink, p.kind == o.kind, p.key == o.key)
    joined = asked.select_from(o).join(want, want.kind == o.kind).outerjoin(p, theirs)
    return joined.where(o.left_at.is_(None), o.n > func.coalesce(p.done, 0))


def _had_by_all() -> tuple[ColumnElement[bool], ...]:
    """Tell of an entry that it waits no longer: some sink wants its kind, and none that does is without it."""
    o, p, want = OutboxRow, OutboxProgressRow, OutboxWantRow
    has = exists().where(p.sink == want.sink, p.kind == o.kind, p.key == o.key, p.done >= o.n).correlate_except(p)
    return o.left_at.is_(None), exists().where(want.kind == o.kind), ~exists().where(want.kind == o.kind, ~has)


def _something_waits() -> Exists:
    o, p = OutboxRow, OutboxProgressRow
    return exists().where(o.kind == p.kind, o.key == p.key, o.left_at.is_(None))


async def _runs(
    connection: AsyncConnection, sink: str, may: ColumnElement[bool], keys: int, of_each: int
) -> dict[OutboxKey, list[OutboxEntry]]:
    o, p, want, earlier = OutboxRow, OutboxProgressRow, OutboxWantRow, aliased(OutboxRow)
    wanted = exists().where(want.sink == sink, want.kind == o.kind)
    theirs = and_(p.sink == sink, p.kind == o.kind, p.key == o.key)
    waits = (o.left_at.is_(None), wanted, o.n > func.coalesce(p.done, 0))
    of_same = (earlier.kind == o.kind, earlier.key == o.key, earlier.left_at.is_(None))
    is_first = ~exists().where(*of_same, earlier.n < o.n, earlier.n > func.coalesce(p.done, 0))
    firsts = select(o.kind, o.key, o.n, o.made_at, o.id).outerjoin(p, theirs)
    firsts = firsts.where(*waits, p.parked_at.is_(None), may, is_first)
    head = firsts.order_by(o.made_at, o.id).limit(keys).subquery()
    of_key = and_(o.kind == head.c.kind, o.key == head.c.key, o.left_at.is_(None))
    asked = select(o).join(head, and_(of_key, o.n >= head.c.n, o.n < head.c.n + of_each))
    found: dict[OutboxKey, list[OutboxEntry]] = {}
    for row in (await connection.execute(asked.order_by(head.c.made_at, head.c.id, o.n))).mappings():
        entry = entry_of(row)
        found.setdefault(OutboxKey(entry.kind, entry.key), []).append(entry)
    return found


async def _begin_behind(connection: AsyncConnection, sink: str, kind: OutboxKind) -> None:
    """Let a sink have nothing of what was put of a kind before."""
    o, p = OutboxRow, OutboxProgressRow
    last = select(literal(sink), o.kind, o.key, func.max(o.n), literal(0)).where(o.kind == kind, o.left_at.is_(None))
    begun = _dialect(connection).insert(p).from_select([*_ONE, "done", "failures"], last.group_by(o.kind, o.key))
    behind = {"done": begun.excluded.done}
    await connection.execute(begun.on_conflict_do_update(index_elements=_ONE, set_=behind))


async def _hold(connection: AsyncConnection, sink: str, entry: OutboxEntry, **how: Any) -> None:
    values = {"sink": sink, "kind": entry.kind, "key": entry.key, "done": entry.n - 1, "failures": 0} | how
    held = _dialect(connection).insert(OutboxProgressRow).values(**values)
    await connection.execute(held.on_conflict_do_update(index_elements=_ONE, set_={"done": entry.n - 1, **how}))


def _parked(row: Mapping[Any, Any]) -> ParkedKey:
    key = OutboxKey(OutboxKind(row["kind"]), row["key"])
    return ParkedKey(row["sink"], key, row["done"] + 1, row["parked_at"], row["parked_why"] or "")
