"""What is to leave the service, written in the transaction of what it tells: both are there, or neither.

    waits ──every sink that wants its kind has it──▶ left ──old──▶ pruned

What has one key leaves in the order in which it was committed: whoever puts takes the key's next number and holds its
row until the transaction ends. A payload holds nothing personal of a customer in plain: such a value is sealed as the
evidence is, or left out. How far each sink has come is in `callcenter/store/outbox_progress.py`.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Index, String, and_, delete, exists, insert, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.domain.frame import Micros
from callcenter.store.record.models import Base
from callcenter.untrusted import storable

_KEY = 128
_SINK = 128
_PUT = "outbox_put"
_PARKED = text("parked_at IS NOT NULL")
_WAITS = text("left_at IS NULL")
_json = msgspec.json.Encoder(order="deterministic").encode


class OutboxKind(StrEnum):
    """What is told."""

    VIOLATION = "violation"
    """A record, once its agent was notified; the key is the agent."""
    SURVEY = "survey"
    """A survey that is over; the key is the agent who had served."""
    CASE_WARNING = "case_warning"
    """So much of a complaint's time is over; the key is the complaint."""
    COMPLAINT = "complaint"
    """A complaint was moved; the key is the complaint."""
    CALL = "call"
    """A call was queued, answered, abandoned or ended; the key is the call."""
    POP = "pop"
    """An agent's phone rings with a queue's call; the key is the agent."""


class OutboxRow(Base):
    """One thing that is to leave; `n` is its number among those of its kind and key."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "kind", "key", "n", unique=True),
        Index(None, "made_at"),
        Index("ix_outbox_waits", "made_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_outbox_waits_by_key", "kind", "key", "n", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(_KEY))
    n: Mapped[int]
    made_at: Mapped[int]
    payload: Mapped[str]
    left_at: Mapped[int | None]


class OutboxKeyRow(Base):
    """The last number that was given to a kind and key, and when; pruned only where the key never comes again."""

    __tablename__ = "outbox_keys"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(_KEY), primary_key=True)
    last: Mapped[int]
    put_at: Mapped[int | None]


class OutboxSinkRow(Base):
    """Somebody outside takes what leaves."""

    __tablename__ = "outbox_sinks"

    sink: Mapped[str] = mapped_column(String(_SINK), primary_key=True)
    first_seen_at: Mapped[int]
    failures: Mapped[int]
    disabled_at: Mapped[int | None]
    disabled_why: Mapped[str | None]


class OutboxWantRow(Base):
    """A sink takes this kind."""

    __tablename__ = "outbox_wants"

    sink: Mapped[str] = mapped_column(String(_SINK), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)


class OutboxProgressRow(Base):
    """How far a sink has come with a key of which something waits: it has all up to `done`."""

    __tablename__ = "outbox_progress"
    __table_args__ = (
        Index(None, "kind", "key"),
        Index(
            "ix_outbox_progress_parked",
            "parked_at",
            "sink",
            "kind",
            "key",
            sqlite_where=_PARKED,
            postgresql_where=_PARKED,
        ),
    )

    sink: Mapped[str] = mapped_column(String(_SINK), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(_KEY), primary_key=True)
    done: Mapped[int]
    failures: Mapped[int]
    not_before: Mapped[int | None]
    parked_at: Mapped[int | None]
    parked_why: Mapped[str | None]


class OutboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is to leave, as it was put."""

    id: str
    kind: OutboxKind
    key: str
    n: int
    made_at: Micros
    payload: dict[str, Any]


UNREADABLE: dict[str, Any] = {}
"""Stands for a payload that cannot be read any more: this very one, not its like."""


class OutboxPruned(NamedTuple):
    """How many old entries went that had left, and how many that not every sink had taken."""

    left: int
    untaken: int


async def put(
    connection: AsyncConnection, kind: OutboxKind, key: str, payload: Mapping[str, Any], at: Micros
) -> OutboxEntry | None:
    """Let something leave once the transaction commits, behind all that has the same kind and key.

    Returns:
        What was put; None where no sink wants this kind, and nothing was.
    """
    return next(iter(await put_all(connection, kind, [(key, payload)], at)), None)


