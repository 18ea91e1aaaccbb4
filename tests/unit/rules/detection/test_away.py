"""V-AWAY, a shadow until somebody switches it on, and its innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode
from tests.unit.rules.detection.story import Story, micros, roster, rulebook

PAUSED, OFFLINE = AgentState.PAUSED, AgentState.OFFLINE


def absent(lasts: float, state: AgentState = PAUSED, reason: str | None = None, story: Story | None = None) -> Story:
    story = story or Story(on=roster())
    story.ready(seconds=-10)
    story.state(0, state=state, reason=reason)
    story.state(lasts)
    return story


@pytest.mark.parametrize(("state", "reason"), [(PAUSED, None), (OFFLINE, "signed out")])
def test_longer_than_five_minutes_without_a_word_is_away(state: AgentState, reason: str | None) -> None:
    record = absent(400, state, reason).record()
    assert (record.rule, record.verdict, record.mode) == ("V-AWAY", Verdict.PROPOSED, Mode.SHADOW)
    assert (record.at, record.measured, record.limit) == (micros(0), 400.0, 300.0)


def test_pause_and_sign_out_one_after_the_other_are_one_absence() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.state(0, state=PAUSED)
    story.state(200, state=OFFLINE, reason="signed out")
    story.state(400)
    assert story.record().measured == 400.0


def test_absence_that_lasts_counts_until_the_end_of_the_input() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.state(0, state=PAUSED)
    assert story.record(end=500).measured == 500.0


@pytest.mark.parametrize("lasts", [60.0, 299.85])
def test_five_minutes_are_allowed(lasts: float) -> None:
    assert absent(lasts).records() == []


@pytest.mark.parametrize("lasts", [299.95, 300.0, 300.05])
def test_about_five_minutes_are_undetermined(lasts: float) -> None:
    assert absent(lasts).record().verdict is Verdict.UNDETERMINED


def test_just_over_five_minutes_are_proposed() -> None:
    assert absent(300.15).record().verdict is Verdict.PROPOSED


def test_pause_with_a_reason_was_told() -> None:
    assert absent(4000, PAUSED, "lunch").records() == []


def test_only_the_reasons_of_the_rulebook_count_as_told() -> None:
    book = rulebook("figures: {told_reasons: [lunch]}")
    assert absent(4000, PAUSED, "lunch", Story(on=roster(), book=book)).records() == []
    assert absent(4000, PAUSED, "tea", Story(on=roster(), book=book)).record(end=5000).rule == "V-AWAY"


def test_phone_that_was_lost_is_not_an_absence() -> None:
    assert absent(4000, OFFLINE, "phone lost").records() == []


def test_talking_while_paused_is_at_the_post() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    for start in (0, 250, 500):
        story.state(start, state=PAUSED)
        story.state(start + 200, state=AgentState.TALKING)
    story.state(720)
    assert story.records() == []


def test_break_of_the_roster_is_not_counted() -> None:
    story = Story(on=roster(off=((50, 350),)))
    record = absent(400, story=story).record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.EXCUSED, "off_duty")


@pytest.mark.parametrize(("start", "end", "rule"), [(200.0, 5000.0, "V-LATE"), (-5000.0, 200.0, "V-EARLY")])
def test_signed_out_until_the_shift_or_from_its_end_is_late_or_early_not_away(
    start: float, end: float, rule: str
) -> None:
    story = Story(on=roster("Alice", start=start, end=end))
    assert absent(600, OFFLINE, "signed out", story).record().rule == rule


def test_gap_inside_makes_it_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.state(0, state=PAUSED)
    story.state(400, state=AgentState.UNKNOWN)
    story.gap(400, 410)
    assert story.record().verdict is Verdict.UNDETERMINED
