"""What follows when an agent's leg has ended."""

from __future__ import annotations

import pytest

from callcenter.cases.afterwards import FELL_SILENT, Following, SurveyPlan, following
from callcenter.domain.vocabulary import EndedBy, Question

ASKS = (Question.SERVICE, Question.HANDLING)


@pytest.mark.parametrize(
    ("ended_by", "cause", "follows"),
    [
        (EndedBy.AGENT, 16, Following.SURVEY),
        (EndedBy.AGENT, 44, Following.SURVEY),
        (EndedBy.CALLER, 16, Following.END),
        (EndedBy.TRANSFER, 16, Following.END),
        (EndedBy.SWITCH, 31, Following.FRONT),
        (EndedBy.CUT_SHORT, 16, Following.FRONT),
        (EndedBy.UNKNOWN, 44, Following.FRONT),
        (EndedBy.UNKNOWN, 16, Following.END),
        (None, 0, Following.FRONT),
        (None, 16, Following.END),
    ],
)
def test_who_ended_it_decides_and_else_how_it_was_cleared(
    ended_by: EndedBy | None, cause: int, follows: Following
) -> None:
    assert following(ended_by, cause, ASKS).following is follows


def test_line_without_questions_asks_nothing() -> None:
    assert following(EndedBy.AGENT, 16, ()).line() == "end/"


def test_survey_names_its_questions_by_their_numbers() -> None:
    assert following(EndedBy.AGENT, 16, ASKS).line() == "survey/14"
    assert following(None, 44, ASKS).line() == "front/"


def test_line_has_its_own_questions_or_the_usual_ones() -> None:
    plan = SurveyPlan((Question.PRODUCT, Question.SERVICE), {"complaints": ASKS, "quiet": ()})
    assert [plan.questions(line) for line in ("consumers", "complaints", "quiet")] == [(1, 2), (1, 4), ()]


@pytest.mark.parametrize(
    ("interface", "said"), [("PJSIP/1001", "front/1001"), ("Local/1001@x/n", "front/"), ("", "front/")]
)
def test_whose_page_was_left_is_tried_first(interface: str, said: str) -> None:
    assert following(EndedBy.CUT_SHORT, 41, ASKS, interface).line() == said
    assert following(EndedBy.SWITCH, 41, ASKS, interface).line() == "front/"
    assert following(EndedBy.CUT_SHORT, FELL_SILENT, ASKS, interface).line() == "front/"
