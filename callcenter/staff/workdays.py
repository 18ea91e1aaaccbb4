"""Working days of the mainland's calendar, with a table of one's own that wins; deadlines counted in them.

In a year that has not been announced a day is worked only where both its weekday and the provisional calendar say so:
nobody's time to explain gets shorter because the calendar is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.calendar import look_up
from callcenter.staff.dates import datetime_of, day_start

_NONE: Mapping[date, bool] = MappingProxyType({})
_MOST_DAYS = 366


class DaysSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the department says of some days: worked, not worked, or (None) as the official calendar has them again."""

    days: dict[date, bool | None]


def days_said(content: Any) -> DaysSaid:
    """Read what somebody proposes.

    Raises:
        BadInput: It is not what is expected.
    """
    try:
        said = msgspec.convert(content, DaysSaid)
    except msgspec.ValidationError as error:
        raise BadInput(f"these are no days of a calendar: {error}") from error
    if not 0 < len(said.days) <= _MOST_DAYS:
        raise BadInput(f"name 1 to {_MOST_DAYS} days")
    return said


def laid_over(filed: Mapping[date, bool], said: Iterable[DaysSaid]) -> dict[date, bool]:
    """Return the department's own days as settings and all that was said since have them, in order."""
    own: dict[date, bool | None] = dict(filed)
    for one in said:
        own |= one.days
    return {day: worked for day, worked in own.items() if worked is not None}


class Workdays:
    """Which days are worked, and when a number of them will have passed.

    Args:
        zone: Where the days begin.
        own: Days that the department works (True) or not (False), whatever the calendar says; others are in their
            place once two people have agreed to it.
    """

    def __init__(self, zone: ZoneInfo, own: Mapping[date, bool] = _NONE) -> None:
        self.zone = zone
        self.own = own

    def knows(self, day: date) -> bool:
        """Tell whether a day's kind is known, from the department or officially; else it is provisional."""
        return day in self.own or look_up(day).official

    def worked(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        own = self.own.get(day)
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
