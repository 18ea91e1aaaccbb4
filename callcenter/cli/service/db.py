"""`callcenter db`: the database's schema, and its way from a file to a server."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress, TaskID

from callcenter import locale
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import Settings, load_settings
from callcenter.errors import BadInput
from callcenter.journal.file import claim
from callcenter.locale import english
from callcenter.ownfiles import held
from callcenter.store import StoreSettings, newest_revision, revision_of, upgrade
from callcenter.store.moving import MoveProgress, move

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Create, migrate or move the database.")

_SCHEMA = english("{url} has schema {schema}, {needed} is needed")
_NO_SCHEMA = english("{url} has schema none, {needed} is needed")
_TABLE = english("{table}: {rows} rows, {hash}")
_PROVED = english("proved, table by table; now set store.url to {url} and start: callcenter serve")


@app.command("upgrade")
def upgrade_database(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Bring the database to the schema that this version writes; make it if there is none."""
    store = load_settings(settings).store
    schema = asyncio.run(upgrade(store))
    print(locale.text("{url} has schema {schema}", spoken(lang), url=store.url, schema=schema))


@app.command("current")
def show_current(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """Say which schema the database has, and which one is needed."""
    store = load_settings(settings).store
    schema, needed = asyncio.run(revision_of(store)), newest_revision()
    if schema is None:
        print(locale.text(_NO_SCHEMA, spoken(lang), url=store.url, needed=needed))
    else:
        print(locale.text(_SCHEMA, spoken(lang), url=store.url, schema=schema, needed=needed))


@app.command("move")
def move_database(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database of a PostgreSQL server.")],
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="File whose first line is that server's password.")
    ] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Copy the database file to a PostgreSQL server and prove that nothing is missing; the service must not run.

    The file stays as it is. Interrupted, it goes on where it was when it is called again.
    """
    chosen, language = load_settings(settings), spoken(lang)
    target = _target(to, password_file)
    with _alone(chosen), Progress(console=Console(stderr=True), transient=True) as shown:
        moved = asyncio.run(move(chosen.store, target, _Shown(shown)))
    for table in moved:
        print(locale.text(_TABLE, language, table=table.table, rows=table.rows, hash=table.hash))
    print(locale.text(_PROVED, language, url=to))


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be who uses journal and database, as a service is.

    Raises:
        StoreError: One runs.
    """
    with contextlib.ExitStack() as mine:
        mine.callback(os.close, claim(settings.journal.path))
        if settings.store.path is not None and settings.store.path.exists():
            mine.enter_context(held(settings.store.path, "the database"))
        yield


def _target(url: str, password_file: Path | None) -> StoreSettings:
    try:
        return StoreSettings(url=url, password_file=password_file)
    except ValidationError as error:
        raise BadInput(f"--to: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


class _Shown:
    """Shows how far a move is, a bar a table."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, reached: MoveProgress) -> None:
        if reached.table not in self._tasks:
            self._tasks[reached.table] = self._bars.add_task(reached.table)
        self._bars.update(self._tasks[reached.table], completed=reached.rows, total=reached.of)
