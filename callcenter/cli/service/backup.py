"""`callcenter backup`: a verified copy of journal and database, while the service runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from callcenter.cli.service.serve import SettingsPath
from callcenter.cli.speech import print_sentence
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.reports.backup import BackupContents, back_up, prune

app = typer.Typer(add_completion=False, help="Copy journal and database, verified, while the service runs.")


@app.command()
def main(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for backups; each is a folder in it.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Delete all but so many of the newest backups in it.")] = None,
    settings: SettingsPath = None,
) -> None:
    """Back up journal, database, roster, rulebook and signed heads; every copy is verified before it counts.

    Secrets are not in it. It is as confidential as the database: passwords' hashes and callers' numbers are.
    """
    chosen = load_settings(settings)
    made, manifest = asyncio.run(back_up(kept_by(chosen), folder.absolute(), wall_clock()))
    print_sentence(
        f"{made}: journal entries {manifest.journal_first} to {manifest.journal_last}, "
        f"database up to {manifest.database_position}, {manifest.audit_entries} audit entries, verified"
    )
    for path in prune(folder.absolute(), keep) if keep is not None else ():
        print(f"deleted {path}")


def kept_by(settings: Settings) -> BackupContents:
    """Say what a service keeps."""
    files = (settings.rules.roster, settings.rules.rulebook, settings.web.audit_heads)
    beside = tuple(path for path in files if path is not None and path.is_file())
    return BackupContents(journal=settings.journal.path, store=settings.store, node=settings.ami.node, beside=beside)
