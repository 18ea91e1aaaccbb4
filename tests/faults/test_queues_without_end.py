"""Queues that a dialplan names without end: what a call costs does not grow with them, and the figures stay right."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from callcenter.domain.frame import SECOND
from tests.unit.test_exporter import NOON, House

QUEUES = 1500


def steps_of_a_call(house: House, number: int) -> int:
    """Count the function calls and lines that one visit takes."""
    count = 0

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    house.join(f"c{number}", f"queue{number}")
    house.give_up(f"c{number}", f"queue{number}")
    sys.settrace(before)
    return count


def test_a_call_costs_the_same_after_so_many_queues() -> None:
    house = House(max_queues=10)
    for number in range(20):
        steps_of_a_call(house, number)
    early = steps_of_a_call(house, 20)
    for number in range(21, QUEUES):
        house.join(f"c{number}", f"queue{number}")
        house.give_up(f"c{number}", f"queue{number}")
    assert steps_of_a_call(house, QUEUES) < 1.5 * early


def test_queues_beyond_the_limit_are_counted_together() -> None:
    house = House(max_queues=1)
    waiting, since = 'waiting_callers{queue="(other)"}', 'oldest_wait_start_timestamp_seconds{queue="(other)"}'
    for number in range(4):
        house.join(f"c{number}", f"queue{number}")
        house.join(f"d{number}", f"queue{number}")
        house.now += SECOND
    assert house.series()[waiting] == 6
    assert house.series()[since] == NOON / SECOND + 1
    house.give_up("c1", "queue1")
    assert (house.series()[waiting], house.series()[since]) == (5, NOON / SECOND + 1)
    house.give_up("d1", "queue1")
    assert (house.series()[waiting], house.series()[since]) == (4, NOON / SECOND + 2)
    for caller in ("c2", "d2"):
        house.give_up(caller, "queue2")
    for caller in ("c3", "d3"):
        house.give_up(caller, "queue3")
    assert house.series()[waiting] == 0
    assert since not in house.series()
