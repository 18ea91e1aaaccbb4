"""`callcenter cases class`: the tree of what contacts are about, listed, changed, and as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.cases.classes import CaseClass, FiledClass, tree
from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import console_touch
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show, write_new
from callcenter.config import load_settings
from callcenter.errors import BadInput
from callcenter.files.class_list import class_rows, read_classes
from callcenter.spreadsheet import Rows, csv_file
from callcenter.store.enquiries.classes import classes_in_force
from callcenter.usecases.enquiries.keep_classes import close_class, import_classes, make_class

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What contacts are about: the tree of classes.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The class's own short name, which stays.")]
_WORDS = locale.Words(
    "case_class",
    {
        "code": "code",
        "zh": "Chinese",
        "en": "English",
        "texts": "texts",
        "version": "version",
        "state": "state",
        "open": "open",
        "closed": "closed",
        "none": "there are no classes yet",
        "done": "{created} new, {changed} changed, {same} as they were",
    },
)


@app.command("list")
def list_classes(
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones, too.")] = False,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """List the classes of contacts as a tree."""
    language = spoken(lang)
    known = reading(load_settings(settings).store, classes_in_force).values()
    found = [(level, one) for level, one in tree(known) if closed or not one.told.closed]
    if not found:
        print(_WORDS.say("none", language))
        return
    heading = [_WORDS.say(name, language) for name in ("code", "zh", "en", "texts", "version", "state")]
    rows: Rows = [heading, *([*_cells(level, one), _state(one, language)] for level, one in found)]
    show(rows)


@app.command("add")
def add_class(
    code: Code,
    zh: Annotated[str, typer.Option("--zh", help="Its Chinese name.")],
    en: Annotated[str, typer.Option("--en", help="Its English name.")],
    parent: Annotated[str | None, typer.Option(help="The class that it is a reason of.")] = None,
    settings: SettingsPath = None,
) -> None:
    """Add a class of contacts."""
    told = CaseClass(code=code, zh=zh, en=en, parent=parent)
    at_desk(load_settings(settings).store, lambda unit: make_class(unit, told, console_touch()))


@app.command("close")
def end_class(code: Code, settings: SettingsPath = None) -> None:
    """Close a class: contacts keep it, no new one is given it. None is ever deleted."""
    at_desk(load_settings(settings).store, lambda unit: close_class(unit, code, console_touch()))


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="As `callcenter cases class export` writes it.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Bring in a list of classes with their texts: all of it, or nothing. What it does not name stays."""
    told = read_classes(file)
    counts = at_desk(load_settings(settings).store, lambda unit: import_classes(unit, told, console_touch()))
    print(_WORDS.say("done", spoken(lang), **counts))


@app.command("export")
def export_list(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A new file.")],
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Write all classes with their texts to a new file, closed ones too."""
    if file.suffix.lower() != ".csv":
        raise BadInput("the file's name must end in .csv")
    rows = class_rows(reading(load_settings(settings).store, classes_in_force).values())
    write_new(file, csv_file(rows), spoken(lang))


def _cells(level: int, one: FiledClass) -> list[str | int]:
    return ["  " * level + one.told.code, one.told.zh, one.told.en, len(one.told.texts), one.version]


def _state(one: FiledClass, language: locale.Language) -> str:
    return _WORDS.say("closed" if one.told.closed else "open", language)
