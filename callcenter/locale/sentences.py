"""Texts and finished sentences in a language."""

from __future__ import annotations

import re

from callcenter.locale.catalogue import Catalogue, catalogue
from callcenter.locale.languages import Language

_PHRASE = re.compile(r"(?:^|[^\w'\"/.-])[a-z]+(?:'[a-z]+)? [a-z]+ [a-z]+")
"""English words in a row, as no name and no figure has them."""
_DEEPEST = 6
_MOST_TRIED = 200
"""Parts of one sentence that are looked up: none of ours has as many, and nobody waits for one that was made so."""


def english(sentence: str) -> str:
    """Mark a sentence that is translated where it is shown: the catalogue has it, and it is returned as it is."""
    return sentence


def text(english: str, language: Language, /, *, context: str = "", **gaps: object) -> str:
    """Say a text of the catalogue, its named gaps filled; one that it lacks is said in English."""
    told = english if language == "en" else catalogue(language).find(english, context) or english
    return told.format(**gaps) if gaps else told


def paragraphs(english: str, language: Language) -> str:
    """Say a help text paragraph by paragraph."""
    parts = [" ".join(part.split()) for part in english.strip().split("\n\n")]
    return "\n\n".join(text(part, language) for part in parts)


def sentence(english: str, language: Language) -> str:
    """Translate a finished sentence; one that the catalogue does not know whole stays English."""
    if language == "en":
        return english
    return _Translator(catalogue(language)).translated(english, _DEEPEST) or english


class _Translator:
    """Translates one sentence; what it has tried it does not try again, and it gives up before it takes long."""

    def __init__(self, known: Catalogue) -> None:
        self._known = known
        self._tried: dict[tuple[str, int], str | None] = {}

    def translated(self, english: str, deep: int) -> str | None:
        """Translate a sentence, and what English sentences stand in its gaps; None where that cannot be done whole."""
        whole = self._known.find(english)
        if whole is not None or not deep:
            return whole
        key = english, deep
        if key not in self._tried:
            if len(self._tried) >= _MOST_TRIED:
                return None
            self._tried[key] = None
            self._tried[key] = self._in_a_row(english.split(self._known.LISTED), deep) or self._gapped(english, deep)
        return self._tried[key]

    def _gapped(self, english: str, deep: int) -> str | None:
        for told, parts in self._known.matches(english):
            inner = [(" " in part and self.translated(part, deep - 1)) or part for part in parts]
            if tuple(inner) == parts and told in self._known.joining:
                continue  # none of the parts is known: they may be names
            if not any(part == said and _PHRASE.search(part) for part, said in zip(parts, inner, strict=True)):
                return told.format(*inner)
        return None

    def _in_a_row(self, sentences: list[str], deep: int) -> str | None:
        """Translate sentences that stand in a row; None where one of them is not known."""
        told: list[str] = []
        for one in sentences if len(sentences) > 1 else ():
            said = self.translated(one, deep - 1)
            if said is None:
                return None
            told.append(said)
        return self._known.listed(told) if told else None
