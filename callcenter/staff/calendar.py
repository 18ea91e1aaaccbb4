"""What kind a day is on the mainland: as the State Council announced it, else provisionally by the law alone.

A year is announced in the autumn before it, and the package that carries it follows. Until then the statutory holidays
are known and the days off and on that are swapped around them are not: such days are marked as not official, and no
weekend of theirs is taken for a working day.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import chinese_calendar
from holidays import country_holidays

_SATURDAY = 5
_KEPT_YEARS = 64


class CalendarDay(NamedTuple):
    """A day of the calendar.

    Attributes:
        worked: It is a working day.
        festival: It is off for a holiday, not for the weekend.
        official: It was announced; else it is provisional.
    """

    worked: bool
    festival: bool
    official: bool


def look_up(day: date) -> CalendarDay:
    """Return what a day is, as far as anybody knows."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        festival = day in _statutory(day.year)
        return CalendarDay(worked=day.weekday() < _SATURDAY and not festival, festival=festival, official=False)
    return CalendarDay(worked=not off, festival=off and name is not None, official=True)


@lru_cache(maxsize=_KEPT_YEARS)
def _statutory(year: int) -> frozenset[date]:
    """The days off by law; none where the law or the moon is not known."""
    return frozenset(country_holidays("CN", years=year))
