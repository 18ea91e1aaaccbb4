"""The catalogue says each thing by the glossary's word."""

from __future__ import annotations

import re
import tomllib

import pytest
from babel.messages.catalog import Message

from callcenter.locale import compile as catalogue

GLOSSARY: dict[str, dict[str, list[str]]] = tomllib.loads(
    catalogue.PO.parents[2].joinpath("glossary.toml").read_text("utf-8")
)
MESSAGES = [message for message in catalogue.translated() if message.id]
UNIT = re.compile(r"\s*[((][^()()]*[))]$")
"""What stands behind a heading: seconds, yuan."""


def alone(text: str) -> str:
    """Write a heading without its unit and its line breaks."""
    return UNIT.sub("", text.replace("\n", "")).strip().casefold()


def say(message: Message, words: list[str]) -> bool:
    return any(word in str(message.string) for word in words)


def sentences(english: str) -> list[Message]:
    standing = re.compile(rf"(?<![\w'-]){english}(?:s|es|'s|s')?(?![\w-])", re.IGNORECASE)
    return [message for message in MESSAGES if standing.search(str(message.id))]


@pytest.mark.parametrize(("english", "words"), GLOSSARY["everywhere"].items())
def test_word_is_said_wherever_it_stands(english: str, words: list[str]) -> None:
    found = sentences(english)

    assert found, "nothing is called so any more"
    assert [(message.id, message.string) for message in found if not say(message, words)] == []


@pytest.mark.parametrize(("english", "words"), GLOSSARY["alone"].items())
def test_heading_or_value_is_the_word_itself(english: str, words: list[str]) -> None:
    found = [message for message in MESSAGES if alone(str(message.id)) in {english, f"{english}s"}]

    assert found, "nothing is called so any more"
    assert [(message.context, message.string) for message in found if alone(str(message.string)) not in words] == []


@pytest.mark.parametrize(("english", "words"), GLOSSARY["usual"].items())
def test_word_is_what_half_of_the_sentences_say(english: str, words: list[str]) -> None:
    found = sentences(english)

    assert sum(say(message, words) for message in found) >= len(found) / 2


def test_word_stands_once() -> None:
    assert len({word for table in GLOSSARY.values() for word in table}) == sum(map(len, GLOSSARY.values()))
