"""What counts now may reach into days that nobody has announced: the first of them is named."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from callcenter.domain.frame import Micros
from callcenter.rules.records.provisional import reached
from callcenter.rules.records.steps import Terms
from callcenter.staff.dates import micros_of
from callcenter.staff.duty import Roster, Stretch
from callcenter.staff.workdays import Workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = Workdays(SHANGHAI)


def noon(day: date) -> Micros:
    return micros_of(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI))


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a calendar whose last announced year is 2054, and by which every day of it is worked."""

    def detail(day: date) -> tuple[bool, None]:
        if day.year > 2054:
            raise NotImplementedError
        return False, None

    monkeypatch.setattr(chinese_calendar, "get_holiday_detail", detail)


@pytest.mark.parametrize(
    ("at", "ends", "first"),
    [
        (date(2054, 12, 20), None, None),
        (date(2054, 12, 26), None, None),  # five days later it is the 31st
        (date(2054, 12, 27), None, date(2055, 1, 1)),
        (date(2054, 6, 1), date(2054, 12, 31), None),
        (date(2054, 6, 1), date(2055, 1, 2), date(2055, 1, 1)),
        (date(2055, 2, 1), None, date(2055, 2, 1)),
    ],
)
@pytest.mark.usefixtures("announced")
def test_deadline_given_now_or_the_roster_reaches_into_provisional_days(
    at: date, ends: date | None, first: date | None
) -> None:
    shifts: dict[str, tuple[Stretch, ...]] = {} if ends is None else {"Alice": ((noon(at), noon(ends)),)}
    assert reached(Terms(days=DAYS), Roster("Asia/Shanghai", (), shifts, {}), noon(at)) == first
    assert reached(Terms(days=DAYS), None, noon(at)) == (first if ends is None else None)
