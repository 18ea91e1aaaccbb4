"""`callcenter board`: queues and agents of a running service, live in this terminal."""

from __future__ import annotations

import os
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from callcenter.cli.speech import LangOption, spoken
from callcenter.exporter.live import LiveDocument
from callcenter.reports.board.source import BoardSource, ServiceSilent
from callcenter.reports.board.tables import Board
from callcenter.staff.dates import zone_named

app = typer.Typer(add_completion=False, help="Show queues and agents live in this terminal.")

_PLAIN_WIDTH = 160
_USUAL_SECONDS = 1.0


@app.command()
def main(
    url: Annotated[str, typer.Option(help="Where the service is.")] = "http://127.0.0.1:9464",
    lang: LangOption = "",
    every: Annotated[
        float, typer.Option(min=0, help="Seconds between two looks; 0: 1 s in a terminal, else one look only.")
    ] = 0,
    calls: Annotated[int, typer.Option(min=0, help="How many of the last calls to show.")] = 0,
    timezone: Annotated[str, typer.Option(help="Time zone of what is shown; by default the site's.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
) -> None:
    """Show queues and agents until Ctrl-C; without a terminal, plainly, and once unless --every is given."""
    console = console_for_output()
    language, chosen = spoken(lang), zone_named(timezone) if timezone else None
    height = console.height if console.is_terminal and not once else None
    source = BoardSource(url)
    document = source.read()
    where, plain = chosen or zone_named(document.timezone), not console.is_terminal
    board = Board(language, where, plain=plain, width=console.width, height=height)
    if once or not (console.is_terminal or every):
        console.print(board.show(document, calls=calls))
        return
    try:
        if console.is_terminal:
            _live(console, board, source, document, every or _USUAL_SECONDS, calls)
        else:
            _plainly(console, board, source, document, every, calls)
    except KeyboardInterrupt:
        pass  # Ctrl-C is the way to leave a board


def console_for_output() -> Console:
    """Make the console: as the terminal is, or wide and without colours for a file or pipe."""
    if isinstance(sys.stdout.errors, str):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # stdout is a TextIOWrapper here
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


class _Watch:
    """The last document that came, and for how long none has."""

    def __init__(self, source: BoardSource, document: LiveDocument) -> None:
        self._source = source
        self.document = document
        self._came_at = time.monotonic()
        self.unreachable_seconds = 0.0

    def look(self) -> None:
        try:
            self.document = self._source.read()
        except ServiceSilent:
            self.unreachable_seconds = time.monotonic() - self._came_at
        else:
            self._came_at = time.monotonic()
            self.unreachable_seconds = 0.0


def _live(console: Console, board: Board, source: BoardSource, first: LiveDocument, every: float, calls: int) -> None:
    watch = _Watch(source, first)
    with Live(console=console, auto_refresh=False, screen=True) as live:
        # drawn here: what `Live` draws while it is entered, it does not take off the screen when that is interrupted
        live.update(board.show(first, calls=calls), refresh=True)
        while True:
            time.sleep(every)
            watch.look()
            live.update(board.show(watch.document, watch.unreachable_seconds, calls=calls), refresh=True)


def _plainly(
    console: Console, board: Board, source: BoardSource, first: LiveDocument, every: float, calls: int
) -> None:
    watch = _Watch(source, first)
    while True:
        console.print(board.show(watch.document, watch.unreachable_seconds, calls=calls))
        time.sleep(every)
        watch.look()
