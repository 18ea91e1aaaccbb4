"""`callcenter report register`: whom an agent talked with on a day, as it was signed, and what is other since."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.registers import RegisterRow
from callcenter.cli.database import reading
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.clock import today
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.reports.figures.register_sheet import WORDS, moment_written, register_listed
from callcenter.spreadsheet import csv_file, workbook
from callcenter.staff.dates import day_start
from callcenter.staff.roles import Sight
from callcenter.store.aftercare.registers import SignedRegister, register_rows, signed_register
from callcenter.untrusted import replaced


def register(
    agent: Annotated[str, typer.Argument(help="The agent's name on the floor.")],
    day: Annotated[
        str | None, typer.Option(help="A day such as 2026-11-28; today by itself.", show_default=False)
    ] = None,
    numbers: Annotated[bool, typer.Option("--numbers", help="Callers' numbers whole.")] = False,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Show an agent's register of callers of a day. Nothing that exists is overwritten."""
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    asked = today(zone) if day is None else _day(day)

    async def read(connection: AsyncConnection) -> tuple[list[RegisterRow], SignedRegister | None]:
        span = day_start(asked, zone), day_start(asked, zone, days=1)
        return await register_rows(connection, agent, *span), await signed_register(connection, agent, asked)

    rows, signed = reading(chosen.store, read)
    seen = Sight.FULL if numbers else Sight.MASKED
    listed = register_listed(rows, None if signed is None else signed.rows, seen, zone, language)
    if csv is not None:
        write_new(csv, csv_file(listed), language)
    if xlsx is not None:
        write_new(xlsx, workbook([(WORDS.say("register", language), listed)]), language)
    if csv is xlsx is None:
        if len(listed) > 1:
            show([[replaced(cell) if isinstance(cell, str) else cell for cell in row] for row in listed])
        else:
            print(WORDS.say("none", language, agent=replaced(agent), day=asked))
        print(_stands(signed, zone, language))


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise BadInput(f"{told!r} is not a day like 2026-11-28") from None


def _stands(signed: SignedRegister | None, zone: ZoneInfo, language: Language) -> str:
    if signed is None:
        return WORDS.say("unsigned", language)
    at = moment_written(signed.signed_at, zone)
    said = WORDS.say("signed", language, who=signed.signed_by, at=at, hash=signed.hash)
    if signed.seen_at is None:
        return said
    return f"{said}; {WORDS.say('seen', language, who=signed.seen_by, at=moment_written(signed.seen_at, zone))}"
