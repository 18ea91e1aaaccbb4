"""What callers were asked after a call, and said: a list, and the figures by day, queue or agent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from callcenter.cases.surveys import SurveyFigures
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import SurveyResult
from callcenter.errors import BadInput
from callcenter.reports.surveys import SURVEY_COLUMNS, SURVEY_LIST, surveys_written
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.record.surveys import SurveyFilter, SurveyGrouping, survey_figures, surveys
from callcenter.web.api.fields import (
    Moment,
    Name,
    RequestBody,
    ResponseBody,
    moment_in,
    moment_out,
    place_in,
    place_out,
)
from callcenter.web.api.written import EXPORT, MOST_WRITTEN, FileAsked, note_export, require_few
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/surveys", tags=["surveys"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_SURVEYS))]

_LONGEST: Micros = 93 * 86_400 * SECOND
_NEVER_ASKED = "Talks that the caller ended; who hangs up first is never asked."


class SurveySpan(RequestBody):
    """Which surveys, by when they were begun; `from` is inclusive, `to` is not."""

    since: Moment = Field(alias="from")
    until: Moment = Field(alias="to")
    queue: Name | None = None
    agent: Name | None = None
    by: SurveyGrouping = SurveyGrouping.DAY


class SurveyPageAsked(SurveySpan):
    """The same, a page at a time."""

    limit: Annotated[int, Query(ge=1, le=200, description="Entries of a page.")] = 50
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None


class SurveysToWrite(SurveySpan, FileAsked):
    """Which surveys are written to a file."""


class SurveyShown(ResponseBody):
    """One survey; an answer is 1 (very satisfied), 2 (satisfied) or 3 (not)."""

    uniqueid: str
    queue: str | None
    agent: str | None = Field(description="Who served last; null where that was not seen.")
    asked_at: datetime | None
    result: SurveyResult
    hung_up: bool | None = Field(description="The caller left before its end; null where nobody saw.")
    questions: list[str]
    answers: dict[str, int]
    in_gap: bool


class SurveyPage(ResponseBody):
    """Surveys, the newest first."""

    items: list[SurveyShown]
    next: str | None


class Satisfaction(ResponseBody):
    """The answers to one question."""

    question: str
    very_satisfied: int
    satisfied: int
    not_satisfied: int
    share: float | None = Field(description="1 and 2 of all answers; null without any.")


class SurveyCounts(ResponseBody):
    """What surveys came to; every stage stands beside the result."""

    name: str = Field(description="The day, the queue or the agent; empty where it is not known.")
    eligible: int = Field(description="Talks that the agent ended.")
    caller_first: int = Field(description=_NEVER_ASKED)
    asked: int
    agreed: int = Field(description="Pressed a key at the first prompt.")
    answered: int = Field(description="Answered every question.")
    partial: int = Field(description="Answered some.")
    unanswered: int = Field(description="Agreed, and answered none.")
    not_agreed: int
    hung_up: int = Field(description="Left before the end, whatever was answered by then.")
    answer_rate: float | None = Field(description="`answered` of `asked`; null where nobody was asked.")
    satisfaction: list[Satisfaction]


class SurveyTable(ResponseBody):
    """Figures, a row a day, queue or agent."""

    by: SurveyGrouping
    items: list[SurveyCounts]


@router.get("")
async def list_surveys(span: Annotated[SurveyPageAsked, Query()], person: Seeing, service: TheService) -> SurveyPage:
    """List surveys of one's reach, the newest first."""
    async with service.decisions.reading() as connection:
        asked = _asked(span, person, service)
        found = await surveys(connection, asked, before=place_in(span.cursor), limit=span.limit + 1)
    shown = found[: span.limit]
    more = place_out((shown[-1][1].asked_at or 0, shown[-1][0])) if len(found) > len(shown) else None
    return SurveyPage(items=[_shown(survey, service) for _, survey in shown], next=more)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_surveys(
    request: Request, span: Annotated[SurveysToWrite, Query()], person: Seeing, service: TheService
) -> Response:
    """Write surveys of one's reach to a file, with what was answered to each question; at most 93 days."""
    language = language_of(request.headers.get("accept-language"))
    async with service.decisions.reading() as connection:
        found = await surveys(connection, _asked(span, person, service), limit=MOST_WRITTEN + 1)
    require_few(len(found))
    await note_export(service, person, "survey", surveys=len(found))
    rows = surveys_written((survey for _, survey in found), service.rulebook.zone, language)
    return await span.answer("surveys", SURVEY_LIST.say("surveys", language), SURVEY_COLUMNS, rows, language)


@router.get("/figures")
async def read_survey_figures(span: Annotated[SurveySpan, Query()], person: Seeing, service: TheService) -> SurveyTable:
    """Say what surveys came to, by day, queue or agent; at most 93 days."""
    async with service.decisions.reading() as connection:
        found = await survey_figures(connection, _asked(span, person, service), span.by, service.rulebook.zone)
    return SurveyTable(by=span.by, items=[_counts(name, one) for name, one in found.items()])


def _asked(span: SurveySpan, person: Principal, service: Service) -> SurveyFilter:
    """Turn what is asked into what may be seen.

    Raises:
        BadInput: The span is none.
        RequestRefused: Somebody else's agent is asked for.
    """
    since, until = moment_in(span.since), moment_in(span.until)
    assert since is not None
    assert until is not None
    if not since < until <= since + _LONGEST:
        raise BadInput("`to` must be after `from`, by at most 93 days")
    return SurveyFilter(since=since, until=until, queue=span.queue, agents=_agents(span, person, service))


def _agents(span: SurveySpan, person: Principal, service: Service) -> frozenset[str] | None:
    mine = service.agents_of(person, Right.SEE_SURVEYS)
    if span.agent is None:
        return mine
    if mine is not None and span.agent not in mine:
        raise RequestRefused("forbidden", f"the role {person.role} may not see surveys here")
    return frozenset({span.agent})


def _shown(survey: Survey, service: Service) -> SurveyShown:
    return SurveyShown(
        uniqueid=survey.uniqueid,
        queue=survey.queue,
        agent=survey.agent,
        asked_at=moment_out(survey.asked_at, service.rulebook.zone),
        result=survey.result,
        hung_up=survey.hung_up,
        questions=[question.name.lower() for question in survey.asks],
        answers={question.name.lower(): answer for question, answer in survey.answers.items()},
        in_gap=survey.in_gap,
    )


def _counts(name: str, figures: SurveyFigures) -> SurveyCounts:
    return SurveyCounts(
        name=name,
        eligible=figures.eligible,
        caller_first=figures.caller_first,
        asked=figures.asked,
        agreed=figures.agreed,
        answered=figures.answered,
        partial=figures.partial,
        unanswered=figures.unanswered,
        not_agreed=figures.not_agreed,
        hung_up=figures.hung_up,
        answer_rate=figures.answer_rate,
        satisfaction=[
            Satisfaction(
                question=question.name.lower(),
                very_satisfied=given[1],
                satisfied=given[2],
                not_satisfied=given[3],
                share=figures.satisfaction(question),
            )
            for question, given in sorted(figures.answers.items())
        ],
    )
