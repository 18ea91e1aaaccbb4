"""Text that somebody else wrote: what acts is found, and made inert for whoever reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.untrusted import (
    acts,
    escaped,
    has_controls,
    hidden_in,
    inert,
    is_plain,
    live,
    quiet_json,
    replaced,
    storable,
)

HOSTILE = "a\x1b[2J\r\n\u202eb\u200bc"
"""Clears a terminal, breaks a line, turns round what follows, hides."""
WRITTEN = st.text(st.characters())
"""Whatever somebody may write, halves of characters too."""


@pytest.mark.parametrize("char", ["\0", "\x1b", "\n", "\x7f", "\u202e", "\u200b", "\u2028", "\ud800", "\ue000"])
def test_what_moves_a_cursor_breaks_a_line_or_hides_acts(char: str) -> None:
    assert acts(char)


@pytest.mark.parametrize("char", ["a", " ", "张", "=", "\u3000", "\ufffd"])
def test_what_is_only_shown_does_not_act(char: str) -> None:
    assert not acts(char)


@pytest.mark.parametrize(
    ("text", "controls", "plain"),
    [
        ("张三 said: =1", False, True),
        ("two\n\tlines", True, True),
        ("cut\x1b[2J", True, False),
        ("back\r", True, False),
        ("half \ud83d", False, False),
        ("", False, True),
    ],
)
def test_layout_is_a_control_and_yet_plain(text: str, controls: bool, plain: bool) -> None:
    assert (has_controls(text), is_plain(text)) == (controls, plain)


def test_label_or_terminal_shows_a_mark_for_what_acts() -> None:
    assert replaced(HOSTILE) == "a\ufffd[2J\ufffd\ufffd\ufffdb\ufffdc"


def test_log_shows_what_acts_as_python_writes_it() -> None:
    assert escaped("Alice 张") == "Alice 张"
    assert escaped(HOSTILE) == r"a\x1b[2J\r\n\u202eb\u200bc"


@given(WRITTEN)
def test_what_was_replaced_or_escaped_acts_no_more_and_the_rest_stands(text: str) -> None:
    assert not any(map(acts, replaced(text) + escaped(text)))
    assert [c for c in text if not acts(c)] == [c for c, was in zip(replaced(text), text, strict=True) if not acts(was)]


@given(WRITTEN)
@example(HOSTILE + "\U000f0000")
def test_json_acts_on_no_terminal_and_says_the_same(text: str) -> None:
    written = quiet_json(json.dumps({"张三": text}, ensure_ascii=False))
    assert not any(map(acts, written))
    assert json.loads(written) == {"张三": text}


def test_database_gets_no_nul_and_no_half_of_a_character() -> None:
    assert storable("Alice 张") == "Alice 张"
    assert storable("a\0b\ud83d\n\u202e张") == "a\ufffdb?\n\u202e张"


@given(WRITTEN)
def test_database_takes_whatever_was_written(text: str) -> None:
    assert "\0" not in storable(text).encode().decode()


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "'=1", "\t=1", " =1", "＝1", "''@x"])
def test_what_a_spreadsheet_would_run_is_shown_as_text(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Alice", "O'Hara", "'tis", "2026-11-23", "two\nlines", ""])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert (inert(text), live(text)) == (text, text)


def test_what_hides_is_shown_in_a_spreadsheet() -> None:
    assert inert("1\u202e2") == r"1\u{202e}2"


def test_what_only_looks_like_a_hidden_mark_is_nobodys() -> None:
    assert live(r"\u{41} \u{110000} \u{202e}") == "\\u{41} \\u{110000} \u202e"


@given(WRITTEN)
@example(r"\u{202e}")
@example("\\\u202e")
@example("'=\\u{5c}\u200b")
def test_spreadsheet_gives_back_what_it_was_given_and_runs_nothing(text: str) -> None:
    assert inert(text).lstrip()[:1] not in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}
    assert live(inert(text)) == text


@pytest.mark.parametrize(
    ("text", "laid_out", "first"),
    [
        ("王小明", False, None),
        ("one\ttwo", False, "\t"),
        ("one\r\n\ttwo", True, None),
        ("می\u200cخواهم \ue815 \U00031350", False, None),
        ("a\u202eb\0", True, "\u202e"),
        ("\ud800", True, "\ud800"),
    ],
)
def test_first_character_that_hides_itself_is_told(text: str, laid_out: bool, first: str | None) -> None:
    assert hidden_in(text, layout=laid_out) == first
