"""`callcenter score`: the month's scores out of the database, for whoever may read its file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cli.office import reading
from callcenter.cli.serve import SettingsPath
from callcenter.cli.speech import DEFAULT_LANG, LangOption, language_of_texts
from callcenter.config import Settings, load_settings
from callcenter.errors import BadInput
from callcenter.ownfiles import open_private
from callcenter.reports.score_sheet import Print, lines, scores_csv, scores_workbook, totals
from callcenter.rules.months import read_month
from callcenter.rules.spreadsheet import Rows
from callcenter.store.conflicts import Missing
from callcenter.store.scores import Scored, member_of, score_of, scores_of_all

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The month's scores, line by line or as a file.")

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Like 2026-11.")]
Money = Annotated[bool, typer.Option("--money", help="Show recommended pay, where it is switched on.")]


@app.command("show")
def show_score(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name on the floor.")],
    month: Month,
    settings: SettingsPath = None,
    money: Money = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """Show an agent's month with every line and the record it comes from."""
    chosen, when = load_settings(settings), read_month(month)
    how = _print(chosen, lang, money=money)

    async def read(connection: AsyncConnection) -> Scored:
        member = await member_of(connection, agent)
        roster = chosen.rules.read_roster(chosen.site.timezone)
        if member.account is None and (roster is None or all(seat.agent != agent for seat in roster.seats)):
            raise Missing(f"there is no agent {agent!r}: neither an account nor the roster names one")
        return await score_of(connection, member, when, how.zone, _now())

    found = [reading(chosen.store, read)]
    _show(totals(found, how))
    _show(lines(found, how))


@app.command("list")
def list_scores(
    month: Month,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write them to a new CSV file.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write them, and every line, to a new workbook.")] = None,
    settings: SettingsPath = None,
    money: Money = False,
    lang: LangOption = DEFAULT_LANG,
) -> None:
    """List everybody's month, or write it to files; nothing that exists is overwritten."""
    chosen, when = load_settings(settings), read_month(month)
    how = _print(chosen, lang, money=money)
    found = reading(chosen.store, lambda connection: scores_of_all(connection, when, how.zone, _now(), lambda _: True))
    for path, write in ((csv, scores_csv), (xlsx, scores_workbook)):
        if path is not None:
            _write(path, write(found, how))
    if csv is xlsx is None:
        _show(totals(found, how))


def _print(settings: Settings, lang: str, *, money: bool) -> Print:
    return Print(language=language_of_texts(lang), zone=ZoneInfo(settings.site.timezone), money=money)


def _show(rows: Rows) -> None:
    heading, *rest = rows
    table = Table(*map(str, heading), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for row in rest:
        table.add_row(*map(_text, row))
    Console().print(table)


def _text(cell: object) -> Text:
    """Show a cell as it is: what people write is not markup."""
    return Text("" if cell is None else str(cell), overflow="fold")


def _write(path: Path, held: bytes) -> None:
    try:
        with open_private(path, "xb") as file:
            file.write(held)
    except FileExistsError as error:
        raise BadInput(f"{path} exists already: give another name") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from error
    print(f"wrote {path}")


def _now() -> int:
    return time.time_ns() // 1000
