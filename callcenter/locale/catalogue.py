"""One catalogue a language, compiled; opened once, when something is first said in that language."""

from __future__ import annotations

import functools
import gettext
import re
from collections.abc import Iterator
from importlib import resources
from io import BytesIO
from typing import Any

from callcenter.locale.languages import Language

GAP = re.compile(r"\{\}")
_WORD = re.compile(r"[^\W\d_]")


class Catalogue(gettext.GNUTranslations):
    """A language's texts, and its sentences with gaps `{}`, those with most words first."""

    LISTED = "; "
    """What stands between sentences in a row; the catalogue has it with its gaps."""
    joining: frozenset[str]
    """What only joins parts, without a word of its own."""
    _catalog: dict[str, str]

    def _parse(self, fp: Any) -> None:
        super()._parse(fp)
        self._catalog.pop("", None)  # the header
        inside = self.CONTEXT % ("", "")
        gapped = [english for english in self._catalog if GAP.search(english) and inside not in english]
        self._patterns = [(GAP.split(english), self._catalog[english]) for english in sorted(gapped, key=_words)]
        self.joining = frozenset(self._catalog[english] for english in gapped if not _WORD.search(english))

    def find(self, english: str, context: str = "") -> str | None:
        """Find a text, where the catalogue has it."""
        return self._catalog.get(self.CONTEXT % (context, english) if context else english)

    def listed(self, told: list[str]) -> str:
        """Put finished sentences in a row."""
        return functools.reduce(self._catalog[f"{{}}{self.LISTED}{{}}"].format, told)

    def matches(self, english: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each translation whose English fits a finished sentence, with what stands in its gaps."""
        for pieces, told in self._patterns:
            parts = _parts(pieces, english)
            if parts is not None:
                yield told, parts


@functools.cache
def catalogue(language: Language) -> Catalogue:
    """Return a language's catalogue; English needs none."""
    path = resources.files(__package__).joinpath(language.replace("-", "_"), "LC_MESSAGES", "callcenter.mo")
    return Catalogue(BytesIO(path.read_bytes()))


def _parts(pieces: list[str], english: str) -> tuple[str, ...] | None:
    """Find what stands between the pieces of a sentence, as little as can be before each; None where it is another.

    A regular expression would say the same; it takes the square of the length where what comes has been made so.
    """
    first, *middle, last = pieces
    if not english.startswith(first) or not english.endswith(last):
        return None
    parts, begin = [], len(first)
    for piece in middle:
        end = english.find(piece, begin + 1)
        if end < 0:
            return None
        parts.append(english[begin:end])
        begin = end + len(piece)
    end = len(english) - len(last)
    return (*parts, english[begin:end]) if begin < end else None


def _words(english: str) -> int:
    """Sort key: what says most comes first."""
    return -len(GAP.sub("", english))