async def put_all(
    connection: AsyncConnection, kind: OutboxKind, told: Sequence[tuple[str, Mapping[str, Any]]], at: Micros
) -> list[OutboxEntry]:
    """Let several things of a kind leave, each a key and a payload, as `put` does one after the other."""
    if not told or not await _is_wanted(connection, kind):
        return []
    keys = [storable(key)[:_KEY] for key, _ in told]
    following = await _numbers(connection, kind, Counter(keys), at)
    payloads = (dict(payload) for _, payload in told)
    entries = [
        OutboxEntry(id=secrets.token_hex(16), kind=kind, key=key, n=next(following[key]), made_at=at, payload=payload)
        for key, payload in zip(keys, payloads, strict=True)
    ]
    rows = [msgspec.structs.asdict(one) | {"payload": _json(one.payload).decode(), "left_at": None} for one in entries]
    await connection.execute(insert(OutboxRow), rows)
    connection.info[_PUT] = True
    return entries


async def _numbers(
    connection: AsyncConnection, kind: OutboxKind, counted: Mapping[str, int], at: Micros
) -> dict[str, Iterator[int]]:
    """Take so many numbers of some keys, and hold them until the transaction ends; all take them in one order."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    taken = dialect.insert(OutboxKeyRow)
    following = {"last": OutboxKeyRow.last + taken.excluded.last, "put_at": taken.excluded.put_at}
    taken = taken.on_conflict_do_update(index_elements=["kind", "key"], set_=following)
    rows = [{"kind": kind, "key": key, "last": count, "put_at": at} for key, count in sorted(counted.items())]
    found = await connection.execute(taken.returning(OutboxKeyRow.key, OutboxKeyRow.last), rows)
    return {row.key: iter(range(row.last - counted[row.key] + 1, row.last + 1)) for row in found}


async def _is_wanted(connection: AsyncConnection, kind: OutboxKind) -> bool:
    """Tell whether some sink takes a kind."""
    return bool(await connection.scalar(select(exists().where(OutboxWantRow.kind == kind))))


def has_put(connection: AsyncConnection) -> bool:
    """Tell, once, whether something was put over a connection since this was last asked."""
    return bool(connection.info.pop(_PUT, False))


async def prune_outbox(connection: AsyncConnection, before: Micros, untaken: Micros | None) -> OutboxPruned:
    """Delete what was put before a moment and has left, before another and has not, and the numbers of calls as old."""
    o, keys, progress = OutboxRow, OutboxKeyRow, OutboxProgressRow
    asked: tuple[ColumnElement[bool], ...] = (
        and_(o.left_at.is_not(None), o.made_at < before),
        and_(o.left_at.is_(None), o.made_at < (0 if untaken is None else untaken)),
    )
    gone = [(await connection.execute(delete(o).where(old))).rowcount for old in asked]
    of_progress = exists().where(o.kind == progress.kind, o.key == progress.key, o.left_at.is_(None))
    await connection.execute(delete(progress).where(~of_progress))
    of_key = exists().where(o.kind == keys.kind, o.key == keys.key)
    calls = (keys.kind == OutboxKind.CALL, keys.put_at < before)
    await connection.execute(delete(keys).where(*calls, ~of_key))
    return OutboxPruned(*gone)


async def forget_pops(connection: AsyncConnection, customers: Collection[str]) -> None:
    """Let no pop leave any more that names one of some customers, and keep none that has left."""
    told = or_(*(OutboxRow.payload.contains(f'"{one}"', autoescape=True) for one in customers))
    await connection.execute(delete(OutboxRow).where(OutboxRow.kind == OutboxKind.POP, told))


def entry_of(row: Mapping[Any, Any]) -> OutboxEntry:
    """Read an entry as it was put; where somebody spoilt its row since, with the payload `UNREADABLE`."""
    told = {name: row[name] for name in OutboxEntry.__struct_fields__} | {"kind": OutboxKind(row["kind"])}
    try:
        payload = msgspec.json.decode(row["payload"], type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        payload = UNREADABLE
    return OutboxEntry(**told | {"payload": payload})
