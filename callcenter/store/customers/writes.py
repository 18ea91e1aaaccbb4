"""Cards as they are written: with their numbers and their history, a version at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Self

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import CustomerCard, differing, folded
from callcenter.domain.frame import Micros
from callcenter.store.aftercare.care import forget_care
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import TEXTS, FiledCustomer, family_of
from callcenter.store.customers.names import drop_names, put_names
from callcenter.store.customers.tables import (
    CustomerClassRow,
    CustomerHistoryRow,
    CustomerMergeRow,
    CustomerNoteRow,
    CustomerNumberRow,
    CustomerRow,
    ImportedCustomerRow,
    VisitPickRow,
)
from callcenter.store.unit_of_work import UnitOfWork

MADE = ""
"""Stands for the field where a card was made."""
_json = msgspec.json.Encoder(order="deterministic").encode
_ENDING = 4
_REWRITE = update(CustomerRow).where(CustomerRow.id == bindparam("which"))


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """By whom and when something is done with a card, and what: create, change, merge, split, delete."""

    by: str
    at: Micros
    action: str = ""

    def doing(self, action: str) -> Self:
        """Name what is done."""
        return msgspec.structs.replace(self, action=action)


async def require_sound(unit: UnitOfWork, number: str, card: CustomerCard, fields: Collection[str]) -> None:
    """Pass if the company's number is nobody else's and the class is one of the company's list.

    Raises:
        Conflict: One of them is not.
    """
    if "reference" in fields and card.reference is not None:
        other = select(CustomerRow.id).where(CustomerRow.reference == card.reference, CustomerRow.id != number)
        if (holder := await unit.connection.scalar(other)) is not None:
            raise Conflict(f"the reference is customer {holder}'s already: look whether they are the same")
    if "customer_class" in fields and card.customer_class is not None:
        known = select(CustomerClassRow.name).where(CustomerClassRow.name == card.customer_class)
        if await unit.connection.scalar(known) is None:
            raise Conflict(f"there is no class {card.customer_class!r}: take one of the list, or add it there first")


async def make_cards(
    unit: UnitOfWork, cards: Sequence[tuple[str, CustomerCard]], touch: Touch, split_from: str | None = None
) -> None:
    """Keep new cards, each under its id; what was split from another remembers from whom."""
    if not cards:
        return
    kept = {"version": 1, "merged_into": None, "created_by": touch.by, "created_at": touch.at}
    rows = [{"id": number} | _row(card) | kept | _changed(touch) for number, card in cards]
    source = None if split_from is None else _json(split_from).decode()
    made = {"version": 1, "field": MADE, "before": source, "after": None, "action": touch.action}
    told = [{"customer": number, "by": touch.by, "at": touch.at} | made for number, _ in cards]
    await unit.connection.execute(insert(CustomerRow), rows)
    await unit.connection.execute(insert(CustomerHistoryRow), told)
    await _put_numbers(unit, cards)
    await put_names(unit, ((number, card.name) for number, card in cards))


async def rewrite(
    unit: UnitOfWork, filed: FiledCustomer, card: CustomerCard, touch: Touch, merged_into: str | None = None
) -> FiledCustomer:
    """Keep a card as its next version, with the fields that differ in its history."""
    (written,) = await rewrite_all(unit, [(filed, card)], touch, merged_into)
    return written


async def rewrite_all(
    unit: UnitOfWork,
    changes: Sequence[tuple[FiledCustomer, CustomerCard]],
    touch: Touch,
    merged_into: str | None = None,
) -> list[FiledCustomer]:
    """Keep cards as their next versions, each customer's once, in a few statements however many they are."""
    written = [
        msgspec.structs.replace(filed, card=card, version=filed.version + 1, merged_into=merged_into, **_changed(touch))
        for filed, card in changes
    ]
    rows = [
        {"which": one.id} | _row(one.card) | _changed(touch) | {"version": one.version, "merged_into": merged_into}
        for one in written
    ]
    pairs = [(filed, one) for (filed, _), one in zip(changes, written, strict=True)]
    told = [line for filed, one in pairs for line in _history(filed, one, touch)]
    moved = [(one.id, one.card) for filed, one in pairs if filed.card.numbers != one.card.numbers]
    named = [one for filed, one in pairs if (one.card.name, merged_into) != (filed.card.name, filed.merged_into)]
    await drop_names(unit, [one.id for one in named])
    if rows:
        await unit.connection.execute(_REWRITE, rows)
    await put_names(unit, ((one.id, one.card.name) for one in named if merged_into is None))
    if told:
        await unit.connection.execute(insert(CustomerHistoryRow), told)
    if moved:
        await unit.execute(delete(CustomerNumberRow).where(CustomerNumberRow.customer.in_([one for one, _ in moved])))
        await _put_numbers(unit, moved)
    return written


