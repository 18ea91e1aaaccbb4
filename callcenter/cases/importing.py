"""What becomes of each row of a list of customers: a new card, a changed one, nothing, or a question (pure).

The company's own number decides first; then a number with the same name; of a row without either, the same name and
address. A row that has nothing to add to a card is the same. What could be somebody who is there already, or somebody
of another row, and is not surely, is doubtful: a person looks, nothing merges by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from callcenter.cases.customers import CustomerCard, card_of, changed_card, folded, united
from callcenter.errors import BadInput
from callcenter.locale import english


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBTFUL = "doubtful"
    FAULTY = "faulty"


class Known(NamedTuple):
    """A customer who is there already."""

    id: str
    card: CustomerCard


class ListedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list, its number as people count rows; `told` are the fields of a card that it fills in."""

    row: int
    told: dict[str, Any] = {}
    fault: str | None = None


class RowFate(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a row: the card that shall be, of whom, and why a person must look."""

    row: int
    fate: Fate
    card: CustomerCard | None = None
    customer: str | None = None
    why: str | None = None


class KnownCustomers:
    """Customers who may be those of some rows, as they can be found."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self.by_reference: dict[str, Known] = {}
        self.by_key: defaultdict[str, list[Known]] = defaultdict(list)
        self.by_name: defaultdict[str, list[Known]] = defaultdict(list)
        for one in known:
            if one.card.reference is not None:
                self.by_reference[one.card.reference] = one
            for key in keys_of(one.card):
                self.by_key[key].append(one)
            self.by_name[folded(one.card.name)].append(one)

    def like(self, card: CustomerCard) -> list[Known]:
        """Return those who have a number of a card; of a card without numbers, those of its name and address."""
        keys = keys_of(card)
        if not keys:
            named = self.by_name.get(folded(card.name), ())
            return [one for one in named if not one.card.numbers and one.card.address == card.address]
        return list({one.id: one for key in keys for one in self.by_key.get(key, ())}.values())


class Limits(NamedTuple):
    """What a row's class and owner may be; None: any owner."""

    classes: frozenset[str]
    agents: frozenset[str] | None


class RowsBefore:
    """What the rows before have told: references, numbers with names, and whose card each changes."""

    def __init__(self) -> None:
        self._references: dict[str, int] = {}
        self._numbers: defaultdict[str, list[tuple[int, str | None]]] = defaultdict(list)
        self._changed: dict[str, int] = {}

    def add(self, row: int, card: CustomerCard, changed: str | None = None) -> None:
        """Remember a row's card, and whose it changed."""
        if card.reference is not None:
            self._references.setdefault(card.reference, row)
        for key in keys_of(card):
            self._numbers[key].append((row, card.reference))
        if changed is not None:
            self._changed.setdefault(changed, row)

    def fault_of(self, card: CustomerCard) -> str | None:
        """Tell why a card cannot be beside those before it."""
        row = None if card.reference is None else self._references.get(card.reference)
        return None if row is None else english(f"row {row} has this reference already")

    def doubt_of(self, card: CustomerCard) -> int | None:
        """Tell which row before may be the same customer: one with a number of it, where not both have references."""
        for key in keys_of(card):
            for row, reference in self._numbers.get(key, ()):
                if reference is None or card.reference is None:
                    return row
        return None

    def changed_by(self, customer: str) -> int | None:
        """Tell which row before changes a customer."""
        return self._changed.get(customer)


def keys_of(card: CustomerCard) -> list[str]:
    """Return the keys of a card's numbers, each once."""
    return list(dict.fromkeys(number.key for number in card.numbers if number.key is not None))


def card_told(row: ListedRow, limits: Limits) -> CustomerCard:
    """Return the card that a row tells.

    Raises:
        BadInput: The row cannot be read, or a field is not within its bounds.
    """
    if row.fault is not None:
        raise BadInput(row.fault)
    card = card_of(row.told)
    if card.customer_class is not None and card.customer_class not in limits.classes:
        raise BadInput(f"there is no class {card.customer_class!r}: take one of the list, or add it there first")
    if card.owner is not None and limits.agents is not None and card.owner not in limits.agents:
        raise BadInput(f"there is no agent {card.owner!r}")
    return card


def fate_of(
    row: int, told: CustomerCard, named: Mapping[str, Any], known: KnownCustomers, before: RowsBefore
) -> RowFate:
    """Tell what becomes of a row.

    Args:
        row: Its number.
        told: The card that it tells.
        named: The fields that it fills in.
        known: Who is there already, and was not made by a row before.
        before: What the rows before told.
    """
    if (fault := before.fault_of(told)) is not None:
        return RowFate(row=row, fate=Fate.FAULTY, why=fault)
    if told.reference is not None and (same := known.by_reference.get(told.reference)) is not None:
        return _onto(row, same, named, before)
    alike = [one for one in known.like(told) if None in {told.reference, one.card.reference}]
    namesakes = [one for one in alike if folded(one.card.name) == folded(told.name)]
    if (same := next((one for one in namesakes if _adds_nothing(named, one.card)), None)) is not None:
        return RowFate(row=row, fate=Fate.SAME, customer=same.id)
    if len(namesakes) == 1 and len(alike) == 1:
        return _onto(row, namesakes[0], named, before)
    if alike:
        whose = ", ".join(sorted(one.id for one in alike))
        return RowFate(
            row=row, fate=Fate.DOUBTFUL, card=told, why=english(f"it may be customer {whose}: look, and merge if so")
        )
    if (doubt := before.doubt_of(told)) is not None:
        return RowFate(
            row=row,
            fate=Fate.DOUBTFUL,
            card=told,
            why=english(f"row {doubt} has the same number: look whether it is one customer"),
        )
    return RowFate(row=row, fate=Fate.NEW, card=told)


def _onto(row: int, known: Known, named: Mapping[str, Any], before: RowsBefore) -> RowFate:
    """Change a card by what a row tells."""
    if _adds_nothing(named, known.card):
        return RowFate(row=row, fate=Fate.SAME, customer=known.id)
    if (other := before.changed_by(known.id)) is not None:
        return RowFate(row=row, fate=Fate.FAULTY, why=english(f"row {other} changes the same customer {known.id}"))
    try:
        return RowFate(row=row, fate=Fate.CHANGED, card=_joined(known.card, named), customer=known.id)
    except BadInput as error:
        return RowFate(row=row, fate=Fate.FAULTY, why=str(error))


def _adds_nothing(named: Mapping[str, Any], card: CustomerCard) -> bool:
    try:
        return _joined(card, named) == card
    except BadInput:
        return False


def _joined(card: CustomerCard, named: Mapping[str, Any]) -> CustomerCard:
    numbers = united((*card.numbers, *named.get("numbers", ())))
    return changed_card(card, {**named, "numbers": numbers})
