"""`callcenter journal`: prove that the evidence is what was recorded, and say what there is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from callcenter.domain.frame import SECOND
from callcenter.errors import JournalDamaged
from callcenter.journal import JournalReader, verify

if TYPE_CHECKING:
    from callcenter.domain.frame import Micros

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Verify the journal.")

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
    print(f"{path}: {report.checked:,} entries sound, {_span(report.first, report.last)}")


@app.command("info")
def describe_journal(path: JournalPath) -> None:
    """Say what the journal holds, without checking it."""
    with JournalReader(path) as journal:
        info = journal.info()
    print(f"entries   {info.entries:,}, {_span(info.first, info.last)}")
    print(f"recorded  {_moment(info.first_at)} to {_moment(info.last_at)}")
    print(f"states    {', '.join(str(position) for position in info.states) or 'none'}")
    print(f"size      {info.size_bytes:,} bytes")


def _span(first: int, last: int) -> str:
    return f"positions {first} to {last}" if last >= first else "no positions"


def _moment(at: Micros | None) -> str:
    if at is None:
        return "never"
    try:
        return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, TypeError):
        return "unreadable"  # a damaged clock; verify says where
