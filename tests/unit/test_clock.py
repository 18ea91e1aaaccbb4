"""This machine's clock: the time of day, and one that nobody sets."""

from __future__ import annotations

import time
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcenter.clock import local_time, steady_clock, today, wall_clock

FIRST, LAST = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")
"""Twenty-five hours apart: it is never the same day in both."""
DAY = 86_400_000_000


def test_time_of_day_is_in_microseconds() -> None:
    before, now, after = time.time_ns(), wall_clock(), time.time_ns()
    assert before // 1000 <= now <= after // 1000


def test_steady_clock_begins_at_the_time_of_day_and_is_set_with_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before, steady = wall_clock(), steady_clock()
    begun = steady()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert before <= begun <= steady() < before + DAY


def test_time_of_day_in_a_zone_is_the_same_moment_there() -> None:
    before, there, after = wall_clock(), local_time(FIRST), wall_clock()
    assert there.utcoffset() == timedelta(hours=14)
    assert before <= there.astimezone(UTC).timestamp() * 1_000_000 <= after + 1


def test_day_is_that_of_the_zone() -> None:
    assert today(LAST) < today(FIRST) <= today(LAST) + timedelta(days=2)
