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
from callcenter.cli.service.serve import SettingsPath
from callcenter.cli.speech import print_sentence
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting, JournalDamaged
from callcenter.journal import Journal, JournalReader, JournalSettings, verify
from callcenter.locale import english
from callcenter.store.decisions.withdrawals import followed
from callcenter.tracker.pruning import Cut, prune

if TYPE_CHECKING:
    from callcenter.domain.frame import Micros

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Verify the journal, cut what is old.")

JournalPath = Annotated[Path, typer.Argument(metavar="PATH", help="The journal's SQLite file.")]


@app.command("verify")
def verify_journal(path: JournalPath) -> None:
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
    print_sentence(f"{path}: {report.checked:,} entries sound, {_kept(report.first, report.last, report.kept)}")


@app.command("info")
def describe_journal(path: JournalPath) -> None:
    """Say what the journal holds, without checking it."""
    with JournalReader(path) as journal:
        info = journal.info()
    print(f"entries   {info.entries:,}, {_kept(info.first, info.last, info.kept)}")
    print(f"recorded  {_moment(info.first_at)} to {_moment(info.last_at)}")
    print(f"states    {', '.join(str(position) for position in info.states) or 'none'}")
    print(f"size      {info.size_bytes:,} bytes")


@app.command("prune")
def prune_journal(settings: SettingsPath = None) -> None:
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
    done = english("nothing is cut") if cut is None else english(f"cut before entry {cut.before}")
    print_sentence(f"{done}; what stays: {_kept(info.first, info.last, info.kept)}")


async def _prune(settings: JournalSettings, taken: int) -> Cut | None:
    """Cut, whatever little of the disk is free."""
    async with await Journal.open(settings.model_copy(update={"min_free_bytes": 0})) as journal:
        return await prune(journal, taken, settings.keep_days, wall_clock())


def _kept(first: int, last: int, kept: int) -> str:
    """Say what positions there are, and what became of those before."""
    span = english(f"positions {first} to {last}") if last >= first else english("no positions")
    if first <= 1:
        return span
    return (
        english(f"{span}; what was before was cut, but for {kept:,} entries")
        if kept
        else english(f"{span}; what was before was cut")
    )


def _moment(at: Micros | None) -> str:
    if at is None:
        return "never"
    try:
        return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, TypeError):
        return "unreadable"  # a damaged clock; verify says where
