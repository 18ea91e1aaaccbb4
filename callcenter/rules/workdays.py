"""Working days of the mainland's calendar, with a table of one's own that wins; deadlines counted in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar

from callcenter.domain.frame import Micros
from callcenter.rules.dates import datetime_of, day_start

_SATURDAY = 5
_NONE: Mapping[date, bool] = MappingProxyType({})


class Workdays:
    """Which days are worked, and when a number of them will have passed.

    Args:
        zone: Where the days begin.
        overrides: Days that the department works (True) or not (False), whatever the calendar says.
    """

    def __init__(self, zone: ZoneInfo, overrides: Mapping[date, bool] = _NONE) -> None:
        self.zone = zone
        self._overrides = dict(overrides)

    def knows(self, day: date) -> bool:
        """Tell whether a day's kind is known; of one that is not, the day of the week decides."""
        return day in self._overrides or _official(day) is not None

    def worked(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        own = self._overrides.get(day)
        if own is not None:
            return own
        official = _official(day)
        return day.weekday() < _SATURDAY if official is None else official

    def after(self, at: Micros, days: int) -> Micros:
        """Return the end of the n-th working day that follows the day of `at`, which itself is not counted."""
        day = datetime_of(at, self.zone).date()
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.worked(day)
        return day_start(day, self.zone, days=1)


def _official(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the State Council announces a year in the autumn before it
        return None
