"""V-RELIEF, off until a department gives it points, and its innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.staff.duty import Roster, Seat, Stretch
from tests.unit.rules.detection.story import PHONES, Story, micros, read, rulebook

OFFLINE = AgentState.OFFLINE
ON = '{V-RELIEF: {mode: "on", points: 5}}'
Change = tuple[float, str, str]
Shifts = dict[str, tuple[Stretch, ...]]
Told = list[tuple[str, Verdict, float | None]]


def stretch(start: float, end: float) -> Stretch:
    return micros(start), micros(end)


def crew(
    *,
    teams: dict[str, str] | None = None,
    queues: dict[str, tuple[str, ...]] | None = None,
    shifts: Shifts | None = None,
    duty: Shifts | None = None,
) -> Roster:
    """Alice's shift is from 0 to 1000, Bob's, of her team, from 1000 to 2000, as is Carol's of another team."""
    planned = shifts or {"Alice": (stretch(0, 1000),), "Bob": (stretch(1000, 2000),), "Carol": (stretch(1000, 2000),)}
    teams = {"Alice": "hotline", "Bob": "hotline", "Carol": "orders"} if teams is None else teams
    seats = tuple(
        Seat(agent=name, interface=phone, team=teams.get(name), queues=(queues or {}).get(name, ()))
        for name, phone in PHONES.items()
    )
    return Roster("Asia/Shanghai", seats, planned, planned | (duty or {}), ())


@pytest.fixture
def book() -> Rulebook:
    return rulebook(f"violations: {ON}")


def handover(*changes: Change, on: Roster | None = None, book: Rulebook | None = None) -> Story:
    """Alice works, Bob and Carol are signed out; then they sign in and out at these moments."""
    story = Story(on=on or crew(), book=book)
    story.state(-2000, "Bob", OFFLINE, "signed out")
    story.state(-2000, "Carol", OFFLINE, "signed out")
    story.state(-10)
    for seconds, agent, what in changes:
        match what:
            case "in":
                story.state(seconds, agent)
            case "unseen":
                story.state(seconds, agent, AgentState.UNKNOWN)
            case reason:
                story.state(seconds, agent, OFFLINE, reason)
    return story


def of_alice(story: Story, end: float = 3000) -> list[Violation]:
    return [record for record in story.records(end) if record.agent == "Alice"]


def told(story: Story, end: float = 3000) -> Told:
    return [(record.rule, record.verdict, record.measured) for record in of_alice(story, end)]


def test_whoever_leaves_after_the_shift_before_the_relief_came_left_too_soon(book: Rulebook) -> None:
    story = handover((1010, "Alice", "signed out"), (1300, "Bob", "in"), book=book)
    (record,) = of_alice(story)
    assert (record.rule, record.verdict, record.mode) == ("V-RELIEF", Verdict.PROPOSED, Mode.ON)
    assert (record.at, record.end, record.measured, record.limit) == (micros(1010), micros(1300), 290.0, 0.0)
    assert (record.severity, record.points) == ("minor", 5)


def test_relief_that_never_came_is_awaited_no_longer_than_allowed(book: Rulebook) -> None:
    assert told(handover((1010, "Alice", "signed out"), book=book)) == [("V-RELIEF", Verdict.PROPOSED, 890.0)]


@pytest.mark.parametrize("came", [500.0, 900.0, 1005.0, 1010.0])
def test_relief_that_was_there_in_time_lets_one_go(book: Rulebook, came: float) -> None:
    assert told(handover((came, "Bob", "in"), (1010, "Alice", "signed out"), book=book)) == []


def test_relief_that_came_and_went_for_a_moment_had_arrived(book: Rulebook) -> None:
    changes = ((950, "Bob", "in"), (960, "Bob", "signed out"), (1010, "Alice", "signed out"))
    assert told(handover(*changes, book=book)) == []


