"""Rows as a command shows them: as a table in the terminal, or in a new file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter import locale
from callcenter.cli.office.board import console_for_output
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.ownfiles import open_private
from callcenter.reports.board.tables import PLAIN_BOX
from callcenter.spreadsheet import Rows

NARROW = 110
"""Below so many columns a terminal gets fewer of a table's."""
CsvFile = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write them to a new CSV file.")]
WorkbookFile = Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write them to a new workbook.")]


def show(rows: Rows, console: Console | None = None) -> None:
    """Show a table as wide as the terminal; figures stand at the right."""
    console = console or console_for_output()
    heading, *rest = rows
    lines = box.SIMPLE_HEAD if console.is_terminal else PLAIN_BOX
    table = Table(box=lines, padding=(0, int(console.width >= NARROW), 0, 0), pad_edge=False, show_edge=False)
    for n, name in enumerate(heading):
        figures = all(_is_figure(row[n]) for row in rest)
        table.add_column(str(name), justify="right" if n and figures else "left", overflow="fold")
    for row in rest:
        table.add_row(*map(_text, row))
    console.print(table)


def write_new(path: Path, held: bytes, language: Language) -> None:
    """Write a file that is not there yet, and say so.

    Raises:
        BadInput: It is there, or cannot be written.
    """
    try:
        with open_private(path, "xb") as file:
            file.write(held)
    except FileExistsError as error:
        raise BadInput(f"{path} exists already: give another name") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from error
    print(locale.text("wrote {path}", language, path=path))


def _is_figure(cell: object) -> bool:
    return cell is None or not isinstance(cell, str) or cell[:1].isdigit() or cell in {"", "-"}


def _text(cell: object) -> Text:
    """Show a cell as it is: what people write is not markup."""
    return Text("" if cell is None else str(cell))
