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


class Catalogue(gettext.GNUTranslations):
    """A language's texts, and its sentences with gaps `{}`, those with most words first."""

    _catalog: dict[str, str]

    def _parse(self, fp: Any) -> None:
        super()._parse(fp)
        self._catalog.pop("", None)  # the header
        inside = self.CONTEXT % ("", "")
        gapped = [english for english in self._catalog if GAP.search(english) and inside not in english]
        self._patterns = [(_pattern(english), self._catalog[english]) for english in sorted(gapped, key=_words)]

    def find(self, english: str, context: str = "") -> str | None:
        """Find a text, where the catalogue has it."""
        return self._catalog.get(self.CONTEXT % (context, english) if context else english)

    def matches(self, english: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each translation whose English fits a finished sentence, with what stands in its gaps."""
        for pattern, told in self._patterns:
            found = pattern.fullmatch(english)
            if found is not None:
                yield told, found.groups()


@functools.cache
def catalogue(language: Language) -> Catalogue:
    """Return a language's catalogue; English needs none."""
    path = resources.files(__package__).joinpath(language.replace("-", "_"), "LC_MESSAGES", "callcenter.mo")
    return Catalogue(BytesIO(path.read_bytes()))


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, GAP.split(english))), re.DOTALL)


def _words(english: str) -> int:
    """Sort key: what says most comes first."""
    return -len(GAP.sub("", english))
