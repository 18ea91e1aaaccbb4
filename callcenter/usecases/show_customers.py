"""The one way by which customers' cards leave the service: with no more in them than a role may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import Completeness, CustomerCard, CustomerNumber, completeness
from callcenter.rules.records.masks import masked_caller, without_numbers, worded
from callcenter.staff.roles import Field, Principal, Sight, sight
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.customers.cards import FiledCustomer
from callcenter.store.customers.search import CustomerOrder, CustomerQuery, page
from callcenter.store.customers.writes import Touch

_WRITTEN = ("name", "address", "credit", "dealings", "situation")
"""Texts of a card in which somebody may have written a number."""


_AT_ONCE = 1_000


class ShownCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as somebody may read it, and how complete the card is."""

    filed: FiledCustomer
    completeness: Completeness


async def shown_cards(found: Iterable[FiledCustomer], person: Principal) -> list[ShownCustomer]:
    """Show cards to a person: numbers, also those within texts, as the table of fields says."""
    seen = sight(person.role, Field.CALLER)
    return [ShownCustomer(filed=_masked(one, seen), completeness=completeness(one.card)) for one in found]


async def everybody(connection: AsyncConnection, person: Principal) -> list[ShownCustomer]:
    """Show all customers to a person, by name."""
    found: list[ShownCustomer] = []
    while True:
        after = found[-1].filed.id if found else None
        some = await page(connection, CustomerQuery(), CustomerOrder.NAME, after, _AT_ONCE)
        found += await shown_cards(some, person)
        if len(some) < _AT_ONCE:
            return found


async def shown_card(found: FiledCustomer, person: Principal) -> ShownCustomer:
    """Show one card to a person."""
    (shown,) = await shown_cards([found], person)
    return shown


async def note_export(unit: UnitOfWork, count: int, touch: Touch) -> None:
    """Keep in the audit log that somebody wrote so many cards to a file."""
    told = {"customers": count}
    await unit.note(Audited(at=touch.at, actor=touch.by, action="export", kind="customer", subject="all", detail=told))


def shown_words(text: str, person: Principal) -> str:
    """Show what somebody wrote of a customer."""
    return worded(text, sight(person.role, Field.CALLER))


def shown_value(value: Any, person: Principal) -> Any:
    """Show what a field of a card was, as plain values."""
    return value if sight(person.role, Field.CALLER) is Sight.FULL else without_numbers(value)


def as_meant(card: CustomerCard, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are told, but for a text that comes back as masked as it was shown: it stays whole."""
    return {field: _whole(getattr(card, field), value) for field, value in told.items()}


def _whole(kept: Any, told: Any) -> Any:
    shown = isinstance(kept, str) and told == worded(kept, Sight.MASKED)
    return kept if shown else told


def _masked(filed: FiledCustomer, seen: Sight) -> FiledCustomer:
    if seen is Sight.FULL:
        return filed
    texts = {field: None if (text := getattr(filed.card, field)) is None else worded(text, seen) for field in _WRITTEN}
    numbers = tuple(_masked_number(number) for number in filed.card.numbers)
    return msgspec.structs.replace(filed, card=msgspec.structs.replace(filed.card, **texts, numbers=numbers))


def _masked_number(number: CustomerNumber) -> CustomerNumber:
    label = None if number.label is None else worded(number.label, Sight.MASKED)
    raw = masked_caller(number.raw) or ""
    return msgspec.structs.replace(number, raw=raw, key=masked_caller(number.key), label=label)