def test_relief_who_has_been_there_since_before_anybody_looks_had_arrived(book: Rulebook) -> None:
    assert told(handover((-1000, "Bob", "in"), (1010, "Alice", "signed out"), book=book)) == []


def test_whoever_waits_until_the_relief_comes_did_nothing(book: Rulebook) -> None:
    assert told(handover((1500, "Bob", "in"), (1500.5, "Alice", "signed out"), book=book)) == []


def test_whoever_waits_as_long_as_one_must_did_nothing(book: Rulebook) -> None:
    assert told(handover((1901, "Alice", "signed out"), book=book)) == []


@pytest.mark.parametrize("came", [1010.05, 1010.1])
def test_relief_that_came_about_then_is_undetermined(book: Rulebook, came: float) -> None:
    story = handover((1010, "Alice", "signed out"), (came, "Bob", "in"), book=book)
    (record,) = of_alice(story)
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "near_limit")


def test_whoever_signs_out_and_in_again_before_the_relief_comes_has_not_left(book: Rulebook) -> None:
    changes = ((1010, "Alice", "signed out"), (1030, "Alice", "in"), (1300, "Bob", "in"))
    assert told(handover(*changes, book=book)) == []


@pytest.mark.parametrize(
    "on",
    [
        crew(teams={"Alice": "hotline", "Bob": "orders"}),
        crew(shifts={"Alice": (stretch(0, 1000),)}),
        crew(shifts={"Alice": (stretch(0, 1000),), "Bob": (stretch(1901, 3000),)}),
        crew(shifts={"Alice": (stretch(0, 1000),), "Bob": (stretch(-1000, 99),)}),
        crew(shifts={"Alice": (stretch(0, 1000),), "Bob": (stretch(0, 1000),)}),
        crew(teams={}),
        crew(teams={}, queues={"Alice": ("support",), "Bob": ("sales",)}),
    ],
    ids=["other_team", "nobody", "much_later", "before", "side_by_side", "no_team_nor_queue", "other_queue"],
)
def test_where_nobody_is_planned_as_relief_one_may_go(book: Rulebook, on: Roster) -> None:
    assert told(handover((1010, "Alice", "signed out"), on=on, book=book)) == []


def test_without_teams_whoever_serves_a_common_queue_is_the_relief(book: Rulebook) -> None:
    on = crew(teams={}, queues={"Alice": ("support", "vip"), "Bob": ("support",)})
    assert [rule for rule, *_ in told(handover((1010, "Alice", "signed out"), on=on, book=book))] == ["V-RELIEF"]


def test_without_queues_in_the_roster_those_that_were_seen_count(book: Rulebook) -> None:
    story = Story(on=crew(teams={}), book=book)
    story.serves(-2000, "Alice")
    story.serves(-2000, "Bob")
    story.state(-2000, "Bob", OFFLINE, "signed out")
    story.state(-10)
    story.state(1010, state=OFFLINE, reason="signed out")
    assert told(story) == [("V-RELIEF", Verdict.PROPOSED, 890.0)]


def test_relief_on_leave_is_no_relief(book: Rulebook) -> None:
    on = crew(duty={"Bob": ()})
    assert told(handover((1010, "Alice", "signed out"), on=on, book=book)) == []


def test_one_on_leave_until_the_end_of_the_shift_waits_for_nobody(book: Rulebook) -> None:
    on = crew(duty={"Alice": (stretch(0, 800),)})
    assert told(handover((810, "Alice", "signed out"), on=on, book=book)) == []


def test_one_whose_next_shift_follows_needs_no_relief(book: Rulebook) -> None:
    shifts: Shifts = {"Alice": (stretch(0, 1000), stretch(1000, 2000)), "Bob": (stretch(1000, 2000),)}
    changes = ((1010, "Alice", "signed out"), (1100, "Alice", "in"), (2010, "Alice", "signed out"))
    assert told(handover(*changes, on=crew(shifts=shifts), book=book)) == []


