"""Rows of shift patterns and of the days that differ from the calendar, read into shifts."""

from __future__ import annotations

import re
from datetime import date

from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.staff.roster_rows import SEPARATORS, Row, RowChecker, iso_date
from callcenter.staff.roster_table import MOST_ROWS, Table
from callcenter.staff.shift_patterns import DayKind, Pattern, day_names, provisional_years, shifts_of

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")
_DAY_MINUTES = 24 * 60


def calendar_of(checker: RowChecker, table: Table) -> dict[date, DayKind]:
    """Read the days that differ from the calendar."""
    found: dict[date, DayKind] = {}
    for number, row in checker.rows(table, "calendar"):
        try:
            day = iso_date(row["date"])
            if day in found:
                checker.fault(table, number, "date", f"{day} comes twice")
            found[day] = DayKind(day_names().get(row["kind"].casefold(), row["kind"]))
        except ValueError:
            known = ", ".join(DayKind)
            checker.fault(table, number, "", f"needs a date like 2026-10-01, and one of {known}")
    return found


def shifts_from(checker: RowChecker, table: Table, overrides: dict[date, DayKind]) -> list[dict[str, str]]:
    """Read patterns and return their shifts; years that the calendar does not know become warnings."""
    found: list[dict[str, str]] = []
    years: set[int] = set()
    for number, row in checker.rows(table, "patterns"):
        try:
            pattern = _pattern(row)
        except (ValueError, BadInput) as error:
            checker.fault(table, number, "", str(error))
            continue
        if not checker.knows(row["agent"]):
            checker.fault(table, number, "agent", f"{row['agent']!r} is not among the agents")
        found += shifts_of(pattern, overrides)
        years |= provisional_years(pattern, overrides)
        if len(found) > MOST_ROWS:
            checker.fault(table, number, "", f"the patterns make more than {MOST_ROWS} shifts")
            break
    checker.warnings += [
        english(f"the calendar does not know {year} yet: its days are provisional, by weekday and statutory holiday")
        for year in sorted(years)
    ]
    return found


def _pattern(row: Row) -> Pattern:
    names = day_names()
    told = [one.strip().casefold() for one in SEPARATORS.split(row["days"]) if one.strip()]
    if odd := [one for one in told if one not in names]:
        raise ValueError(f"{odd[0]!r} is no kind of day; known are {', '.join(names)}")
    return Pattern(
        agent=row["agent"],
        days=frozenset(names[one] for one in told),
        start=_minutes(row["from"]),
        end=_minutes(row["to"]),
        first=iso_date(row["first"]),
        last=iso_date(row["last"]),
    )


def _minutes(text: str) -> int:
    parts = _CLOCK.fullmatch(text)
    minutes = -1 if parts is None else int(parts[1]) * 60 + int(parts[2])
    if parts is None or int(parts[2]) > 59 or minutes > _DAY_MINUTES:  # noqa: PLR2004  # a clock's
        raise ValueError(f"{text!r} is not a time of day like 18:30 or 24:00")
    return minutes
