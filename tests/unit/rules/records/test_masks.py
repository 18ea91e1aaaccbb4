"""Masks: of a number too little is left to call it, of evidence enough to find it."""

from __future__ import annotations

import unicodedata

import pytest

from callcenter.rules.records.masks import masked_caller, masked_evidence, without_numbers, worded
from callcenter.staff.roles import Sight

NUMBER = "13800250001"
WRITTEN = [
    NUMBER,
    "138-0025-0001",
    "+86 138 0025 0001",
    "138 00 250 001",
    "１３８００２５０００１",
    "138.0025.0001",
    "138 - 0025 - 0001",
    "138—0025—0001",
    "138－0025－0001",
    "138、0025、0001",
    "138,0025,0001",
    "138, 0025, 0001",
    "138_0025_0001",
    "138\u20110025\u20110001",
    "138\u200b0025\u200b0001",
    "138:0025:0001",
    "138*0025*0001",
    "138 -- 0025 -- 0001",
    "138 0025/ /0001",
    "①③⑧⓪⓪②⑤⓪⓪⓪①",
    "一三八零零二五零零零一",
    "幺三八〇〇二五〇〇〇幺",
    "138零零25零零零1",
    f"{NUMBER}{'a' * 21}",
    NUMBER * 2 + "0123456789",
    f"2026-03-02 {NUMBER}",
    "138.00 250001",
]


def digits(text: str) -> str:
    """Give what of a number can still be read, written any way."""
    return "".join(str(int(unicodedata.numeric(char))) for char in text if char.isnumeric())


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (None, None),
        ("", ""),
        ("110", "***"),
        ("1234567", "*******"),
        ("88881234", "********"),  # with seven of eight shown, ten guesses find it
        ("123456789", "*********"),
        ("4006500311", "400***0311"),
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


@pytest.mark.parametrize("number", WRITTEN)
@pytest.mark.parametrize("around", ["call {} back", "电话{}回电", "T{}", "({})", "{}"])
def test_a_number_is_masked_however_it_is_written(number: str, around: str) -> None:
    masked = [worded(around.format(number), seen) for seen in (Sight.MASKED, Sight.HIDDEN)]
    assert not any("0250" in digits(text) for text in masked)
    assert worded(around.format(number), Sight.FULL) == around.format(number)


@pytest.mark.parametrize(
    "text",
    [
        "at 2026-03-02 08:00",
        "2026-03-02T08:00:00+08:00",
        "record 0123456789abcdef0123456789abcdef",
        "0" * 64,
        "call lab-1795418218.5",
        "1795418218.000123",
        "V-DESK 2 points",
        "seat 12, 3 rings, 20.5 s",
        "08:00-17:30, 18:00-20:15",
        "2026/3/2 08:00:15.123456",
        "on 2026.03.02",
        "2026-03-02 - 2026-03-06",
        "seats 12, 13, 14, 15",
        "12、13、14、15",
        "¥1,234,567.00",
        "12,000.50 yuan",
        "12000.50",
    ],
)
def test_times_and_record_ids_stay_readable(text: str) -> None:
    assert worded(text, Sight.MASKED) == worded(text, Sight.HIDDEN) == text


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
