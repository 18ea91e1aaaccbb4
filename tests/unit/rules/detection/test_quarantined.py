"""A frame that was not believed is a gap without length: whatever it may have told, nobody is accused near it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.records.violation import Verdict
from tests.unit.rules.detection.story import Story, roster

ANSWERED, TIMED_OUT, DECLINED = OfferOutcome.ANSWERED, OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED


def late_answer(story: Story) -> None:
    story.offer(0, 19.3, ANSWERED)


def missed(story: Story) -> None:
    story.offer(0, 15, TIMED_OUT)


def engaged(story: Story) -> None:
    story.ready(seconds=-10)
    story.own_call(0, 100)
    story.visit(20, 50)


def refused_in_a_row(story: Story) -> None:
    story.ready(seconds=-10)
    story.joins(0)
    for number in range(3):
        story.offer(number * 40, 2, DECLINED)
    story.gone(0, 95)


def phone_taken_off(story: Story) -> None:
    story.ready(seconds=-10)
    story.loses_phone(0)
    story.visit(20, 50)
    story.finds_phone(100)


def away(story: Story) -> None:
    story.ready(seconds=-10)
    story.state(0, state=AgentState.PAUSED)
    story.state(400)


ACTS = [late_answer, missed, engaged, refused_in_a_row, phone_taken_off, away]


def quarantined(story: Story, at: float) -> None:
    story.gap(at, at, "quarantined")


@pytest.mark.parametrize("act", ACTS)
def test_act_is_proposed_without_it(act: Callable[[Story], None]) -> None:
    story = Story(on=roster())
    act(story)

    assert Verdict.PROPOSED in {record.verdict for record in story.records(2000)}


@pytest.mark.parametrize("at", [-59.0, 0.0, 1.0])
@pytest.mark.parametrize("act", ACTS)
def test_no_act_is_proposed_with_it(act: Callable[[Story], None], at: float) -> None:
    story = Story(on=roster())
    quarantined(story, at)
    act(story)

    records = story.records(2000)
    assert records
    assert {record.verdict for record in records} == {Verdict.UNDETERMINED}
    assert {record.reason and record.reason.code for record in records} == {"quarantined"}


def test_a_true_gap_beside_it_is_the_reason_that_is_told() -> None:
    story = Story(on=roster())
    late_answer(story)
    quarantined(story, 5)
    story.gap(6, 7)

    record = story.record()
    assert record.reason is not None
    assert record.reason.code == "gap"


def test_before_any_time_was_known_it_is_near_nothing() -> None:
    story = Story(on=roster())
    story.tell(fx.GapSeen(at=None, start=None, cause="quarantined"))
    late_answer(story)

    assert story.record().verdict is Verdict.PROPOSED


def test_frames_spoiled_without_end_make_no_older_gap_forgotten() -> None:
    story = Story(on=roster())
    story.gap(5, 6)
    late_answer(story)
    for n in range(5000):
        quarantined(story, 300 + n / 100)

    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "gap")
    assert len(story.judge._context.memory.gaps) == 2
