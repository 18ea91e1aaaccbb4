"""Whose number it is: one customer's, several customers', nobody's yet (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from callcenter.numbers import Number, NumberKind


class MatchKind(StrEnum):
    """What a number tells of who calls."""

    KNOWN = "known"
    """One customer has it."""
    SEVERAL = "several"
    """Several customers have it: a person picks, nothing merges by itself."""
    NONE = "none"
    """Nobody has it; a draft card may be offered."""
    ANONYMOUS = "anonymous"
    INTERNAL = "internal"
    """One of the site's own extensions."""


class CustomerMatch(msgspec.Struct, frozen=True):
    """Whose call it is.

    Attributes:
        id: The customer; None unless `match` is known.
        candidates: Ids of those who share the number, sorted; empty unless `match` is several.
    """

    id: str | None
    match: MatchKind
    candidates: tuple[str, ...] = ()


class NumberOwners(Protocol):
    """Knows which customers have which numbers, by their keys (`callcenter.numbers`)."""

    def customers_of(self, key: str) -> Sequence[str]:
        """Return the ids of the customers who have a number."""

    def keys_of(self, customer: str) -> Sequence[str]:
        """Return the numbers that a customer has."""


class NumberTable:
    """Customers and their numbers, held as they are given.

    Args:
        rows: Each customer's id and the keys of the numbers; an id may come again with more.
    """

    def __init__(self, rows: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self._customers: dict[str, set[str]] = {}
        self._keys: dict[str, set[str]] = {}
        for customer, keys in rows:
            for key in keys:
                self._customers.setdefault(key, set()).add(customer)
                self._keys.setdefault(customer, set()).add(key)

    def customers_of(self, key: str) -> Sequence[str]:
        """Return the ids of the customers who have a number, sorted."""
        return sorted(self._customers.get(key, ()))

    def keys_of(self, customer: str) -> Sequence[str]:
        """Return the numbers that a customer has, sorted."""
        return sorted(self._keys.get(customer, ()))


def match_of(number: Number, owners: NumberOwners) -> CustomerMatch:
    """Tell whose call it is that comes from a number."""
    match number.kind:
        case NumberKind.ANONYMOUS:
            return CustomerMatch(None, MatchKind.ANONYMOUS)
        case NumberKind.INTERNAL:
            return CustomerMatch(None, MatchKind.INTERNAL)
        case _:
            found = sorted(owners.customers_of(number.key)) if number.key is not None else []
    if len(found) == 1:
        return CustomerMatch(found[0], MatchKind.KNOWN)
    return CustomerMatch(None, MatchKind.SEVERAL if found else MatchKind.NONE, tuple(found))
