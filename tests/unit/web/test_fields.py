"""Cursors and cookies: what was handed out comes back, and nothing else is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.web.api.fields import place_in, place_out
from callcenter.web.cookies import cookie_name, token_cookie
from callcenter.web.problems import RequestRefused
from callcenter.web.settings import WebSettings


@given(st.integers(-(2**62), 2**62), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_place_comes_back_from_its_cursor(at: int, name: str) -> None:
    assert place_in(place_out((at, name))) == (at, name)


@pytest.mark.parametrize("cursor", ["", "!", "W10", "WzEsMl0", "é", "e30", "WyJ4Iiwi"])
def test_any_other_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(RequestRefused, match="not one that a page gave"):
        place_in(cursor)


def test_no_cursor_is_the_beginning() -> None:
    assert place_in(None) is None


@pytest.mark.parametrize(
    ("secure", "name", "cookie"),
    [
        (False, "callcenter_session", "callcenter_session=t; Path=/; HttpOnly; SameSite=Strict"),
        (True, "__Host-callcenter_session", "__Host-callcenter_session=t; Path=/; HttpOnly; SameSite=Strict; Secure"),
    ],
)
def test_cookie_is_as_strict_as_it_can_be(secure: bool, name: str, cookie: str) -> None:
    settings = WebSettings(secure=secure)
    assert (cookie_name(settings), token_cookie("t", settings)) == (name, cookie)


def test_cookie_is_taken_back_by_an_empty_one() -> None:
    assert token_cookie("", WebSettings()).endswith("; Max-Age=0")
