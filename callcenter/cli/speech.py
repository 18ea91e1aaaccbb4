"""The language that a command speaks: `--lang`, else the environment; the same for output, help and errors."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from callcenter import locale
from callcenter.errors import BadSetting
from callcenter.locale import Language

LangOption = Annotated[str, typer.Option("--lang", help="zh-CN or en; by default from LANG.")]


def spoken(wanted: str, otherwise: Language = "en") -> Language:
    """Choose the language by option, else by the environment, else the one given.

    Raises:
        BadSetting: It is not one that is spoken here.
    """
    lang = locale.language(wanted, os.environ, otherwise)
    if lang is None:
        raise BadSetting(f"--lang is {wanted!r}, but zh-CN and en are the languages there are")
    return lang
