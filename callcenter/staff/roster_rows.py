"""Rows of roster tables, checked one by one; every fault says file, sheet, row, column, and what is wrong."""

from __future__ import annotations

import functools
import re
from collections import Counter
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english, spelt
from callcenter.staff.dates import read_moment, zone_named
from callcenter.staff.roster_columns import REQUIRED, Sheet, column_named
from callcenter.staff.roster_table import Table
from callcenter.untrusted import escaped

_MOST_FAULTS = 1_000
_MOST_OF_ONE = 1_000
"""So many rows of a sheet may be one agent's, or one interface's: three a day for most of a year."""

_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?: 00:00:00)?")
SEPARATORS = re.compile(r"[;；,，、]")
Row = dict[str, str]
TimeSheet = Literal["shifts", "leave", "breaks"]


class RowFault(msgspec.Struct, frozen=True):
    """What is wrong with one row; row 0 is the whole sheet, and the column is empty where it is the whole row."""

    file: str
    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return escaped(f"{self._place()}: {self.what}")

    def _place(self) -> str:
        match bool(self.row), bool(self.column):
            case True, True:
                return english(f"{self.file}, sheet {self.sheet}, row {self.row}, column {self.column}")
            case True, False:
                return english(f"{self.file}, sheet {self.sheet}, row {self.row}")
            case False, True:
                return english(f"{self.file}, sheet {self.sheet}, column {self.column}")
            case _:
                return english(f"{self.file}, sheet {self.sheet}")


