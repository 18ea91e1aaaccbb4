"""All that the record has of one call, by the caller's channel: stays and offers, talks, holds, surveys, gaps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import EndedBy, VisitOutcome
from callcenter.store.conflicts import Missing
from callcenter.store.record.models import (
    VISIT_BEGAN,
    GapRow,
    HoldRow,
    OfferRow,
    OwnCallRow,
    SurveyRow,
    TalkRow,
    VisitRow,
)
from callcenter.store.record.read_back import filled_of, offer_of, talk_of
from callcenter.store.record.surveys import survey_of
from callcenter.store.record.visit_queries import StoredSpan

_V, _O, _T, _G, _N = VisitRow, OfferRow, TalkRow, GapRow, OwnCallRow


class CallStay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in a queue with its offers that are over; `outcome` is None while it lasts."""

    queue: str | None
    n: int
    caller: str | None
    caller_key: str | None
    did: str | None
    joined_at: Micros | None
    left_at: Micros | None
    refused_at: Micros | None
    answered_at: Micros | None
    ended_at: Micros | None
    agent: str | None
    transferred: str | None
    outcome: VisitOutcome | None
    ended_by: EndedBy | None
    in_gap: bool
    frames: tuple[int, ...]
    filled: tuple[str, ...]
    offers: tuple[fx.Offer, ...]


class StoredHold(NamedTuple):
    """An agent put the customer on hold, or took them back."""

    agent: str
    at: Micros | None
    held: bool


class Consultation(NamedTuple):
    """An agent's own call beside the customer's; `end` None: it lasts, or nobody saw."""

    agent: str
    interface: str
    start: Micros | None
    end: Micros | None


class CallStory(msgspec.Struct, frozen=True, kw_only=True):
    """One call, each list in the order in which it happened.

    Attributes:
        lasts: Something of it has not ended.
        begin: The first moment that is known, and `end` the last.
    """

    uniqueid: str
    stays: tuple[CallStay, ...]
    talks: tuple[fx.Talk, ...]
    holds: tuple[StoredHold, ...]
    surveys: tuple[Survey, ...]
    consultations: tuple[Consultation, ...]
    gaps: tuple[StoredSpan, ...]
    lasts: bool
    begin: Micros | None
    end: Micros | None

    @property
    def agents(self) -> set[str]:
        """Name those who talked, who answered, or whose phones were tried."""
        offered = {offer.agent for stay in self.stays for offer in stay.offers}
        answered = {stay.agent for stay in self.stays if stay.agent is not None}
        return offered | answered | {talk.agent for talk in self.talks}

    @property
    def frames(self) -> set[int]:
        """Return the journal's positions from which it is told."""
        offers = [offer for stay in self.stays for offer in stay.offers]
        told = [one.frames for kind in (self.stays, self.talks, offers) for one in kind]
        return {position for frames in told for position in frames}


async def story_of(connection: AsyncConnection, uniqueid: str) -> CallStory:
    """Read a call.

    Raises:
        Missing: None of that name has been seen.
    """
    rows = (await connection.execute(select(_V).where(_V.uniqueid == uniqueid).order_by(VISIT_BEGAN, _V.n))).all()
    order = (_T.started_at.nulls_first(), _T.began_position.nulls_first(), _T.id)
    talks = (await connection.execute(select(_T).where(_T.uniqueid == uniqueid).order_by(*order))).all()
    if not rows and not talks:
        raise Missing("there is no such call")
    stays = await _stays(connection, rows)
    told = tuple(_settled(talk_of(row), stays) for row in talks)
    surveys = await _surveys(connection, uniqueid)
    moments = [at for stay in stays for at in _moments(stay)] + [at for talk in told for at in (talk.start, talk.end)]
    moments += [at for one in surveys for at in (one.asked_at, one.ended_at)]
    known = [at for at in moments if at is not None]
    lasts = any(stay.outcome is None for stay in stays) or any(talk.ended_by is None for talk in told)
    begin, end = min(known, default=None), max(known, default=None)
    until = None if lasts else end
    return CallStory(
        uniqueid=uniqueid,
        stays=stays,
        talks=told,
        holds=await _holds(connection, uniqueid),
        surveys=surveys,
        consultations=await _consultations(connection, {talk.agent for talk in told}, begin, until),
        gaps=await _gaps(connection, {row.node for row in (*rows, *talks)}, begin, until),
        lasts=lasts,
        begin=begin,
        end=end,
    )


