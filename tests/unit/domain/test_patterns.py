from __future__ import annotations

import pytest

from callcenter.domain.patterns import matches, permitted


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("1001", "1001"),
        ("_10XX", "1009"),
        ("_10xx", "1009"),
        ("_Z.", "13"),
        ("_N!", "2"),
        ("_N!", "2345"),
        ("_[5-8]X", "71"),
        ("_*7[0#]", "*7#"),
        ("_+86X", "+865"),
    ],
)
def test_number_fits_the_pattern(pattern: str, number: str) -> None:
    assert matches(pattern, number)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("1001", "10010"),
        ("10XX", "1009"),
        ("_10XX", "10091"),
        ("_10XX", "10A9"),
        ("_Z.", "1"),
        ("_Z.", "01"),
        ("_N!", "1"),
        ("_[5-8]X", "91"),
        ("_[x", "x"),
        ("_1", "1\n"),
        ("_X", "٣"),
    ],
)
def test_number_does_not_fit_the_pattern(pattern: str, number: str) -> None:
    assert not matches(pattern, number)


def test_nobody_has_said_which_numbers_are_work() -> None:
    assert permitted("1249", None) is None
    assert permitted("1249", ()) is False
    assert permitted("1249", ("1001", "_12XX")) is True
