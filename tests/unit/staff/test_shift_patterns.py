"""Shifts by weekday and kind of day: the mainland's calendar, one's own table, and years that nobody knows."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.staff.shift_patterns import DayKind, kind_of
from tests.unit.staff.sheets import AGENTS, form, read, told

HEADING = "agent,days,from,to,first,last\n"


def begins(**sheets: str) -> list[str]:
    return [shift["from"] for shift in form(**sheets)["shifts"]]


@pytest.mark.parametrize(
    ("day", "kind", "known"),
    [
        (date(2025, 10, 1), DayKind.HOLIDAY, True),
        (date(2025, 9, 28), DayKind.WORKDAY, True),  # a Sunday, worked for the National Day's week
        (date(2025, 11, 22), DayKind.WEEKEND, True),
        (date(2025, 11, 24), DayKind.WORKDAY, True),
        (date(2099, 10, 1), DayKind.HOLIDAY, False),
        (date(2099, 10, 12), DayKind.WORKDAY, False),
        (date(2099, 10, 10), DayKind.WEEKEND, False),
        (date(2299, 10, 1), DayKind.WEEKEND, False),  # a Sunday of a year whose holidays nobody knows
    ],
)
def test_kind_of_a_day_is_the_calendars_or_else_the_weekdays(day: date, kind: DayKind, known: bool) -> None:
    assert kind_of(day, {}) == (kind, known)


def test_own_table_wins_over_the_calendar() -> None:
    assert kind_of(date(2025, 10, 1), {date(2025, 10, 1): DayKind.WORKDAY}) == (DayKind.WORKDAY, True)


def test_pattern_becomes_shifts_that_may_run_past_midnight() -> None:
    rows = HEADING + "Alice,mon;sat,18:30,24:00,2025-11-22,2025-11-24\nAlice,周日,22:00,0:30,2025/11/22,2025/11/24\n"
    made = form(agents=AGENTS, patterns=rows)
    assert [(shift["from"], shift["to"]) for shift in made["shifts"]] == [
        ("2025-11-22T18:30", "2025-11-23T00:00"),
        ("2025-11-24T18:30", "2025-11-25T00:00"),
        ("2025-11-23T22:00", "2025-11-24T00:30"),
    ]


def test_calendar_sheet_changes_the_kind_of_a_day() -> None:
    rows = HEADING + "Alice,workday,9:00,18:00,2025-09-30,2025-10-02\n"
    plain = begins(agents=AGENTS, patterns=rows)
    own = begins(agents=AGENTS, patterns=rows, calendar="date,kind\n2025-10-02,工作日\n")
    assert plain == ["2025-09-30T09:00"]
    assert own == ["2025-09-30T09:00", "2025-10-02T09:00"]


def test_year_that_the_calendar_does_not_know_warns_where_it_matters() -> None:
    kinds, weekdays = (
        read(agents=AGENTS, patterns=f"{HEADING}Alice,{days},9:00,18:00,2099-10-01,2099-10-02\n")
        for days in ("workday", "thu")
    )
    assert kinds.warnings == [
        "the calendar does not know 2099 yet: its days are provisional, by weekday and statutory holiday"
    ]
    assert weekdays.warnings == []


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("Alice,someday,9:00,18:00,2025-10-01,2025-10-02", "'someday' is no kind of day"),
        ("Alice,mon,9:00,24:01,2025-10-01,2025-10-02", "'24:01' is not a time of day"),
        ("Alice,mon,9,18:00,2025-10-01,2025-10-02", "'9' is not a time of day"),
        ("Alice,mon,9:00,18:60,2025-10-01,2025-10-02", "'18:60' is not a time of day"),
        ("Alice,mon,9:00,18:00,2025-10-02,2025-10-01", "must be 1 to 366 days"),
        ("Alice,mon,9:00,18:00,2025-10-01,2026-10-02", "must be 1 to 366 days"),
        ("Alice,mon,9:00,18:00,soon,2025-10-01", "'soon' is not a day"),
        ("Bob,mon,9:00,18:00,2025-10-01,2025-10-02", "'Bob' is not among the agents"),
    ],
)
def test_pattern_that_makes_no_sense_is_told_with_its_row(row: str, what: str) -> None:
    (fault,) = told(agents=AGENTS, patterns=f"{HEADING}{row}\n")
    assert fault.startswith("patterns.csv, sheet patterns, row 2")
    assert what in fault


def test_calendar_rows_are_checked() -> None:
    days = "date,kind\n2025-10-01,workday\n2025-10-01,weekend\n2025-10-03,party\nsoon,holiday\n"
    assert [fault.split(",")[2] for fault in told(agents=AGENTS, calendar=days)] == [
        " row 3",
        " row 4: needs a date like 2026-10-01",
        " row 5: needs a date like 2026-10-01",
    ]


def test_patterns_cannot_make_more_shifts_than_a_sheet_may_hold() -> None:
    row = "Alice,workday;weekend;holiday,9:00,18:00,2024-01-01,2024-12-31\n"
    (fault,) = told(agents=AGENTS, patterns=HEADING + row * 60)
    assert "more than 20000 shifts" in fault
