"""Figures of queues over a span, each by its definition, and what agents did meanwhile."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.repeats import RepeatFigures, repeats_by_queue
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.reports.figures.per_queue import FiguresByQueue, SpanFigures
from callcenter.reports.figures.sheet import FIGURE_COLUMNS, SheetStyle, all_figures, began
from callcenter.reports.figures.words import column
from callcenter.rules.regulations.formulas import occupancy
from callcenter.rules.regulations.promises import first_answer
from callcenter.staff.dates import datetime_of, day_start
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.customers.repeats import seen_contacts
from callcenter.store.record.promises import calls_begun
from callcenter.store.record.visit_queries import (
    StoredSpan,
    VisitFilter,
    ended_in_pages,
    open_visits,
    time_in_states,
    unseen,
)
from callcenter.web.api.fields import MomentSpan, Name, ResponseBody
from callcenter.web.api.page.queue_names import names_of_queues
from callcenter.web.api.written import EXPORT, FileAsked, note_export
from callcenter.web.auth import allowed
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/figures", tags=["figures"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE))]

_MOST_DAYS = 31
_SEEN_ALL_THE_SAME = ("clock", "quarantined")
"""A step of the clock, a frame that was not believed: nothing else was missed."""


class RepeatsShown(ResponseBody):
    """`repeat-customer`: answered visits whose customer called again within 7 days."""

    repeated: int
    counted: int = Field(description="Answered visits of known callers that were repeated, or whose 7 days are over.")
    rate: float | None


class QueueFiguresShown(ResponseBody):
    """One queue, or all together; a share of nothing is null."""

    queue: str | None
    offered: int
    answered: int
    abandoned: int
    short_abandons: int = Field(description="Of the abandoned, those within 5 s.")
    other_exits: int
    lasting: int
    refused: int = Field(description="At the door; not in `offered`.")
    threshold_seconds: list[float]
    within: int = Field(description="Answered within the threshold.")
    abandoned_within: int
    service_levels: dict[str, float | None] = Field(description="By the name of the formula.")
    answered_rate: float | None = Field(description="Answered of offered.")
    lost_rate: float | None = Field(description="Abandoned of offered.")
    abandon_rate: float | None = Field(description="Abandoned of answered and abandoned.")
    asa_seconds: float | None
    longest_seconds: float | None
    p95_seconds: float | None = Field(description="95 of 100 answered visits waited no longer.")
    calls_answered: int = Field(description="Calls that first came to this line and were answered anywhere.")
    calls_within: int = Field(description="Of them, those whose `wait-call` was within its threshold.")
    wait_call_seconds: float | None = Field(description="The mean time from the first join to the first answer.")
    repeats: RepeatsShown


class TeamTime(ResponseBody):
    """What a team's agents, or all together, did; null: those who are in no team."""

    team: str | None
    seconds: dict[AgentState, float]
    occupancy: float | None = Field(description="Talking, wrap-up and ringing of the time signed in and not paused.")


class FiguresShown(ResponseBody):
    """Every queue that had visits, all together, and agents' time."""

    items: list[QueueFiguresShown]
    all: QueueFiguresShown
    teams: list[TeamTime]
    agents: TeamTime


class DaysAsked(MomentSpan):
    """Which days, of all queues or one."""

    queue: Name | None = None


class DayFiguresShown(ResponseBody):
    """One day; every figure is null where nothing of it was seen, or it has still to come."""

    day: date
    offered: int | None
    answered: int | None
    abandoned: int | None
    refused: int | None
    service_levels: dict[str, float | None] = Field(description="By the name of the formula.")
    answered_rate: float | None
    abandon_rate: float | None
    asa_seconds: float | None
    unseen_seconds: float = Field(description="So much of the day was not seen: its counts are at least those.")


class DaysShown(ResponseBody):
    """Every day of a span, by when visits began."""

    items: list[DayFiguresShown]


class FigureFileAsked(MomentSpan, FileAsked):
    """The figures of a span, and as which file."""


@router.get("")
async def read_figures(span: Annotated[MomentSpan, Query()], person: Seeing, service: TheService) -> FiguresShown:
    """Count a span's visits, calls and agents' time, by the teams of one's reach; at most 31 days."""
    since, until = span.of_days(_MOST_DAYS)
    now = min(until, service.clock())
    async with service.decisions.reading() as connection:
        counted = await _counted(connection, service, since, until)
        contacts = await seen_contacts(connection, since, until)
        lasted = await time_in_states(connection, since, now)
    repeats = await asyncio.to_thread(repeats_by_queue, contacts, service.clock())
    total = RepeatFigures()
    for one in repeats.values():
        total.add(one)
    teams = _teams(lasted, {} if service.roster is None else service.roster.teams_at(now))
    names = sorted(counted.queues, key=lambda name: (name is None, name or ""))
    return FiguresShown(
        items=[_queue(name, counted.queues[name], repeats.get(name, RepeatFigures())) for name in names],
        all=_queue(None, counted.all, total),
        teams=[one for one in teams if may(person, Right.SEE, team=one.team)],
        agents=_time(None, lasted),
    )


