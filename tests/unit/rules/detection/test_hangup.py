"""V-HANGUP, off until somebody sets its figures, and its innocent twins."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Rulebook
from tests.unit.rules.detection.story import Story, micros, roster, rulebook


@pytest.fixture
def book() -> Rulebook:
    return rulebook(
        "figures: {hangup_within_seconds: 5}",
        'violations: {V-HANGUP: {mode: "on", severity: moderate, points: 10}}',
    )


def talked(book: Rulebook | None, talk: float, by: EndedBy) -> Story:
    story = Story(on=roster(), book=book)
    story.gone(0, 10, VisitOutcome.ANSWERED, agent="Alice", talk=talk, by=by)
    return story


def test_agent_who_hangs_up_at_once_hung_up_on_a_customer(book: Rulebook) -> None:
    record = talked(book, 2, EndedBy.AGENT).record()
    assert (record.rule, record.agent, record.verdict, record.points) == (
        "V-HANGUP",
        "Alice",
        Verdict.PROPOSED,
        10,
    )
    assert (record.at, record.measured, record.limit, record.frames) == (micros(12), 2.0, 5.0, (5, 6))


@pytest.mark.parametrize("by", [EndedBy.CALLER, EndedBy.TRANSFER, EndedBy.SWITCH, EndedBy.UNKNOWN])
def test_anybody_else_who_ends_it_at_once_leaves_the_agent_innocent(book: Rulebook, by: EndedBy) -> None:
    assert talked(book, 2, by).records() == []


@pytest.mark.parametrize("talk", [5.15, 60.0])
def test_agent_who_says_goodbye_after_a_while_is_innocent(book: Rulebook, talk: float) -> None:
    assert talked(book, talk, EndedBy.AGENT).records() == []


@pytest.mark.parametrize("talk", [4.95, 5.0, 5.05])
def test_about_the_limit_is_undetermined(book: Rulebook, talk: float) -> None:
    assert talked(book, talk, EndedBy.AGENT).record().verdict is Verdict.UNDETERMINED


def test_just_under_the_limit_is_proposed(book: Rulebook) -> None:
    assert talked(book, 4.85, EndedBy.AGENT).record().verdict is Verdict.PROPOSED


def test_packaged_rulebook_does_not_judge_it() -> None:
    assert talked(None, 2, EndedBy.AGENT).records() == []


def test_agent_who_picked_the_call_up_from_another_phone_hung_up_on_a_customer_too(book: Rulebook) -> None:
    answered = Story()
    answered.gone(0, 10, VisitOutcome.ANSWERED, agent="Alice", talk=2, by=EndedBy.AGENT)
    (fact,) = answered.facts
    assert isinstance(fact, fx.VisitEnded)
    rang_at_bobs = replace(fact.visit.offers[0], agent="Bob", outcome=OfferOutcome.ANSWERED_ELSEWHERE)
    story = Story(on=roster(), book=book)
    story.tell(replace(fact, visit=replace(fact.visit, offers=(rang_at_bobs,))))
    record = story.record()
    assert (record.agent, record.verdict, record.frames) == ("Alice", Verdict.PROPOSED, (5,))
