"""Times as text against the ids of the calls: what tells a wrong zone, and what is only a long menu."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcenter.domain.frame import SECOND
from callcenter.queuelog.clock import Off, TextClock
from callcenter.queuelog.lines import QueueLog

BORN = 1_793_581_200
HOUR = 3600


def off(*later: int, zone: str = "Asia/Shanghai", call_id: str = f"pbx-{BORN}.5") -> Off | None:
    clock = TextClock(ZoneInfo(zone))
    for one in later:
        clock.note(call_id, (BORN + one) * SECOND)
    return clock.off()


@pytest.mark.parametrize(
    ("later", "zone", "found"),
    [
        ([0], "Asia/Shanghai", None),
        ([-8 * HOUR], "Asia/Shanghai", Off(-8 * HOUR, "Etc/UTC")),
        ([-8 * HOUR + 70, -8 * HOUR + 1000, -8 * HOUR + 5], "Asia/Shanghai", Off(-8 * HOUR, "Etc/UTC")),
        ([8 * HOUR + 2], "UTC", Off(8 * HOUR, "Etc/GMT-8")),
        ([5 * HOUR + 1800], "UTC", Off(5 * HOUR + 1800, "Asia/Calcutta")),
        ([-HOUR, 3, 4], "Europe/Berlin", None),
    ],
)
def test_zone_in_which_most_times_fit_is_named(later: list[int], zone: str, found: Off | None) -> None:
    assert off(*later, zone=zone) == found


@pytest.mark.parametrize("later", [-30, 20, 900, 1200, HOUR - 600, HOUR + 300, 40 * HOUR, -40 * HOUR])
def test_long_menu_or_a_time_that_no_zone_explains_is_no_wrong_zone(later: int) -> None:
    assert off(later) is None


def test_id_that_tells_no_time_says_nothing() -> None:
    assert off(-8 * HOUR, call_id="chosen-by-hand") is None
    assert off() is None


@pytest.mark.parametrize("time", [str(BORN - 8 * HOUR), "2026-11-01 17:00:00Z"])
def test_time_that_needs_no_zone_is_not_judged(time: str) -> None:
    log = QueueLog(zone=ZoneInfo("Asia/Shanghai"))
    log.feed(f"{time}|{BORN}.5|hotline|NONE|ENTERQUEUE||137|1\n".encode())
    assert log.clock.off() is None
