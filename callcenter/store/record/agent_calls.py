"""Which calls an agent had to do with, and which of them a record stands on."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow

_O, _T, _V = OfferRow, TalkRow, VisitRow
_AROUND: Micros = 86_400 * SECOND
"""So far from an act, at most, does a call begin that it happened in."""


async def took_part(connection: AsyncConnection, agent: str, uniqueid: str) -> bool:
    """Tell whether an agent talked in a call, answered it, or was tried for it."""
    offered = select(_V.id).join(_O, _O.visit_id == _V.id).where(_V.uniqueid == uniqueid, _O.agent == agent)
    answered = select(_V.id).where(_V.uniqueid == uniqueid, _V.agent == agent)
    talked = select(_T.id).where(_T.uniqueid == uniqueid, _T.agent == agent)
    for asked in (offered, answered, talked):
        if (await connection.execute(asked.limit(1))).first() is not None:
            return True
    return False


async def calls_at(
    connection: AsyncConnection, agent: str, positions: Collection[int], start: Micros, end: Micros
) -> list[str]:
    """Name the calls of an agent, the first first, that are told by one of these positions of the journal.

    Positions of two switches are told apart by the agent and the time (of what happened from `start` to `end`) alone.
    """
    wanted = set(positions)
    if not wanted:
        return []
    around = (start - _AROUND, end + _AROUND)
    offers = select(_V.uniqueid, _O.frames, _V.frames, _O.offered_at).join(_V, _V.id == _O.visit_id)
    talks = select(_T.uniqueid, _T.frames, _V.frames, _T.started_at).outerjoin(_V, _V.uniqueid == _T.uniqueid)
    found: dict[str, Micros] = {}
    for asked in (
        offers.where(_O.agent == agent, _O.offered_at.between(*around)),
        talks.where(_T.agent == agent, _T.started_at.between(*around)),
    ):
        for uniqueid, own, stay, at in await connection.execute(asked):
            told = {one for frames in (own, stay) if frames is not None for one in msgspec.json.decode(frames)}
            if not wanted.isdisjoint(told):
                began = at or 0
                found[uniqueid] = min(began, found.get(uniqueid, began))
    return sorted(found, key=lambda one: (found[one], one))
