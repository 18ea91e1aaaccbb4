"""Working days: the official calendar, the department's own table, and years that nobody has announced."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, micros_of
from callcenter.staff.workdays import Workdays, days_said, laid_over

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = Workdays(SHANGHAI)


def noon(day: date) -> Micros:
    return micros_of(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI))


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


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2055, 1, 1), False),  # a Friday, and New Year's Day by law
        (date(2055, 1, 2), False),  # a Saturday, perhaps worked in exchange
        (date(2055, 1, 4), True),
        (date(2299, 1, 2), True),  # no holiday of that year is known
        (date(2299, 1, 1), False),
    ],
)
def test_year_that_nobody_has_announced_goes_by_weekday_and_law(day: date, worked: bool) -> None:
    assert (DAYS.worked(day), DAYS.knows(day)) == (worked, False)


@given(st.dates(date(2030, 1, 1), date(2098, 12, 31)), st.integers(1, 15))
def test_deadline_in_a_year_that_nobody_has_announced_is_never_before_that_by_weekdays(day: date, days: int) -> None:
    ends, left = day, days
    while left:
        ends += timedelta(days=1)
        left -= ends.weekday() < 5
    assert DAYS.after(noon(day), days) >= noon(ends)


@pytest.mark.parametrize(
    ("start", "end", "first"),
    [
        (date(2026, 3, 2), date(2026, 3, 31), None),
        (date(2026, 12, 30), date(2026, 12, 31), None),
        (date(2055, 3, 2), date(2055, 3, 1), date(2055, 3, 2)),
        (date(2055, 3, 2), date(2055, 3, 9), date(2055, 3, 2)),
    ],
)
def test_first_day_that_is_not_known_is_found(start: date, end: date, first: date | None) -> None:
    assert DAYS.first_unknown(noon(start), noon(end)) == first


def test_own_table_that_covers_the_days_leaves_none_unknown() -> None:
    own = Workdays(SHANGHAI, dict.fromkeys([date(2055, 3, 2), date(2055, 3, 3)], True))
    assert own.first_unknown(noon(date(2055, 3, 2)), noon(date(2055, 3, 3))) is None
    assert own.first_unknown(noon(date(2055, 3, 2)), noon(date(2055, 3, 4))) == date(2055, 3, 4)


def test_own_table_makes_a_day_of_an_unknown_year_known() -> None:
    assert Workdays(SHANGHAI, {date(2055, 1, 1): False}).knows(date(2055, 1, 1))


def test_day_of_the_event_is_not_counted_and_the_last_day_is_whole() -> None:
    assert after(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 3) == "2026-03-06 00:00+08:00"


def test_weekend_and_festival_are_passed_over() -> None:
    assert after(datetime(2026, 2, 13, 23, 59, tzinfo=UTC), 2) == "2026-02-25 00:00+08:00"


def test_day_begins_where_the_department_is() -> None:
    late_in_utc = datetime(2026, 3, 2, 17, tzinfo=UTC)  # the 3rd, 01:00, in Shanghai
    assert DAYS.after(micros_of(late_in_utc), 1) == DAYS.after(micros_of(datetime(2026, 3, 3, 1, tzinfo=SHANGHAI)), 1)


def test_days_that_were_said_last_win_and_null_is_the_official_calendar_again() -> None:
    filed = {date(2027, 2, 6): True, date(2027, 2, 7): True}
    said = [days_said({"days": {"2027-02-06": False, "2027-02-08": False}}), days_said({"days": {"2027-02-07": None}})]
    assert laid_over(filed, said) == {date(2027, 2, 6): False, date(2027, 2, 8): False}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"days": {"soon": True}}, "these are no days of a calendar"),
        ({"days": {}}, "name 1 to 366 days"),
        (
            {"days": {(date(2027, 1, 1) + timedelta(days=n)).isoformat(): True for n in range(367)}},
            "name 1 to 366 days",
        ),
    ],
)
def test_what_is_no_day_is_refused(content: object, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        days_said(content)
