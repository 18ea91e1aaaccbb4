"""`callcenter db`: the database's schema."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from callcenter.config import SETTINGS_FILE, load_settings
from callcenter.store import newest_revision, revision_of, upgrade

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Create or migrate the database.")

SettingsPath = Annotated[Path | None, typer.Option("--settings", envvar=SETTINGS_FILE, help="The settings file.")]


@app.command("upgrade")
def upgrade_database(settings: SettingsPath = None) -> None:
    """Bring the database to the schema that this version writes; make it if there is none."""
    store = load_settings(settings).store
    print(f"{store.url} has schema {asyncio.run(upgrade(store))}")


@app.command("current")
def show_current(settings: SettingsPath = None) -> None:
    """Say which schema the database has, and which one is needed."""
    store = load_settings(settings).store
    print(f"{store.url} has schema {asyncio.run(revision_of(store)) or 'none'}, {newest_revision()} is needed")
