"""Masks: of a number too little is left to call it, of evidence enough to find it."""

from __future__ import annotations

import pytest

from callcenter.rules.records.masks import masked_caller, masked_evidence, without_numbers


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
