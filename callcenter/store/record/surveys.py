"""Surveys as the record keeps them, and their figures over a span."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Row, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.surveys import SurveyFigures
from callcenter.domain.frame import Micros
from callcenter.domain.visits.survey import CALLED_IN, Survey
from callcenter.domain.vocabulary import EndedBy, Question
from callcenter.staff.dates import datetime_of
from callcenter.store.record.models import SurveyRow, TalkRow


class SurveyGrouping(StrEnum):
    """By what figures are told apart."""

    DAY = "day"
    QUEUE = "queue"
    AGENT = "agent"


class SurveyFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which surveys: that were begun from `since` on and before `until`; None: any.

    Attributes:
        agents: Of these agents alone; None: of all.
    """

    since: Micros | None = None
    until: Micros | None = None
    queue: str | None = None
    agents: Collection[str] | None = None


async def surveys(
    connection: AsyncConnection, asked: SurveyFilter, *, before: tuple[Micros, str] | None = None, limit: int = 50
) -> list[tuple[str, Survey]]:
    """Read surveys with their ids, the newest first; those before a place in that order."""
    clauses = _clauses(asked)
    if before is not None:
        clauses.append(tuple_(SurveyRow.asked_at, SurveyRow.id) < tuple_(*before))
    rows = select(SurveyRow).where(SurveyRow.asked_at.is_not(None), *clauses)
    rows = rows.order_by(SurveyRow.asked_at.desc(), SurveyRow.id.desc()).limit(limit)
    return [(row.id, survey_of(row)) for row in await connection.execute(rows)]


async def survey_figures(
    connection: AsyncConnection, asked: SurveyFilter, by: SurveyGrouping, zone: ZoneInfo
) -> dict[str, SurveyFigures]:
    """Count surveys, and the talks that could have led to one, by day of the zone, queue or agent.

    A talk belongs to the line that its survey asked about, else to the queue that connected it.
    """
    found: dict[str, SurveyFigures] = {}
    key = _key(by, zone)
    for row in await connection.execute(select(SurveyRow).where(*_clauses(asked))):
        survey = survey_of(row)
        name = key(survey.queue, survey.agent, survey.asked_at)
        found.setdefault(name, SurveyFigures()).survey(survey)
    for talk in await connection.execute(_talks(asked)):
        name = key(talk.asked_of or talk.queue, talk.agent, talk.ended_at)
        found.setdefault(name, SurveyFigures()).talk(EndedBy(talk.ended_by))
    return dict(sorted(found.items()))


def survey_of(row: Row[Any]) -> Survey:
    """Make a survey of its row."""
    given = {question: getattr(row, question.name.lower()) for question in Question}
    return Survey(
        call=row.call,
        uniqueid=row.uniqueid,
        queue=row.queue,
        agent=row.agent,
        interface=row.interface,
        asks=tuple(Question(n) for n in msgspec.json.decode(row.asks)),
        asked_at=row.asked_at,
        agreed=row.agreed,
        agreed_at=row.agreed_at,
        ended_at=row.ended_at,
        answers={question: answer for question, answer in given.items() if answer is not None},
        hung_up=row.hung_up,
        in_gap=row.in_gap,
        frames=tuple(msgspec.json.decode(row.frames)),
    )


def _clauses(asked: SurveyFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if asked.since is not None:
        clauses.append(SurveyRow.asked_at >= asked.since)
    if asked.until is not None:
        clauses.append(SurveyRow.asked_at < asked.until)
    if asked.queue is not None:
        clauses.append(SurveyRow.queue == asked.queue)
    if asked.agents is not None:
        clauses.append(SurveyRow.agent.in_(sorted(asked.agents)))
    return clauses


def _talks(asked: SurveyFilter) -> Any:
    same = and_(
        SurveyRow.node == TalkRow.node, SurveyRow.uniqueid == TalkRow.uniqueid, SurveyRow.agent == TalkRow.agent
    )
    asked_of = select(SurveyRow.queue).where(same).limit(1).scalar_subquery()
    columns = (TalkRow.queue, TalkRow.agent, TalkRow.ended_at, TalkRow.ended_by, asked_of.label("asked_of"))
    rows = select(*columns).where(
        TalkRow.ended_by.in_((EndedBy.AGENT, EndedBy.CALLER)),
        TalkRow.how.in_(sorted(CALLED_IN)),
        TalkRow.ended_at.is_not(None),
    )
    if asked.since is not None:
        rows = rows.where(TalkRow.ended_at >= asked.since)
    if asked.until is not None:
        rows = rows.where(TalkRow.ended_at < asked.until)
    if asked.agents is not None:
        rows = rows.where(TalkRow.agent.in_(sorted(asked.agents)))
    if asked.queue is not None:
        told = rows.subquery()
        return select(told).where(
            (told.c.asked_of == asked.queue) | (told.c.asked_of.is_(None) & (told.c.queue == asked.queue))
        )
    return rows


def _key(by: SurveyGrouping, zone: ZoneInfo) -> Callable[[str | None, str | None, Micros | None], str]:
    def key(queue: str | None, agent: str | None, at: Micros | None) -> str:
        match by:
            case SurveyGrouping.DAY:
                return "" if at is None else datetime_of(at, zone).date().isoformat()
            case SurveyGrouping.QUEUE:
                return queue or ""
            case SurveyGrouping.AGENT:
                return agent or ""

    return key
