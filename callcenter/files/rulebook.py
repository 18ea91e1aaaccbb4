"""A rulebook as a YAML file: the packaged one, or a department's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from callcenter.errors import UnreadableFile
from callcenter.locale import english
from callcenter.packaged import packaged_rulebook
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.rulebook import PACKAGED, parsed, sound, whole

_LONGEST = 4_000_000
"""Characters."""


def load_rulebook(path: Path | None = None, timezone: str | None = None) -> Rulebook:
    """Read and check a rulebook.

    Args:
        path: A YAML file; None: the packaged one.
        timezone: The site's, in which days begin; None: whatever the file names.

    Raises:
        UnreadableFile: There is no such file, or it is not YAML.
        BadInput: It lacks something, has unknown keys, gaps in its dates, figures that must be filled first, or
            another time zone than the site.
    """
    return sound(parse_rulebook(path, timezone), _named(path))


def parse_rulebook(path: Path | None = None, timezone: str | None = None) -> Rulebook:
    """Read a rulebook without asking whether its dates and figures are sound; errors as `load_rulebook`."""
    return parsed(_read(path), _named(path), timezone)


def written(path: Path | None = None) -> dict[str, Any]:
    """Return a rulebook as it is written, whole, to be changed and proposed; errors as `load_rulebook`."""
    plain: dict[str, Any] = msgspec.to_builtins(whole(_read(path)))
    return plain


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return packaged_rulebook()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{_named(path)} cannot be read: {error}") from error
    if len(text) > _LONGEST:
        raise UnreadableFile(f"{_named(path)} is too long for a rulebook")
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableFile(f"{_named(path)} is not YAML: {_place(error)}") from error
    if not isinstance(raw, dict):
        raise UnreadableFile(f"{_named(path)} is not a rulebook: a mapping with `editions` is expected")
    return raw


def _place(error: Exception) -> str:
    """Say where reading ended: what YAML's reader says of it is English, and about its own words."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return english("it is no text") if mark is None else english(f"line {mark.line + 1}, column {mark.column + 1}")


def _named(path: Path | None) -> str:
    return PACKAGED if path is None else english(f"the rulebook {path}")
