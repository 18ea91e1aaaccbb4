from __future__ import annotations

import pytest

from callcenter.cases.access import WITHIN, AccessFigures, AccessSuspicion, CardUse, LookKind, suspicions

NOW = 10 * WITHIN
FIGURES = AccessFigures(customers=5, cards=2)
MANY, NO_CALL, ODD_HOURS = AccessSuspicion


def opened(times: int, how: LookKind = LookKind.CARD, at: int = NOW) -> list[CardUse]:
    return [CardUse(at, how, 1) for _ in range(times)]


@pytest.mark.parametrize(
    ("uses", "agent", "on_shift", "found"),
    [
        ([], True, True, ()),
        (opened(2), True, True, ()),
        (opened(3), True, True, (NO_CALL,)),
        (opened(2) + opened(1, LookKind.REVEAL), True, None, (NO_CALL,)),
        (opened(3, LookKind.SEARCH), True, True, (NO_CALL,)),
        (opened(3, LookKind.NUMBER), True, True, (NO_CALL,)),
        (opened(3, LookKind.LIST), True, True, ()),
        (opened(3), False, None, ()),
        (opened(9, LookKind.CALL), True, False, ()),
        (opened(1), True, False, (ODD_HOURS,)),
        (opened(1), False, False, ()),
        (opened(1, at=NOW - 1), True, False, ()),
        ([CardUse(NOW, LookKind.EXPORT, 6)], False, None, (MANY,)),
        ([CardUse(NOW, LookKind.EXPORT, 5)], False, None, ()),
        ([CardUse(NOW - WITHIN, LookKind.SEARCH, 6)], True, True, ()),
        ([CardUse(NOW + 1, LookKind.SEARCH, 6)], True, True, ()),
        (opened(6), True, False, (MANY, NO_CALL, ODD_HOURS)),
    ],
)
def test_what_is_out_of_the_ordinary_is_named(
    uses: list[CardUse], agent: bool, on_shift: bool | None, found: tuple[AccessSuspicion, ...]
) -> None:
    assert suspicions(uses, NOW, FIGURES, agent=agent, on_shift=on_shift) == found