class RowChecker:
    """Turns tables into the lists of a roster's JSON form, collecting faults."""

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone
        self.faults: list[RowFault] = []
        self.warnings: list[str] = []
        self._agents: set[str] = set()
        self._zone: ZoneInfo | None = None

    def fault(self, table: Table, row: int, column: str, what: str) -> None:
        """Note a fault, as long as there are not too many to read."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(RowFault(table.file, table.name, row, column, what))

    def knows(self, agent: str) -> bool:
        """Tell whether the agents' sheet has somebody."""
        return agent in self._agents

    def site(self, table: Table) -> None:
        """Take the time zone that the tables name."""
        for number, row in self.rows(table, "site"):
            try:
                zone_named(row["timezone"])
            except BadInput as error:
                self.fault(table, number, "timezone", str(error))
            else:
                self.timezone = row["timezone"]

    def extensions(self, table: Table) -> list[str]:
        """Take the numbers that may be dialled for work."""
        return [row["extension"] for _, row in self.rows(table, "extensions")]

    def agents(self, table: Table) -> list[dict[str, Any]]:
        """Take who uses which interface; whoever stands here may stand in the other sheets."""
        found: list[dict[str, Any]] = []
        for number, row in self.rows(table, "agents"):
            self._agents.add(row["agent"])
            self._spans(table, number, row)
            made: dict[str, Any] = {name: text for name, text in row.items() if name != "queues"}
            queues = [one.strip() for one in SEPARATORS.split(row.get("queues", ""))]
            found.append(made | ({"queues": [one for one in queues if one]} if any(queues) else {}))
        for interface, count in Counter(one["interface"] for one in found).items():
            if count > _MOST_OF_ONE:
                self.fault(table, 0, "interface", f"{interface!r} has more than {_MOST_OF_ONE} rows")
        return found

    def times(self, table: Table, sheet: TimeSheet) -> list[dict[str, Any]]:
        """Take shifts, leave or breaks; shifts of one agent may not overlap."""
        found: list[dict[str, Any]] = []
        taken: dict[str, list[tuple[Micros, Micros, int]]] = {}
        for number, row in self.rows(table, sheet):
            if row["agent"] not in self._agents:
                self.fault(table, number, "agent", f"{row['agent']!r} is not among the agents")
            span = self._spans(table, number, row)
            if span is not None:
                taken.setdefault(row["agent"], []).append((*span, number))
            found.append(dict(row))
        for agent, spans in taken.items():
            if len(spans) > _MOST_OF_ONE:
                self.fault(table, 0, "agent", f"{agent!r} has more than {_MOST_OF_ONE} rows")
            elif sheet == "shifts":
                self._overlaps(table, spans)
        return found

    def _overlaps(self, table: Table, spans: list[tuple[Micros, Micros, int]]) -> None:
        last: tuple[Micros, Micros, int] | None = None
        for span in sorted(spans):
            if last is not None and span[0] < last[1]:
                self.fault(table, span[2], "from", f"the shift overlaps the one of row {last[2]}")
            last = span if last is None or span[1] > last[1] else last

    def rows(self, table: Table, sheet: Sheet) -> list[tuple[int, Row]]:
        """Return the rows (with their numbers) in which nothing that must be there is missing, by column."""
        columns = self._columns(table, sheet)
        for row, column, what in table.faults:
            name = columns.get(column - 1) or (f"{column}" if column else "")
            self.fault(table, row, name, what)
        if missing := sorted(REQUIRED[sheet] - set(columns.values())):
            self.fault(
                table, 1, missing[0], f"there is no such column; needed are {', '.join(sorted(REQUIRED[sheet]))}"
            )
            return []
        broken = {row for row, _, _ in table.faults}
        read = ((number, self._row(table, number, cells, columns)) for number, cells in table.rows)
        return [(number, told) for number, told in read if told is not None and number not in broken]

    def _columns(self, table: Table, sheet: Sheet) -> dict[int, str]:
        found: dict[int, str] = {}
        for n, heading in enumerate(table.heading):
            name = column_named(sheet, heading)
            if name is None and heading:
                self.fault(table, 1, heading, "the column is unknown")
            elif name in found.values():
                self.fault(table, 1, heading, f"the column {name} comes twice")
            elif name is not None:
                found[n] = name
        return found

    def _row(self, table: Table, number: int, cells: list[str], columns: dict[int, str]) -> Row | None:
        row = {columns[n]: cell for n, cell in enumerate(cells) if cell and n in columns}
        if len(cells) > len(table.heading):
            self.fault(table, number, "", "the row is longer than the heading")
        empty = sorted(REQUIRED[_sheet(table)] - row.keys())
        for name in empty:
            self.fault(table, number, name, "may not be empty")
        return None if empty else row

    def _spans(self, table: Table, number: int, row: Row) -> tuple[Micros, Micros] | None:
        """Write a row's times as ISO does, and check them; None where one is missing or wrong."""
        moments = [self._moment(table, number, row, name) for name in ("from", "to")]
        start, end = moments
        if start is None or end is None:
            return None
        if end <= start:
            self.fault(table, number, "to", f"{row['to']} is not after {row['from']}")
            return None
        return start, end

    def _moment(self, table: Table, number: int, row: Row, name: str) -> Micros | None:
        if name not in row:
            return None
        if self._zone is None:
            self._zone = zone_named(self.timezone)
        try:
            row[name] = iso_time(row[name])
            return read_moment(row[name], self._zone)
        except ValueError as error:
            self.fault(table, number, name, str(error))
            return None


def iso_time(text: str) -> str:
    """Write a time as ISO does where people write 2026/1/3 9:00; anything else stays as it is."""
    parts = _day().fullmatch(text)
    if parts is None:
        return text
    year, month, day, hour, rest = parts.groups()
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest.strip()}"


@functools.cache
def _day() -> re.Pattern[str]:
    """Return how people write a moment; a date's parts may be parted by words."""
    year, month, day = (spelt("dates", part) for part in ("year", "month", "day"))
    written = rf"(\d{{4}})(?:[-/.]|{year})(\d{{1,2}})(?:[-/.]|{month})(\d{{1,2}})(?:{day})?[ T]+(\d{{1,2}})[:：](.*)"
    return re.compile(written, re.DOTALL)


def iso_date(text: str) -> date:
    """Read a day, as ISO writes it or as Excel shows it; raises ValueError."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not a day like 2026-10-01")
    return date(*map(int, parts.groups()))


def _sheet(table: Table) -> Sheet:
    assert table.sheet is not None  # tables that are no sheet of a roster are told before
    return table.sheet
