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

from callcenter import locale
from callcenter.cli.database import Since, Until, reading, span, with_decisions
from callcenter.cli.office.rules_try import try_draft
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook, parse_rulebook
from callcenter.locale import Language, Words, english
from callcenter.rules.records.agreement import agreement
from callcenter.rules.regulations.edition import NO_FIGURE, Edition, Range, Rule
from callcenter.rules.regulations.soundness import check
from callcenter.store.decisions.agreement import raised
from callcenter.tracker import RulesFiles

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check, list and try rulebooks; who agrees.")
app.command("try")(try_draft)

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A rulebook (YAML); without one, the packaged.")]


@app.command("check")
def check_rulebook(path: File = None, lang: LangOption = "") -> None:
    """Say everything that keeps a rulebook from being applied; exit 2 if anything does."""
    language, book = spoken(lang), parse_rulebook(path)
    problems = check(book)
    for problem in problems:
        print(locale.sentence(problem, language))
    if problems:
        raise BadInput(f"the rulebook cannot be applied: {len(problems)} to put right")
    for edition in book.editions:
        dates, rules = _dates(edition, language), len(edition.violations)
        print(locale.text(_SOUND, language, version=edition.version, dates=dates, rules=rules))


@app.command("list")
def list_rules(path: File = None, lang: LangOption = "") -> None:
    """List every promise and violation of the newest edition."""
    language = spoken(lang)
    words, edition = _VALUES.table(language), load_rulebook(path).editions[-1]
    console = Console()
    console.print(f"{edition.version}: {_dates(edition, language)}", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for name, heading in _HEADINGS.table(language).items():
        table.add_column(heading, no_wrap=name != "title", overflow="fold")
    for code, promise in edition.promises.items():
        table.add_row(code, "", "", promise.known, "", promise.title.said(language))
    for code, rule in edition.violations.items():
        unset = rule.severity is None and not isinstance(rule.points, Range)
        severity = words["unset"] if unset else words.get(rule.severity or "", "")
        title = rule.title.said(language)
        table.add_row(code, severity, _points(rule, language), rule.known, words[rule.mode.value], title)
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
    words = _VALUES.table(spoken(lang))
    for heading in _AGREEMENT.table(spoken(lang)).values():
        table.add_column(heading, no_wrap=True)
    for one in found:
        rate = "-" if one.rate is None else f"{one.rate:.1%} ({one.agreeing}/{one.decided})"
        counts = (one.records, one.appeals, one.undetermined, one.excused, one.withdrawn)
        table.add_row(one.rule, words[one.mode.value], rate, *map(str, counts))
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


_SOUND = english("{version}: {dates}, {rules} violations: sound")
_HEADINGS = Words(
    "rule of a rulebook",
    {
        "rule": "rule",
        "severity": "severity",
        "points": "points",
        "known": "known",
        "mode": "mode",
        "title": "title",
    },
)
_VALUES = Words(
    "value of a rule",
    {
        "warning": "warning",
        "minor": "minor",
        "moderate": "moderate",
        "severe": "severe",
        "dismissal": "dismissal",
        "length": "length",
        "choice": "choice",
        "unset": "to be set",
        "no_figure": "no figure",
        "on": "on",
        "shadow": "shadow",
        "off": "off",
    },
)


def _dates(edition: Edition, language: Language) -> str:
    if edition.last is None:
        return locale.text("from {first} to further notice", language, first=edition.first)
    return locale.text("from {first} to {last}", language, first=edition.first, last=edition.last)


def _points(rule: Rule, language: Language) -> str:
    fine = "" if rule.fine_yuan is None else locale.text("{fine} yuan", language, fine=rule.fine_yuan)
    match rule.points:
        case None:
            return fine or "-"
        case Range(least=least, most=most, by=by):
            return f"{least}-{most}, {_VALUES.say(by, language)}"
        case points:
            told = _VALUES.say("no_figure", language) if points == NO_FIGURE else str(points)
            return " ".join(part for part in (told, fine) if part)
