"""Working days: the official calendar, the department's own table, and years that nobody has announced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.rules.dates import datetime_of, micros_of
from callcenter.rules.workdays import Workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = Workdays(SHANGHAI)


def after(day: datetime, days: int, calendar: Workdays = DAYS) -> str:
    return datetime_of(calendar.after(micros_of(day.replace(tzinfo=SHANGHAI)), days), SHANGHAI).isoformat(
        " ", "minutes"
    )


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday worked before the Spring Festival
        (date(2026, 2, 16), False),  # a Monday of the festival
        (date(2026, 3, 7), False),  # a plain Saturday
    ],
)
def test_official_calendar_knows_festivals_and_the_saturdays_worked_for_them(day: date, worked: bool) -> None:
    assert (DAYS.worked(day), DAYS.knows(day)) == (worked, True)


def test_own_table_wins_over_the_official_calendar() -> None:
    own = Workdays(SHANGHAI, {date(2026, 3, 7): True, date(2026, 3, 9): False})
    assert (own.worked(date(2026, 3, 7)), own.worked(date(2026, 3, 9))) == (True, False)


def test_year_that_nobody_has_announced_goes_by_the_day_of_the_week() -> None:
    friday, saturday = date(2055, 1, 1), date(2055, 1, 2)
    assert not DAYS.knows(friday)
    assert (DAYS.worked(friday), DAYS.worked(saturday)) == (True, False)


def test_own_table_makes_a_day_of_an_unknown_year_known() -> None:
    assert Workdays(SHANGHAI, {date(2055, 1, 1): False}).knows(date(2055, 1, 1))


def test_day_of_the_event_is_not_counted_and_the_last_day_is_whole() -> None:
    assert after(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 3) == "2026-03-06 00:00+08:00"


def test_weekend_and_festival_are_passed_over() -> None:
    assert after(datetime(2026, 2, 13, 23, 59, tzinfo=UTC), 2) == "2026-02-25 00:00+08:00"


def test_day_begins_where_the_department_is() -> None:
    late_in_utc = datetime(2026, 3, 2, 17, tzinfo=UTC)  # the 3rd, 01:00, in Shanghai
    assert DAYS.after(micros_of(late_in_utc), 1) == DAYS.after(micros_of(datetime(2026, 3, 3, 1, tzinfo=SHANGHAI)), 1)