def _settled(talk: fx.Talk, stays: Iterable[CallStay]) -> fx.Talk:
    """Let a talk be over whose stay is: a gap hid its end."""
    over = next((one for one in stays if one.agent == talk.agent and one.queue == talk.queue), None)
    if talk.ended_by is not None or over is None or over.outcome is None:
        return talk
    return msgspec.structs.replace(talk, ended_by=over.ended_by or EndedBy.UNKNOWN, end=over.ended_at, in_gap=True)


def _moments(stay: CallStay) -> Iterable[Micros | None]:
    yield from (stay.joined_at, stay.refused_at, stay.left_at, stay.answered_at, stay.ended_at)
    for offer in stay.offers:
        yield from (offer.offered_at, offer.rang_at, offer.ended_at)


async def _stays(connection: AsyncConnection, rows: Iterable[Any]) -> tuple[CallStay, ...]:
    rows = list(rows)
    order = (func.coalesce(_O.offered_at, _O.rang_at, _O.ended_at).nulls_first(), _O.ended_position, _O.id)
    asked = select(_O).where(_O.visit_id.in_([row.id for row in rows])).order_by(*order)
    offers: dict[str, list[fx.Offer]] = {}
    for row in await connection.execute(asked):
        offers.setdefault(row.visit_id, []).append(offer_of(row))
    return tuple(_stay(row, offers.get(row.id, ())) for row in rows)


def _stay(row: Any, offers: Iterable[fx.Offer]) -> CallStay:
    told = {name: getattr(row, name) for name in _SAME}
    return CallStay(
        **told,
        outcome=None if row.outcome is None else VisitOutcome(row.outcome),
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        in_gap=bool(row.in_gap),
        frames=() if row.frames is None else tuple(msgspec.json.decode(row.frames)),
        filled=filled_of(row),
        offers=tuple(offers),
    )


async def _holds(connection: AsyncConnection, uniqueid: str) -> tuple[StoredHold, ...]:
    rows = select(HoldRow.agent, HoldRow.at, HoldRow.held).where(HoldRow.uniqueid == uniqueid)
    return tuple(StoredHold(*row) for row in await connection.execute(rows.order_by(HoldRow.position, HoldRow.id)))


async def _surveys(connection: AsyncConnection, uniqueid: str) -> tuple[Survey, ...]:
    rows = select(SurveyRow).where(SurveyRow.uniqueid == uniqueid).order_by(SurveyRow.ended_position, SurveyRow.id)
    return tuple(survey_of(row) for row in await connection.execute(rows))


async def _consultations(
    connection: AsyncConnection, agents: set[str], begin: Micros | None, end: Micros | None
) -> tuple[Consultation, ...]:
    """Read what the agents who talked dialled themselves meanwhile, the customer on hold."""
    if not agents or begin is None:
        return ()
    rows = select(_N.agent, _N.interface, _N.started_at, _N.ended_at).where(
        _N.agent.in_(sorted(agents)), _N.in_talk.is_(True), _N.started_at >= begin
    )
    if end is not None:
        rows = rows.where(_N.started_at < end)
    return tuple(Consultation(*row) for row in await connection.execute(rows.order_by(_N.started_at, _N.id)))


async def _gaps(
    connection: AsyncConnection, nodes: set[str], begin: Micros | None, end: Micros | None
) -> tuple[StoredSpan, ...]:
    if begin is None:
        return ()
    rows = select(_G.cause, _G.started_at, _G.ended_at).where(
        _G.node.in_(sorted(nodes)), or_(_G.ended_at.is_(None), _G.ended_at >= begin)
    )
    if end is not None:
        rows = rows.where(_G.started_at <= end)
    return tuple(StoredSpan(*row) for row in await connection.execute(rows.order_by(_G.started_at, _G.id)))


_SAME = (
    "queue",
    "n",
    "caller",
    "caller_key",
    "did",
    "joined_at",
    "left_at",
    "refused_at",
    "answered_at",
    "ended_at",
    "agent",
    "transferred",
)
