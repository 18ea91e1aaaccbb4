"""Tables of words: English in the code, any other language out of the catalogue, looked up once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from callcenter.locale.languages import Language
from callcenter.locale.sentences import text

Key = TypeVar("Key", bound=str)


class Words(Generic[Key]):
    """English texts by key, and the same in every language.

    Args:
        context: Where they are read: what tells words apart that are one in English and two in Chinese.
        english: The texts; gaps have names.
    """

    def __init__(self, context: str, english: Mapping[Key, str]) -> None:
        self._context = context
        self._told: dict[Language, Mapping[Key, str]] = {"en": english}

    def table(self, language: Language) -> Mapping[Key, str]:
        """Return every text in a language, gaps as they are."""
        told = self._told.get(language)
        if told is None:
            english = self._told["en"].items()
            told = self._told[language] = {key: text(one, language, context=self._context) for key, one in english}
        return told

    def say(self, key: Key, language: Language, /, **gaps: object) -> str:
        """Say a text, its gaps filled."""
        return self.table(language)[key].format_map(gaps)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._told["en"])
