"""`callcenter restore`: journal and database of a backup, put back where the settings say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.cli.options import SettingsPath
from callcenter.cli.service.backup import kept_by
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.journal.file import claim
from callcenter.locale import english
from callcenter.reports.backup import put_back, verified

_WHOLE = english("{backup} is whole: journal entries {first} to {last}")
_RESTORED = english("restored up to journal entry {last}; start it with: callcenter serve")
app = typer.Typer(add_completion=False, help="Put a backup's journal and database back; the service must not run.")


@app.command()
def main(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="The folder of one backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Set aside a journal and a database that are there.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Verify the backup, and change nothing.")] = False,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Verify a backup and put its journal and database in their places.

    What happened since the backup is not in it: it becomes a gap, and what people decided since must be entered again.
    """
    chosen, language = load_settings(settings), spoken(lang)
    kept = kept_by(chosen)
    manifest = verified(backup)
    if check:
        first, last = manifest.journal_first, manifest.journal_last
        print(locale.text(_WHOLE, language, backup=backup, first=first, last=last))
        return
    if manifest.node != kept.node:
        raise BadInput(f"the backup is of the switch {manifest.node}, the settings are of {kept.node}")
    there = [path for path in (kept.journal, kept.database) if path.exists()]
    if there and not replace:
        raise BadInput(f"{there[0]} is there: give --replace to set it aside")
    lock = claim(kept.journal)
    try:
        for path in put_back(backup, manifest, kept, wall_clock()):
            print(locale.text("set aside {path}", language, path=path))
    finally:
        os.close(lock)
    print(locale.text(_RESTORED, language, last=manifest.journal_last))
