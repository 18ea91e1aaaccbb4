from __future__ import annotations

import pytest

from callcenter.domain.frame import SECOND
from callcenter.domain.rings import answered_within_rings, rings_begun

CADENCE = 5 * SECOND


@pytest.mark.parametrize(
    ("ringing", "rings"),
    [(0, 1), (4_999_999, 1), (5_000_000, 2), (9_999_999, 2), (14_999_999, 3), (15_000_000, 4), (15_001_281, 4)],
)
def test_a_ring_begins_every_five_seconds(ringing: int, rings: int) -> None:
    assert rings_begun(ringing, CADENCE) == rings


def test_answer_a_microsecond_before_the_fourth_ring_is_within_three() -> None:
    assert answered_within_rings(15 * SECOND - 1, CADENCE, 3)
    assert not answered_within_rings(15 * SECOND, CADENCE, 3)


def test_another_cadence_counts_other_rings() -> None:
    assert rings_begun(12 * SECOND, 6 * SECOND) == 3
    assert answered_within_rings(12 * SECOND - 1, 6 * SECOND, 2)
    assert not answered_within_rings(12 * SECOND, 6 * SECOND, 2)
