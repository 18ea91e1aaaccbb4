"""What leads read of one of their people on the floor; who does what now comes over the live stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Missing
from callcenter.web.api.desk import ReasonShown, reasons_shown
from callcenter.web.api.fields import Name, ResponseBody
from callcenter.web.api.page.own_day import DayShown, day_of
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import TheService

router = APIRouter(prefix="/floor", tags=["floor"])

Leading = Annotated[Principal, Depends(allowed(Right.SEE_FLOOR))]


class PauseReasons(ResponseBody):
    """Why people pause, by name."""

    items: list[ReasonShown]


@router.get("/reasons")
async def list_reasons(_: Leading, service: TheService, request: Request) -> PauseReasons:
    """List the reasons of pauses, by name in the reader's language."""
    desk = service.ports.desk
    language = language_of(request.headers.get("accept-language"))
    return PauseReasons(items=[] if desk is None else reasons_shown(desk.own.reasons, language))


@router.get("/{agent}/day")
async def read_agent_day(agent: Name, person: Leading, service: TheService) -> DayShown:
    """Say what an agent's day came to so far, as the agent reads it."""
    team = service.team_of(agent, service.clock())
    if not (service.knows(agent) and may(person, Right.SEE_FLOOR, agent, team)):
        raise Missing("there is no such agent")
    return await day_of(agent, service)
