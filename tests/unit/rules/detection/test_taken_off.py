"""V-HOTLINE by taking the phone off, and its innocent twins: an outage is nobody's act."""

from __future__ import annotations

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.staff.duty import Roster
from tests.unit.rules.detection.story import Story, micros, roster

EVERYBODY = ("Alice", "Bob", "Carol", "Dave")


def shift(*agents: str, on: Roster | None = None) -> Story:
    story = Story(on=on or roster())
    story.ready(*(agents or EVERYBODY), seconds=-10)
    return story


def told(record: Violation) -> tuple[str, Verdict, str | None]:
    return record.agent, record.verdict, None if record.reason is None else record.reason.code


def blocking(story: Story) -> Violation:
    (record,) = (record for record in story.records() if record.rule == "V-HOTLINE")
    return record


def test_phone_unregistered_while_others_stay_up_and_a_customer_gives_up_is_proposed() -> None:
    story = shift()
    story.loses_phone(0)
    story.visit(5, 40)
    story.finds_phone(60)
    record = story.record()
    assert (record.rule, told(record)) == ("V-HOTLINE", ("Alice", Verdict.PROPOSED, None))
    assert (record.at, record.measured, record.severity, record.frames) == (micros(0), 60.0, "dismissal", (0, 5, 600))


def test_phone_that_fell_silent_without_signing_off_may_have_lost_its_network() -> None:
    story = shift()
    story.falls_silent(0)
    story.visit(5, 40)
    story.finds_phone(60)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "fell_silent")


def test_phone_still_off_when_the_input_ends_counts_until_then() -> None:
    story = shift()
    story.loses_phone(0)
    story.visit(5, 40)
    assert story.record(end=100).measured == 100.0


def test_phone_that_was_off_from_the_beginning_is_merely_unknown() -> None:
    story = Story(on=roster())
    story.ready("Bob", seconds=-10)
    story.loses_phone(0)
    story.visit(5, 40)
    assert story.records() == []


def test_phone_that_is_told_to_be_lost_twice_is_lost_since_the_first_time() -> None:
    story = shift()
    story.loses_phone(0)
    story.tell(fx.PhoneLost(at=micros(20), agent="Alice", interface="PJSIP/1001", frames=(2,)))
    story.visit(5, 40)
    record = story.record()
    assert (told(record), record.at) == (("Alice", Verdict.PROPOSED, None), micros(0))


def test_nobody_kept_out_is_undetermined() -> None:
    story = shift()
    story.loses_phone(0)
    story.finds_phone(60)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "no_impact")


@pytest.mark.parametrize("back", [0.05, 4.85])
def test_phone_that_registers_anew_was_not_taken_off(back: float) -> None:
    story = shift()
    story.visit(-5, 40)
    story.loses_phone(0)
    story.finds_phone(back)
    assert story.records() == []


@pytest.mark.parametrize("back", [4.95, 5.05])
def test_phone_briefly_gone_is_undetermined_at_the_limit(back: float) -> None:
    story = shift()
    story.visit(-5, 40)
    story.loses_phone(0)
    story.finds_phone(back)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "near_limit")


def test_phones_lost_together_are_an_outage() -> None:
    story = shift()
    story.loses_phone(0, "Alice")
    story.loses_phone(9.85, "Bob")
    story.visit(5, 40)
    assert [told(record) for record in story.records()] == [
        ("Alice", Verdict.EXCUSED, "outage"),
        ("Bob", Verdict.EXCUSED, "outage"),
    ]


@pytest.mark.parametrize("second", [9.95, 10.0, 10.05])
def test_phones_lost_about_ten_seconds_apart_are_undetermined(second: float) -> None:
    story = shift()
    story.loses_phone(0, "Alice")
    story.loses_phone(second, "Bob")
    story.visit(5, 40)
    assert {told(record)[1] for record in story.records()} == {Verdict.UNDETERMINED}


def test_phones_lost_further_apart_are_two_acts() -> None:
    story = shift()
    story.loses_phone(0, "Alice")
    story.loses_phone(10.15, "Bob")
    story.visit(5, 40)
    assert [record.verdict for record in story.records()] == [Verdict.PROPOSED, Verdict.PROPOSED]


def test_half_of_the_phones_is_an_outage() -> None:
    story = shift()
    story.loses_phone(0, "Alice")
    story.loses_phone(1, "Bob")
    story.visit(5, 40)
    assert {record.verdict for record in story.records()} == {Verdict.EXCUSED}


def test_fewer_than_half_of_the_phones_are_no_outage() -> None:
    story = shift(*EVERYBODY, "Eve")
    story.loses_phone(0, "Alice")
    story.loses_phone(1, "Bob")
    story.visit(5, 40)
    assert [told(record) for record in story.records()] == [
        ("Alice", Verdict.PROPOSED, None),
        ("Bob", Verdict.PROPOSED, None),
    ]


