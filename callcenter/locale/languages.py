"""Which languages there are, and which one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(wanted: str, environment: Mapping[str, str], otherwise: Language = "en") -> Language | None:
    """Choose the language: the one wanted, else by the environment; None where the wanted one is not spoken.

    Args:
        wanted: The one that was asked for, or nothing.
        environment: Its variables.
        otherwise: The one where the environment names none that is spoken here.
    """
    if wanted:
        return next((one for one in LANGUAGES if one.lower() == wanted.lower().replace("_", "-")), None)
    said = next((value for name in VARIABLES if (value := environment.get(name))), "")
    return next((one for one in LANGUAGES if said.lower().startswith(one[:2])), otherwise)
