"""A roster to be filled in: every sheet with its headings and an example, sound as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from callcenter.files.roster_sheet import export_roster, put_new
from callcenter.locale import Language, Words
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.staff.months import month_days
from callcenter.staff.roster_columns import LAYOUT, Sheet, heading, title
from callcenter.staff.roster_form import Form

_WORDS = Words(
    "roster",
    {
        "one": "Alice",
        "two": "Bob",
        "team": "hotline",
        "workday": "workday",
        "leave": "annual leave",
        "meal": "meal",
        "holiday": "holiday",
    },
)
"""What stands in the examples."""


def write_template(path: Path, language: Language, timezone: str, today: date) -> list[Path]:
    """Write the template as a workbook (.xlsx), JSON, or a folder of CSV files; return what was written.

    Raises:
        BadInput: Something is in the way, or it is no form of a roster.
    """
    first, last = _next_month(today)
    tables = _tables(_WORDS.table(language), first, last, timezone)
    named: dict[str, Rows] = {
        title(sheet, language): [[heading(name, language) for name in LAYOUT[sheet]], *rows]
        for sheet, rows in tables.items()
    }
    match path.suffix.lower():
        case ".xlsx":
            return put_new({path: workbook(named.items())})
        case "":
            return put_new({path / f"{name}.csv": csv_file(rows) for name, rows in named.items()})
        case _:
            return export_roster(_form(_WORDS.table(language), first, timezone), path)


def _tables(words: Mapping[str, str], first: date, last: date, timezone: str) -> dict[Sheet, list[list[str]]]:
    one, two = words["one"], words["two"]
    day = first.isoformat()
    return {
        "agents": [
            [one, "PJSIP/1001", words["team"], "consumers;products", "", ""],
            [two, "PJSIP/1002", words["team"], "consumers", "", ""],
        ],
        "patterns": [[one, words["workday"], "09:00", "18:00", day, last.isoformat()]],
        "shifts": [[two, f"{day} 09:00", f"{day} 18:00", ""]],
        "breaks": [[two, f"{day} 12:00", f"{day} 12:30", words["meal"]]],
        "leave": [[one, f"{last.isoformat()} 00:00", f"{last + timedelta(days=1)} 00:00", words["leave"]]],
        "calendar": [[last.isoformat(), words["holiday"]]],
        "extensions": [["_10XX"]],
        "site": [[timezone]],
    }


def _form(words: Mapping[str, str], first: date, timezone: str) -> Form:
    one, two = words["one"], words["two"]
    span = {"from": f"{first}T09:00", "to": f"{first}T18:00"}
    return {
        "timezone": timezone,
        "agents": [
            {"agent": one, "interface": "PJSIP/1001", "team": words["team"], "queues": ["consumers", "products"]},
            {"agent": two, "interface": "PJSIP/1002", "team": words["team"], "queues": ["consumers"]},
        ],
        "shifts": [{"agent": one, **span}, {"agent": two, **span}],
        "breaks": [{"agent": two, "from": f"{first}T12:00", "to": f"{first}T12:30", "note": words["meal"]}],
        "legit_extensions": ["_10XX"],
    }


def _next_month(today: date) -> tuple[date, date]:
    last = month_days((today.year, today.month))[1]
    later = last + timedelta(days=1)
    return month_days((later.year, later.month))
