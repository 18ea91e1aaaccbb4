"""`callcenter score`: the month's scores out of the database, for whoever may read its file."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cli.database import reading
from callcenter.cli.office.board import console_for_output
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import NARROW, CsvFile, WorkbookFile, show, write_new
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.reports.figures.score_sheet import (
    ScoreSheetStyle,
    brief_lines,
    brief_totals,
    lines,
    remarks,
    scores_csv,
    scores_workbook,
    totals,
)
from callcenter.staff.months import read_month
from callcenter.store.conflicts import Missing
from callcenter.store.decisions.scores import AgentScore, member_of, score_of, scores_of_all
from callcenter.untrusted import replaced

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The month's scores, line by line or as a file.")

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Like 2026-11.")]
Money = Annotated[bool, typer.Option("--money", help="Show recommended pay, where it is switched on.")]


@app.command("show")
def show_score(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name on the floor.")],
    month: Month,
    settings: SettingsPath = None,
    money: Money = False,
    lang: LangOption = "",
) -> None:
    """Show an agent's month with every line and the record it comes from."""
    chosen, when = load_settings(settings), read_month(month)
    how = _print(chosen, lang, money=money)

    async def read(connection: AsyncConnection) -> AgentScore:
        member = await member_of(connection, agent)
        roster = chosen.rules.read_roster(chosen.site.timezone)
        if member.account is None and (roster is None or all(seat.agent != agent for seat in roster.seats)):
            raise Missing(f"there is no agent {agent!r}: neither an account nor the roster names one")
        return await score_of(connection, member, when, how.zone, wall_clock())

    found = [reading(chosen.store, read)]
    console = console_for_output()
    _show(found, how, console)
    show((brief_lines if console.width < NARROW else lines)(found, how), console)


@app.command("list")
def list_scores(
    month: Month,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    money: Money = False,
    lang: LangOption = "",
) -> None:
    """List everybody's month, or write it to files, a workbook with every line; nothing that exists is overwritten."""
    chosen, when = load_settings(settings), read_month(month)
    how = _print(chosen, lang, money=money)
    found = reading(
        chosen.store, lambda connection: scores_of_all(connection, when, how.zone, wall_clock(), lambda _: True)
    )
    for path, write in ((csv, scores_csv), (xlsx, scores_workbook)):
        if path is not None:
            write_new(path, write(found, how), how.language)
    if csv is xlsx is None:
        _show(found, how, console_for_output())


def _print(settings: Settings, lang: str, *, money: bool) -> ScoreSheetStyle:
    return ScoreSheetStyle(language=spoken(lang), zone=ZoneInfo(settings.site.timezone), money=money)


def _show(found: list[AgentScore], how: ScoreSheetStyle, console: Console) -> None:
    """Show everybody's points; on a narrow terminal what else is to be said stands below."""
    if console.width >= NARROW:
        show(totals(found, how), console)
        return
    show(brief_totals(found, how), console)
    for line in remarks(found, how):
        print(replaced(line))
