"""`callcenter version`: the version, alone on a line."""

from __future__ import annotations

import typer

from callcenter import __version__

app = typer.Typer(add_completion=False)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)
