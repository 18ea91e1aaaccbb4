"""What people read, in their language: finished English sentences are found in the catalogue of another one.

A catalogue (`zh-CN.toml`) maps English to its language: whole texts, and sentences with gaps `{}`, which a translation
fills as `{0}`, `{1}` in any order. A sentence is translated whole or not at all: where a gap holds English words that
no catalogue knows, the English sentence stays as it is.

The language is chosen in one way everywhere: by `--lang`, else by the environment (LC_ALL, LC_MESSAGES, LANG).
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Literal

Lang = Literal["zh-CN", "en"]
Language = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh-CN", "en")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

_GAP = re.compile(r"\{\}")
_PHRASE = re.compile(r"(?:^|[^\w'\"/.-])[a-z]+(?:'[a-z]+)? [a-z]+ [a-z]+")
"""English words in a row, as no name and no figure has them."""
_DEEPEST = 3


def language(wanted: str, environment: Mapping[str, str]) -> Lang | None:
    """Choose the language: the one wanted, else by the environment; None where the wanted one is not spoken."""
    if wanted:
        return next((lang for lang in LANGUAGES if lang.lower() == wanted.lower().replace("_", "-")), None)
    said = next((value for name in VARIABLES if (value := environment.get(name))), "")
    return "zh-CN" if said.lower().startswith("zh") else "en"


def text(english: str, lang: Lang, **gaps: object) -> str:
    """Say a text of the catalogue, its named gaps filled; one that it lacks is said in English."""
    told = english if lang == "en" else _catalogue(lang).texts.get(english, english)
    return told.format(**gaps) if gaps else told


def paragraphs(english: str, lang: Lang) -> str:
    """Say a help text paragraph by paragraph."""
    parts = [" ".join(part.split()) for part in english.strip().split("\n\n")]
    return "\n\n".join(text(part, lang) for part in parts)


def sentence(english: str, lang: Lang) -> str:
    """Translate a finished sentence; one that the catalogue does not know whole stays English."""
    if lang == "en":
        return english
    return _translated(english, _catalogue(lang), _DEEPEST) or english


class _Catalogue:
    """One language's texts, and its sentences with gaps, those with most words first."""

    def __init__(self, lang: Lang) -> None:
        tables = tomllib.loads(resources.files(__name__).joinpath(f"{lang}.toml").read_text("utf-8"))
        self.texts: dict[str, str] = {english: told for table in tables.values() for english, told in table.items()}
        gapped = [english for english in self.texts if _GAP.search(english)]
        self._patterns = [(_pattern(english), self.texts[english]) for english in sorted(gapped, key=_words)]

    def matches(self, english: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each translation whose English fits, with what stands in its gaps."""
        for pattern, told in self._patterns:
            found = pattern.fullmatch(english)
            if found is not None:
                yield told, found.groups()


@functools.cache
def _catalogue(lang: Lang) -> _Catalogue:
    return _Catalogue(lang)


def _translated(english: str, catalogue: _Catalogue, deep: int) -> str | None:
    """Translate a sentence, and what English sentences stand in its gaps; None where that cannot be done whole."""
    known = catalogue.texts.get(english)
    if known is not None:
        return known
    if not deep:
        return None
    for told, parts in catalogue.matches(english):
        inner = [_translated(part, catalogue, deep - 1) or part for part in parts]
        if not any(part == said and _PHRASE.search(part) for part, said in zip(parts, inner, strict=True)):
            return told.format(*inner)
    return None


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, _GAP.split(english))), re.DOTALL)


def _words(english: str) -> int:
    """Sort key: what says most comes first."""
    return -len(_GAP.sub("", english))