def test_half_of_the_phones_on_shift_counts_whoever_is_off_shift_does_not() -> None:
    story = shift(on=roster("Alice", "Bob", "Carol"))
    story.loses_phone(0, "Alice")
    story.loses_phone(1, "Dave")
    story.visit(5, 40)
    assert [told(record) for record in story.records()] == [
        ("Alice", Verdict.PROPOSED, None),
        ("Dave", Verdict.EXCUSED, "off_duty"),
    ]


def test_only_phone_that_was_up_is_undetermined() -> None:
    story = shift("Alice")
    story.loses_phone(0)
    story.visit(5, 40)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "alone")


@pytest.mark.parametrize("state", [AgentState.RINGING, AgentState.TALKING])
def test_phone_lost_while_in_use_is_undetermined(state: AgentState) -> None:
    story = shift()
    story.state(-1, state=state)
    story.loses_phone(0)
    story.visit(5, 40)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "lost_in_call")


def test_phone_lost_while_paused_is_undetermined() -> None:
    story = shift()
    story.state(-1, state=AgentState.PAUSED)
    story.loses_phone(0)
    story.visit(5, 40)
    assert told(story.record()) == ("Alice", Verdict.UNDETERMINED, "paused")


def test_phone_lost_after_signing_out_blocks_nobody() -> None:
    story = shift()
    story.serves(-2, member=False)
    story.state(-2, state=AgentState.OFFLINE, reason="signed out")
    story.loses_phone(0)
    story.visit(5, 40)
    assert story.records() == []


def test_off_shift_is_excused() -> None:
    story = shift(on=roster("Bob", "Carol", "Dave"))
    story.loses_phone(0)
    story.visit(5, 40)
    assert told(story.record()) == ("Alice", Verdict.EXCUSED, "off_duty")


def test_gap_in_it_makes_it_undetermined() -> None:
    story = shift()
    story.loses_phone(0)
    story.visit(5, 40)
    story.state(50, state=AgentState.UNKNOWN)
    story.gap(50, 70)
    record = story.record()
    assert (told(record), record.end) == (("Alice", Verdict.UNDETERMINED, "gap"), micros(50))


def test_phone_found_lost_after_a_gap_is_merely_unknown() -> None:
    story = shift()
    story.state(0, state=AgentState.UNKNOWN)
    story.gap(0, 20)
    story.loses_phone(21)
    story.visit(25, 60)
    assert story.records() == []


def test_phone_that_was_off_when_the_shift_began_was_not_taken_off_in_it() -> None:
    story = shift(on=roster(start=30))
    story.loses_phone(0)
    story.visit(35, 80)
    story.finds_phone(100)
    assert told(blocking(story)) == ("Alice", Verdict.EXCUSED, "off_duty")


def test_phone_off_since_the_break_was_not_taken_off_after_it() -> None:
    story = shift(on=roster(off=((-5, 30),)))
    story.loses_phone(0)
    story.visit(35, 80)
    story.finds_phone(100)
    assert told(story.record()) == ("Alice", Verdict.EXCUSED, "off_duty")


def test_phone_that_stays_off_until_the_shift_ends_may_be_leaving_early() -> None:
    story = shift(on=roster(end=50))
    story.loses_phone(0)
    story.visit(5, 40)
    story.finds_phone(100)
    assert told(blocking(story)) == ("Alice", Verdict.UNDETERMINED, "left_early")


@pytest.mark.parametrize(
    ("bobs", "verdict", "reason"), [(3, Verdict.EXCUSED, "outage"), (-40, Verdict.UNDETERMINED, "alone")]
)
@pytest.mark.parametrize("after", ["start", "gap"])
def test_agent_who_works_at_a_second_phone_is_lost_with_it_and_not_thought_to_be_up_at_the_first(
    after: str, bobs: float, verdict: Verdict, reason: str
) -> None:
    """Bob's first phone is never there: what is said of Alice's counts the one that was."""
    story = Story(on=roster())
    if after == "gap":
        story.ready("Alice", "Bob", seconds=-90)
        for agent in ("Alice", "Bob"):
            story.state(-80, agent, AgentState.UNKNOWN)
        story.gap(-80, -70)
    for agent, phone in (("Alice", "PJSIP/1001"), ("Bob", "PJSIP/2002")):
        story.tell(fx.PhoneFound(at=micros(-60), agent=agent, interface=phone, frames=(1,)))
    story.ready("Alice", "Bob", seconds=-60)
    for at, agent in sorted(((0, "Alice"), (bobs, "Bob"))):
        if agent == "Alice":
            story.loses_phone(at)
        else:
            story.tell(fx.PhoneLost(at=micros(at), agent="Bob", interface="PJSIP/2002", frames=(2,)))
            story.state(at, "Bob", AgentState.OFFLINE, "phone lost")
    story.visit(5, 40)
    story.finds_phone(60)
    records = [told(record) for record in story.records() if (record.rule, record.agent) == ("V-HOTLINE", "Alice")]
    assert records == [("Alice", verdict, reason)]


