"""The rulebook that ships with the program: read once, with the code that it belongs to."""

from __future__ import annotations

import copy
import functools
from importlib.resources import files
from typing import Any

import yaml


def packaged_rulebook() -> dict[str, Any]:
    """Return the packaged rulebook as it is written; a copy, which may be changed."""
    return copy.deepcopy(_read())


@functools.cache
def _read() -> dict[str, Any]:
    text = files("callcenter.rules.regulations").joinpath("rulebook.yaml").read_text("utf-8")
    held: dict[str, Any] = yaml.safe_load(text)
    return held
