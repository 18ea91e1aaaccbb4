"""`callcenter backup`: a verified copy of journal and database, while the service runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.locale import english
from callcenter.reports.backup import BackupContents, back_up, prune

_MADE = english(
    "{made}: journal entries {first} to {last}, database up to {position}, {entries} audit entries, verified"
)
app = typer.Typer(add_completion=False, help="Copy journal and database, verified, while the service runs.")


@app.command()
def main(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for backups; each is a folder in it.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Delete all but so many of the newest backups in it.")] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Back up journal, database, attachments, roster, rulebook and signed heads; every copy is verified first.

    Secrets are not in it. It is as confidential as the database: passwords' hashes and callers' numbers are.
    """
    chosen, language = load_settings(settings), spoken(lang)
    made, manifest = asyncio.run(back_up(kept_by(chosen), folder.absolute(), wall_clock()))
    said = locale.text(
        _MADE,
        language,
        made=made,
        first=manifest.journal_first,
        last=manifest.journal_last,
        position=manifest.database_position,
        entries=manifest.audit_entries,
    )
    print(said)
    for path in prune(folder.absolute(), keep) if keep is not None else ():
        print(locale.text("deleted {path}", language, path=path))


def kept_by(settings: Settings) -> BackupContents:
    """Say what a service keeps."""
    files = (settings.rules.roster, settings.rules.rulebook, settings.web.audit_heads)
    beside = tuple(path for path in files if path is not None and path.is_file())
    return BackupContents(
        journal=settings.journal.path,
        store=settings.store,
        node=settings.ami.node,
        attachments=settings.attachments.folder,
        beside=beside,
    )
