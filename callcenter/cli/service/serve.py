"""`callcenter serve`: the service itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from callcenter.app import serve
from callcenter.config import SETTINGS_FILE, load_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Connect to Asterisk and run the service.")

SettingsPath = Annotated[Path | None, typer.Option("--settings", envvar=SETTINGS_FILE, help="The settings file.")]


@app.command()
def main(settings: SettingsPath = None) -> None:
    """Connect to Asterisk and run until SIGTERM or Ctrl-C.

    A login that is refused, a right that is missing or a switch that is not there ends it with one sentence
    (`ami.wait_at_start` waits for a switch that is not there). Once connected, it reconnects for ever.
    """
    asyncio.run(serve(load_settings(settings)))
