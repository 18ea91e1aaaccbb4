"""`callcenter journal`: prove that the evidence is what was recorded, and say what there is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from callcenter.cli.database import reading
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting, JournalDamaged
from callcenter.journal import Journal, JournalReader, JournalSettings, verify
from callcenter.locale import Language, Words
from callcenter.store.decisions.withdrawals import followed
from callcenter.tracker.pruning.journal import Cut, prune

if TYPE_CHECKING:
    from callcenter.domain.frame import Micros

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Verify the journal, cut what is old.")

_SAID = Words(
    "journal",
    {
        "sound": "{path}: {entries} entries sound, {span}",
        "entries": "entries   {entries}, {span}",
        "recorded": "recorded  {first} to {last}",
        "states": "states    {states}",
        "size": "size      {bytes} bytes",
        "none": "none",
        "never": "never",
        "unreadable": "unreadable",
        "span": "positions {first} to {last}",
        "no_span": "no positions",
        "before": "; what was before was cut",
        "before_but": "; what was before was cut, but for {kept} entries",
        "cut": "cut before entry {before}; what stays: {span}",
        "nothing_cut": "nothing is cut; what stays: {span}",
    },
)
JournalPath = Annotated[Path, typer.Argument(metavar="PATH", help="The journal's SQLite file.")]


@app.command("verify")
def verify_journal(path: JournalPath, lang: LangOption = "") -> None:
    """Check every entry, seal and saved state; exit 4 at the first damage."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("entries", total=None)
        report = verify(path, lambda done, total: progress.update(task, completed=done, total=total))
    if report.damage:
        raise JournalDamaged(
            f"the journal {path} is damaged at entry {report.damage.position}: {report.damage.reason}; "
            f"the {report.checked:,} entries before it are sound."
        )
    if report.damaged_states:
        listed = ", ".join(str(position) for position in report.damaged_states)
        raise JournalDamaged(f"the journal {path} has damaged saved states at {listed}; its entries are sound.")
    if report.damaged_kept:
        listed = ", ".join(str(position) for position in report.damaged_kept)
        raise JournalDamaged(f"the journal {path} has damaged entries among those kept from what was cut: {listed}.")
    span = _span(report.first, report.last, report.kept, spoken(lang))
    print(_SAID.say("sound", spoken(lang), path=path, entries=f"{report.checked:,}", span=span))


@app.command("info")
def describe_journal(path: JournalPath, lang: LangOption = "") -> None:
    """Say what the journal holds, without checking it."""
    with JournalReader(path) as journal:
        info = journal.info()
    language = spoken(lang)
    span = _span(info.first, info.last, info.kept, language)
    print(_SAID.say("entries", language, entries=f"{info.entries:,}", span=span))
    print(_SAID.say("recorded", language, first=_moment(info.first_at, language), last=_moment(info.last_at, language)))
    states = ", ".join(str(position) for position in info.states) or _SAID.say("none", language)
    print(_SAID.say("states", language, states=states))
    print(_SAID.say("size", language, bytes=f"{info.size_bytes:,}"))


@app.command("prune")
def prune_journal(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Cut what is older than journal.keep_days, while the service is stopped; a running one does so every hour.

    What the database has not taken in, and what no saved state covers, stays. The file keeps its size: its freed room
    is used again.
    """
    chosen = load_settings(settings)
    if not chosen.journal.keep_days:
        raise BadSetting("journal.keep_days is not set: the whole journal is kept, and nothing is cut")
    taken = reading(chosen.store, lambda connection: followed(connection, chosen.ami.node))
    cut = asyncio.run(_prune(chosen.journal, taken))
    with JournalReader(chosen.journal.path) as journal:
        info = journal.info()
    span = _span(info.first, info.last, info.kept, spoken(lang))
    if cut is None:
        print(_SAID.say("nothing_cut", spoken(lang), span=span))
    else:
        print(_SAID.say("cut", spoken(lang), before=cut.before, span=span))


async def _prune(settings: JournalSettings, taken: int) -> Cut | None:
    """Cut, whatever little of the disk is free."""
    async with await Journal.open(settings.model_copy(update={"min_free_bytes": 0})) as journal:
        return await prune(journal, taken, settings.keep_days, wall_clock())


def _span(first: int, last: int, kept: int, language: Language) -> str:
    """Say which positions there are, and what was before them."""
    span = _SAID.say("span", language, first=first, last=last) if last >= first else _SAID.say("no_span", language)
    if first <= 1:
        return span
    before = _SAID.say("before_but", language, kept=f"{kept:,}") if kept else _SAID.say("before", language)
    return span + before


def _moment(at: Micros | None, language: Language) -> str:
    if at is None:
        return _SAID.say("never", language)
    try:
        return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, TypeError):
        return _SAID.say("unreadable", language)  # a damaged clock; verify says where
