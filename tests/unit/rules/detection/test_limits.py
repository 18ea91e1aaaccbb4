"""Every limit that a rule has, from just under it to just over it, with 0.1 s of uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome
from callcenter.staff.duty import Roster, Seat, Stretch
from tests.unit.rules.detection.story import PHONES, Story, micros, read, roster, rulebook

ANSWERED, DECLINED, TIMED_OUT = OfferOutcome.ANSWERED, OfferOutcome.DECLINED, OfferOutcome.TIMED_OUT
OFFLINE, OUT = AgentState.OFFLINE, "signed out"
OFFSETS = (-0.15, -0.05, 0.05, 0.15)

P, U, X = "proposed", "undetermined", "excused"
Verdicts = tuple[str | None, str | None, str | None, str | None]
Make = Callable[[float], Story]


class Limit(NamedTuple):
    """A story that meets a limit, the rule, and its verdicts: just under, a little under, a little over, just over."""

    make: Make
    rule: str
    at: float
    verdicts: Verdicts


def rings(moment: float) -> Story:
    story = Story(on=roster())
    story.offer(0, moment, ANSWERED)
    return story


def engaged(moment: float) -> Story:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.visit(20, 50)
    story.own_call(0, moment, "999")
    return story


def off(moment: float) -> Story:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.visit(-5, 40)
    story.loses_phone(0)
    story.finds_phone(moment)
    return story


def refused_over(moment: float) -> Story:
    return refused(10, 40, 10 + moment)


def refused_apart(moment: float) -> Story:
    return refused(10, 40, 40 + moment)


def refused(*moments: float) -> Story:
    story = Story(on=roster())
    story.ready(seconds=-10)
    for moment in moments:
        story.offer(moment - 2, 2, DECLINED)
    story.visit(0, moments[-1] + 5)
    return story


def together(moment: float) -> Story:
    story = Story(on=roster())
    story.ready("Alice", "Bob", "Carol", "Dave", seconds=-10)
    story.loses_phone(0, "Alice")
    story.loses_phone(moment, "Bob")
    story.visit(5, 40)
    return story


def hung_up(moment: float) -> Story:
    on = 'violations: {V-HANGUP: {mode: "on", severity: moderate, points: 10}}'
    story = Story(on=roster(), book=rulebook("figures: {hangup_within_seconds: 5}", on))
    story.talked(0, moment, by=EndedBy.AGENT)
    return story


def grace(moment: float) -> Story:
    story = Story(on=roster(), book=rulebook("figures: {grace_seconds: 3}"))
    story.state(-10, state=AgentState.TALKING)
    story.state(0)
    story.offer(moment, 20, TIMED_OUT)
    return story


def wrap_up(moment: float) -> Story:
    """The floor tells wrap-up and its end; an offer comes about then."""
    story = Story(on=roster())
    story.state(0, state=AgentState.WRAP_UP)
    story.state(10)
    story.offer(moment, 15, TIMED_OUT)
    return story


def shift_begins(moment: float) -> Story:
    story = Story(on=roster(start=100))
    story.offer(moment, 15, TIMED_OUT)
    return story


def shift_ends(moment: float) -> Story:
    story = Story(on=roster(end=100))
    story.offer(moment - 15, 15, TIMED_OUT)
    return story


def lost_as_shift_begins(moment: float) -> Story:
    story = Story(on=roster(start=100))
    story.ready(seconds=-10)
    story.loses_phone(moment)
    story.visit(110, 140)
    story.finds_phone(160)
    return story


def away(moment: float) -> Story:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.state(0, state=AgentState.PAUSED)
    story.state(moment)
    return story


def late(moment: float) -> Story:
    return on_shift(0, (-50, OUT), (moment, "in"))


def late_allowed(moment: float) -> Story:
    return on_shift(60, (-50, OUT), (moment, "in"))


def early(moment: float) -> Story:
    return on_shift(0, (-50, "in"), (moment, OUT))


def early_allowed(moment: float) -> Story:
    return on_shift(60, (-50, "in"), (moment, OUT))


def on_shift(allowed: float, *changes: tuple[float, str]) -> Story:
    book = rulebook(f"figures: {{late_seconds: {allowed}}}")
    story = Story(on=roster("Alice", start=0, end=1000), book=book)
    for seconds, what in changes:
        story.state(seconds, state=OFFLINE if what == OUT else AgentState.AVAILABLE, reason=what)
    return story


def relieved(moment: float) -> Story:
    """Alice leaves at 1010, when her shift is over; her relief comes about then."""
    story = handover()
    story.state(1010, state=OFFLINE, reason=OUT)
    story.state(moment, "Bob")
    return story


def awaited(moment: float) -> Story:
    """The relief never comes; Alice waits as long as she must."""
    story = handover()
    story.state(moment, state=OFFLINE, reason=OUT)
    return story


def handover(begins: float = 1000) -> Story:
    shifts: dict[str, tuple[Stretch, ...]] = {
        "Alice": ((micros(0), micros(1000)),),
        "Bob": ((micros(begins), micros(4000)),),
    }
    seats = tuple(Seat(agent=name, interface=PHONES[name], team="hotline") for name in shifts)
    book = rulebook('violations: {V-RELIEF: {mode: "on", points: 5}}')
    story = Story(on=Roster("Asia/Shanghai", seats, shifts, shifts, ()), book=book)
    story.state(-2000, "Bob", OFFLINE, OUT)
    story.state(-10)
    return story


def recorded(moment: float) -> Story:
    story = talk()
    story.recorded(moment)
    return story


def called_back(moment: float) -> Story:
    story = talk()
    story.recorded(70, callback_to="13800010001", callback_by=1000)
    story.own_call(moment, moment + 10, "13800010001")
    return story


def talk() -> Story:
    on = 'violations: {V-SKIPPED: {mode: "on"}}'
    story = Story(on=roster(), book=rulebook("figures: {disposition_within_seconds: 120}", on))
    story.talked(0, 60)
    return story


LIMITS = [
    Limit(rings, "V-LATE-ANSWER", 15, (None, U, U, P)),
    Limit(engaged, "V-HOTLINE", 60, (None, U, U, P)),
    Limit(off, "V-HOTLINE", 5, (None, U, U, P)),
    Limit(refused_over, "V-HOTLINE", 60, (None, U, U, P)),
    Limit(refused_apart, "V-HOTLINE", 600, (P, None, None, None)),
    Limit(together, "V-HOTLINE", 10, (X, U, U, P)),
    Limit(hung_up, "V-HANGUP", 5, (P, U, U, None)),
    Limit(grace, "V-MISSED", 3, (X, X, X, P)),
    Limit(wrap_up, "V-MISSED", 10, (X, X, X, P)),
    Limit(shift_begins, "V-MISSED", 100, (X, X, U, P)),
    Limit(shift_ends, "V-MISSED", 100, (P, U, X, X)),
    Limit(lost_as_shift_begins, "V-HOTLINE", 100, (X, X, U, P)),
    Limit(away, "V-AWAY", 300, (None, U, U, P)),
    Limit(late, "V-LATE", 0, (None, None, U, P)),
    Limit(late_allowed, "V-LATE", 60, (None, U, U, P)),
    Limit(early, "V-EARLY", 1000, (P, U, None, None)),
    Limit(early_allowed, "V-EARLY", 940, (P, U, U, None)),
    Limit(relieved, "V-RELIEF", 1010, (None, None, U, P)),
    Limit(awaited, "V-RELIEF", 1900, (P, U, None, None)),
    Limit(recorded, "V-SKIPPED", 180, (None, U, U, P)),
    Limit(called_back, "V-SKIPPED", 1000, (None, U, U, P)),
]


def found(story: Story, rule: str, code: str = "") -> str | None:
    """Return the one verdict that a rule came to for Alice, None for none."""
    told = [r.verdict.value for r in story.records(6000) if (r.rule, r.agent) == (rule, "Alice") and code in r.act.code]
    assert len(told) <= 1, told
    return told[0] if told else None


@pytest.mark.parametrize("n", range(len(OFFSETS)), ids=[f"{offset:+}" for offset in OFFSETS])
@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.make.__name__)
def test_limit(limit: Limit, n: int) -> None:
    code = {"recorded": "unrecorded", "called_back": "not_called_back"}.get(limit.make.__name__, "")
    assert found(limit.make(limit.at + OFFSETS[n]), limit.rule, code) == limit.verdicts[n]


@pytest.mark.parametrize(("start", "verdict"), [(75, P), (74.999999, U)])
def test_gap_is_near_up_to_its_figure(start: float, verdict: str) -> None:
    story = Story(on=roster())
    story.offer(0, 15, TIMED_OUT)
    story.gap(start, start + 5)
    assert found(story, "V-MISSED") == verdict


@pytest.mark.parametrize(("count", "rule"), [(2, None), (3, P), (4, P)])
def test_so_many_refusals_are_a_blocked_line(count: int, rule: str | None) -> None:
    assert found(refused(*(10 + 80 * n for n in range(count))), "V-HOTLINE") == rule


@pytest.mark.parametrize(("lost", "verdict"), [(1, P), (2, P), (3, X), (5, X)])
def test_so_large_a_share_of_the_phones_is_an_outage(lost: int, verdict: str) -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    for n, agent in enumerate(list(PHONES)[:lost]):
        story.loses_phone(n * 0.1, agent)
    story.visit(5, 40)
    assert found(story, "V-HOTLINE") == verdict


@pytest.mark.parametrize(("phones", "verdict"), [(2, X), (3, P)])
def test_so_many_phones_are_an_outage(phones: int, verdict: str) -> None:
    story = Story(on=roster(), book=rulebook(f"figures: {{together_phones: {phones}}}"))
    story.ready("Alice", "Bob", "Carol", seconds=-10)
    story.loses_phone(0, "Alice")
    story.loses_phone(1, "Bob")
    story.visit(5, 40)
    assert found(story, "V-HOTLINE") == verdict


@pytest.mark.parametrize(("begins", "expected"), [(100, P), (99, None), (1900, P), (1901, None)])
def test_shift_relieves_another_up_to_its_figure(begins: float, expected: str | None) -> None:
    story = handover(begins)
    story.state(1010, state=OFFLINE, reason=OUT)
    assert found(story, "V-RELIEF") == expected


@pytest.mark.parametrize(
    ("moment", "version"), [(-0.15, "old"), (-0.000001, "old"), (0, "new"), (0.15, "new"), (86_399.9, "new")]
)
def test_edition_holds_from_the_first_moment_of_its_day(moment: float, version: str) -> None:
    book = read(
        "based_on: packaged\neditions:\n"
        "  - {version: old, from: 2020-01-01, to: 2027-01-15}\n"
        "  - {version: new, from: 2027-01-16}\n"
    )
    midnight = 8 * 3600  # the story begins at 2027-01-15T16:00 in Shanghai
    story = Story(on=roster(), book=book)
    story.offer(midnight + moment - 15, 15, TIMED_OUT)
    assert story.record(end=200_000).rulebook == version