def test_after_a_swap_whoever_has_the_shift_now_waits_and_not_who_had_it(book: Rulebook) -> None:
    shifts: Shifts = {"Carol": (stretch(0, 1000),), "Bob": (stretch(1000, 2000),), "Alice": (stretch(5000, 6000),)}
    on = crew(teams=dict.fromkeys(PHONES, "hotline"), shifts=shifts)
    changes = ((-20, "Carol", "in"), (900, "Alice", "signed out"), (1010, "Carol", "signed out"))
    records = handover(*changes, on=on, book=book).records(3000)
    assert [(r.rule, r.agent) for r in records if r.rule == "V-RELIEF"] == [("V-RELIEF", "Carol")]


@pytest.mark.parametrize(
    "changes",
    [
        ((995.0, "Bob", "phone lost"),),
        ((990.0, "Bob", "phone lost"), (1000.0, "Bob", "signed out")),
        ((995.0, "Bob", "unseen"),),
    ],
)
def test_relief_that_was_not_seen_or_lost_its_phone_may_have_been_there(
    book: Rulebook, changes: tuple[Change, ...]
) -> None:
    (record,) = of_alice(handover(*changes, (1010, "Alice", "signed out"), book=book))
    assert (record.rule, record.verdict, record.reason and record.reason.code) == (
        "V-RELIEF",
        Verdict.UNDETERMINED,
        "relief_not_seen",
    )


def test_relief_that_was_never_seen_may_have_been_there(book: Rulebook) -> None:
    story = Story(on=crew(), book=book)
    story.state(-10)
    story.state(1010, state=OFFLINE, reason="signed out")
    assert [record.verdict for record in of_alice(story)] == [Verdict.UNDETERMINED]


def test_phone_that_was_lost_is_not_known_to_have_left(book: Rulebook) -> None:
    (record,) = of_alice(handover((1010, "Alice", "phone lost"), book=book))
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "lost_phone")


def test_whoever_was_not_seen_leaving_has_not_left(book: Rulebook) -> None:
    changes = ((1005, "Alice", "unseen"), (1010, "Alice", "signed out"))
    assert told(handover(*changes, book=book)) == []


def test_gap_nearby_makes_it_undetermined(book: Rulebook) -> None:
    story = handover((1010, "Alice", "signed out"), (1300, "Bob", "in"), book=book)
    story.gap(1355, 1356)
    assert [record.verdict for record in of_alice(story)] == [Verdict.UNDETERMINED]


def test_without_evidence_grade_it_is_undetermined(book: Rulebook) -> None:
    story = handover((1010, "Alice", "signed out"), book=book)
    story.judge.graded = False
    assert [record.verdict for record in of_alice(story)] == [Verdict.UNDETERMINED]


def test_packaged_rulebook_does_not_judge_it() -> None:
    assert told(handover((1010, "Alice", "signed out"))) == []


def test_before_any_edition_nobody_leaves_or_relieves() -> None:
    late = read(f"based_on: packaged\neditions: [{{version: late, from: 2040-01-01, violations: {ON}}}]\n")
    assert told(handover((900, "Alice", "signed out"), book=late)) == []


def test_without_a_roster_there_is_no_relief(book: Rulebook) -> None:
    story = Story(book=book)
    story.state(-10)
    story.state(1010, state=OFFLINE, reason="signed out")
    assert [record.rule for record in story.records(1100)] == []


def test_it_is_told_once_when_the_relief_has_had_its_time(book: Rulebook) -> None:
    story = handover((1010, "Alice", "signed out"), book=book)
    assert story.judge.decide(micros(1900)) == []
    assert [r.rule for r in story.judge.decide(micros(1961)) if r.agent == "Alice"] == ["V-RELIEF"]
    assert of_alice(story) == []


def test_input_that_ends_while_the_relief_is_awaited_shows_who_had_left(book: Rulebook) -> None:
    story = handover((1010, "Alice", "signed out"), book=book)
    assert told(story, 1500) == [("V-RELIEF", Verdict.PROPOSED, 490.0)]


