"""`callcenter serve`: the service itself."""

from __future__ import annotations

import asyncio

import typer

from callcenter.app import serve
from callcenter.cli.options import SettingsPath
from callcenter.config import load_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Connect to Asterisk and run the service.")


@app.command()
def main(settings: SettingsPath = None) -> None:
    """Connect to Asterisk and run until SIGTERM or Ctrl-C.

    A login that is refused, a right that is missing or a switch that is not there ends it with one sentence
    (`ami.wait_at_start` waits for a switch that is not there). Once connected, it reconnects for ever.
    """
    asyncio.run(serve(load_settings(settings)))
