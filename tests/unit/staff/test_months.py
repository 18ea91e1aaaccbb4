"""Months: their names, their days, the moments they hold, and the quarters they make."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from callcenter.errors import BadInput
from callcenter.staff.dates import day_start
from callcenter.staff.months import month_days, month_name, month_of, month_span, quarter_months, read_month
from tests.unit.rules.detection.people import DAY, HOUR, SHANGHAI


@pytest.mark.parametrize("text", ["2026-01", "2026-12", "2999-10"])
def test_month_is_written_as_it_is_read(text: str) -> None:
    assert month_name(read_month(text)) == text


@pytest.mark.parametrize(
    "text", ["2026-00", "2026-13", "2026-1", "1970-01", "2026-011", "2026-01\n", "2０26-01", 202601]
)
def test_what_is_no_month_is_refused(text: object) -> None:
    with pytest.raises(BadInput, match="not a month like 2026-11"):
        read_month(text)


def test_month_holds_its_first_moment_and_not_the_next_month_s() -> None:
    start, end = month_span((2026, 12), SHANGHAI)
    assert (start, end) == (day_start(date(2026, 12, 1), SHANGHAI), day_start(date(2027, 1, 1), SHANGHAI))
    assert [month_of(at, SHANGHAI) for at in (start - 1, start, end - 1, end)] == [
        (2026, 11),
        (2026, 12),
        (2026, 12),
        (2027, 1),
    ]


def test_month_in_which_clocks_change_is_an_hour_shorter() -> None:
    start, end = month_span((2026, 3), ZoneInfo("Europe/Berlin"))
    assert end - start == 31 * DAY - HOUR


def test_leap_year_has_its_day() -> None:
    assert month_days((2028, 2)) == (date(2028, 2, 1), date(2028, 2, 29))


def test_quarters_make_the_year() -> None:
    assert [month for n in range(1, 5) for month in quarter_months(2026, n)] == [(2026, n) for n in range(1, 13)]
