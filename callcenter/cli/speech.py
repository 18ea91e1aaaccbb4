"""The language that a command speaks: an option, and what it means."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from callcenter.errors import BadSetting
from callcenter.reports.board_words import Lang, language
from callcenter.rules.texts import Language

LangOption = Annotated[str, typer.Option("--lang", help="zh-CN or en.")]
DEFAULT_LANG = "en"


def spoken(wanted: str) -> Lang:
    """Choose the language by option, else by the environment.

    Raises:
        BadSetting: It is not one that is spoken here.
    """
    environment = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    lang = language(wanted, environment)
    if lang is None:
        raise BadSetting(f"--lang is {wanted!r}, but zh-CN and en are the languages there are")
    return lang


def language_of_texts(wanted: str) -> Language:
    """Choose it for the sentences of records; errors as `spoken`."""
    return "zh" if spoken(wanted) == "zh-CN" else "en"
