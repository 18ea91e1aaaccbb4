"""Shifts that come back: weekdays and kinds of day, by the mainland's calendar and a table of one's own that wins."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from callcenter.errors import BadInput
from callcenter.locale import spellings
from callcenter.staff.calendar import look_up

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_DAYS = 366
_DAY_MINUTES = 24 * 60


class DayKind(StrEnum):
    """What kind a day is; a weekend that is worked in exchange for a holiday is a workday."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A shift on every day, from `first` to `last`, whose weekday or kind is named.

    Attributes:
        start: Minutes after midnight; `end` too, on the next day where it is not after `start`.
    """

    agent: str
    days: frozenset[str]
    start: int
    end: int
    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < _MOST_DAYS:
            raise BadInput(f"{self.first} to {self.last} must be 1 to {_MOST_DAYS} days")


@functools.cache
def day_names() -> Mapping[str, str]:
    """Return every name of a weekday or a kind of day, as people write it, with what it means."""
    own = {name: name for name in (*WEEKDAYS, *DayKind)}
    return {**own, **{written: name for name in own for written in spellings("days")[name]}}


def kind_of(day: date, overrides: Mapping[date, DayKind]) -> tuple[DayKind, bool]:
    """Return a day's kind, and whether that is known; in a year that was not announced it is provisional."""
    own = overrides.get(day)
    if own is not None:
        return own, True
    found = look_up(day)
    if found.worked:
        return DayKind.WORKDAY, found.official
    return (DayKind.HOLIDAY if found.festival else DayKind.WEEKEND), found.official


def provisional_years(pattern: Pattern, overrides: Mapping[date, DayKind]) -> set[int]:
    """Return the years that have a day whose kind is not known, where the pattern asks for kinds."""
    if not pattern.days & set(DayKind):
        return set()
    return {day.year for day in _days(pattern) if not kind_of(day, overrides)[1]}


def shifts_of(pattern: Pattern, overrides: Mapping[date, DayKind]) -> Iterator[dict[str, str]]:
    """Return each shift as a roster's form has it."""
    for day in _days(pattern):
        kind, _ = kind_of(day, overrides)
        if kind in pattern.days or WEEKDAYS[day.weekday()] in pattern.days:
            end = pattern.end if pattern.end > pattern.start else pattern.end + _DAY_MINUTES
            times = {"from": _written(day, pattern.start), "to": _written(day, end)}
            yield {"agent": pattern.agent, **times}


def _days(pattern: Pattern) -> Iterator[date]:
    return (pattern.first + timedelta(days=n) for n in range((pattern.last - pattern.first).days + 1))


def _written(day: date, minutes: int) -> str:
    days, left = divmod(minutes, _DAY_MINUTES)
    return f"{day + timedelta(days=days)}T{left // 60:02}:{left % 60:02}"
