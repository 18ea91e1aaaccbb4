"""What an agent's day came to, for the agent to read: nothing of a gap, and nothing that spoke for them, is counted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.visits.offers import is_missed
from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.regulations.edition import FiguresAt
from callcenter.store.record.models import AgentStateRow, OfferRow, TalkRow
from callcenter.store.record.read_back import offer_of


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's figures; lengths None where nothing was measured.

    Attributes:
        answered: Talks that began, however they came about.
        within_rings: Rings of a queue that were answered within the promised rings; `late` after them.
        missed: Rings that the agent was there for, and that nobody answered.
    """

    answered: int
    within_rings: int
    late: int
    missed: int
    mean_talk: Micros | None
    mean_wrap_up: Micros | None


async def day_figures(connection: AsyncConnection, agent: str, since: Micros, figures: FiguresAt) -> DayFigures:
    """Count an agent's day from a moment on."""
    rows = select(OfferRow).where(OfferRow.agent == agent, OfferRow.offered_at >= since)
    offers = [offer_of(row) for row in await connection.execute(rows)]
    rung = [one for one in offers if one.ringing is not None and not one.in_gap]
    within = [_within(one, figures) for one in rung if one.outcome is OfferOutcome.ANSWERED]
    began = select(func.count()).where(TalkRow.agent == agent, TalkRow.started_at >= since)
    talks = select(TalkRow.ended_at - TalkRow.started_at).where(
        TalkRow.agent == agent, TalkRow.started_at >= since, TalkRow.ended_at.is_not(None)
    )
    wrap_ups = select(AgentStateRow.ended_at - AgentStateRow.started_at).where(
        AgentStateRow.agent == agent,
        AgentStateRow.state == AgentState.WRAP_UP,
        AgentStateRow.started_at >= since,
        AgentStateRow.ended_at.is_not(None),
    )
    return DayFigures(
        answered=await connection.scalar(began) or 0,
        within_rings=within.count(True),
        late=within.count(False),
        missed=sum(is_missed(one) for one in rung),
        mean_talk=_mean(await connection.scalars(talks)),
        mean_wrap_up=_mean(await connection.scalars(wrap_ups)),
    )


def _within(offer: fx.Offer, figures: FiguresAt) -> bool:
    assert offer.ringing is not None
    return figures(offer.ended_at).answered_within_rings(offer.ringing)


def _mean(lengths: Iterable[Micros]) -> Micros | None:
    found = [*lengths]
    return sum(found) // len(found) if found else None