async def remove(unit: UnitOfWork, number: str) -> list[str]:
    """Delete a customer with its aliases and all that stands in plain rows; names the ids that went."""
    family = await family_of(unit.connection, number)
    await _forget_in_others(unit, family)
    await forget_care(unit, family)
    await drop_names(unit, family)
    m = CustomerMergeRow
    for statement in (
        delete(CustomerNumberRow).where(CustomerNumberRow.customer.in_(family)),
        delete(CustomerNoteRow).where(CustomerNoteRow.customer.in_(family)),
        delete(CustomerHistoryRow).where(CustomerHistoryRow.customer.in_(family)),
        delete(m).where(m.kept.in_(family) | m.merged.in_(family)),
        delete(ImportedCustomerRow).where(ImportedCustomerRow.customer.in_(family)),
        delete(VisitPickRow).where(VisitPickRow.customer.in_(family)),
        delete(CustomerRow).where(CustomerRow.id.in_(family)),
    ):
        await unit.execute(statement)
    return family


async def _forget_in_others(unit: UnitOfWork, family: Collection[str]) -> None:
    """Delete what the history of others has of a family: from while a merge lasted, and of numbers before a split."""
    m, h = CustomerMergeRow, CustomerHistoryRow
    brought = await unit.execute(select(m).where(m.merged.in_(family), m.kept.not_in(family)))
    for merge in brought.all():
        lasted = h.at.between(merge.at, merge.undone_at)
        await unit.execute(delete(h).where(h.customer == merge.kept, lasted, h.field != MADE))
    split = await unit.execute(select(h).where(h.customer.in_(family), h.field == MADE, h.before.is_not(None)))
    for made in split.all():
        source = msgspec.json.decode(made.before, type=str)
        await unit.execute(delete(h).where(h.customer == source, h.field == "numbers", h.at <= made.at))


async def note_words(unit: UnitOfWork, **values: Any) -> None:
    """Keep a note: its id, customer, at, by and words."""
    await unit.execute(insert(CustomerNoteRow).values(**values))


async def class_in_use(connection: AsyncConnection, name: str) -> bool:
    """Tell whether a customer is of a class."""
    asked = select(CustomerRow.id).where(CustomerRow.customer_class == name).limit(1)
    return await connection.scalar(asked) is not None


def ending_of(key: str | None) -> str | None:
    """Return the last digits of a key, by which its end is looked up."""
    return None if key is None else key[-_ENDING:]


async def _put_numbers(unit: UnitOfWork, cards: Iterable[tuple[str, CustomerCard]]) -> None:
    rows = [
        {"customer": customer, "n": n, "ending": ending_of(number.key)} | msgspec.structs.asdict(number)
        for customer, card in cards
        for n, number in enumerate(card.numbers)
    ]
    if rows:
        await unit.connection.execute(insert(CustomerNumberRow), rows)


def _history(before: FiledCustomer, after: FiledCustomer, touch: Touch) -> Iterator[dict[str, Any]]:
    """Say what of a customer differs from the version before."""
    changes = [
        (name, getattr(before.card, name), getattr(after.card, name)) for name in differing(before.card, after.card)
    ]
    if after.merged_into != before.merged_into:
        changes.append(("merged_into", before.merged_into, after.merged_into))
    same = {"customer": after.id, "version": after.version, "action": touch.action, "by": touch.by, "at": touch.at}
    for field, old, new in changes:
        yield same | {"field": field, "before": _json(old).decode(), "after": _json(new).decode()}


def _row(card: CustomerCard) -> dict[str, Any]:
    return {"folded": folded(card.name)} | {field: getattr(card, field) for field in TEXTS}


def _changed(touch: Touch) -> dict[str, Any]:
    return {"changed_by": touch.by, "changed_at": touch.at}
