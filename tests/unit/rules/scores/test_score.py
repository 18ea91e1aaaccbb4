"""The month's score: what moves it, what does not, and what it recommends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import Severity
from callcenter.rules.scores.accumulated import Confirmed
from callcenter.rules.scores.score import MonthRecords, MonthScore, Subject, month_score, quarter_score
from callcenter.rules.scores.score_lines import Adjustment, Bonus, BonusKind, DailyMark, LineKind, Notice, ScoreTerms
from callcenter.staff.dates import day_start
from tests.unit.rules.detection.people import HOUR, SHANGHAI

D = Decimal
ALICE = Subject(agent="Alice")
LEADER = Subject(agent="Alice", group_leader=True)
NOVEMBER = (2026, 11)
AT = day_start(date(2026, 11, 10), SHANGHAI) + 9 * HOUR
PAID = {"money": True, "least_yuan": D(-200), "most_yuan": D(200)}


def violation(points: int, number: str = "v1", at: int = AT, agent: str = "Alice") -> Confirmed:
    return Confirmed(id=number, agent=agent, rule="V-MISSED", severity=Severity.MINOR, at=at, points=points)


def mark(points: str, day: int = 10, month: int = 11, number: str = "") -> DailyMark:
    on = date(2026, month, day)
    return DailyMark(id=number or f"m{month}-{day}", agent="Alice", day=on, points=D(points), by="specialist")


def bonus(kind: BonusKind, number: str = "b1", at: int = AT) -> Bonus:
    return Bonus(id=number, agent="Alice", kind=kind, at=at, by="manager")


def adjustment(points: str, reason: str = "led well", number: str = "a1") -> Adjustment:
    return Adjustment(id=number, agent="Alice", points=D(points), reason=reason, at=AT, by="supervisor")


def scored(subject: Subject = ALICE, terms: dict[str, Any] | None = None, **records: Any) -> MonthScore:
    figures = {"base": D(100), **(terms or {})}
    return month_score(subject, NOVEMBER, MonthRecords(**records), ScoreTerms(**figures), SHANGHAI)


def test_month_begins_at_its_base() -> None:
    score = scored(marks=[mark("80")])
    assert (score.points, score.provisional) == (D(100), False)


def test_every_line_names_its_record_and_they_add_up() -> None:
    score = scored(
        LEADER,
        marks=[mark("78")],
        confirmed=[violation(2), violation(10, "v2")],
        bonuses=[bonus(BonusKind.PROPOSAL)],
        adjustments=[adjustment("-1.5")],
    )
    assert [(line.kind, line.record, line.points) for line in score.lines] == [
        (LineKind.BASE, None, D(100)),
        (LineKind.DAY, "m11-10", D(-2)),
        (LineKind.VIOLATION, "v1", D(-2)),
        (LineKind.VIOLATION, "v2", D(-10)),
        (LineKind.BONUS, "b1", D(5)),
        (LineKind.ADJUSTMENT, "a1", D("-1.5")),
    ]
    assert score.points == sum(line.points for line in score.lines) == D("89.5")


@pytest.mark.parametrize(("proposals", "points", "cut"), [(1, 105, []), (2, 110, []), (3, 110, [D(-5)])])
def test_score_is_capped_at_110(proposals: int, points: int, cut: list[D]) -> None:
    score = scored(marks=[mark("80")], bonuses=[bonus(BonusKind.PROPOSAL, f"b{n}") for n in range(proposals)])
    assert score.points == points
    assert [line.points for line in score.lines if line.kind is LineKind.LIMIT] == cut


def test_score_does_not_fall_below_nothing() -> None:
    score = scored(marks=[mark("80")], confirmed=[violation(20, f"v{n}") for n in range(6)])
    assert (score.points, score.lines[-1].kind, score.lines[-1].points) == (D(0), LineKind.LIMIT, D(20))


def test_assessment_is_the_mean_of_its_days_rounded_for_the_agent() -> None:
    score = scored(marks=[mark("80", 1), mark("79", 2), mark("79", 3)])
    assert score.points == D("99.4")
    assert sum(line.points for line in score.lines) == score.points
    assert {line.record for line in score.lines if line.kind is LineKind.DAY} == {"m11-1", "m11-2", "m11-3"}


def test_month_without_an_assessment_is_provisional_and_recommends_nothing() -> None:
    score = scored(terms=PAID, confirmed=[violation(60)])
    assert (score.points, score.provisional, score.recommended_yuan, score.notices) == (D(40), True, None, ())


@pytest.mark.parametrize("points", ["-0.1", "80.1", "NaN", "Infinity"])
def test_mark_outside_its_points_is_refused(points: str) -> None:
    with pytest.raises(BadInput, match="m11-10"):
        scored(marks=[mark(points)])


def test_day_is_assessed_once() -> None:
    with pytest.raises(BadInput, match="assessed once"):
        scored(marks=[mark("80"), mark("70", number="again")])


def test_record_given_twice_counts_once() -> None:
    score = scored(marks=[mark("79"), mark("79")], confirmed=[violation(2), violation(2)])
    assert score.points == D(97)


def test_other_months_and_other_agents_count_nothing() -> None:
    start, end = (day_start(date(2026, month, 1), SHANGHAI) for month in (11, 12))
    outside = [violation(5, "v0", start - 1), violation(5, "v3", end), violation(5, "v4", agent="Bob")]
    score = scored(
        marks=[mark("80"), mark("0", month=10)],
        confirmed=[*outside, violation(1, "v1", start), violation(1, "v2", end - 1)],
        bonuses=[bonus(BonusKind.PROPOSAL, at=end)],
    )
    assert score.points == D(98)


def test_best_of_the_month_needs_its_figure_and_a_month_without_violations() -> None:
    best = [bonus(BonusKind.BEST)]
    with pytest.raises(BadInput, match="no figure"):
        scored(marks=[mark("80")], bonuses=best)
    assert scored(terms={"best": D(3)}, marks=[mark("80")], bonuses=best).points == D(103)
    late = scored(terms={"best": D(3)}, marks=[mark("80")], bonuses=best, confirmed=[violation(2)])
    assert (late.points, late.lines[-1].note) == (D(98), "best, but for v1")


@pytest.mark.parametrize(("points", "total"), [("5", 105), ("-5", 95)])
def test_assessor_moves_a_group_leader_by_five_at_most(points: str, total: int) -> None:
    assert scored(LEADER, marks=[mark("80")], adjustments=[adjustment(points)]).points == total


@pytest.mark.parametrize(
    ("subject", "given", "what"),
    [
        (LEADER, [adjustment("5.1")], "more than 5"),
        (LEADER, [adjustment("-5.1")], "more than 5"),
        (LEADER, [adjustment("NaN")], "more than 5"),
        (LEADER, [adjustment("3"), adjustment("3", number="a2")], "more than 5"),
        (LEADER, [adjustment("1", reason=" ")], "written reason"),
        (ALICE, [adjustment("1")], "group leaders"),
    ],
)
def test_adjustment_that_may_not_be_given_is_refused(subject: Subject, given: list[Adjustment], what: str) -> None:
    with pytest.raises(BadInput, match=what):
        scored(subject, adjustments=given)


def test_money_is_off_unless_configured() -> None:
    assert scored(marks=[mark("80")]).recommended_yuan is None


@pytest.mark.parametrize(
    ("deducted", "yuan"), [(9, 110), (20, 0), (21, -10), (0, 200), (39, -190), (40, -200), (60, -200)]
)
def test_ten_yuan_a_point_around_80_within_the_range(deducted: int, yuan: int) -> None:
    score = scored(terms=PAID, marks=[mark("80")], confirmed=[violation(deducted)])
    assert score.recommended_yuan == yuan


@pytest.mark.parametrize(
    ("joined", "trial"),
    [
        (None, False),
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), False),
        (date(2026, 9, 2), True),
        (date(2026, 10, 1), True),
        (date(2026, 11, 20), True),
        (date(2025, 11, 1), False),
    ],
)
def test_first_two_months_are_scored_and_move_no_pay(joined: date | None, trial: bool) -> None:
    score = scored(Subject(agent="Alice", joined=joined), terms=PAID, marks=[mark("80")], confirmed=[violation(10)])
    assert (score.points, score.trial, score.recommended_yuan) == (D(90), trial, None if trial else D(100))


@pytest.mark.parametrize(
    ("deducted", "notices"),
    [(40, ()), (41, (Notice.CONTRACT,)), (50, (Notice.CONTRACT,)), (51, (Notice.CONTRACT, Notice.WARNING))],
)
def test_lines_that_a_score_is_under_are_noticed(deducted: int, notices: tuple[Notice, ...]) -> None:
    score = scored(terms={"warning_line": D(50)}, marks=[mark("80")], confirmed=[violation(deducted)])
    assert score.notices == notices


@pytest.mark.parametrize(
    "terms",
    [
        {"base": D("79.9")},
        {"base": D("110.1")},
        {"money": True},
        {"money": True, "least_yuan": D(10), "most_yuan": D(20)},
        PAID | {"yuan_a_point": D(-1)},
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        scored(terms=terms)


def test_quarter_is_the_mean_of_its_months() -> None:
    months = [
        month_score(
            ALICE, (2026, month), MonthRecords(marks=[mark(points, month=month)]), ScoreTerms(base=D(100)), SHANGHAI
        )
        for month, points in ((12, "80"), (10, "79"), (11, "79"))
    ]
    quarter = quarter_score(months)
    assert (quarter.quarter, quarter.points, quarter.complete) == (4, D("99.4"), True)
    assert [one.month[1] for one in quarter.months] == [10, 11, 12]
    assert not quarter_score(months[:2]).complete


def test_quarter_with_a_provisional_month_is_not_complete() -> None:
    months = [month_score(ALICE, (2026, m), MonthRecords(), ScoreTerms(base=D(100)), SHANGHAI) for m in (1, 2, 3)]
    assert not quarter_score(months).complete


@pytest.mark.parametrize("months", [(), ((2026, 3), (2026, 4)), ((2026, 4), (2026, 4)), ((2025, 4), (2026, 4))])
def test_months_that_are_no_quarter_are_refused(months: tuple[tuple[int, int], ...]) -> None:
    scores = [month_score(ALICE, month, MonthRecords(), ScoreTerms(base=D(100)), SHANGHAI) for month in months]
    with pytest.raises(BadInput, match="quarter"):
        quarter_score(scores)
