"""`callcenter cases list`, `show`, `story`: complaints, for whoever has the database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from callcenter.cases.complaints.vocabulary import CaseState, Nature
from callcenter.cli.database import Since, Until, reading, span, with_decisions
from callcenter.cli.office.customer_cards import console_touch
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import CsvFile, WorkbookFile, show, write_new
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.reports.case_list import cases_written
from callcenter.reports.cases import CASE_WORDS, CaseFile, case_told, cases_listed
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.store import DecisionStore
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import (
    OPEN,
    CaseFilter,
    get_case,
    list_cases,
    steps_of,
)
from callcenter.store.complaints.records import records_of
from callcenter.tracker import RulesFiles
from callcenter.untrusted import quiet_json, replaced
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.tell_story import every_line, story_of

lists = typer.Typer(add_completion=False)

States = Annotated[list[CaseState] | None, typer.Option("--state", help="Only those that stand so; again for more.")]
OpenOnly = Annotated[bool, typer.Option("--open", help="Only those that are not archived.")]
Upheld = Annotated[bool | None, typer.Option("--upheld/--not-upheld", help="Only those that are upheld, or are not.")]
Kept = Annotated[bool | None, typer.Option("--kept/--broken", help="Only those kept in time, or not.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those whose time is up and that still run.")]
CaseNumber = Annotated[str, typer.Argument(metavar="CASE", help="The complaint's number or id.")]


@lists.command("list")
def list_complaints(
    state: States = None,
    open_: OpenOnly = False,
    owner: Annotated[str | None, typer.Option(help="Only those that this account owns.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer's, by the id.")] = None,
    call: Annotated[str | None, typer.Option(help="Only those of this call.")] = None,
    department: Annotated[str | None, typer.Option(help="Only those last assigned to this department.")] = None,
    nature: Annotated[Nature | None, typer.Option(help="Only those of this nature.")] = None,
    upheld: Upheld = None,
    kept: Kept = None,
    overdue: Overdue = False,
    since: Since = None,
    until: Until = None,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    csv: CsvFile = None,
    xlsx: WorkbookFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List complaints, the newest first; from and to are when they were opened. Nothing that exists is overwritten."""
    chosen, language, now = load_settings(settings), spoken(lang), wall_clock()
    start, end = span(since, until, zone := ZoneInfo(chosen.site.timezone))
    asked = CaseFilter(
        states=tuple(state) if state else OPEN if open_ else None,
        owner=owner,
        customer=customer,
        call=call,
        department=department,
        nature=nature,
        upheld=upheld,
        kept=kept,
        overdue_at=now if overdue else None,
        since=start,
        until=end,
    )
    found = reading(chosen.store, lambda connection: list_cases(connection, asked, limit=last + 1))
    table = cases_listed if csv is xlsx is None else cases_written
    _give(table(found[:last], now, zone, language), csv, xlsx, language)
    if len(found) > last:
        print(CASE_WORDS.say("more", language, shown=last))


def _give(rows: Rows, csv: Path | None, xlsx: Path | None, language: Language) -> None:
    """Write a list to the files that were named, else show it."""
    if csv is not None:
        write_new(csv, csv_file(rows), language)
    if xlsx is not None:
        write_new(xlsx, workbook([(CASE_WORDS.say("cases", language), rows)]), language)
    if csv is xlsx is None:
        if len(rows) > 1:
            show([[replaced(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
        else:
            print(CASE_WORDS.say("none", language))


@lists.command("show")
def show_complaint(case: CaseNumber, settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Show one complaint: where it stands, whose turn it is and until when, every line with its texts, its records."""
    chosen, now = load_settings(settings), wall_clock()

    async def read(decisions: DecisionStore) -> CaseFile:
        office = await office_of(chosen, decisions)
        async with decisions.reading() as connection:
            filed = await get_case(connection, case)
            return CaseFile(
                filed=filed,
                steps=await steps_of(connection, filed.id),
                records=await records_of(connection, filed.id),
                desk=await office.desk(connection, now),
                now=now,
            )

    print("\n".join(case_told(with_decisions(chosen.store, read), spoken(lang))))


@lists.command("story")
def tell_story(
    case: Annotated[str, typer.Argument(metavar="[CASE]", help="The complaint's number or id.")] = "",
    every: Annotated[bool, typer.Option("--all", help="The lines of all complaints.")] = False,
    settings: SettingsPath = None,
) -> None:
    """Write a complaint's lines, and those of the older ones that it follows, as `cases replay` reads them.

    Figures in the first line are those of today. That it was written out stands in the audit log.
    """
    if every is bool(case):
        raise BadInput("give one complaint's number or id, or --all")
    chosen, touch = load_settings(settings), console_touch()

    async def write(decisions: DecisionStore) -> None:
        office = await office_of(chosen, decisions)
        async with decisions.reading() as connection:
            subject = "all" if every else (await get_case(connection, case)).id
        async with decisions.writing() as unit:
            await unit.note(Audited(at=touch.at, actor=touch.by, action="export", kind="case", subject=subject))
        async with decisions.reading() as connection:
            if every:
                async for line in every_line(connection, office, touch.at):
                    _write(line)
                return
            for line in await story_of(connection, office, await get_case(connection, subject), touch.at):
                _write(line)

    with_decisions(chosen.store, write)


async def office_of(chosen: Settings, decisions: DecisionStore) -> CaseOffice:
    """Return by what complaints are moved now."""
    in_force = await RulesFiles(decisions, chosen.in_force).in_force()
    return CaseOffice(chosen.complaints, in_force.rulebook, in_force.roster)


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(quiet_json(msgspec.json.encode(line).decode()) + "\n")
