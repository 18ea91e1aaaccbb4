"""Working days of the mainland's calendar, with a table of one's own that wins; deadlines counted in them.

In a year that has not been announced a day is worked only where both its weekday and the provisional calendar say so:
nobody's time to explain gets shorter because the calendar is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.staff.calendar import look_up
from callcenter.staff.dates import datetime_of, day_start

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
        """Tell whether a day's kind is known, from the department or officially; else it is provisional."""
        return day in self._overrides or look_up(day).official

    def worked(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        own = self._overrides.get(day)
        return look_up(day).worked if own is None else own

    def after(self, at: Micros, days: int) -> Micros:
        """Return the end of the n-th working day that follows the day of `at`, which itself is not counted."""
        day = datetime_of(at, self.zone).date()
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.worked(day)
        return day_start(day, self.zone, days=1)

    def first_unknown(self, start: Micros, end: Micros) -> date | None:
        """Return the first day from one moment to another, both included, whose kind is provisional; None: none is."""
        day, last = (datetime_of(at, self.zone).date() for at in (start, max(start, end)))
        while day <= last:
            if not self.knows(day):
                return day
            day += timedelta(days=1)
        return None
