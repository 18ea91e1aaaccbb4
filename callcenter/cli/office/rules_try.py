"""`callcenter rules try`: what a draft rulebook would have made of past days, agent by agent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import Settings, load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook
from callcenter.locale import Language
from callcenter.reports.trial import run as trial_run
from callcenter.reports.trial.text import About, Sort, lines, remark, shape, write_csv
from callcenter.reports.trial.verdicts import AROUND, Outcome, TrialSpan
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.dates import datetime_of, day_start
from callcenter.store import DecisionStore
from callcenter.store.record.archive import Extent
from callcenter.tracker import RulesFiles

Draft = Annotated[
    Path, typer.Option("--rulebook", metavar="DRAFT", help="The draft (YAML); its newest edition counts.")
]
First = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day, such as 2026-11-01.")]
Last = Annotated[str, typer.Option("--to", metavar="DAY", help="The last day, itself included.")]
Order = Annotated[Sort, typer.Option("--sort", help="What the rows are ordered by.")]
Everything = Annotated[bool, typer.Option("--all", help="Rows without a difference, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, with examples, instead of the table.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Every row as CSV, too.")]


class _Days(NamedTuple):
    """Days of a site, both included, and the time that they span."""

    first: date
    last: date
    zone: ZoneInfo
    span: TrialSpan


def try_draft(
    rulebook: Draft,
    first: First,
    last: Last,
    settings: SettingsPath = None,
    sort: Order = Sort.DIFFERENCE,
    everything: Everything = False,
    as_json: AsJson = False,
    csv: Csv = None,
    lang: LangOption = "",
) -> None:
    """Judge past days by a draft rulebook and by the one in force, and show what differs for each agent.

    The facts are those that the service archived; the roster is the settings' one. Nothing is recorded.
    """
    chosen_lang = spoken(lang)
    chosen = load_settings(settings)
    days = _days(first, last, ZoneInfo(chosen.site.timezone))
    draft = load_rulebook(rulebook, chosen.site.timezone)
    outcome, in_force = asyncio.run(_try(chosen, draft, days, chosen_lang))
    about = About(
        days.first, days.last, chosen.site.timezone, _versions(in_force, days.span), draft.editions[-1].version
    )
    if as_json:
        print(json.dumps(shape(outcome, about, sort), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines(outcome, about, chosen_lang, sort, everything=everything)))
    if csv is not None:
        write_csv(csv, outcome, sort)


async def _try(settings: Settings, draft: Rulebook, days: _Days, lang: Language) -> tuple[Outcome, Rulebook]:
    decisions = await DecisionStore.open(settings.store)
    try:
        in_force = await RulesFiles(decisions, settings.in_force).in_force()
    finally:
        await decisions.close()
    if in_force.roster is None:
        _note(remark("no_roster", lang))
    async with trial_run.open_archive(settings.store, settings.ami.node, days.zone) as archive:
        _note_missing(await archive.covers(days.span), days, lang)
        with _progress(days, lang) as progress:
            return await archive.tried(in_force, draft, days.span, progress), in_force.rulebook


def _versions(rulebook: Rulebook, span: TrialSpan) -> tuple[str, ...]:
    """Name the editions that held at some time of the span."""
    held = ((edition.version, *rulebook.holds(edition)) for edition in rulebook.editions)
    return tuple(version for version, start, end in held if start < span.end and (end is None or end > span.start))


def _days(first: str, last: str, zone: ZoneInfo) -> _Days:
    begins, ends = _day("--from", first), _day("--to", last)
    if ends < begins:
        raise BadInput(f"--from {begins} is after --to {ends}")
    return _Days(begins, ends, zone, TrialSpan(day_start(begins, zone), day_start(ends, zone, days=1)))


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text!r} is not a day such as 2026-11-01") from None


def _note_missing(archived: Extent, days: _Days, lang: Language) -> None:
    start, end = (f"{datetime_of(moment, days.zone):%Y-%m-%d %H:%M}" for moment in archived)
    if archived.start > days.span.start:
        _note(remark("begins", lang, moment=start))
    if archived.end < days.span.end:
        _note(remark("ends", lang, moment=end))


def _note(sentence: str) -> None:
    print(f"callcenter: {sentence}", file=sys.stderr)


@contextmanager
def _progress(days: _Days, lang: Language) -> Iterator[trial_run.Progress]:
    """Show a bar on a terminal, else a line for each day that is reached."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _by_line(days, lang)
        return
    total = days.span.end - days.span.start + 2 * AROUND
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def move(at: Micros) -> None:
            reached = at - days.span.start + AROUND
            bar.update(task, completed=reached, description=f"{datetime_of(at, days.zone):%Y-%m-%d}")

        yield move


def _by_line(days: _Days, lang: Language) -> trial_run.Progress:
    told: list[date] = []

    def move(at: Micros) -> None:
        day = datetime_of(at, days.zone).date()
        if day not in told[-1:] and days.first <= day <= days.last:
            told.append(day)
            _note(remark("reading", lang, day=day))

    return move
