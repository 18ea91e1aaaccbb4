"""Complaints' figures as rows: for a terminal few columns, for a file all of them, with natures and departments."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from callcenter.cases.aftercare.figures import TURNS, ComplaintFigures, NamedFigures
from callcenter.cases.complaints.vocabulary import Nature
from callcenter.locale import Language
from callcenter.reports.figures.complaint_words import FORMULAS, WORDS
from callcenter.spreadsheet import Cell, Rows, csv_file, workbook
from callcenter.untrusted import replaced

_COUNTS = (
    "closed",
    "in_time",
    "extended",
    "withdrawn",
    "resolved",
    "unreachable",
    "unasked",
    "upheld",
    "not_upheld",
    "unjudged",
    "known",
    "repeats",
)
_PROMISES = ("accepted", "complaint", "report")
_STANDS = ("kept", "broken", "open")
_RATES = tuple(ComplaintFigures().rates)
_BRIEF = ("closed_in_time", "complaint_kept", "report_kept", "resolved", "satisfied", "repeats")


def brief_complaints(found: NamedFigures, by: str, language: Language) -> Rows:
    """Make a row for each name and one for all, as a terminal has room for."""
    names = (by, "received", "closed", *(f"rate_{rate}" for rate in _BRIEF))
    rows: list[list[Cell]] = [
        [name, one.received, one.closed, *(_percent(one.rates[rate]) for rate in _BRIEF)]
        for name, one in _named(found, language)
    ]
    return [[WORDS.say(name, language) for name in names], *rows]


def all_complaints(found: NamedFigures, by: str, language: Language) -> Rows:
    """Make a row for each name and one for all, with every figure and every share by its formula."""
    heading: list[Cell] = [WORDS.say(name, language) for name in _columns(by)]
    heading += [f"{WORDS.say(f'rate_{rate}', language)} {FORMULAS.say(rate, language)}" for rate in _RATES]
    return [heading, *(_row(name, one) for name, one in _named(found, language))]


def natures(found: NamedFigures, by: str, language: Language) -> Rows:
    """Make a row for each name and nature that was found."""
    rows: list[list[Cell]] = [
        [name, WORDS.say(nature, language), one.natures[nature]]
        for name, one in _named(found, language)
        for nature in Nature
        if one.natures[nature]
    ]
    return [[WORDS.say(name, language) for name in (by, "nature", "count")], *rows]


def departments(found: NamedFigures, by: str, language: Language) -> Rows:
    """Make a row for each name and department."""
    names = (by, "department", "cases", "closed", "returned", "hours_department")
    rows: list[list[Cell]] = [
        [name, replaced(department), one.cases, one.closed, one.returned, _exact(one.mean_hours, 2)]
        for name, figures in _named(found, language)
        for department, one in sorted(figures.departments.items())
    ]
    return [[WORDS.say(name, language) for name in names], *rows]


def complaints_csv(found: NamedFigures, by: str, language: Language) -> bytes:
    """Write every figure as CSV."""
    return csv_file(all_complaints(found, by, language))


def complaints_workbook(found: NamedFigures, by: str, language: Language) -> bytes:
    """Write every figure as a workbook, natures and departments on sheets of their own."""
    sheets = {"figures": all_complaints, "natures": natures, "departments": departments}
    return workbook((WORDS.say(name, language), made(found, by, language)) for name, made in sheets.items())


def _columns(by: str) -> list[str]:
    promises = [f"{promise}_{stand}" for promise in _PROMISES for stand in _STANDS]
    answers = [f"answers_{answer}" for answer in (1, 2, 3)]
    turns = [f"hours_{turn}" for turn in TURNS]
    return [by, "received", *promises, *_COUNTS, *answers, *turns, "planned", "made", "follow_up_unreachable"]


def _row(name: str, one: ComplaintFigures) -> list[Cell]:
    answers: Counter[int] = one.answers
    return [
        name,
        one.received,
        *(getattr(getattr(one, promise), stand) for promise in _PROMISES for stand in _STANDS),
        *(getattr(one, count) for count in _COUNTS),
        *(answers[answer] for answer in (1, 2, 3)),
        *(_exact(one.mean_hours(turn), 2) for turn in TURNS),
        one.follow_ups.planned,
        one.follow_ups.made,
        one.follow_ups.unreachable,
        *(_exact(one.rates[rate], 4) for rate in _RATES),
    ]


def _named(found: NamedFigures, language: Language) -> list[tuple[str, ComplaintFigures]]:
    unknown = WORDS.say("unknown", language)
    return [
        *((replaced(name) or unknown, one) for name, one in sorted(found.names.items())),
        (WORDS.say("all", language), found.all),
    ]


def _exact(value: float | None, digits: int) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal(1).scaleb(-digits))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{_exact(value * 100, 1)}%"
