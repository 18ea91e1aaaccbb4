"""V-LATE, V-EARLY and V-ABSENT, shadows until somebody switches them on, and their innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.duty import Roster
from tests.unit.rules.detection.story import Story, micros, roster

OFFLINE, UNKNOWN = AgentState.OFFLINE, AgentState.UNKNOWN


def day(*changes: tuple[float, str], on: Roster | None = None, end: float = 2000) -> list[Violation]:
    """Alice's shift is from 0 to 1000; she signs in and out at these moments."""
    story = Story(on=on or roster("Alice", start=0, end=1000))
    for seconds, what in changes:
        match what:
            case "in":
                story.state(seconds)
            case "unseen":
                story.state(seconds, state=UNKNOWN)
            case reason:
                story.state(seconds, state=OFFLINE, reason=reason)
    return story.records(end)


def told(records: list[Violation]) -> list[tuple[str, Verdict, float | None]]:
    return [(r.rule, r.verdict, r.measured) for r in records]


def test_whoever_comes_after_the_beginning_is_late() -> None:
    (record,) = day((-50, "signed out"), (120, "in"), (1001, "signed out"))
    assert (record.rule, record.verdict, record.mode) == ("V-LATE", Verdict.PROPOSED, Mode.SHADOW)
    assert (record.at, record.measured, record.points) == (micros(0), 120.0, 2)


def test_whoever_leaves_before_the_end_is_early() -> None:
    assert told(day((-50, "in"), (900, "signed out"))) == [("V-EARLY", Verdict.PROPOSED, 100.0)]


def test_whoever_comes_late_and_leaves_early_did_both() -> None:
    records = day((-50, "signed out"), (120, "in"), (900, "signed out"))
    assert [r.rule for r in records] == ["V-LATE", "V-EARLY"]


def test_whoever_never_comes_is_absent() -> None:
    assert told(day((-50, "signed out"))) == [("V-ABSENT", Verdict.PROPOSED, 1000.0)]


def test_whoever_is_there_from_beginning_to_end_did_nothing() -> None:
    assert day((-50, "signed out"), (-10, "in"), (1010, "signed out")) == []


def test_leave_is_no_absence() -> None:
    assert day((-50, "signed out"), on=roster("Alice", start=0, end=1000, off=((0, 1000),))) == []


def test_leave_in_the_morning_is_not_being_late() -> None:
    on = roster("Alice", start=0, end=1000, off=((0, 500),))
    assert day((-50, "signed out"), (490, "in"), (1010, "signed out"), on=on) == []


def test_whoever_was_never_seen_is_merely_unknown() -> None:
    assert day() == []


@pytest.mark.parametrize("changes", [((50.0, "signed out"), (120.0, "in")), ((50.0, "in"),)])
def test_input_that_begins_after_the_shift_says_nothing_about_coming(changes: tuple[tuple[float, str], ...]) -> None:
    assert day(*changes) == []


def test_gap_over_the_beginning_says_nothing_about_coming() -> None:
    assert day((-50, "signed out"), (10, "unseen"), (120, "in"), (1010, "signed out")) == []


def test_gap_before_leaving_says_nothing_about_leaving() -> None:
    assert day((-50, "in"), (800, "unseen"), (900, "signed out")) == []


def test_end_of_the_input_within_the_shift_is_no_leaving_but_late_is_late() -> None:
    assert told(day((-50, "signed out"), (120, "in"), end=500)) == [("V-LATE", Verdict.PROPOSED, 120.0)]
    assert day((-50, "signed out"), end=500) == []


def test_signed_out_for_a_while_and_back_is_neither() -> None:
    assert day((-50, "in"), (400, "signed out"), (450, "in")) == []


@pytest.mark.parametrize(
    "changes",
    [
        ((-50.0, "phone lost"), (120.0, "in")),
        ((-50.0, "signed out"), (50.0, "phone lost"), (120.0, "in")),
        ((-50.0, "in"), (900.0, "phone lost")),
        ((-50.0, "phone lost"),),
    ],
)
def test_phone_that_was_lost_may_be_the_phones_fault(changes: tuple[tuple[float, str], ...]) -> None:
    assert [r.verdict for r in day(*changes)] == [Verdict.UNDETERMINED]


@pytest.mark.parametrize("moment", [0.05, 0.1])
def test_coming_at_the_stroke_is_undetermined(moment: float) -> None:
    assert [r.verdict for r in day((-50, "signed out"), (moment, "in"))] == [Verdict.UNDETERMINED]


def test_lateness_is_judged_once_and_while_the_shift_lasts() -> None:
    story = Story(on=roster("Alice", start=0, end=1000))
    story.state(-50, state=OFFLINE, reason="signed out")
    story.state(120)
    story.state(300, state=OFFLINE, reason="signed out")
    story.state(400)
    assert story.judge.decide(micros(179)) == []
    assert [(r.rule, r.end) for r in story.judge.decide(micros(181))] == [("V-LATE", micros(120))]
    assert story.judge.decide(micros(1500)) == []
    assert story.records() == []


def test_without_a_roster_nobody_is_late() -> None:
    story = Story()
    story.state(-50, state=OFFLINE, reason="signed out")
    story.state(120)
    assert story.records() == []
