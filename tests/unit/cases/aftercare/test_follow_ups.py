"""Anybody who has the seed and the cases draws the same ones."""

from __future__ import annotations

import hashlib

import pytest

from callcenter.cases.aftercare.follow_ups import commitment_of, drawn

NUMBERS = [f"2026-11-{n:04}" for n in range(1, 102)]


def test_same_seed_draws_the_same_cases_whatever_their_order() -> None:
    assert drawn("s", NUMBERS, 10) == drawn("s", [*reversed(NUMBERS), NUMBERS[0]], 10)


def test_other_seed_draws_others() -> None:
    assert drawn("s", NUMBERS, 10) != drawn("t", NUMBERS, 10)


@pytest.mark.parametrize(("cases", "percent", "count"), [(0, 10, 0), (1, 10, 1), (11, 10, 2), (101, 1, 2), (9, 100, 9)])
def test_share_is_rounded_up(cases: int, percent: int, count: int) -> None:
    assert len(drawn("s", NUMBERS[:cases], percent)) == count


def test_draw_is_what_the_manual_says_that_it_is() -> None:
    by_hand = sorted(NUMBERS, key=lambda number: hashlib.sha256(b"s " + number.encode()).hexdigest())

    assert drawn("s", NUMBERS, 3) == by_hand[:4]
    assert commitment_of("s") == "043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89"
