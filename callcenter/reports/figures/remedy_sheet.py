"""Remedies as rows, for accounting's check, and their sums by kind."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from callcenter.cases.aftercare.remedies import sums
from callcenter.locale import Language, Words
from callcenter.spreadsheet import Cell, Rows, csv_file, workbook
from callcenter.staff.dates import datetime_of
from callcenter.store.aftercare.remedies import CaseRemedy

WORDS = Words(
    "remedies",
    {
        "number": "case",
        "kind": "kind",
        "amount": "amount (yuan)",
        "quantity": "quantity",
        "proposed_by": "proposed by",
        "approved_by": "approved by",
        "approved_at": "approved at",
        "checked": "checked",
        "checked_by": "checked by",
        "remark": "remark",
        "yes": "right",
        "no": "not right",
        "unknown": "not known yet",
        "remedies": "remedies",
        "sums": "sums",
        "count": "times",
        "unknown_count": "amount not known",
        "unchecked": "not checked",
        "faulty": "not right",
    },
)
_COLUMNS = (
    "number",
    "kind",
    "amount",
    "quantity",
    "proposed_by",
    "approved_by",
    "approved_at",
    "checked",
    "checked_by",
    "remark",
)


def remedies_listed(found: Sequence[CaseRemedy], zone: ZoneInfo, language: Language) -> Rows:
    """Make a row for each remedy."""
    rows: list[list[Cell]] = []
    for one in found:
        told = one.remedy
        checked = None if told.checked is None else WORDS.say("yes" if told.checked else "no", language)
        rows.append(
            [
                one.number,
                told.kind,
                WORDS.say("unknown", language) if told.amount is None else told.amount,
                told.quantity,
                told.proposed_by,
                told.approved_by,
                f"{datetime_of(told.approved_at, zone):%Y-%m-%d %H:%M:%S}",
                checked,
                told.checked_by,
                told.remark,
            ]
        )
    return [[WORDS.say(name, language) for name in _COLUMNS], *rows]


def remedy_sums(found: Sequence[CaseRemedy], language: Language) -> Rows:
    """Make a row for each kind."""
    names = ("kind", "count", "amount", "unknown_count", "unchecked", "faulty")
    rows: list[list[Cell]] = [
        [kind, one.count, one.amount, one.unknown, one.unchecked, one.faulty]
        for kind, one in sums(told.remedy for told in found).items()
    ]
    return [[WORDS.say(name, language) for name in names], *rows]


def remedies_csv(found: Sequence[CaseRemedy], zone: ZoneInfo, language: Language) -> bytes:
    """Write remedies as CSV."""
    return csv_file(remedies_listed(found, zone, language))


def remedies_workbook(found: Sequence[CaseRemedy], zone: ZoneInfo, language: Language) -> bytes:
    """Write remedies as a workbook, their sums on a sheet of its own."""
    sheets = {"remedies": remedies_listed(found, zone, language), "sums": remedy_sums(found, language)}
    return workbook((WORDS.say(name, language), rows) for name, rows in sheets.items())
