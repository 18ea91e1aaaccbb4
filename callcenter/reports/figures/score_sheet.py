"""A month's scores as a table: a row for each agent, and in a workbook every line with the record it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from callcenter.locale import Language
from callcenter.reports.figures.score_words import BRIEF, COLUMNS, SHEETS, line_title, noticed, plain, yes
from callcenter.rules.records.masks import worded
from callcenter.rules.scores.score_lines import LineKind
from callcenter.spreadsheet import Cell, Rows, csv_file, workbook
from callcenter.staff.dates import datetime_of
from callcenter.staff.months import month_name
from callcenter.staff.roles import Sight
from callcenter.store.decisions.scores import AgentScore, ScoredQuarter

_SUMS: dict[str, set[LineKind]] = {
    "base": {LineKind.BASE},
    "assessment": {LineKind.DAY, LineKind.ROUNDING},
    "violations": {LineKind.VIOLATION},
    "bonuses": {LineKind.BONUS},
    "adjustments": {LineKind.ADJUSTMENT},
    "limit": {LineKind.LIMIT},
}
_TOTALS = ("agent", "team", "month", "points", *_SUMS, "provisional", "trial", "notices")
_QUARTERS = ("agent", "team", "quarter", "points", "complete")
_ID = 12
"""Characters of a record's id that tell it from others."""
_LINES = ("agent", "month", "line", "record", "points", "at", "note")


class ScoreSheetStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How scores are written: in which language and zone, with recommended pay or without, how much of numbers."""

    language: Language
    zone: ZoneInfo
    money: bool
    numbers: Sight = Sight.FULL


def scores_csv(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> bytes:
    """Write a row for each agent."""
    return csv_file(totals(scored, how))


def scores_workbook(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> bytes:
    """Write a row for each agent, and on a second sheet one for each line."""
    tables = {"scores": totals(scored, how), "lines": lines(scored, how)}
    return workbook((SHEETS.say(name, how.language), rows) for name, rows in tables.items())


def totals(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> Rows:
    """Make a row for each agent, after the heading."""
    columns = (*_TOTALS, "yuan") if how.money else _TOTALS
    return [_heading(columns, how), *(_total(one, how) for one in scored)]


def quarters(scored: Sequence[ScoredQuarter], how: ScoreSheetStyle) -> Rows:
    """Make a row for each agent's quarter, with the points of its months, after the heading."""
    months = sorted({month_name(one.score.month) for quarter in scored for one in quarter.months})
    rows = []
    for one in scored:
        points = {month_name(month.score.month): plain(month.score.points) for month in one.months}
        named = f"{one.score.year}-Q{one.score.quarter}"
        whole = yes(so=one.score.complete, language=how.language)
        rows.append(
            [one.member.agent, one.member.team, named, plain(one.score.points), whole, *map(points.get, months)]
        )
    return [[*_heading(_QUARTERS, how), *months], *rows]


def brief_totals(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> Rows:
    """Make a row for each agent with the points alone, as a narrow terminal has room for."""
    columns = ("agent", "points", *_SUMS, *(("yuan",) if how.money else ()))
    wide = totals(scored, how)
    places = [0, 3, *range(4, 4 + len(_SUMS)), *((len(wide[0]) - 1,) if how.money else ())]
    heading = [(BRIEF if name in BRIEF else COLUMNS).say(name, how.language) for name in columns]
    return [heading, *([row[place] for place in places] for row in wide[1:])]


def remarks(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> Iterator[str]:
    """Yield what is to be said of an agent's score beside its points, a line each."""
    for one in scored:
        score = one.score
        told = [COLUMNS.say(name, how.language) for name in ("provisional", "trial") if getattr(score, name)]
        told += [noticed(score.notices, how.language)] if score.notices else []
        if told:
            yield f"{one.member.agent}: {'; '.join(told)}"


def brief_lines(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> Rows:
    """Make a row for each line of one agent's score, as a narrow terminal has room for."""
    wide = lines(scored, how)
    return [[row[2], row[4], row[5], str(row[3] or "")[:_ID] if n else row[3], row[6]] for n, row in enumerate(wide)]


def lines(scored: Sequence[AgentScore], how: ScoreSheetStyle) -> Rows:
    """Make a row for each line of each score, with the record it comes from, after the heading."""
    rows = (
        (
            one.member.agent,
            month_name(one.score.month),
            line_title(line, how.language),
            one.record_of(line),
            plain(line.points),
            None if line.at is None else datetime_of(line.at, how.zone).isoformat(" ", "minutes"),
            worded(line.note, how.numbers),
        )
        for one in scored
        for line in one.score.lines
    )
    return [_heading(_LINES, how), *rows]


def _total(one: AgentScore, how: ScoreSheetStyle) -> list[Cell]:
    score = one.score
    sums = [sum((line.points for line in score.lines if line.kind in kinds), Decimal(0)) for kinds in _SUMS.values()]
    row: list[Cell] = [
        one.member.agent,
        one.member.team,
        month_name(score.month),
        plain(score.points),
        *map(plain, sums),
        yes(so=score.provisional, language=how.language),
        yes(so=score.trial, language=how.language),
        noticed(score.notices, how.language),
    ]
    if not how.money:
        return row
    return [*row, None if score.recommended_yuan is None else plain(score.recommended_yuan)]


def _heading(columns: Sequence[str], how: ScoreSheetStyle) -> list[Cell]:
    return [COLUMNS.say(name, how.language) for name in columns]
