"""A roster's sheets in memory, for the tests of what they mean."""

from __future__ import annotations

import csv
import io

from callcenter.staff.roster import roster_of
from callcenter.staff.roster_columns import sheet_named
from callcenter.staff.roster_form import Form, Import, imported
from callcenter.staff.roster_table import Table

AGENTS = "agent,interface\nAlice,PJSIP/1001\n"


def sheets(**texts: str) -> list[Table]:
    """Make a sheet of each CSV text."""
    made = []
    for name, text in texts.items():
        table = Table(f"{name}.csv", name, sheet_named(name))
        reader, line = csv.reader(io.StringIO(text, newline="")), 0
        for row in reader:
            if not table.heading:
                table.heading = row
            elif any(row):
                table.rows.append((line + 1, row))
            line = reader.line_num
        made.append(table)
    return made


def read(**texts: str) -> Import:
    return imported("the-roster", sheets(**texts), "Asia/Shanghai")


def form(**texts: str) -> Form:
    sound = read(**texts).sound()
    roster_of(sound)
    return sound


def told(**texts: str) -> list[str]:
    return [str(fault) for fault in read(**texts).faults]
