"""Which languages there are, and which one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(wanted: str, environment: Mapping[str, str]) -> Language | None:
    """Choose the language: the one wanted, else by the environment; None where the wanted one is not spoken."""
    if wanted:
        return next((one for one in LANGUAGES if one.lower() == wanted.lower().replace("_", "-")), None)
    said = next((value for name in VARIABLES if (value := environment.get(name))), "")
    return "zh-CN" if said.lower().startswith("zh") else "en"
