"""`callcenter customers import`, `imports`, `undo-import`, `export`: lists of customers in and out of files."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.access import LookKind
from callcenter.cases.importing import Limits
from callcenter.cli.database import at_desk, reading, with_decisions
from callcenter.cli.office.customer_cards import console_touch, console_viewer
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show, write_new
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.errors import BadInput
from callcenter.files.customer_sheet import CustomerSheet, read_customer_sheet
from callcenter.locale import Language
from callcenter.reports.customers import WORDS, tally_lines, told_lines, whole_list
from callcenter.spreadsheet import Rows, csv_file, workbook
from callcenter.staff.dates import datetime_of
from callcenter.store import UnitOfWork
from callcenter.store.customers.cards import FiledCustomer
from callcenter.store.customers.imports import CustomerImport, imports
from callcenter.store.customers.search import CustomerQuery, classes
from callcenter.usecases.customers.import_customers import (
    ImportPlan,
    ImportTally,
    Progress,
    import_of,
    plan_of,
    preview_import,
    run_import,
    undo_import,
)
from callcenter.usecases.customers.show_customers import ShownCustomer, everybody, note_export, shown_cards

files = typer.Typer(add_completion=False)

_SHOWN = 50
_AT_ONCE = 1_000


@files.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, or a workbook (.xlsx), its first sheet.")],
    preview: Annotated[bool, typer.Option("--preview", help="Say what each row would come to; write nothing.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADING=FIELD", help="Which field a column is; HEADING=- leaves it out."),
    ] = None,
    doubtful: Annotated[
        bool, typer.Option("--doubtful-too", help="Make doubtful rows customers of their own; else they are left out.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write faulty and doubtful rows to a new CSV file.")
    ] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Bring in a list of customers; stopped half way, the same command goes on, and brought in twice it adds nothing.

    Columns are name, reference, numbers (several, by ;), address, credit, dealings, situation, customer_class,
    key_account, queue, group, owner, in English or Chinese. A faulty row is told and left out, the others are kept.
    """
    chosen, language = load_settings(settings), spoken(lang)
    plan = _planned(chosen, read_customer_sheet(file), _said(columns or []), doubtful_as_new=doubtful)
    if preview:
        _tell(reading(chosen.store, lambda c: preview_import(c, plan, _progress(language))), report, language)
        print(WORDS.say("previewed", language))
        return
    new = import_of(plan, secrets.token_hex(16), console_touch())
    done = with_decisions(chosen.store, lambda store: run_import(store, plan, new, wall_clock, _progress(language)))
    _tell(done.tally, report, language)
    if done.resumed:
        print(WORDS.say("resumed", language))
    print(WORDS.say("imported", language, number=done.id))


@files.command("imports")
def list_imports(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List the files of customers that were brought in, the newest first."""
    chosen, words = load_settings(settings), WORDS.table(spoken(lang))
    zone = ZoneInfo(chosen.site.timezone)
    rows = [
        [one.id, datetime_of(one.at, zone).isoformat(" ", "seconds"), one.by, one.file, words[_state(one)]]
        for one in reading(chosen.store, imports)
    ]
    show([[words[name] for name in ("id", "at", "by", "file", "state")], *rows])


@files.command("undo-import")
def take_back(
    number: Annotated[str, typer.Argument(metavar="IMPORT", help="Which import, by its id.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Take an import back as a whole; customers that were edited since stay, and their ids are printed."""
    chosen, language, touch = load_settings(settings), spoken(lang), console_touch()
    undone = with_decisions(
        chosen.store, lambda store: undo_import(store, number, touch.by, wall_clock, _progress(language))
    )
    for customer in undone.left:
        print(customer)
    print(WORDS.say("undone", language, gone=undone.gone, back=undone.back, left=len(undone.left)))


@files.command("export")
def export_list(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, .csv or .xlsx.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Write all customers to a new file, as an import reads them again; text that a spreadsheet would run is inert."""
    chosen, language = load_settings(settings), spoken(lang)
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise BadInput(f"{file}: give a name that ends in .csv or .xlsx")

    async def read_all(connection: AsyncConnection) -> list[FiledCustomer]:
        return [one async for one in everybody(connection, CustomerQuery())]

    cards = reading(chosen.store, read_all)

    async def show_all(unit: UnitOfWork) -> list[ShownCustomer]:
        await note_export(unit, len(cards), console_touch())
        return await shown_cards(unit, cards, console_viewer(chosen), LookKind.EXPORT)

    found = at_desk(chosen.store, show_all)
    rows = whole_list(found, language)
    write_new(file, csv_file(rows) if file.suffix.lower() == ".csv" else _book(rows, language), language)


def _book(rows: Rows, language: Language) -> bytes:
    return workbook([(WORDS.say("customers", language), rows)])


def _planned(settings: Settings, sheet: CustomerSheet, said: dict[str, str], *, doubtful_as_new: bool) -> ImportPlan:
    limits = Limits(frozenset(one.name for one in reading(settings.store, classes)), _agents(settings))
    return plan_of(sheet, said, settings.site.numbering, limits, doubtful_as_new=doubtful_as_new)


def _said(told: list[str]) -> dict[str, str]:
    """Read which field each heading is said to be.

    Raises:
        BadInput: One says neither.
    """
    said: dict[str, str] = {}
    for one in told:
        heading, between, field = one.rpartition("=")
        if not between or not heading:
            raise BadInput(f"--map {one!r}: write HEADING=FIELD, or HEADING=- to leave a column out")
        said[heading] = field
    return said


def _agents(settings: Settings) -> frozenset[str] | None:
    """Name the agents that there are; None where no roster says."""
    roster = settings.rules.read_roster(settings.site.timezone)
    return None if roster is None else roster.agents


def _tell(tally: ImportTally, report: Path | None, language: Language) -> None:
    show(tally_lines(tally, language))
    if report is not None:
        write_new(report, csv_file(told_lines(tally.told, language)), language)
    elif tally.told:
        show(told_lines(tally.told[:_SHOWN], language))
        if len(tally.told) > _SHOWN:
            print(WORDS.say("older", language, shown=_SHOWN))


def _progress(language: Language) -> Progress:
    """Make what says how far the work is, where somebody watches."""

    def tell(done: int, of_all: int) -> None:
        if sys.stderr.isatty():
            print("\r" + WORDS.say("rows", language, done=done, all=of_all), end="", file=sys.stderr, flush=True)

    return tell


def _state(one: CustomerImport) -> str:
    if one.undone_at is not None:
        return "state_undone"
    return "state_stopped" if one.finished_at is None else "state_done"
