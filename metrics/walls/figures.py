"""What figures are made of, by the letters of the manual, and what it means that there is none.

A answered, B abandoned, O offered, T the service threshold.
"""

from __future__ import annotations

from metrics.walls.panels import Words
from metrics.walls.promql import total

NO_CALLS = Words("暂无来电", "no calls yet")
NOT_SEEN = Words("无数据", "not seen")


def answered(by: str = "", **over: str) -> str:
    """Count A: the visits that were answered."""
    return total("visits_total", 'outcome="answered"', by=by, **over)


def abandoned(by: str = "", **over: str) -> str:
    """Count B: the visits that were abandoned."""
    return total("visits_total", 'outcome="abandoned"', by=by, **over)


def served(by: str = "", **over: str) -> str:
    """Count A + B."""
    return total("visits_total", 'outcome=~"answered|abandoned"', by=by, **over)


def offered(by: str = "", **over: str) -> str:
    """Count O: the visits that joined; who was refused at the door did not."""
    return total("visits_total", 'outcome!="refused"', by=by, **over)


def in_time(by: str = "", **over: str) -> str:
    """Count A within T."""
    return total("within_threshold_total", by=by, **over)


def in_rings(by: str = "", **over: str) -> str:
    """Count the answered visits within the promised rings."""
    return total("within_rings_total", 'kind="rings-call"', by=by, **over)
