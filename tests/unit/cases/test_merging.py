"""Two cards become one and two again, one becomes two."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.cases.customers import CustomerCard, card_of, changed_card, number_of
from callcenter.cases.merging import MergeSide, merged, split_off, unmerged
from callcenter.errors import BadInput

ONE, TWO, THREE = (number_of(f"1380013800{n}", f"n{n}") for n in range(3))
WANG = card_of({"name": "王小明", "numbers": [ONE, TWO], "credit": "good", "owner": "Alice"})
COMPANY = card_of(
    {"name": "Wang & Co", "numbers": [TWO, THREE], "address": "Road 1", "credit": "poor", "key_account": True}
)


def test_merged_card_has_the_kept_side_and_where_that_is_empty_the_other() -> None:
    both = merged(WANG, COMPANY, {})
    assert (both.name, both.credit, both.address, both.owner) == ("王小明", "good", "Road 1", "Alice")
    assert both.key_account
    assert both.numbers == (ONE, TWO, THREE)


def test_side_that_is_chosen_wins_field_by_field() -> None:
    theirs, mine = MergeSide.OTHER, MergeSide.KEPT
    both = merged(WANG, COMPANY, {"name": theirs, "owner": theirs, "address": mine, "key_account": mine})
    assert (both.name, both.owner, both.address, both.credit, both.key_account) == (
        "Wang & Co",
        None,
        None,
        "good",
        False,
    )


@pytest.mark.parametrize("field", ["numbers", "colour"])
def test_side_of_no_field_is_refused(field: str) -> None:
    with pytest.raises(BadInput, match="no side to choose"):
        merged(WANG, COMPANY, {field: MergeSide.KEPT})


def test_undone_merge_gives_the_card_before() -> None:
    both = merged(WANG, COMPANY, {"name": MergeSide.OTHER})
    assert unmerged(both, both, WANG) == (WANG, ())


def test_what_was_changed_since_stays_and_is_named() -> None:
    both = merged(WANG, COMPANY, {})
    new = number_of("13900139000")
    now = msgspec.structs.replace(changed_card(both, {"credit": "fair"}), numbers=(*both.numbers[1:], new))
    back = unmerged(now, both, WANG)
    assert back.edited == ("numbers", "credit")
    assert back.card == msgspec.structs.replace(WANG, credit="fair", numbers=(TWO, new))


def test_split_leaves_what_does_not_go() -> None:
    left, new = split_off(WANG, [1], {"name": "王太太", "address": "Road 2"})
    assert left == msgspec.structs.replace(WANG, numbers=(ONE,))
    assert new == CustomerCard(name="王太太", address="Road 2", numbers=(TWO,))


@pytest.mark.parametrize("places", [[], [2], [-1]])
def test_split_needs_numbers_that_are_there(places: list[int]) -> None:
    with pytest.raises(BadInput):
        split_off(WANG, places, {"name": "b"})
