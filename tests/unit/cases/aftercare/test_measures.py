"""A measure goes from open to done or dropped, and somebody else says what it changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from callcenter.cases.aftercare.measures import MeasureProgress, MeasureState, progressed
from callcenter.errors import BadInput

DUE, LATER = date(2026, 3, 10), date(2026, 3, 20)
OPEN = MeasureProgress(due=DUE, responsible="warehouse", changed_by="sue")
DONE = msgspec.structs.replace(OPEN, state=MeasureState.DONE, changed_by="sue")
CHECKED = msgspec.structs.replace(DONE, effect="no more of it", checked_by="mia", changed_by="mia")


def after(before: MeasureProgress, by: str = "sue", **told: Any) -> MeasureProgress:
    return progressed(before, msgspec.structs.replace(before, **told), by)


def test_day_and_responsible_make_it_open() -> None:
    assert progressed(MeasureProgress(), MeasureProgress(due=DUE, responsible="warehouse"), "sue") == OPEN


@pytest.mark.parametrize("told", [{"due": None, "reason": "why"}, {"responsible": None}])
def test_open_one_needs_a_day_and_somebody(told: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="needs a day"):
        after(OPEN, **told)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (OPEN, {"due": LATER}),
        (OPEN, {"due": None}),
        (OPEN, {"state": MeasureState.DROPPED}),
        (DONE, {"state": MeasureState.OPEN}),
        (DONE, {"state": MeasureState.DROPPED}),
    ],
)
def test_reason_is_asked_for(before: MeasureProgress, told: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="say why"):
        after(before, **told)


def test_reason_lets_it_be_put_off_dropped_or_taken_up() -> None:
    assert after(OPEN, due=LATER, reason="no staff").due == LATER
    assert after(OPEN, due=date(2026, 3, 9)).due == date(2026, 3, 9)
    assert after(OPEN, state=MeasureState.DROPPED, reason="built anew").state is MeasureState.DROPPED
    assert after(DONE, state=MeasureState.OPEN, reason="came back").state is MeasureState.OPEN


def test_effect_is_checked_by_somebody_else_after_it_was_done() -> None:
    with pytest.raises(BadInput, match="after it was done"):
        after(OPEN, state=MeasureState.DONE, effect="no more of it")
    with pytest.raises(BadInput, match="after it was done"):
        after(OPEN, effect="no more of it")
    with pytest.raises(BadInput, match="somebody else"):
        after(DONE, effect="no more of it")
    assert after(DONE, by="mia", effect="no more of it") == CHECKED


def test_who_checked_stays_until_the_effect_is_another() -> None:
    assert after(CHECKED, by="sue", due=date(2026, 3, 9)).checked_by == "mia"
    assert after(CHECKED, by="ann", effect="less of it").checked_by == "ann"


@pytest.mark.parametrize(
    ("measure", "today", "overdue"),
    [(OPEN, DUE, False), (OPEN, LATER, True), (DONE, LATER, False), (MeasureProgress(), LATER, False)],
)
def test_open_one_is_overdue_after_its_day(measure: MeasureProgress, today: date, overdue: bool) -> None:
    assert measure.overdue(today) is overdue
