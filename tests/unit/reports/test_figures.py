"""A span's figures are what their definitions say, and none where nothing was counted for one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.reports.figures.per_queue import FiguresByQueue, SpanFigures
from callcenter.reports.figures.sheet import _exact
from callcenter.rules.regulations.promises import FirstAnswer

T = 20 * SECOND


def visit(outcome: VisitOutcome = VisitOutcome.ANSWERED, wait: float | None = 10, **other: Any) -> fx.Visit:
    given: dict[str, Any] = {
        "call": "1.1",
        "uniqueid": "1.1",
        "queue": "sales",
        "n": 1,
        "caller": None,
        "did": None,
        "joined_at": 0,
        "left_at": None if wait is None else round(wait * SECOND),
        "position": None,
        "outcome": outcome,
        "agent": None,
        "answered_at": None,
        "ended_at": None,
        "hold": None,
        "transferred": None,
        "ended_by": None,
        "refused_at": None,
        "offers": (),
        "in_gap": False,
        "frames": (),
    }
    return fx.Visit(**given | other)


def counted(*groups: tuple[int, fx.Visit]) -> SpanFigures:
    day = FiguresByQueue(lambda _queue, _at: T)
    for count, one in groups:
        day.ended([one] * count)
    return day.all


def shown(figures: SpanFigures) -> dict[str, str]:
    return {name: f"{_exact((level or Fraction(0)) * 100, 1)}" for name, level in figures.service_levels.items()}


def test_service_levels_are_those_of_the_worked_example() -> None:
    figures = counted(
        (860, visit(wait=20)),
        (140, visit(wait=20.000001)),
        (10, visit(VisitOutcome.ABANDONED, 5)),
        (10, visit(VisitOutcome.ABANDONED, 20)),
        (40, visit(VisitOutcome.ABANDONED, 21)),
    )
    assert (figures.answered, figures.abandoned, figures.short, figures.left_within) == (1000, 60, 10, 20)
    assert shown(figures) == {"sl-offered": "81.1", "sl-adjusted": "81.9", "sl-answered": "86.0", "sl-erlang": "83.0"}


def test_rates_of_the_wall_are_of_all_that_were_offered() -> None:
    figures = counted(
        (6, visit()),
        (2, visit(VisitOutcome.ABANDONED)),
        (2, visit(VisitOutcome.TIMED_OUT)),
        (5, visit(VisitOutcome.REFUSED, None, joined_at=None, refused_at=1)),
    )
    assert (figures.offered, figures.refused, figures.others) == (10, 5, 2)
    assert (figures.answered_rate, figures.lost_rate) == (Fraction(6, 10), Fraction(2, 10))
    assert figures.abandon_rate == Fraction(2, 8)


def test_calls_stand_by_the_line_that_they_first_came_to() -> None:
    day = FiguresByQueue(lambda _queue, _at: T)
    for wait in (20, 21, None):
        day.answered(FirstAnswer("sales", 0, None if wait is None else wait * SECOND))
    figures = day.queues["sales"]
    assert (figures.calls, figures.calls_within) == (3, 1)
    assert (figures.wait_call, figures.wait_call_within) == (Fraction(41, 2), Fraction(1, 3))
    assert (figures.answered, day.all.calls) == (0, 3)


def test_waits_are_of_answered_visits_whose_wait_was_seen() -> None:
    figures = counted(
        *[(1, visit(wait=seconds)) for seconds in range(1, 101)],
        (1, visit(wait=None)),
        (9, visit(VisitOutcome.ABANDONED, 300)),
    )
    assert (figures.speed_of_answer, figures.most, figures.longest) == (Fraction(101, 2), Fraction(95), Fraction(100))
    assert figures.answered == 101


def test_of_nothing_there_is_no_rate() -> None:
    figures = SpanFigures()
    assert {
        figures.answered_rate,
        figures.abandon_rate,
        figures.wait_call,
        figures.wait_call_within,
        figures.speed_of_answer,
        figures.longest,
        figures.most,
    } == {None}
    assert set(figures.service_levels.values()) == {None}


def test_who_still_waits_is_offered_and_in_no_outcome() -> None:
    day = FiguresByQueue(lambda _queue, _at: T)
    day.ended([visit()])
    day.lasting("sales")
    assert (day.queues["sales"].offered, day.queues["sales"].lasting, day.queues["sales"].outcomes.total()) == (2, 1, 1)


def test_each_visit_is_measured_by_the_threshold_of_its_queue_and_time() -> None:
    def threshold(queue: str | None, at: Micros | None) -> Micros:
        return 5 * SECOND if queue == "sales" and at else T

    day = FiguresByQueue(threshold)
    day.ended([visit(), visit(joined_at=1), visit(queue="orders", joined_at=1)])
    assert {name: (f.within, len(f.thresholds)) for name, f in day.queues.items()} == {
        "sales": (1, 2),
        "orders": (1, 1),
    }
    assert (day.all.within, day.all.offered) == (2, 3)