@router.get("/days")
async def read_days(asked: Annotated[DaysAsked, Query()], _: Seeing, service: TheService) -> DaysShown:
    """Count a span's visits day by day, as the department has its days; at most 31."""
    since, until = asked.of_days(_MOST_DAYS)
    zone, now = service.rulebook.zone, service.clock()
    days = defaultdict[date, FiguresByQueue](lambda: FiguresByQueue(_thresholds(service)))
    async with service.decisions.reading() as connection:
        wanted = VisitFilter(since=since, until=until, queue=asked.queue)
        async for visits in ended_in_pages(connection, wanted):
            for visit in visits:
                days[datetime_of(began(visit) or since, zone).date()].ended([visit])
        for lasting in await open_visits(connection, wanted):
            days[datetime_of(lasting.joined_at or since, zone).date()].lasting(lasting.queue)
        gaps = [one for one in await unseen(connection, since, until) if one.what not in _SEEN_ALL_THE_SAME]
    first, last = datetime_of(since, zone).date(), datetime_of(until - 1, zone).date()
    shown = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return DaysShown(
        items=[
            _day(one, days[one].all, _unseen(gaps, day_start(one, zone), _end(one, zone, now)), zone, now)
            for one in shown
        ]
    )


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_figures(
    request: Request, asked: Annotated[FigureFileAsked, Query()], person: Seeing, service: TheService
) -> Response:
    """Write the figures of every queue to a file; at most 31 days."""
    since, until = asked.of_days(_MOST_DAYS)
    language = language_of(request.headers.get("accept-language"))
    async with service.decisions.reading() as connection:
        counted = await _counted(connection, service, since, until)
    await note_export(service, person, "figures", since=since, until=until)
    rows = all_figures(counted, SheetStyle(language=language, zone=service.rulebook.zone))
    return await asked.answer(
        "figures", column("queue", language), FIGURE_COLUMNS, rows, language, names_of_queues(service, request)
    )


def _thresholds(service: Service) -> Callable[[str | None, Micros | None], Micros]:
    rulebook = service.rulebook
    return lambda name, at: rulebook.figures(at).threshold(name)


def _end(day: date, zone: ZoneInfo, now: Micros) -> Micros:
    return min(now, day_start(day, zone, days=1))


def _unseen(gaps: list[StoredSpan], start: Micros, end: Micros) -> Micros:
    """Return how much of a time was not seen; gaps may lie over each other."""
    lost, at = 0, start
    for gap in gaps:
        began, ended = max(at, gap.start or start), min(end, end if gap.end is None else gap.end)
        if ended > began:
            lost, at = lost + ended - began, ended
    return lost


def _day(day: date, figures: SpanFigures, unseen_for: Micros, zone: ZoneInfo, now: Micros) -> DayFiguresShown:
    start, end = day_start(day, zone), _end(day, zone, now)
    seen = end > start and unseen_for < end - start
    return DayFiguresShown(
        day=day,
        offered=figures.offered if seen else None,
        answered=figures.answered if seen else None,
        abandoned=figures.abandoned if seen else None,
        refused=figures.refused if seen else None,
        service_levels={name: _float(level) for name, level in figures.service_levels.items()},
        answered_rate=_float(figures.answered_rate),
        abandon_rate=_float(figures.abandon_rate),
        asa_seconds=_float(figures.speed_of_answer),
        unseen_seconds=unseen_for / SECOND,
    )


async def _counted(connection: AsyncConnection, service: Service, since: Micros, until: Micros) -> FiguresByQueue:
    asked = VisitFilter(since=since, until=until)
    counted = FiguresByQueue(_thresholds(service))
    async for visits in ended_in_pages(connection, asked):
        counted.ended(visits)
    async for call in calls_begun(connection, since, until):
        answer = first_answer(call)
        if answer is not None:
            counted.answered(answer)
    for lasting in await open_visits(connection, asked):
        counted.lasting(lasting.queue)
    return counted


def _queue(name: str | None, figures: SpanFigures, repeats: RepeatFigures) -> QueueFiguresShown:
    counted = repeats.repeated + repeats.alone
    return QueueFiguresShown(
        queue=name,
        offered=figures.offered,
        answered=figures.answered,
        abandoned=figures.abandoned,
        short_abandons=figures.short,
        other_exits=figures.others,
        lasting=figures.lasting,
        refused=figures.refused,
        threshold_seconds=[threshold / SECOND for threshold in sorted(figures.thresholds)],
        within=figures.within,
        abandoned_within=figures.left_within,
        service_levels={name: _float(level) for name, level in figures.service_levels.items()},
        answered_rate=_float(figures.answered_rate),
        lost_rate=_float(figures.lost_rate),
        abandon_rate=_float(figures.abandon_rate),
        asa_seconds=_float(figures.speed_of_answer),
        longest_seconds=_float(figures.longest),
        p95_seconds=_float(figures.most),
        calls_answered=figures.calls,
        calls_within=figures.calls_within,
        wait_call_seconds=_float(figures.wait_call),
        repeats=RepeatsShown(
            repeated=repeats.repeated, counted=counted, rate=repeats.repeated / counted if counted else None
        ),
    )


def _teams(lasted: Mapping[tuple[str, str], Micros], team_of: Mapping[str, str]) -> list[TeamTime]:
    found = defaultdict[str | None, dict[tuple[str, str], Micros]](dict)
    for (agent, state), micros in lasted.items():
        found[team_of.get(agent)][agent, state] = micros
    return [_time(team, found[team]) for team in sorted(found, key=lambda team: (team is None, team or ""))]


def _time(team: str | None, lasted: Mapping[tuple[str, str], Micros]) -> TeamTime:
    states = dict.fromkeys(AgentState, 0)
    for (_, state), micros in lasted.items():
        states[AgentState(state)] += micros
    seconds = {state: micros / SECOND for state, micros in states.items() if micros}
    return TeamTime(team=team, seconds=seconds, occupancy=_float(occupancy(states)))


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
