"""Masks: of a number too little is left to call it, of evidence enough to find it."""

from __future__ import annotations

import pytest

from callcenter.rules.records.masks import masked_caller, masked_evidence, without_numbers, worded
from callcenter.staff.roles import Sight


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (None, None),
        ("", ""),
        ("110", "***"),
        ("1234567", "*******"),
        ("13800250001", "138****0001"),
        ("+8613800250001", "+86*******0001"),
    ],
)
def test_number_keeps_its_ends_and_a_short_one_nothing(number: str | None, masked: str | None) -> None:
    assert masked_caller(number) == masked


def test_numbers_are_masked_at_any_depth_and_ids_are_not() -> None:
    frame = {
        "position": 7,
        "hash": "1234567890",
        "frame": {"CallerIDNum": "13800250001", "Uniqueid": "1700000000.12", "AppData": ["SIP/x/13800250001", 1]},
    }
    assert without_numbers(frame) == {
        "position": 7,
        "hash": "1234567890",
        "frame": {"CallerIDNum": "138****0001", "Uniqueid": "1700000000.12", "AppData": ["SIP/x/138****0001", 1]},
    }


def test_numbers_in_a_frame_s_own_text_are_masked() -> None:
    assert without_numbers({"frame": "CallerIDNum: 13800250001\r\n"}) == {"frame": "CallerIDNum: 138****0001\r\n"}


def test_masked_evidence_says_where_it_is_and_not_what_it_says() -> None:
    shown = {"position": 7, "recorded_at": 9, "hash": "ab"}
    assert masked_evidence({**shown, "frame": "CallerIDNum: 13800250001"}) == shown


ID = "0123456789abcdef0123456789abcdef"
HELD = "13800250001" + "a" * 21


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"see {ID}", f"see {ID}"),
        ("0" * 64, "0" * 64),
        ("2026-03-02T08:00:00+08:00", "2026-03-02T08:00:00+08:00"),
        ("138\u20140025\u20140001", "138\u2014****\u20140001"),
        (HELD, "138****0001" + "a" * 21),
        ("12345678" * 4, "123" + "*" * 25 + "5678"),
    ],
)
def test_words_keep_ids_and_days_and_of_numbers_the_ends(text: str, masked: str) -> None:
    assert worded(text, Sight.MASKED) == masked
    assert worded(text, Sight.FULL) == text


def test_a_value_that_is_an_id_stays_and_a_name_that_is_a_number_does_not() -> None:
    """A mobile number's digits stand in one id of a hundred; in words that costs an id, in a field it must not."""
    assert without_numbers({"violation": HELD, "13800250001": 1}) == {"violation": HELD, "138****0001": 1}
