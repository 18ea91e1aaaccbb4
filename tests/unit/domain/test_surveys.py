"""Surveys: what the dialplan tells of a caller after the agent's leg, and what it came to."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.visits.served import last_talk
from callcenter.domain.visits.survey import Survey, may_be_asked
from callcenter.domain.vocabulary import EndedBy, How, Question, SurveyResult
from tests.unit.domain.switch import Switch, micros

CALLER, LINE = "c1", "a1"


def served() -> Switch:
    """An agent has served a caller and hung up at 20 s; the caller is still there."""
    switch = Switch()
    switch.talking(0, 5)
    switch.hangs_up(20, LINE)
    switch.exits(20.1, LINE)
    switch.exits(20.1, CALLER)
    switch.completes(20.1)
    switch.ends(20.2, LINE)
    return switch


def says(switch: Switch, at: float | None, step: str, **more: object) -> None:
    switch.tell(ev.SurveyHeard, at, uid=CALLER, step=step, **more)


def asks(switch: Switch, at: float = 21, asked: str = "12") -> None:
    says(switch, at, "asked", queue="support", asks=asked)


def told(switch: Switch) -> Survey:
    (fact,) = switch.found(fx.SurveyEnded)
    return fact.survey


def test_full_survey_is_credited_to_whoever_served_last() -> None:
    switch = served()
    asks(switch)
    says(switch, 24, "agreed")
    says(switch, 26, "answered", question=1, answer=1)
    says(switch, 28, "answered", question=2, answer=3)
    says(switch, 28.1, "done")
    switch.ends(30, CALLER)
    survey = told(switch)
    assert (survey.agent, survey.queue, survey.uniqueid) == ("Alice", "support", CALLER)
    assert survey.answers == {Question.SERVICE: 1, Question.PRODUCT: 3}
    assert (survey.result, survey.hung_up, survey.ended_at) == (SurveyResult.ANSWERED, False, micros(28.1))
    (call,) = switch.found(fx.CallEnded)
    assert call.call.surveys == (survey,)


def test_caller_who_says_nothing_has_not_agreed() -> None:
    switch = served()
    asks(switch)
    says(switch, 27, "done")
    assert (told(switch).result, told(switch).hung_up) == (SurveyResult.NOT_AGREED, False)


def test_caller_who_hangs_up_in_it_is_told_apart() -> None:
    switch = served()
    asks(switch)
    says(switch, 24, "agreed")
    says(switch, 26, "answered", question=1, answer=2)
    switch.hangs_up(27, CALLER)
    switch.ends(27.1, CALLER)
    assert (told(switch).result, told(switch).hung_up) == (SurveyResult.PARTIAL, True)


@pytest.mark.parametrize(("question", "answer"), [(1, 0), (1, 4), (3, 1), (9, 1), (None, 1), (1, None)])
def test_answer_to_nothing_asked_or_outside_the_keys_is_none(question: int | None, answer: int | None) -> None:
    switch = served()
    asks(switch)
    says(switch, 24, "agreed")
    says(switch, 26, "answered", question=question, answer=answer)
    says(switch, 27, "done")
    assert told(switch).result is SurveyResult.UNANSWERED


def test_question_counts_once() -> None:
    switch = served()
    asks(switch)
    says(switch, 24, "agreed")
    for answer in (3, 1):
        says(switch, 25, "answered", question=1, answer=answer)
    says(switch, 27, "done")
    assert told(switch).answers == {Question.SERVICE: 3}


def test_word_of_a_survey_that_nobody_began_is_out_of_order() -> None:
    switch = served()
    says(switch, 24, "answered", question=1, answer=1)
    asks(switch)
    asks(switch)
    assert [odd.event for odd in switch.found(fx.OutOfOrder)] == ["SurveyHeard", "SurveyHeard"]
    switch.tell(ev.SurveyHeard, 25, uid="nobody", step="asked", asks="1")
    assert len(switch.found(fx.OutOfOrder)) == 3


def test_survey_that_a_gap_hid_has_no_end() -> None:
    switch = served()
    asks(switch)
    switch.tell(ev.LinkLost, 22)
    switch.tell(ev.LinkRestored, 40, restarted=True)
    survey = told(switch)
    assert (survey.in_gap, survey.hung_up, survey.ended_at) == (True, None, None)


def test_survey_of_a_caller_whose_talk_was_not_seen_is_credited_to_nobody() -> None:
    switch = Switch()
    switch.starts(0, CALLER, "PJSIP/trunk-1")
    asks(switch)
    switch.ends(30, CALLER)
    assert (told(switch).agent, told(switch).interface, told(switch).hung_up) == (None, None, True)
    (call,) = switch.found(fx.CallEnded)
    assert len(call.call.surveys) == 1


def test_who_ended_the_last_talk_is_known_at_once() -> None:
    switch = served()
    talk = last_talk(switch.floor.state, CALLER)
    assert talk is not None
    assert (talk.agent, talk.over, talk.ended_by) == ("Alice", True, EndedBy.AGENT)
    assert last_talk(switch.floor.state, "nobody") is None


def test_leg_that_was_lost_was_ended_by_nobody() -> None:
    switch = Switch()
    switch.talking(0, 5)
    assert (last := last_talk(switch.floor.state, CALLER)) is not None
    assert not last.over
    switch.exits(20, LINE)
    switch.ends(20, LINE, cause=44)
    assert (last := last_talk(switch.floor.state, CALLER)) is not None
    assert (last.over, last.ended_by) == (True, None)


def test_word_about_who_hung_up_may_come_after_they_parted() -> None:
    switch = Switch()
    switch.talking(0, 5)
    switch.exits(20, LINE)
    switch.hangs_up(20.01, LINE)
    assert (last := last_talk(switch.floor.state, CALLER)) is not None
    assert last.ended_by is EndedBy.AGENT


def test_caller_who_talked_with_nobody_was_served_by_nobody() -> None:
    switch = Switch()
    switch.joins(0)
    assert last_talk(switch.floor.state, CALLER) is None


@pytest.mark.parametrize(
    ("how", "by", "asked"),
    [
        (How.QUEUE, EndedBy.AGENT, True),
        (How.TRANSFER, EndedBy.AGENT, True),
        (How.QUEUE, EndedBy.CALLER, False),
        (How.OUTBOUND, EndedBy.AGENT, False),
    ],
)
def test_who_called_a_line_and_was_let_go_by_an_agent_may_be_asked(how: How, by: EndedBy, asked: bool) -> None:
    (talk,) = served().talks_told()
    assert may_be_asked(msgspec.structs.replace(talk, how=how, ended_by=by)) is asked
