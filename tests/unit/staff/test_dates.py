"""Where a local day begins, also on days when clocks change and at the end of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, day_start, require_one_zone

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [(date(2026, 11, 23), SHANGHAI, 24), (date(2026, 3, 29), BERLIN, 23), (date(2026, 10, 25), BERLIN, 25)],
)
def test_day_lasts_to_the_next_local_midnight(day: date, zone: ZoneInfo, hours: int) -> None:
    begins, next_one = day_start(day, zone), day_start(day, zone, days=1)
    assert datetime_of(begins, zone) == datetime(day.year, day.month, day.day, tzinfo=zone)
    assert next_one - begins == hours * 3_600_000_000


@pytest.mark.parametrize("days", [1, 30])
def test_day_after_the_last_of_the_calendar_is_its_end(days: int) -> None:
    end = day_start(date(9999, 12, 31), SHANGHAI, days=days)
    assert datetime_of(end, ZoneInfo("UTC")) == datetime.max.replace(tzinfo=UTC)


def test_file_of_another_zone_than_its_sites_is_refused() -> None:
    require_one_zone("the roster", "Asia/Shanghai", "Asia/Shanghai")
    require_one_zone("the roster", "Europe/Berlin", None)
    with pytest.raises(BadInput, match="the roster names the time zone Europe/Berlin, the site's is Asia/Shanghai"):
        require_one_zone("the roster", "Europe/Berlin", "Asia/Shanghai")
