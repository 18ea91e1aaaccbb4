"""`callcenter calls`: the calls that the database holds, one stay in a queue a row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cli.database import Since, Until, reading, span
from callcenter.cli.office.board import console_for_output
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import NARROW, CsvFile, WorkbookFile, show, write_new
from callcenter.clock import today
from callcenter.config import load_settings
from callcenter.domain.facts import Visit
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.locale import Language
from callcenter.reports.figures.sheet import MeasuredCalls, SheetStyle, all_calls, brief_calls
from callcenter.reports.figures.words import remark
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.staff.dates import day_start
from callcenter.store.decisions.call_qualities import measured_in
from callcenter.store.record.visit_queries import OpenStay, VisitFilter, ended_visits, open_visits

app = typer.Typer(add_completion=False, help="List the calls that the database holds.")


@app.command()
def main(
    since: Since = None,
    until: Until = None,
    queue: Annotated[str | None, typer.Option(help="Only this queue's.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only those that this agent answered.")] = None,
    outcome: Annotated[VisitOutcome | None, typer.Option(help="Only those that ended so.")] = None,
    last: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="How many of the newest to show; files hold all.")
    ] = 50,
    numbers: Annotated[bool, typer.Option("--numbers", help="Callers' numbers whole.")] = False,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List stored calls, today's unless --from or --to says otherwise; nothing that exists is overwritten."""
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    start, end = span(since, until, zone)
    if start is end is None:
        start = day_start(today(zone), zone)
    asked = VisitFilter(since=start, until=end, queue=queue, agent=agent, outcome=outcome)
    written = csv is not None or xlsx is not None

    newest = None if written else last + 1
    visits, lasting, measured = reading(chosen.store, lambda connection: _read(connection, asked, newest))
    how = SheetStyle(language=language, zone=zone, numbers=numbers)
    if written:
        _write(csv, xlsx, all_calls(visits, lasting, measured, how), language)
    elif not visits and not lasting:
        print(remark("none", language))
    else:
        console = console_for_output()
        show(brief_calls(visits[-last:], lasting, how, narrow=console.width < NARROW), console)
        if len(visits) > last:
            print(remark("older", language, shown=last))


async def _read(
    connection: AsyncConnection, asked: VisitFilter, newest: int | None
) -> tuple[list[Visit], list[OpenStay], MeasuredCalls]:
    found = await ended_visits(connection, asked, newest)
    measured = await measured_in(connection, {one.uniqueid for one in found})
    return found, await open_visits(connection, asked), measured


def _write(csv: Path | None, xlsx: Path | None, rows: Rows, language: Language) -> None:
    for path, held in ((csv, csv_file(rows)), (xlsx, workbook([(remark("calls", language), rows)]))):
        if path is not None:
            write_new(path, held, language)
