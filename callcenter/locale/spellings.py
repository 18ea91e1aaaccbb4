"""How people write what the code has an English word for: read once, when something is first looked up."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources


def spellings(of: str) -> Mapping[str, tuple[str, ...]]:
    """Return the spellings of each word of a kind: sheets, columns, days, dates, numbers, and others."""
    return _tables()[of]


def spelt(of: str, word: str) -> str:
    """Return a pattern of every spelling of a word, for a regular expression."""
    return "|".join(map(re.escape, _tables()[of][word]))


@functools.cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    tables = tomllib.loads(resources.files(__package__).joinpath("spellings.toml").read_text("utf-8"))
    return {of: {word: tuple(written) for word, written in table.items()} for of, table in tables.items()}
