"""`callcenter report complaints`: what a month's complaints came to, by team, owner or class."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter.cases.aftercare.figures import NamedFigures
from callcenter.cli.database import with_decisions
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.clock import today, wall_clock
from callcenter.config import load_settings
from callcenter.reports.figures.complaint_sheet import brief_complaints, complaints_csv, complaints_workbook
from callcenter.reports.figures.complaint_words import WORDS
from callcenter.staff.months import month_name, month_span, read_month
from callcenter.store import DecisionStore
from callcenter.store.complaints.figures import ComplaintGrouping, ComplaintSpan, complaint_figures
from callcenter.tracker import RulesFiles
from callcenter.usecases.aftercare.complaint_terms import complaint_terms


def complaints(
    month: Annotated[str | None, typer.Option(help="A month such as 2026-11; the present one by itself.")] = None,
    by: Annotated[ComplaintGrouping, typer.Option(help="A row for each of these.")] = ComplaintGrouping.TEAM,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Show the 48 h rate, both promises, resolution, satisfaction and repeats of complaints received in a month.

    A CSV file holds every figure; a workbook also natures and departments. Nothing that exists is overwritten.
    """
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    day = today(zone)
    asked = (day.year, day.month) if month is None else read_month(month)
    since, until = month_span(asked, zone)

    async def read(decisions: DecisionStore) -> NamedFigures:
        in_force = await RulesFiles(decisions, chosen.in_force).in_force()
        terms = complaint_terms(chosen.aftercare, in_force.rulebook, wall_clock())
        async with decisions.reading() as connection:
            return await complaint_figures(connection, ComplaintSpan(since=since, until=until), by, terms, zone)

    found = with_decisions(chosen.store, read)
    if csv is not None:
        write_new(csv, complaints_csv(found, by.value, language), language)
    if xlsx is not None:
        write_new(xlsx, complaints_workbook(found, by.value, language), language)
    if csv is xlsx is None:
        if found.all.received:
            show(brief_complaints(found, by.value, language))
            print(WORDS.say("formulas", language))
            print(WORDS.say("span", language, span=month_name(asked), zone=zone.key))
        else:
            print(WORDS.say("none", language, span=month_name(asked)))
