"""`callcenter report`: a day's or a month's figures out of the database, per queue, each by its name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.core import TyperGroup

from callcenter.cases.repeats import RepeatFigures, repeat_figures
from callcenter.cli.aftercare.complaint_report import complaints
from callcenter.cli.aftercare.register_report import register
from callcenter.cli.database import with_decisions
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.clock import today, wall_clock
from callcenter.config import load_settings
from callcenter.domain.facts import Visit
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.reports.figures.per_queue import FiguresByQueue
from callcenter.reports.figures.repeats import repeats_told
from callcenter.reports.figures.sheet import MeasuredCalls, SheetStyle, all_calls, all_figures, brief_figures, remarks
from callcenter.reports.figures.words import remark
from callcenter.reports.lost_calls import lost_calls_told
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.promises import FirstAnswer
from callcenter.spreadsheet import csv_file, workbook
from callcenter.staff.dates import day_start
from callcenter.staff.months import month_span, read_month
from callcenter.store import DecisionStore
from callcenter.store.customers.repeats import seen_contacts
from callcenter.store.decisions.call_qualities import measured_in
from callcenter.store.decisions.lost_calls import lost_in
from callcenter.store.record.promises import first_answers
from callcenter.store.record.visit_queries import (
    OpenStay,
    StoredSpan,
    VisitFilter,
    ended_visits,
    lost_phones,
    open_visits,
    unseen,
)
from callcenter.tracker import RulesFiles


class _CallsUnlessNamed(TyperGroup):
    """`callcenter report yesterday` is `callcenter report calls yesterday`."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        named = arguments[:1] in ([name] for name in (*self.commands, "--help"))
        return super().parse_args(context, arguments if named else ["calls", *arguments])


app = typer.Typer(cls=_CallsUnlessNamed, add_completion=False, help="A day's or a month's figures out of the database.")
app.command("complaints")(complaints)
app.command("register")(register)

_DAYS = ("today", "yesterday")
_MONTH = re.compile(r"\d{4}-\d\d")


class _Read(NamedTuple):
    visits: list[Visit]
    calls: list[FirstAnswer]
    lasting: list[OpenStay]
    gaps: list[StoredSpan]
    lost: list[StoredSpan]
    lost_calls: Counter[str]
    repeats: RepeatFigures
    measured: MeasuredCalls


@app.command("calls")
def main(
    span: Annotated[str, typer.Argument(help="today, yesterday, a day such as 2026-11-28, or a month.")] = "today",
    queue: Annotated[str | None, typer.Option(help="Only this queue's.")] = None,
    numbers: Annotated[bool, typer.Option("--numbers", help="Callers' numbers whole, in a workbook.")] = False,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Show offered, answered, abandoned, their rates, ASA and the service level by its name, per queue.

    A CSV file holds every figure; a workbook also every call. Nothing that exists is overwritten.
    """
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    since, until = span_of(span, zone)
    asked = VisitFilter(since=since, until=until, queue=queue)

    async def read(decisions: DecisionStore) -> tuple[_Read, Rulebook]:
        in_force = await RulesFiles(decisions, chosen.in_force).in_force()
        async with decisions.reading() as connection:
            return await _read(connection, asked, since, until), in_force.rulebook

    found, rulebook = with_decisions(chosen.store, read)
    day = FiguresByQueue(lambda name, at: rulebook.figures(at).threshold(name))
    day.ended(found.visits)
    for call in found.calls:
        day.answered(call)
    for one in found.lasting:
        day.lasting(one.queue)
    how = SheetStyle(language=language, zone=zone, numbers=numbers)
    if csv is not None:
        write_new(csv, csv_file(all_figures(day, how)), language)
    if xlsx is not None:
        calls = all_calls(found.visits, found.lasting, found.measured, how)
        sheets = {"figures": all_figures(day, how), "calls": calls}
        write_new(xlsx, workbook((remark(name, language), rows) for name, rows in sheets.items()), language)
    if csv is xlsx is None:
        _show(day, found, how, span)


def _show(day: FiguresByQueue, found: _Read, how: SheetStyle, span: str) -> None:
    if day.queues:
        show(brief_figures(day, how))
        print(remark("formulas", how.language))
        print(remark("span", how.language, span=span_said(span, how.language), zone=how.zone.key))
    else:
        print(remark("no_day", how.language, span=span_said(span, how.language)))
    if found.lost_calls:
        print(lost_calls_told(found.lost_calls, how.language))
    if found.repeats.answered:
        print(repeats_told(found.repeats, how.language))
    for line in remarks(found.gaps, found.lost, how):
        print(line)


async def _read(connection: AsyncConnection, asked: VisitFilter, since: Micros, until: Micros) -> _Read:
    visits = await ended_visits(connection, asked)
    return _Read(
        visits,
        await first_answers(connection, since, until, asked.queue),
        await open_visits(connection, asked),
        await unseen(connection, since, until),
        await lost_phones(connection, since, until),
        await lost_in(connection, since, until, asked.queue),
        repeat_figures(await seen_contacts(connection, since, until, asked.queue), wall_clock()),
        await measured_in(connection, {one.uniqueid for one in visits}),
    )


def span_said(told: str, language: Language) -> str:
    """Say a day or a month as it was told, words in a language."""
    return remark(told, language) if told in _DAYS else told


def span_of(told: str, zone: ZoneInfo) -> tuple[Micros, Micros]:
    """Read a day or a month.

    Raises:
        BadInput: It is neither.
    """
    if _MONTH.fullmatch(told):
        return month_span(read_month(told), zone)
    now = today(zone)
    known = {"today": now, "yesterday": now - timedelta(days=1)}
    try:
        day = known.get(told) or date.fromisoformat(told)
    except ValueError:
        raise BadInput(f"{told!r} is not today, yesterday, a day like 2026-11-28 or a month like 2026-11") from None
    return day_start(day, zone), day_start(day, zone, days=1)
