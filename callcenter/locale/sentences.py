"""Texts and finished sentences in a language."""

from __future__ import annotations

import re

from callcenter.locale.catalogue import Catalogue, catalogue
from callcenter.locale.languages import Language

_PHRASE = re.compile(r"(?:^|[^\w'\"/.-])[a-z]+(?:'[a-z]+)? [a-z]+ [a-z]+")
"""English words in a row, as no name and no figure has them."""
_DEEPEST = 3


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
    return _translated(english, catalogue(language), _DEEPEST) or english


def _translated(english: str, known: Catalogue, deep: int) -> str | None:
    """Translate a sentence, and what English sentences stand in its gaps; None where that cannot be done whole."""
    whole = known.find(english)
    if whole is not None:
        return whole
    if not deep:
        return None
    for told, parts in known.matches(english):
        inner = [_translated(part, known, deep - 1) or part for part in parts]
        if not any(part == said and _PHRASE.search(part) for part, said in zip(parts, inner, strict=True)):
            return told.format(*inner)
    return None
