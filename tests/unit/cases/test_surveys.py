"""Figures of surveys: every stage told apart."""

from __future__ import annotations

from typing import Any

from callcenter.cases.surveys import SurveyFigures, united
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import EndedBy, Question

BOTH = (Question.SERVICE, Question.PRODUCT)


def survey(*answers: int, agreed: bool = True, hung_up: bool | None = False) -> Survey:
    told: dict[str, Any] = dict.fromkeys(("asked_at", "agreed_at", "ended_at", "interface"))
    return Survey(
        call="c1",
        uniqueid="c1",
        queue="support",
        agent="Alice",
        asks=BOTH,
        agreed=agreed,
        answers=dict(zip(BOTH, answers, strict=False)),
        hung_up=hung_up,
        in_gap=False,
        frames=(),
        **told,
    )


def counted(*surveys: Survey) -> SurveyFigures:
    figures = SurveyFigures()
    for one in surveys:
        figures.survey(one)
    return figures


def test_every_stage_stands_by_itself() -> None:
    told = [survey(1, 3), survey(2, hung_up=True), survey(), survey(agreed=False), survey(agreed=False, hung_up=None)]
    found = counted(*told)
    assert (found.asked, found.agreed, found.answered, found.partial) == (5, 3, 1, 1)
    assert (found.unanswered, found.not_agreed, found.hung_up) == (1, 2, 1)
    assert found.answer_rate == 1 / 5


def test_satisfied_are_those_who_said_one_or_two() -> None:
    found = counted(survey(1, 3), survey(2, 3), survey(3, 1))
    assert found.satisfaction(Question.SERVICE) == 2 / 3
    assert found.satisfaction(Question.PRODUCT) == 1 / 3


def test_without_answers_there_is_no_share() -> None:
    assert (SurveyFigures().satisfaction(Question.SERVICE), SurveyFigures().answer_rate) == (None, None)


def test_who_ended_the_talk_says_who_could_be_asked() -> None:
    figures = SurveyFigures()
    for by in (EndedBy.AGENT, EndedBy.AGENT, EndedBy.CALLER, EndedBy.TRANSFER, None):
        figures.talk(by)
    assert (figures.eligible, figures.caller_first) == (2, 1)


def test_figures_of_several_are_those_of_all() -> None:
    one, other = counted(survey(1, 3)), counted(survey(2), survey(agreed=False))
    assert united([one, other]) == counted(survey(1, 3), survey(2), survey(agreed=False))
    assert one == counted(survey(1, 3))
