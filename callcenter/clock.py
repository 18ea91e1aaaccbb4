"""This machine's clock, the only one: no other module reads the time of day.

What happens at a switch is told in the switch's time; this clock is for what people and the service itself do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, tzinfo


def wall_clock() -> int:
    """Return the time of day, in microseconds since the epoch."""
    return time.time_ns() // 1000


def steady_clock() -> Callable[[], int]:
    """Return a clock in microseconds that starts at the present and is never set."""
    begun, mark = time.time_ns(), time.monotonic_ns()
    return lambda: (begun + time.monotonic_ns() - mark) // 1000


def local_time(zone: tzinfo) -> datetime:
    """Return the time of day in a zone."""
    return datetime.now(zone)


def today(zone: tzinfo) -> date:
    """Return the day that it is in a zone."""
    return local_time(zone).date()
