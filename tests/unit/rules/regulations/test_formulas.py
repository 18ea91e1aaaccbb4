"""The four service levels by their worked example, and a call's wait over the queues that it passes, occupancy."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.regulations.formulas import (
    AnswerWaits,
    LevelCounts,
    line_of,
    occupancy,
    service_levels,
    wait_of_call,
)


class Stay(msgspec.Struct):
    queue: str | None
    joined_at: Micros | None = None


def test_each_service_level_is_by_its_own_formula() -> None:
    levels = service_levels(LevelCounts(answered=1000, abandoned=60, within=860, short=10, left_within=20))
    assert levels == {
        "sl-offered": Fraction(860, 1060),
        "sl-adjusted": Fraction(860, 1050),
        "sl-answered": Fraction(860, 1000),
        "sl-erlang": Fraction(880, 1060),
    }


def test_share_of_nothing_is_unknown() -> None:
    assert set(service_levels(LevelCounts()).values()) == {None}


@pytest.mark.parametrize(
    ("queues", "line"),
    [
        (("sales",), "sales"),
        (("direct-1001", "sales", "support"), "sales"),
        (("direct-1001", "direct-1002"), "direct-1001"),
        ((None, "sales"), ""),
    ],
)
def test_line_is_the_first_queue_that_is_not_one_phones_own(queues: tuple[str | None, ...], line: str) -> None:
    assert line_of([Stay(queue) for queue in queues]) == line


@pytest.mark.parametrize(("joined", "left", "wait"), [(3, 10, 7), (3, 2, 0), (None, 10, None), (3, None, None)])
def test_call_waits_from_its_first_join(joined: Micros | None, left: Micros | None, wait: Micros | None) -> None:
    assert wait_of_call([Stay("sales", joined), Stay("support", 8)], left) == wait


def test_occupancy_is_of_the_time_signed_in_and_not_paused() -> None:
    lasted = dict.fromkeys(AgentState, 10) | {AgentState.TALKING: 30}
    assert occupancy(lasted) == Fraction(30 + 10 + 10, 30 + 10 + 10 + 10 + 10 + 10)
    assert occupancy({AgentState.PAUSED: 10}) is None


def test_speed_of_answer_is_the_mean_wait_and_of_nothing_there_is_none() -> None:
    assert AnswerWaits().speed_of_answer is None
    both = AnswerWaits().and_one(2 * SECOND).and_one(5 * SECOND)
    assert (both, both.speed_of_answer) == (AnswerWaits(2, 7 * SECOND), Fraction(7, 2))
