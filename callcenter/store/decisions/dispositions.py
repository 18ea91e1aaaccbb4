"""Calls in which somebody talked, and what was recorded of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import Select, exists, func, null, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.enquiries import ContactOutcome
from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.rules.detection.inputs import Disposition
from callcenter.store.conflicts import Missing
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow
from callcenter.store.record.read_back import filled_of, talk_of
from callcenter.store.tables import DispositionRow


class RecordedDisposition(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody recorded of a call, and when by our clock: the call's record as an enquiry.

    Attributes:
        class_version: The version of the class that it was given.
        follow_up_at: Until when the customer wants to hear of what `follow_up` says.
    """

    id: str
    disposition: Disposition
    words: str
    given_by: str
    given_at: Micros
    case_class: str | None = None
    class_version: int | None = None
    outcome: ContactOutcome | None = None
    follow_up_at: Micros | None = None
    follow_up: str | None = None


class TalkToRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An answered visit or a talk of no queue's making, whether anything was recorded of its call.

    `filled` names the fields that come from queue_log.
    """

    id: str
    uniqueid: str
    queue: str | None
    caller: str | None
    agent: str
    answered_at: Micros
    ended_at: Micros | None
    recorded: bool
    filled: tuple[str, ...]


async def talked_in(connection: AsyncConnection, uniqueid: str) -> set[str]:
    """Name the agents who have talked with a caller, or are talking; nobody, of a call that nobody answered.

    All that is known of talks comes together here: talks, visits that ended answered, and of visits that last, the
    offers that were answered; of calls before there were talks, the visits alone.

    Raises:
        Missing: No call of that name has been seen.
    """
    seen = select(VisitRow.id, VisitRow.agent, VisitRow.outcome).where(VisitRow.uniqueid == uniqueid)
    visits = (await connection.execute(seen)).all()
    talking = {*await connection.scalars(select(TalkRow.agent).where(TalkRow.uniqueid == uniqueid))}
    if not visits and not talking:
        raise Missing("there is no such call")
    ended = {row.agent for row in visits if row.outcome == VisitOutcome.ANSWERED and row.agent is not None}
    answered = select(OfferRow.agent).where(
        OfferRow.visit_id.in_([row.id for row in visits]), OfferRow.outcome == OfferOutcome.ANSWERED
    )
    return talking | ended | {*await connection.scalars(answered)}


async def caller_of(connection: AsyncConnection, uniqueid: str) -> str | None:
    """Read the number from which a call came; None where nobody saw one."""
    seen = select(VisitRow.caller).where(VisitRow.uniqueid == uniqueid, VisitRow.caller.is_not(None))
    return (await connection.scalars(seen.order_by(VisitRow.joined_at.nulls_first(), VisitRow.id).limit(1))).first()


async def talks_of(connection: AsyncConnection, uniqueids: Collection[str]) -> dict[str, list[fx.Talk]]:
    """Read who talked with these callers, in order; of calls before there were talks, nothing."""
    rows = select(TalkRow).where(TalkRow.uniqueid.in_(uniqueids))
    order = (TalkRow.started_at.nulls_first(), TalkRow.began_position.nulls_first(), TalkRow.id)
    found: dict[str, list[fx.Talk]] = {}
    for row in await connection.execute(rows.order_by(*order)):
        found.setdefault(row.uniqueid, []).append(talk_of(row))
    return found


async def of_call(connection: AsyncConnection, uniqueid: str) -> list[RecordedDisposition]:
    """Read what was recorded of a call, in order."""
    rows = (
        select(DispositionRow)
        .where(DispositionRow.uniqueid == uniqueid)
        .order_by(DispositionRow.given_at, DispositionRow.id)
    )
    return [_recorded(row) for row in await connection.execute(rows)]


async def dispositions(connection: AsyncConnection, start: Micros, end: Micros) -> list[Disposition]:
    """Read what was recorded of calls in a time, as the rules heard of it."""
    rows = select(DispositionRow).where(DispositionRow.at >= start, DispositionRow.at < end)
    rows = rows.order_by(DispositionRow.at, DispositionRow.given_at, DispositionRow.id)
    return [_recorded(row).disposition for row in await connection.execute(rows)]


async def talks(
    connection: AsyncConnection, agent: str, *, unrecorded: bool, before: tuple[Micros, str] | None, limit: int
) -> list[TalkToRecord]:
    """Read the calls in which an agent talked, the newest first, from the one before a place in that order."""
    found: list[TalkToRecord] = []
    for question in (_answered_by(agent), _talked_by(agent)):
        one = question.subquery()
        recorded = exists().where(DispositionRow.uniqueid == one.c.uniqueid)
        rows = select(one, recorded.label("recorded"))
        if unrecorded:
            rows = rows.where(~recorded)
        if before is not None:
            rows = rows.where(tuple_(one.c.answered_at, one.c.id) < tuple_(*before))
        rows = rows.order_by(one.c.answered_at.desc(), one.c.id.desc()).limit(limit)
        found += _talks(await connection.execute(rows))
    return sorted(found, key=lambda talk: (talk.answered_at, talk.id), reverse=True)[:limit]


def _answered_by(agent: str) -> Select[*tuple[Any, ...]]:
    """Ask for the visits that an agent answered."""
    v = VisitRow
    columns = (v.id, v.uniqueid, v.queue, v.caller, v.agent, v.answered_at, v.ended_at, v.filled)
    answered = v.outcome == VisitOutcome.ANSWERED
    return select(*columns).where(answered, v.agent == agent, v.answered_at.is_not(None))


def _talked_by(agent: str) -> Select[*tuple[Any, ...]]:
    """Ask for an agent's talks that no queue made: what a queue made is the answered visit itself."""
    t, same = TalkRow, (VisitRow.node == TalkRow.node, VisitRow.uniqueid == TalkRow.uniqueid)
    caller = select(func.max(VisitRow.caller)).where(*same).scalar_subquery()
    columns = (t.id, t.uniqueid, t.queue, caller.label("caller"), t.agent, t.started_at.label("answered_at"))
    ended = (t.ended_position.is_not(None), t.started_at.is_not(None))
    return select(*columns, t.ended_at, null().label("filled")).where(t.agent == agent, t.queue.is_(None), *ended)


def _talks(rows: Iterable[Any]) -> list[TalkToRecord]:
    same = ("id", "uniqueid", "queue", "caller", "agent", "answered_at", "ended_at", "recorded")
    return [TalkToRecord(**{name: getattr(row, name) for name in same}, filled=filled_of(row)) for row in rows]


def _recorded(row: Any) -> RecordedDisposition:
    told = {name: getattr(row, name) for name in Disposition.__struct_fields__}
    same = ("id", "words", "given_by", "given_at", "case_class", "class_version", "follow_up_at", "follow_up")
    return RecordedDisposition(
        **{name: getattr(row, name) for name in same},
        disposition=Disposition(**told),
        outcome=None if row.outcome is None else ContactOutcome(row.outcome),
    )
