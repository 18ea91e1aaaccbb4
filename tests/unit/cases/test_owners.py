from __future__ import annotations

import pytest

from callcenter.cases.owners import CustomerMatch, MatchKind, NumberTable, match_of
from callcenter.numbers import Numbering, read_number

OWNERS = NumberTable([("C2", ["+8613800138000"]), ("C1", ["+8613800138000", "+8657188881234"]), ("C1", ["4006500311"])])


@pytest.mark.parametrize(
    ("raw", "match"),
    [
        ("0571-88881234 ext 801", CustomerMatch("C1", MatchKind.KNOWN)),
        ("400-6500-311", CustomerMatch("C1", MatchKind.KNOWN)),
        ("+86 138 0013 8000", CustomerMatch(None, MatchKind.SEVERAL, ("C1", "C2"))),
        ("13900139000", CustomerMatch(None, MatchKind.NONE)),
        ("1-800-FLOWERS", CustomerMatch(None, MatchKind.NONE)),
        ("anonymous", CustomerMatch(None, MatchKind.ANONYMOUS)),
        ("8001", CustomerMatch(None, MatchKind.INTERNAL)),
    ],
)
def test_a_number_tells_whose_call_it_is(raw: str, match: CustomerMatch) -> None:
    assert match_of(read_number(raw, Numbering(internal=("8001",))), OWNERS) == match


def test_a_customer_has_all_numbers_that_any_row_gave() -> None:
    assert OWNERS.keys_of("C1") == ["+8613800138000", "+8657188881234", "4006500311"]
    assert OWNERS.keys_of("C3") == []
