"""`callcenter lost list`, `claim`, `release`, `close`: who is to be called back, for whoever has the database."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import at_console
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.domain.vocabulary import FollowUpState
from callcenter.errors import BadInput
from callcenter.numbers import read_number
from callcenter.reports.lost_calls import WORDS, lost_calls_listed, written
from callcenter.spreadsheet import csv_file, workbook
from callcenter.staff.roles import Sight
from callcenter.store.decisions.lost_calls import LostCallEntry, LostCallFilter, entries
from callcenter.usecases.claim_lost_call import claim_lost_call, release_lost_call
from callcenter.usecases.close_lost_calls import close_lost_calls

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Lost calls: who is to be called back.")

LostCall = Annotated[str, typer.Argument(metavar="ID", help="The id of a lost call, from the list.")]


@app.callback()
def lost() -> None:
    """List lost calls, claim one, give it back, close those that nobody needs to call back."""


@app.command("list")
def list_lost(
    state: Annotated[FollowUpState | None, typer.Option(help="Only those that stand so.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only those that this queue lost.")] = None,
    number: Annotated[str | None, typer.Option(help="Only those from this number, in any spelling.")] = None,
    claimed_by: Annotated[str | None, typer.Option(help="Only those that this account calls back.")] = None,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List lost calls, a row a number: open ones first, the oldest first. Nothing that exists is overwritten."""
    chosen, language = load_settings(settings), spoken(lang)
    key = None if number is None else read_number(number, chosen.site.numbering).key
    if number is not None and key is None:
        raise BadInput(f"{number!r} is nobody's number: give one that can be called")
    asked = LostCallFilter(state=state, queue=queue, key=key, claimed_by=claimed_by)

    async def read(connection: AsyncConnection) -> list[LostCallEntry]:
        return [one for _, one in await entries(connection, asked, wall_clock(), limit=last + 1)]

    found = reading(chosen.store, read)
    rows = lost_calls_listed(found[:last], Sight.FULL, ZoneInfo(chosen.site.timezone), language)
    if csv is not None:
        write_new(csv, csv_file(rows), language)
    if xlsx is not None:
        write_new(xlsx, workbook([(WORDS.say("lost_calls", language), rows)]), language)
    if csv is xlsx is None:
        if found:
            show(rows)
        else:
            print(WORDS.say("none", language))
    if len(found) > last:
        print(WORDS.say("more", language, shown=last))


@app.command("claim")
def claim_lost(
    number: LostCall,
    reason: Annotated[str | None, typer.Option(help="Why it is taken over from whoever has it.")] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Claim all lost calls of a number for a while, so that nobody else calls back."""
    chosen = load_settings(settings)
    lasts = chosen.web.claim_lasts
    claim = at_desk(chosen.store, lambda unit: claim_lost_call(unit, number, at_console(), wall_clock(), lasts, reason))
    until = written(claim.until, ZoneInfo(chosen.site.timezone))
    print(WORDS.say("claimed", spoken(lang), who=claim.claimed_by, until=until))


@app.command("release")
def release_lost(number: LostCall, settings: SettingsPath = None) -> None:
    """Give a claim back, whoever has it."""
    chosen = load_settings(settings)
    at_desk(chosen.store, lambda unit: release_lost_call(unit, number, at_console(), wall_clock()))


@app.command("close")
def close_lost(
    number: Annotated[list[str], typer.Argument(metavar="ID...", help="The ids of lost calls, from the list.")],
    reason: Annotated[str, typer.Option(help="Why nobody needs to call back.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Close lost calls, with all of the same numbers."""
    chosen = load_settings(settings)
    closed = at_desk(chosen.store, lambda unit: close_lost_calls(unit, number, reason, at_console(), wall_clock()))
    print(WORDS.say("closed_so_many", spoken(lang), count=len(closed)))
