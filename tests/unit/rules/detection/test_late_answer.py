"""V-LATE-ANSWER and its innocent twins."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import StateSince, Verdict
from callcenter.staff.duty import Seat
from tests.unit.rules.detection.story import PHONES, Story, at, micros, roster

ANSWERED = OfferOutcome.ANSWERED


def test_answer_on_the_fourth_ring_is_late() -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    record = story.record()
    assert (record.rule, record.agent, record.verdict) == ("V-LATE-ANSWER", "Alice", Verdict.PROPOSED)
    assert (record.at, record.measured, record.limit, record.unit) == (micros(19.3), 19.3, 15.0, "s")
    assert (record.severity, record.points, record.frames) == ("minor", 2, (3, 4))


def test_record_tells_rings_queue_and_what_the_agent_did_until_the_phone_rang() -> None:
    story = Story(on=roster())
    for seconds, state in ((0, AgentState.AVAILABLE), (60, AgentState.TALKING), (90, AgentState.WRAP_UP)):
        story.state(seconds, state=state)
    story.state(97.5)
    story.offer(100, 19.3, ANSWERED)
    record = story.record()
    assert record.why() == "the phone was answered at ring 4, after 19.3 s (limit: ring 3, 15 s)."
    assert (record.queue, record.before) == (
        "support",
        (StateSince(AgentState.WRAP_UP, micros(90)), StateSince(AgentState.AVAILABLE, micros(97.5))),
    )


def test_ring_before_does_not_end_the_time_that_an_agent_was_ready() -> None:
    story = Story(on=roster())
    story.state(0, state=AgentState.PAUSED)
    for seconds, state in ((5, AgentState.AVAILABLE), (60, AgentState.RINGING), (80, AgentState.AVAILABLE)):
        story.state(seconds, state=state)
    story.state(100, state=AgentState.RINGING)
    story.offer(100, 19.3, ANSWERED)
    assert story.record().before == (
        StateSince(AgentState.PAUSED, micros(0)),
        StateSince(AgentState.AVAILABLE, micros(5)),
    )


def test_nothing_is_told_of_what_was_not_seen_or_of_who_is_not_at_the_phone_by_the_roster() -> None:
    story = Story(on=roster())
    story.offer(100, 19.3, ANSWERED)
    assert story.record().before == ()
    seat = Seat(agent="Bob", interface=PHONES["Alice"])
    other = Story(on=msgspec.structs.replace(roster(), seats=(seat,)))
    other.state(0)
    other.offer(100, 19.3, ANSWERED)
    record = other.record()
    assert (record.agent, record.before) == ("Bob", ())


@pytest.mark.parametrize("ringing", [0.0, 7.4, 14.85, 14.899999])
def test_answer_surely_within_three_rings_raises_nothing(ringing: float) -> None:
    story = Story(on=roster())
    story.offer(0, ringing, ANSWERED)
    assert story.records() == []


@pytest.mark.parametrize("ringing", [14.9, 14.95, 15.0, 15.05, 15.1])
def test_answer_within_the_uncertainty_of_the_limit_is_undetermined(ringing: float) -> None:
    story = Story(on=roster())
    story.offer(0, ringing, ANSWERED)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "near_limit")


@pytest.mark.parametrize("ringing", [15.100001, 15.15, 60.0])
def test_answer_surely_after_three_rings_is_proposed(ringing: float) -> None:
    story = Story(on=roster())
    story.offer(0, ringing, ANSWERED)
    assert story.record().verdict is Verdict.PROPOSED


def test_a_lag_of_the_stream_widens_the_uncertainty() -> None:
    story = Story(on=roster())
    story.judge.lagging(500_000)
    story.offer(0, 15.4, ANSWERED)
    assert story.record().verdict is Verdict.UNDETERMINED


def test_phone_that_never_said_that_it_rings_is_not_measured() -> None:
    story = Story(on=roster())
    story.offer(None, 0, ANSWERED)
    assert story.records() == []


def test_colleague_who_answered_first_leaves_the_other_innocent() -> None:
    story = Story(on=roster())
    story.offer(0, 18, OfferOutcome.ANSWERED_ELSEWHERE)
    assert story.records() == []


def test_second_ring_answered_late_while_on_a_call_is_excused() -> None:
    story = Story(on=roster())
    story.offer(0, 30, ANSWERED, available=False, refuted="on a call")
    assert story.record().verdict is Verdict.EXCUSED


def test_answer_by_someone_off_shift_is_excused() -> None:
    story = Story(on=roster("Bob"))
    story.offer(0, 19.3, ANSWERED)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.EXCUSED, "off_duty")


def test_ring_that_outlasts_the_shift_is_excused() -> None:
    story = Story(on=roster(end=10))
    story.offer(0, 19.3, ANSWERED)
    assert story.record().verdict is Verdict.EXCUSED


def test_ring_during_a_break_is_excused() -> None:
    story = Story(on=roster(off=((-60, 60),)))
    story.offer(0, 19.3, ANSWERED)
    assert story.record().verdict is Verdict.EXCUSED


def test_without_a_roster_it_is_undetermined() -> None:
    story = Story()
    story.offer(0, 19.3, ANSWERED)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "no_roster")


def test_without_evidence_grade_it_is_undetermined_even_off_shift() -> None:
    story = Story(on=roster("Bob"), graded=False)
    story.offer(0, 19.3, ANSWERED)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "not_graded")


@pytest.mark.parametrize(("start", "end"), [(5.0, 6.0), (-100.0, -59.9), (79.2, 90.0)])
def test_gap_inside_or_nearer_than_a_minute_makes_it_undetermined(start: float, end: float) -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    story.gap(start, end)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "gap")


@pytest.mark.parametrize(("start", "end"), [(-100.0, -60.0), (79.3, 90.0)])
def test_gap_a_minute_away_changes_nothing(start: float, end: float) -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    story.gap(start, end)
    assert story.record().verdict is Verdict.PROPOSED


def test_gap_long_after_the_ring_but_in_the_talk_changes_nothing() -> None:
    story = Story(on=roster())
    story.gap(300, 310)
    story.offer(0, 19.3, ANSWERED)
    assert story.record().verdict is Verdict.PROPOSED


def test_call_that_queue_log_tells_otherwise_is_undetermined() -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    story.judge.doubt("c1", "CONNECT names Bob")
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "log_differs")


@pytest.mark.parametrize(
    ("since", "until", "looked"),
    [(None, 19.3, True), (None, 19.2, False), (0.0, 100.0, True), (0.1, 100.0, False)],
)
def test_queue_log_speaks_for_a_record_only_where_it_was_looked_at(
    since: float | None, until: float, *, looked: bool
) -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    story.judge.compared(micros(until), since=at(since))
    assert ("log_differs" in story.record().ruled_out) == looked


def test_queue_log_that_nobody_looked_at_rules_nothing_out() -> None:
    story = Story(on=roster())
    story.offer(0, 19.3, ANSWERED)
    assert story.record().ruled_out == (
        "not_graded",
        "no_time",
        "no_roster",
        "off_duty",
        "duty_edge",
        "excuse",
        "gap",
        "near_limit",
        "doubt",
    )


def test_verdict_waits_for_a_queue_log_that_is_being_read() -> None:
    story = Story(on=roster())
    story.judge.compared(micros(10), since=micros(-100))
    story.offer(0, 19.3, ANSWERED)
    assert story.judge.decide(micros(100)) == []
    story.judge.doubt("c1", "queue_log")
    story.judge.compared(micros(98), since=micros(-100))
    (record,) = story.judge.decide(micros(101))
    assert record.reason == Reason("log_differs")


def test_queue_log_that_is_read_no_more_is_not_waited_for_without_end() -> None:
    story = Story(on=roster())
    story.judge.compared(micros(10), since=micros(-100))
    story.offer(0, 19.3, ANSWERED)
    assert story.judge.decide(micros(139)) == []
    (record,) = story.judge.decide(micros(140))
    assert (record.verdict, "log_differs" in record.ruled_out) == (Verdict.PROPOSED, False)


@pytest.mark.parametrize("since", [None, 0.1])
def test_nobody_waits_for_a_queue_log_that_is_not_read_or_was_not_then(since: float | None) -> None:
    story = Story(on=roster())
    if since is not None:
        story.judge.compared(micros(10), since=at(since))
    story.offer(0, 19.3, ANSWERED)
    assert len(story.judge.decide(micros(80))) == 1


def test_offer_in_wrap_up_is_excused() -> None:
    story = Story(on=roster())
    story.state(-5, state=AgentState.WRAP_UP)
    story.offer(0, 19.3, ANSWERED)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.EXCUSED, "wrap_up")


def test_offer_in_wrap_up_is_excused_where_the_switch_told_the_ring_before_the_offer() -> None:
    """On the tape `ring_no_answer` the ring comes 61 µs before the queue's word for it."""
    story = Story(on=roster())
    story.state(-5, state=AgentState.WRAP_UP)
    story.state(0, state=AgentState.RINGING)
    story.offer(0, 19.3, ANSWERED, told_after=0.000061)
    record = story.record()
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.EXCUSED, "wrap_up")
