"""`callcenter rules`: may a rulebook be applied, what does it hold, what would a draft change, who agrees with it."""

from __future__ import annotations

from functools import partial
from json import dumps
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from callcenter.cli.database import Since, Until, reading, span, with_decisions
from callcenter.cli.office.rules_try import try_draft
from callcenter.cli.service.serve import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook, parse_rulebook
from callcenter.locale import Words
from callcenter.rules.records.agreement import agreement
from callcenter.rules.regulations.edition import Edition, Range, Rule
from callcenter.rules.regulations.soundness import check
from callcenter.store.decisions.agreement import raised
from callcenter.tracker import RulesFiles

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check, list and try rulebooks; who agrees.")
app.command("try")(try_draft)

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A rulebook (YAML); without one, the packaged.")]


@app.command("check")
def check_rulebook(path: File = None) -> None:
    """Say everything that keeps a rulebook from being applied; exit 2 if anything does."""
    book = parse_rulebook(path)
    problems = check(book)
    for problem in problems:
        print(problem)
    if problems:
        raise BadInput(f"the rulebook cannot be applied: {len(problems)} to put right")
    for edition in book.editions:
        print(f"{edition.version}: {_dates(edition)}, {len(edition.violations)} violations: sound")


@app.command("list")
def list_rules(path: File = None, lang: LangOption = "") -> None:
    """List every promise and violation of the newest edition."""
    language = spoken(lang)
    edition = load_rulebook(path).editions[-1]
    console = Console()
    console.print(f"{edition.version}, {_dates(edition)}", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for heading in ("rule", "severity", "points", "known", "mode", "title"):
        table.add_column(heading, no_wrap=heading != "title", overflow="fold")
    for code, promise in edition.promises.items():
        table.add_row(code, "", "", promise.known, "", promise.title.said(language))
    for code, rule in edition.violations.items():
        severity = "to be set" if rule.severity is None and not isinstance(rule.points, Range) else rule.severity or ""
        title = rule.title.said(language)
        table.add_row(code, severity, _points(rule), rule.known, rule.mode.value, title)
    console.print(table)


@app.command("export")
def export_rulebook(settings: SettingsPath = None) -> None:
    """Print the rulebook in force as JSON, whole: change it, and propose it over the API."""
    chosen = load_settings(settings)
    rules = partial(RulesFiles, read=chosen.in_force, rulebook=chosen.rules.rulebook)
    content = with_decisions(chosen.store, lambda decisions: rules(decisions).written())
    print(dumps(content, ensure_ascii=False, indent=2))


@app.command("agreement")
def show_agreement(
    since: Since = None,
    until: Until = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    lang: LangOption = "",
    settings: SettingsPath = None,
) -> None:
    """Say of each rule how often people later agree with what it raises, those in shadow among them."""
    chosen = load_settings(settings)
    zone = ZoneInfo(chosen.site.timezone)
    start, end = span(since, until, zone)
    found = agreement(reading(chosen.store, lambda connection: raised(connection, start, end, shadow=True)))
    if json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for heading in _AGREEMENT.table(spoken(lang)).values():
        table.add_column(heading, no_wrap=True)
    for one in found:
        rate = "-" if one.rate is None else f"{one.rate:.1%} ({one.agreeing}/{one.decided})"
        counts = (one.records, one.appeals, one.undetermined, one.excused, one.withdrawn)
        table.add_row(one.rule, one.mode.value, rate, *map(str, counts))
    Console().print(table)


_AGREEMENT = Words(
    "agreement",
    {
        "rule": "rule",
        "mode": "mode",
        "agreement": "agreement",
        "proposed": "proposed",
        "appealed": "appealed",
        "undetermined": "undetermined",
        "excused": "excused",
        "withdrawn": "withdrawn",
    },
)


def _dates(edition: Edition) -> str:
    return f"from {edition.first} to {edition.last or 'further notice'}"


def _points(rule: Rule) -> str:
    fine = "" if rule.fine_yuan is None else f"{rule.fine_yuan} yuan"
    match rule.points:
        case None:
            return fine or "-"
        case Range(least=least, most=most, by=by):
            return f"{least}-{most}, {by}"
        case points:
            return " ".join(part for part in (str(points), fine) if part)
