"""V-HOTLINE by refusing one offer after the other, and its innocent twins: one act, one record."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.rules.records.violation import Verdict
from tests.unit.rules.detection.story import Story, at, micros, roster, rulebook

DECLINED, BUSY = OfferOutcome.DECLINED, OfferOutcome.BUSY


def refusing(story: Story, *moments: float, outcome: OfferOutcome = DECLINED) -> None:
    """Alice refuses at these moments, after two seconds of ringing each."""
    for moment in moments:
        story.offer(moment - 2, 2, outcome)


def rules(story: Story, end: float = 5000) -> list[str]:
    return [record.rule for record in story.records(end)]


def test_three_declines_over_more_than_a_minute_are_one_blocked_line() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(0)
    refusing(story, 10, 50, 90)
    story.gone(0, 95)
    record = story.record()
    assert (record.rule, record.verdict, record.severity) == ("V-HOTLINE", Verdict.PROPOSED, "dismissal")
    assert (record.at, record.measured, record.limit) == (micros(8), 80.0, 60.0)
    assert [(name.rule, name.at) for name in record.names] == [("V-MISSED", at(moment)) for moment in (10, 50, 90)]


def test_busy_phone_refuses_as_well_and_names_no_missed_call() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    refusing(story, 10, 50, 90, outcome=BUSY)
    story.visit(0, 95)
    record = story.record()
    assert (record.rule, record.verdict, record.names) == ("V-HOTLINE", Verdict.PROPOSED, ())


def test_run_that_kept_nobody_out_is_one_record_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.joins(0)
    refusing(story, 10, 50, 90)
    story.answers(95, "Bob")
    record = story.record()
    assert (record.rule, record.verdict, record.severity) == ("V-HOTLINE", Verdict.UNDETERMINED, "warning")


def test_two_declines_are_missed_calls() -> None:
    story = Story(on=roster())
    refusing(story, 10, 90)
    assert rules(story) == ["V-MISSED", "V-MISSED"]


def test_many_declines_within_a_minute_are_missed_calls() -> None:
    story = Story(on=roster())
    refusing(story, 10, 20, 30, 40, 69.85)
    assert rules(story) == ["V-MISSED"] * 5


@pytest.mark.parametrize("last", [69.95, 70.0, 70.05])
def test_declines_over_about_a_minute_are_one_record_undetermined(last: float) -> None:
    story = Story(on=roster())
    refusing(story, 10, 40, last)
    record = story.record()
    assert (record.rule, record.verdict, record.reason and record.reason.code) == (
        "V-HOTLINE",
        Verdict.UNDETERMINED,
        "near_limit",
    )


def test_declines_over_surely_more_than_a_minute_are_proposed() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    refusing(story, 10, 40, 70.15)
    story.visit(0, 95)
    assert story.record().verdict is Verdict.PROPOSED


def test_answer_between_makes_them_missed_calls() -> None:
    story = Story(on=roster())
    refusing(story, 10, 50)
    story.offer(52, 3, OfferOutcome.ANSWERED, uid="c2")
    story.answers(55, uid="c2")
    refusing(story, 90)
    assert rules(story) == ["V-MISSED"] * 3


def test_answer_told_late_still_stands_between() -> None:
    story = Story(on=roster())
    refusing(story, 10, 50, 90)
    story.offer(52, 3, OfferOutcome.ANSWERED, uid="c2")
    assert rules(story) == ["V-MISSED"] * 3


def test_ring_that_she_let_ring_out_stands_between() -> None:
    story = Story(on=roster())
    refusing(story, 10, 50)
    story.offer(60, 15, OfferOutcome.TIMED_OUT)
    refusing(story, 90)
    assert rules(story) == ["V-MISSED"] * 4


def test_busy_while_on_a_call_refuses_nothing() -> None:
    story = Story(on=roster())
    for moment in (10, 50, 90):
        story.offer(moment, 0, BUSY, available=False, refuted="on a call")
    assert story.records() == []


def test_busy_phone_over_less_than_a_minute_raises_nothing() -> None:
    story = Story(on=roster())
    refusing(story, 10, 20, 30, outcome=BUSY)
    assert story.records() == []


def test_declines_long_apart_are_missed_calls() -> None:
    story = Story(on=roster())
    refusing(story, 10, 1000, 2000)
    assert rules(story) == ["V-MISSED"] * 3


def test_declines_of_two_agents_make_no_run() -> None:
    story = Story(on=roster())
    for moment, agent in ((10, "Alice"), (50, "Bob"), (90, "Alice")):
        story.offer(moment - 2, 2, DECLINED, agent=agent)
    assert rules(story) == ["V-MISSED"] * 3


def test_declines_on_and_off_shift_make_no_run() -> None:
    story = Story(on=roster(start=30))
    refusing(story, 10, 50, 95)
    assert [record.verdict for record in story.records()] == [Verdict.EXCUSED, Verdict.PROPOSED, Verdict.PROPOSED]


def test_run_without_a_roster_is_undetermined() -> None:
    story = Story()
    story.ready(seconds=-10)
    refusing(story, 10, 50, 90)
    story.visit(0, 95)
    record = story.record()
    assert (record.rule, record.verdict) == ("V-HOTLINE", Verdict.UNDETERMINED)


def test_run_in_shadow_takes_no_missed_call_away() -> None:
    story = Story(on=roster(), book=rulebook("violations: {V-HOTLINE: {mode: shadow}}"))
    refusing(story, 10, 50, 90)
    assert sorted(rules(story)) == ["V-HOTLINE", "V-MISSED", "V-MISSED", "V-MISSED"]


def test_customer_who_waited_only_after_the_run_was_not_kept_out() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    refusing(story, 10, 50, 90)
    story.visit(100, 120, VisitOutcome.ABANDONED, uid="c9")
    assert story.record().verdict is Verdict.UNDETERMINED