def test_second_phone_that_is_up_keeps_the_agent_within_reach() -> None:
    story = shift()
    softphone = fx.PhoneLost(at=micros(0), agent="Alice", interface="PJSIP/1001", frames=(1,))
    story.tell(softphone)
    story.visit(5, 40)
    story.tell(fx.PhoneFound(at=micros(60), agent="Alice", interface="PJSIP/1001", frames=(2,)))
    assert story.records() == []


def two_phones() -> Story:
    """Alice is within reach at two phones, each of the others at one; her first is signed off, the second is not."""
    story = Story(on=roster())
    phones = (("Alice", "PJSIP/1001"), ("Alice", "PJSIP/2001"), ("Bob", "PJSIP/1002"), ("Carol", "PJSIP/1003"))
    for agent, phone in phones:
        story.tell(fx.PhoneFound(at=micros(-900), agent=agent, interface=phone, frames=(1,)))
    story.ready("Alice", "Bob", "Carol", seconds=-900)
    story.gap(-500, -500, "quarantined")
    for agent in ("Alice", "Bob", "Carol"):
        story.state(-500, agent, AgentState.UNKNOWN)
        story.state(-490, agent)
    story.tell(fx.PhoneLost(at=micros(0), agent="Alice", interface="PJSIP/1001", frames=(2,)))
    story.tell(fx.PhoneUnregistered(at=micros(0), agent="Alice", interface="PJSIP/1001", frames=(2,)))
    return story


def second_is_lost(story: Story, at: float | None) -> None:
    lost = None if at is None else micros(at)
    story.tell(fx.PhoneLost(at=lost, agent="Alice", interface="PJSIP/2001", frames=(3,)))
    story.state(500, "Alice", AgentState.OFFLINE, "phone lost")
    story.visit(505, 540)
    story.tell(fx.PhoneFound(at=micros(560), agent="Alice", interface="PJSIP/2001", frames=(4,)))
    story.state(560, "Alice")


def test_agent_in_doubt_for_a_moment_is_still_within_reach_at_the_second_phone() -> None:
    story = two_phones()
    second_is_lost(story, 500)
    record = story.record()
    assert (told(record), record.at) == (("Alice", Verdict.UNDETERMINED, "fell_silent"), micros(500))


def test_nobody_is_off_since_the_first_phone_where_it_is_not_known_when_the_second_was_lost() -> None:
    story = two_phones()
    second_is_lost(story, None)
    assert story.records() == []


def test_phone_lost_before_a_gap_is_not_why_the_agent_is_out_of_reach_after_it() -> None:
    story = two_phones()
    story.visit(5, 40)
    story.state(100, "Alice", AgentState.UNKNOWN)
    story.gap(100, 120)
    story.state(121, "Alice", AgentState.OFFLINE, "phone lost")
    story.tell(fx.PhoneFound(at=micros(121), agent="Alice", interface="PJSIP/2001", frames=(3,)))
    story.state(121, "Alice")
    assert story.records() == []


def test_agent_in_doubt_for_a_moment_is_not_missing_from_an_outage() -> None:
    story = Story(on=roster())
    everybody = {"Alice": "PJSIP/2001", "Bob": "PJSIP/2002", "Carol": "PJSIP/2003", "Dave": "PJSIP/2004"}
    for agent, phone in everybody.items():
        story.tell(fx.PhoneFound(at=micros(-900), agent=agent, interface=phone, frames=(1,)))
    story.ready(*everybody, seconds=-900)
    for agent in ("Bob", "Carol", "Dave"):
        story.state(-500, agent, AgentState.UNKNOWN)
        story.state(-490, agent)
    for agent, phone in everybody.items():
        story.tell(fx.PhoneLost(at=micros(0), agent=agent, interface=phone, frames=(2,)))
        story.tell(fx.PhoneUnregistered(at=micros(0), agent=agent, interface=phone, frames=(2,)))
        story.state(0, agent, AgentState.OFFLINE, "phone lost")
    story.visit(5, 40)
    assert {told(record)[1] for record in story.records()} == {Verdict.EXCUSED}


def test_agent_whose_other_phone_is_somebody_elses_by_now_is_not_off_since_the_first_was_lost() -> None:
    story = two_phones()
    story.visit(5, 40)
    story.tell(fx.PhoneFound(at=micros(300), agent="Bob", interface="PJSIP/2001", frames=(3,)))
    story.state(310, "Alice", AgentState.OFFLINE, "phone lost")
    story.finds_phone(560)
    assert story.records() == []
