"""A seat changes hands while something happens at its phone: nothing of it is held against the heir."""

from __future__ import annotations

from msgspec.structs import replace

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.records.violation import Verdict
from callcenter.staff.duty import Roster, Seat
from tests.unit.rules.detection.story import PHONES, Story, micros, roster, rulebook

NOON = 100
PHONE = PHONES["Alice"]


def unit() -> Roster:
    """Alice has the seat until noon, Bob from then on; both are on duty before and after."""
    seats = (
        Seat(agent="Alice", interface=PHONE, end=micros(NOON)),
        Seat(agent="Bob", interface=PHONE, start=micros(NOON)),
    )
    return replace(roster("Alice", "Bob", legit=("_0X.",)), seats=seats)


def told(story: Story, end: float = 900) -> list[tuple[str, str, Verdict, str | None]]:
    return [
        (one.rule, one.agent, one.verdict, None if one.reason is None else one.reason.code)
        for one in story.records(end)
    ]


def test_ring_in_which_the_seat_changed_hands_was_missed_by_nobody_for_certain() -> None:
    story = Story(on=unit())
    story.offer(NOON - 10, 15, OfferOutcome.TIMED_OUT)
    assert told(story) == [("V-MISSED", "Alice", Verdict.UNDETERMINED, "seat_changed")]


def test_ring_before_or_after_it_is_whose_the_seat_was() -> None:
    story = Story(on=unit())
    story.offer(NOON - 20, 15, OfferOutcome.TIMED_OUT)
    story.offer(NOON, 15, OfferOutcome.TIMED_OUT, agent="Alice", uid="c2")
    assert told(story) == [
        ("V-MISSED", "Alice", Verdict.PROPOSED, None),
        ("V-MISSED", "Bob", Verdict.PROPOSED, None),
    ]


def test_line_left_open_over_it_blocks_nobody_for_certain() -> None:
    story = Story(on=unit())
    story.serves(0)
    story.own_call(NOON - 10, NOON + 90)
    story.visit(NOON + 20, NOON + 60)
    assert told(story) == [("V-HOTLINE", "Alice", Verdict.UNDETERMINED, "seat_changed")]


def test_agent_whom_the_end_of_the_seat_signs_out_is_not_the_heir_away() -> None:
    story = Story(on=unit())
    story.state(0)
    story.state(NOON, "Alice", AgentState.OFFLINE, "signed out")
    assert [one[1] for one in told(story)] == ["Alice"]


def test_absence_of_whom_the_roster_gives_no_seat_is_by_the_phone() -> None:
    story = Story(on=unit())
    story.tell(
        fx.AgentStateChanged(
            at=micros(NOON),
            agent="Phone 1",
            interface=PHONE,
            ended=None,
            state=AgentState.OFFLINE,
            reason="signed out",
            queues=(),
        )
    )
    assert [one[1] for one in told(story)] == ["Bob"]


def test_talk_is_hers_though_it_ends_after_it() -> None:
    book = rulebook(
        "figures: {hangup_within_seconds: 5, disposition_within_seconds: 60}",
        'violations: {V-HANGUP: {mode: "on", severity: minor, points: 5}, V-SKIPPED: {mode: "on"}}',
    )
    story = Story(on=unit(), book=book)
    story.gone(NOON - 8, NOON + 1, VisitOutcome.ANSWERED, agent="Alice", talk=2, by=EndedBy.AGENT)
    assert {(one[0], one[1]) for one in told(story)} == {("V-HANGUP", "Alice"), ("V-SKIPPED", "Alice")}
