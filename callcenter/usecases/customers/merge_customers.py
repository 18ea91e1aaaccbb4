"""Two customers turn out to be one, or one to be two: merged, taken apart again, split; each in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import insert, update

from callcenter.cases.customers import CustomerCard, differing
from callcenter.cases.merging import MergeSide, merged, split_off, unmerged
from callcenter.store import UnitOfWork
from callcenter.store.complaints.forgetting import take_to
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import FiledCustomer, family_of, find, get
from callcenter.store.customers.tables import CustomerMergeRow
from callcenter.store.customers.told import CustomerMerge, merge_named, merges_of
from callcenter.store.customers.writes import Touch, make_cards, require_sound, rewrite
from callcenter.usecases.customers.save_customer import of_customer, require_seen

_json = msgspec.json.Encoder(order="deterministic").encode


class Seen(NamedTuple):
    """A customer, and the version of it that somebody has read; None: the console."""

    number: str
    version: int | None


class MergeUndone(NamedTuple):
    """Both customers as they are again; `edited` fields of the kept one were changed since and stay."""

    kept: FiledCustomer
    other: FiledCustomer
    edited: tuple[str, ...]


async def merge_customers(
    unit: UnitOfWork, kept: Seen, other: Seen, sides: Mapping[str, MergeSide], number: str, touch: Touch
) -> FiledCustomer:
    """Let a customer go into another, field by field; its id stays as an alias.

    Args:
        unit: The transaction.
        kept: Who stays.
        other: Who goes into it.
        sides: Whose value a field takes, where that is said.
        number: Under which the merge is kept, to be undone.
        touch: By whom.

    Raises:
        Missing: There is no such customer.
        CardOutdated: Somebody changed one of them meanwhile.
        Conflict: They are one already.
        BadInput: A field is none of a card, or there are too many numbers.
    """
    touch = touch.doing("merge")
    mine = await require_seen(unit, kept.number, kept.version)
    theirs = await require_seen(unit, other.number, other.version)
    if mine.id == theirs.id:
        raise Conflict("the two are one customer already")
    result = merged(mine.card, theirs.card, sides)
    await rewrite(unit, theirs, _bare(theirs.card), touch, merged_into=mine.id)
    whole = await rewrite(unit, mine, result, touch)
    cards = {"kept_before": mine.card, "merged_before": theirs.card, "result": result}
    told = {name: _json(card).decode() for name, card in cards.items()}
    told |= {"id": number, "kept": mine.id, "merged": theirs.id, "by": touch.by}
    await unit.execute(insert(CustomerMergeRow).values(**told, version=whole.version, at=touch.at))
    fields = differing(mine.card, result)
    await unit.note(of_customer(touch, mine.id, other=theirs.id, merge=number, fields=fields))
    return whole


async def undo_merge(unit: UnitOfWork, number: str, touch: Touch) -> MergeUndone:
    """Take two customers apart again; what was changed since in the kept one stays.

    Raises:
        Missing: There is no such merge.
        Conflict: It is undone already, another merge came after it, or a reference is somebody else's meanwhile.
    """
    touch, merge = touch.doing("undo_merge"), await merge_named(unit.connection, number)
    mine, theirs = await _both(unit, merge)
    back = unmerged(mine.card, merge.result, merge.kept_before)
    kept = await rewrite(unit, mine, back.card, touch)
    await require_sound(unit, mine.id, back.card, {"reference"})
    await require_sound(unit, theirs.id, merge.merged_before, {"reference"})
    other = await rewrite(unit, theirs, merge.merged_before, touch)
    undone = update(CustomerMergeRow).where(CustomerMergeRow.id == number)
    await unit.execute(undone.values(undone_at=touch.at, undone_by=touch.by))
    await unit.note(of_customer(touch, mine.id, other=theirs.id, merge=number, edited=back.edited))
    return MergeUndone(kept, other, back.edited)


async def split_customer(
    unit: UnitOfWork, seen: Seen, places: Collection[int], told: Mapping[str, Any], number: str, touch: Touch
) -> FiledCustomer:
    """Let some numbers of a customer go to a new card, with the cases that calls from them began; returns the new one.

    Args:
        unit: The transaction.
        seen: Whose numbers.
        places: Which of them, from 0.
        told: The new card's other fields.
        number: The new customer's id.
        touch: By whom.

    Raises:
        Missing: There is no such customer.
        CardOutdated: Somebody changed it meanwhile.
        BadInput: No number goes, or the new card's fields are not within their bounds.
        Conflict: The new card's reference is another customer's, or its class is not in the list.
    """
    touch, filed = touch.doing("split"), await require_seen(unit, seen.number, seen.version)
    left, new = split_off(filed.card, places, told)
    await require_sound(unit, number, new, differing(CustomerCard(name=""), new))
    await rewrite(unit, filed, left, touch)
    await make_cards(unit, [(number, new)], touch, split_from=filed.id)
    keys = {one.key for one in new.numbers if one.key is not None}
    await take_to(unit, await family_of(unit.connection, filed.id), keys, number)
    await unit.note(of_customer(touch, filed.id, new=number))
    return await get(unit.connection, number)


async def _both(unit: UnitOfWork, merge: CustomerMerge) -> tuple[FiledCustomer, FiledCustomer]:
    """Read the two of a merge that can be undone."""
    if merge.undone_at is not None:
        raise Conflict("the merge is undone already")
    mine, theirs = await find(unit.connection, merge.kept), await find(unit.connection, merge.merged)
    assert mine is not None  # a merge goes with its customers
    assert theirs is not None
    if mine.merged_into is not None:
        raise Conflict(f"the customer went into {mine.merged_into} since: undo that merge first")
    newest = next(one for one in await merges_of(unit.connection, merge.kept) if one.undone_at is None)
    if newest.id != merge.id:
        raise Conflict(f"another customer went into it since: undo the merge {newest.id} first")
    return mine, theirs


def _bare(card: CustomerCard) -> CustomerCard:
    """Leave an alias nothing by which it would be found in the place of the customer that it went into."""
    return msgspec.structs.replace(card, reference=None, numbers=())
