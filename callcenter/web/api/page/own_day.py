"""An agent's day, as the page shows it to the agent beside the work."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, day_start
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.record.own_day import day_figures
from callcenter.web.api.fields import ResponseBody
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/my-day", tags=["my day"])

Working = Annotated[Principal, Depends(allowed(Right.RECORD_CALL))]


class DayShown(ResponseBody):
    """What the day came to so far; nothing of a gap is counted, means are null where nothing was measured."""

    day: date
    answered: int
    within_rings: int
    late: int
    missed: int
    mean_talk_seconds: float | None
    mean_wrap_up_seconds: float | None


@router.get("")
async def read_own_day(person: Working, service: TheService) -> DayShown:
    """Say what one's own day came to so far: answered, within the promised rings, missed, talk and wrap-up."""
    if person.agent is None:
        raise BadInput("this account is no agent itself")
    return await day_of(person.agent, service)


async def day_of(agent: str, service: Service) -> DayShown:
    """Count an agent's day so far."""
    zone = service.rulebook.zone
    today = datetime_of(service.ports.switch_time(), zone).date()
    async with service.decisions.reading() as connection:
        found = await day_figures(connection, agent, day_start(today, zone), service.rulebook.figures)
    return DayShown(
        day=today,
        answered=found.answered,
        within_rings=found.within_rings,
        late=found.late,
        missed=found.missed,
        mean_talk_seconds=_seconds(found.mean_talk),
        mean_wrap_up_seconds=_seconds(found.mean_wrap_up),
    )


def _seconds(length: Micros | None) -> float | None:
    return None if length is None else length / SECOND
