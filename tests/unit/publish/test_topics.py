"""Topics of names that somebody else chose."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.publish.topics import Topics, level, written
from callcenter.untrusted import acts

NAMES = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice", "Alice"),
        ("张三 (一组)", "张三 (一组)"),
        ("a/b", "a%2Fb"),
        ("#", "%23"),
        ("+", "%2B"),
        ("50%", "50%25"),
        ("", "%"),
        ("x\r\n\0", "x%0D%0A%00"),
        ("\u202egpj", "%E2%80%AEgpj"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_name_is_one_level_that_can_be_read(name: str, shown: str) -> None:
    assert level(name) == shown


@given(NAMES)
def test_level_is_never_more_than_one_whatever_the_name(name: str) -> None:
    shown = level(name)
    assert shown
    assert not set(shown) & set("/+#")
    assert not any(map(acts, shown))
    assert len(shown.encode()) < 2_000
    if 0 < len(name) <= 128:
        assert unquote(shown, errors="surrogatepass") == name


@given(NAMES, NAMES)
def test_two_names_never_give_one_level(one: str, other: str) -> None:
    assert (level(one) == level(other)) == (one == other)


def test_long_names_that_begin_alike_have_levels_of_their_own() -> None:
    assert level("a" * 200) != level("a" * 201)


def test_topics_of_a_site() -> None:
    topics = Topics("callcenter", "hq/1")
    assert topics.status("pbx") == "callcenter/v1/hq%2F1/node/pbx/status"
    assert topics.queue("sales") == "callcenter/v1/hq%2F1/queue/sales/state"
    assert topics.agent("+") == "callcenter/v1/hq%2F1/agent/%2B/state"
    assert topics.event("pop", "a/state") == "callcenter/v1/hq%2F1/pop/a%2Fstate"


def test_what_is_written_acts_nowhere_and_says_the_same() -> None:
    said = {"agent": "a\u202eb\u2028\x07", "queue": "销售"}
    text = written(said).decode()
    assert text.isprintable()
    assert "销售" in text
    assert json.loads(text) == said
