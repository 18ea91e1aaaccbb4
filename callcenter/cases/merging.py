"""Two cards become one, and two again; one card becomes two (pure).

A merge takes each field from the side that is named for it, else from the kept card, and where that has none from the
other; the numbers are united. Undone, each field that is still what the merge made of it goes back to what it was
before; what people have changed since stays, and is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from callcenter.cases.customers import FIELDS, CustomerCard, card_of, united
from callcenter.errors import BadInput


class MergeSide(StrEnum):
    """Whose value a field takes."""

    KEPT = "kept"
    OTHER = "other"


class Unmerged(NamedTuple):
    """The kept card without what the other brought; `edited` fields were changed since and stay."""

    card: CustomerCard
    edited: tuple[str, ...]


def merged(kept: CustomerCard, other: CustomerCard, sides: Mapping[str, MergeSide]) -> CustomerCard:
    """Return the one card that two become.

    Args:
        kept: The card that stays.
        other: The card that goes into it.
        sides: Whose value a field takes, where that is said.

    Raises:
        BadInput: There is no such field, or there are too many numbers.
    """
    if unknown := next((field for field in sides if field not in FIELDS or field == "numbers"), None):
        raise BadInput(f"there is no side to choose for {unknown!r}: numbers are united, other fields are a card's")
    values = {field: _chosen(field, kept, other, sides.get(field)) for field in FIELDS if field != "numbers"}
    return CustomerCard(**values, numbers=united((*kept.numbers, *other.numbers)))


def unmerged(now: CustomerCard, result: CustomerCard, before: CustomerCard) -> Unmerged:
    """Return the kept card as it is once a merge is undone.

    Args:
        now: The kept card.
        result: What the merge made of it.
        before: What it was before.
    """
    edited = tuple(field for field in FIELDS if getattr(now, field) != getattr(result, field))
    values = {field: getattr(now if field in edited else before, field) for field in FIELDS}
    if "numbers" in edited:
        brought = {number.named for number in result.numbers} - {number.named for number in before.numbers}
        values["numbers"] = tuple(number for number in now.numbers if number.named not in brought)
    return Unmerged(CustomerCard(**values), edited)


def split_off(
    card: CustomerCard, places: Collection[int], told: Mapping[str, Any]
) -> tuple[CustomerCard, CustomerCard]:
    """Return what is left of a card, and the new card that some of its numbers go to.

    Args:
        card: The card.
        places: Which numbers go, from 0.
        told: The new card's other fields.

    Raises:
        BadInput: No number goes, there is none at a place, or the new card's fields are not within their bounds.
    """
    if not places:
        raise BadInput("name the numbers that go to the new card")
    for place in places:
        if not 0 <= place < len(card.numbers):
            raise BadInput(f"the card has no number at place {place}: places count from 0")
    going = tuple(number for place, number in enumerate(card.numbers) if place in places)
    staying = tuple(number for place, number in enumerate(card.numbers) if place not in places)
    new = card_of({**told, "numbers": going})
    return msgspec.structs.replace(card, numbers=staying), new


def _chosen(field: str, kept: CustomerCard, other: CustomerCard, side: MergeSide | None) -> Any:
    mine, theirs = getattr(kept, field), getattr(other, field)
    match side:
        case MergeSide.KEPT:
            return mine
        case MergeSide.OTHER:
            return theirs
        case _:
            return mine or theirs
