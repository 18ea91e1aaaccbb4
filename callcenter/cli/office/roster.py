"""`callcenter roster`: say what is wrong with a roster row by row, and turn one form of it into another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import locale
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import today
from callcenter.errors import BadInput
from callcenter.files.roster_sheet import export_roster, import_roster
from callcenter.files.roster_template import write_template
from callcenter.locale import Language, english
from callcenter.staff.dates import zone_named
from callcenter.staff.roster_form import Form

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Check a roster, write one to fill in, or turn it into another form.",
)

_SOUND = english(
    "{source}: {agents_count} agents, {shifts_count} shifts, {leave_count} leave, {breaks_count} breaks: sound"
)
Source = Annotated[Path, typer.Argument(metavar="IN", help="A workbook (.xlsx), a folder of CSV files, or JSON.")]
Target = Annotated[Path, typer.Argument(metavar="OUT", help=".xlsx, .json, or a folder's name for CSV files.")]
Zone = Annotated[str, typer.Option("--timezone", help="Where times belong when the roster does not say.")]


@app.command("check")
def check_roster(source: Source, timezone: Zone = "Asia/Shanghai", lang: LangOption = "") -> None:
    """Say everything that keeps a roster from being used, row by row; exit 2 if anything does.

    Sheets or files, in English or Chinese: agents (agent, interface, team, queues, from, to); shifts, leave, breaks
    (agent, from, to, note); patterns (agent, days, from, to, first, last), whose days are mon to sun, workday, weekend
    or holiday; calendar (date, kind) for days that differ; extensions (extension); site (timezone).
    """
    language = spoken(lang)
    form = _sound(source, timezone, language)
    counts: dict[str, Any] = {
        f"{name}_count": len(form.get(name, ())) for name in ("agents", "shifts", "leave", "breaks")
    }
    print(locale.text(_SOUND, language, source=source, **counts))


@app.command("convert")
def convert_roster(source: Source, target: Target, timezone: Zone = "Asia/Shanghai", lang: LangOption = "") -> None:
    """Write a roster in another form; nothing is written when anything is wrong."""
    language = spoken(lang)
    for path in export_roster(_sound(source, timezone, language), target):
        print(locale.text("wrote {path}", language, path=path))


@app.command("template")
def write_form(target: Target, timezone: Zone = "Asia/Shanghai", lang: LangOption = "") -> None:
    """Write a roster to fill in: every sheet with its headings and an example, in the language that is spoken."""
    zone, language = zone_named(timezone), spoken(lang)
    for path in write_template(target, language, zone.key, today(zone)):
        print(locale.text("wrote {path}", language, path=path))


def _sound(source: Path, timezone: str, language: Language) -> Form:
    read = import_roster(source, timezone)
    for warning in read.warnings:
        told = locale.sentence(warning, language)
        print(locale.text("warning: {warning}", language, warning=told), file=sys.stderr)
    for fault in read.faults:
        print(locale.sentence(str(fault), language))
    if read.faults:
        raise BadInput(f"the roster {source} cannot be used: {len(read.faults)} to put right")
    return read.form
