"""What one record does to the score of its month."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from callcenter.reports.figures.score_words import plain
from callcenter.rules.scores.effect import as_confirmed
from callcenter.staff.months import month_name
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Missing, NotAllowed
from callcenter.store.decisions.scores import effect_of, member_of
from callcenter.store.decisions.violations import get_for
from callcenter.web.api.fields import ResponseBody
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(prefix="/violations", tags=["violations"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE))]


class RecordEffect(ResponseBody):
    """The month's points as they are, without the record and with it, each added up as any month is."""

    month: str
    now: Decimal
    without: Decimal
    confirmed: Decimal = Field(description="If it is confirmed as it is proposed, or stands as it was decided.")
    accumulated: Decimal | None = Field(
        description="If V-ACCUMULATED is confirmed after it, for which it makes the count full; null: it does not."
    )


@router.get("/{number}/effect")
async def read_effect(number: str, person: Seeing, service: TheService) -> RecordEffect:
    """Say what a record does to its month's score: nothing is taken off, each score is added up anew."""
    async with service.decisions.reading() as connection:
        record = await get_for(connection, number, person)
        member = await member_of(connection, record.dossier.agent)
        if not may(person, Right.SEE_SCORES, member.agent, member.team):
            raise NotAllowed(person.role)
        one = as_confirmed(record.dossier, record.standing)
        if one is None:
            raise Missing("this record counts in no month")
        found = await effect_of(connection, member, one, service.rulebook, service.clock())
    return RecordEffect(
        month=month_name(found.month),
        now=plain(found.now),
        without=plain(found.without),
        confirmed=plain(found.confirmed),
        accumulated=None if found.accumulated is None else plain(found.accumulated),
    )
