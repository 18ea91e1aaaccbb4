"""Help and usage errors in the reader's language: what typer shows is put through the catalogue."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from callcenter import locale
from callcenter.cli.speech import LangOption
from callcenter.locale import Language

OPTION = "--lang"
_PANELS = ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE")
_NOTES = ("DEFAULT_STRING", "ENVVAR_STRING", "REQUIRED_LONG_STRING")


def wanted(arguments: Sequence[str]) -> str:
    """Find what the last `--lang` among a command's arguments says; empty where there is none."""
    found = ""
    for n, argument in enumerate(arguments):
        if argument == OPTION and n + 1 < len(arguments):
            found = arguments[n + 1]
        elif argument.startswith(f"{OPTION}="):
            found = argument.partition("=")[2]
    return found


def command_of(app: typer.Typer, lang: Language) -> Any:
    """Make the command, with `--lang` on every part of it, and its help in a language."""
    made = typer.main.get_command(app)
    for command in _parts(made):
        if all(OPTION not in parameter.opts for parameter in command.params):
            command.params.append(_option())
        for option in (parameter for parameter in command.params if OPTION in parameter.opts):
            # wherever `--lang` stood, before the command or behind it, the part that speaks is told
            option.default, option.show_default = lang, False
        if lang != "en":
            _translate(command, lang)
    if lang != "en":
        _translate_frame(lang)
    return made


def _parts(command: Any) -> Iterator[Any]:
    yield command
    if isinstance(command, TyperGroup):
        for part in command.commands.values():
            yield from _parts(part)


def _translate(command: Any, lang: Language) -> None:
    usage, asking = command.get_usage, command.get_help_option

    def help_option(context: Any) -> Any:
        option = asking(context)
        if option is not None:
            option.help = locale.text(str(option.help), lang)
        return option

    command.get_usage = lambda context: str(usage(context)).replace("Usage:", locale.text("Usage:", lang), 1)
    command.get_help_option = help_option
    for said in (command, *command.params):
        for name in ("help", "short_help"):
            if getattr(said, name, None):
                setattr(said, name, locale.paragraphs(getattr(said, name), lang))


def _translate_frame(lang: Language) -> None:
    """Put what stands around every help page into the language; typer keeps these as constants of its module."""
    frame = importlib.import_module("typer.rich_utils")
    for name in (*_PANELS, *_NOTES):
        setattr(frame, name, locale.text(getattr(frame, name), lang))


def _option() -> Any:
    """Make the option for a command that does not ask for it itself: the language was chosen before."""
    asks = typer.Typer(add_completion=False)

    @asks.command()
    def ask(lang: LangOption = "") -> None:
        del lang

    option = next(parameter for parameter in typer.main.get_command(asks).params if OPTION in parameter.opts)
    option.expose_value = False
    return option
