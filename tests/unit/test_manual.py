"""The manual's pages are found by topic, in each language, and a word that is none is told what comes nearest."""

from __future__ import annotations

import pytest

from callcenter.cli.service.manual import app
from callcenter.cli.tongue import command_of
from callcenter.errors import BadInput
from callcenter.locale import LANGUAGES, Language
from callcenter.manual import TOPICS, page, title


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    command_of(app, "en")(list(arguments), prog_name="callcenter manual", standalone_mode=False)
    return capsys.readouterr().out


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_page_opens_with_its_title_and_shows_no_marks(topic: str, lang: Language) -> None:
    text = page(topic, lang)
    assert text.startswith(f"# {title(topic, lang)}\n")
    assert "<!--" not in text


def test_topic_that_is_misspelt_is_told_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"^the manual has no page 'setings'; the nearest: settings\.$"):
        page("setings", "en")


def test_word_that_is_no_topic_is_told_the_pages_that_speak_of_it_most() -> None:
    with pytest.raises(BadInput, match=r"^the manual has no page 'idempotency'; the nearest: api\.$"):
        page("idempotency", "en")


def test_word_of_which_no_page_speaks_is_told_where_the_topics_are() -> None:
    with pytest.raises(BadInput, match=r"`callcenter manual` lists those it has\.$"):
        page("xyzzy", "zh-CN")


@pytest.mark.parametrize("path", ["../en/api", "/etc/passwd", "", " ", "api.md\0"])
def test_topic_is_no_path(path: str) -> None:
    with pytest.raises(BadInput):
        page(path, "en")


def test_without_a_topic_each_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys).splitlines()
    assert [line.split()[0] for line in lines] == list(TOPICS)
    assert lines[0].endswith(f"  {title(TOPICS[0], 'en')}")


def test_page_is_printed_in_the_language_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "api", "--lang", "zh-CN") == page("api", "zh-CN")


def test_unknown_topic_is_the_commands_error() -> None:
    with pytest.raises(BadInput, match="no page"):
        command_of(app, "en")(["nothing-like-it"], standalone_mode=False)