# one act, one record

BOTH = '{V-RELIEF: {mode: "on", points: 5}, V-EARLY: {mode: "on"}}'
EARLIER = (900.0, "Alice", "signed out")


def modes(relief: str, early: str, points: int = 5) -> Rulebook:
    return rulebook(f'violations: {{V-RELIEF: {{mode: "{relief}", points: {points}}}, V-EARLY: {{mode: "{early}"}}}}')


def named(story: Story) -> list[tuple[str, Mode, list[str]]]:
    return [(r.rule, r.mode, [name.rule for name in r.names]) for r in of_alice(story)]


@pytest.mark.parametrize(
    ("relief", "early", "points", "expected"),
    [
        ("on", "on", 5, [("V-RELIEF", Mode.ON, ["V-EARLY"])]),
        ("on", "on", 1, [("V-EARLY", Mode.ON, ["V-RELIEF"])]),
        ("on", "on", 2, [("V-RELIEF", Mode.ON, ["V-EARLY"])]),
        ("on", "shadow", 5, [("V-RELIEF", Mode.ON, [])]),
        ("on", "off", 5, [("V-RELIEF", Mode.ON, [])]),
        ("shadow", "on", 5, [("V-EARLY", Mode.ON, []), ("V-RELIEF", Mode.SHADOW, ["V-EARLY"])]),
        ("shadow", "on", 1, [("V-EARLY", Mode.ON, [])]),
        ("shadow", "shadow", 5, [("V-RELIEF", Mode.SHADOW, ["V-EARLY"])]),
        ("off", "on", 5, [("V-EARLY", Mode.ON, [])]),
    ],
)
def test_leaving_early_before_the_relief_came_is_one_record(
    relief: str, early: str, points: int, expected: list[tuple[str, Mode, list[str]]]
) -> None:
    assert named(handover(EARLIER, book=modes(relief, early, points))) == expected


def test_leaving_early_long_before_anybody_looks_for_the_relief_is_one_record_too() -> None:
    book = rulebook("figures: {relief_within_seconds: 100}", f"violations: {BOTH}")
    story = handover((500, "Alice", "signed out"), (1050, "Bob", "in"), book=book)
    assert told(story) == [("V-RELIEF", Verdict.PROPOSED, 550.0)]


def test_relief_who_was_there_when_one_left_long_before_had_arrived() -> None:
    book = rulebook("figures: {relief_within_seconds: 100}", f"violations: {BOTH}")
    changes = ((400, "Bob", "in"), (500, "Alice", "signed out"), (600, "Bob", "signed out"))
    assert told(handover(*changes, book=book)) == [("V-EARLY", Verdict.PROPOSED, 500.0)]


def test_early_stands_where_nobody_knows_whether_the_relief_was_there() -> None:
    story = handover((880, "Bob", "phone lost"), EARLIER, book=modes("on", "on"))
    assert told(story) == [("V-EARLY", Verdict.PROPOSED, 100.0)]


def test_where_neither_can_be_held_against_her_the_graver_says_so() -> None:
    story = handover(EARLIER, book=modes("on", "on"))
    story.gap(850, 860)
    assert told(story) == [("V-RELIEF", Verdict.UNDETERMINED, 1000.0)]


def test_leaving_early_and_again_before_the_relief_came_are_two_acts() -> None:
    changes = (EARLIER, (1001, "Alice", "in"), (1010, "Alice", "signed out"))
    story = handover(*changes, book=modes("on", "on"))
    assert [rule for rule, *_ in told(story)] == ["V-EARLY", "V-RELIEF"]


def test_early_with_the_relief_there_is_early_alone() -> None:
    story = handover((890, "Bob", "in"), EARLIER, book=modes("on", "on"))
    assert named(story) == [("V-EARLY", Mode.ON, [])]
