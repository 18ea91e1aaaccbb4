"""Somebody makes a customer's card or changes it; of two who save one card, the second is told what the first did.

The audit log has the customer's id and the names of the fields, never what is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.customers import MOST_NOTE, CustomerCard, changed_card, differing, text_of
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN, Numbering
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.complaints.forgetting import forget_in_cases
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.customers.cards import FiledCustomer, family_of, get, of_key, read_all
from callcenter.store.customers.forgetting import forget_numbers
from callcenter.store.customers.holds import CustomerHold, drop_hold, held, put_hold
from callcenter.store.customers.sealing import drop_keys
from callcenter.store.customers.tables import CustomerClassRow
from callcenter.store.customers.told import FieldChange, changes_since, merges_of
from callcenter.store.customers.writes import (
    Touch,
    class_in_use,
    make_cards,
    note_words,
    remove,
    require_sound,
    rewrite,
)
from callcenter.store.enquiries.enquiries import forget_enquirers
from callcenter.store.enquiries.tables import EnquiryRow
from callcenter.store.outbox import forget_pops

Telling = Callable[[CustomerCard], Mapping[str, Any]]
"""Tells fields anew, knowing the card that they are told of."""
_CLASS_NAME = 32


class ChangedMeanwhile(msgspec.Struct, frozen=True, kw_only=True):
    """A field that somebody else has changed: what it was when it was read, what it is now, by whom and when."""

    field: str
    was: Any
    now: Any
    by: str
    at: Micros


class CardOutdated(Outdated):
    """Somebody else changed the card since it was read; nothing of what either typed is lost."""

    def __init__(self, current: FiledCustomer, changes: tuple[ChangedMeanwhile, ...]) -> None:
        self.current = current
        self.changes = changes
        super().__init__(
            "the card was changed meanwhile; look what stands now, and send what shall be", current.version
        )


async def create_customer(unit: UnitOfWork, number: str, card: CustomerCard, touch: Touch) -> FiledCustomer:
    """Keep a new card.

    Raises:
        Conflict: Its reference is another customer's, or its class is not in the list.
    """
    touch, filled = touch.doing("create"), differing(CustomerCard(name=""), card)
    await require_sound(unit, number, card, filled)
    await make_cards(unit, [(number, card)], touch)
    await unit.note(of_customer(touch, number, fields=filled))
    return await get(unit.connection, number)


async def change_customer(
    unit: UnitOfWork, number: str, seen: int | None, telling: Telling, touch: Touch
) -> FiledCustomer:
    """Change what somebody tells anew of a card; where nothing differs, it stays as it is.

    Args:
        unit: The transaction.
        number: The customer, or an alias.
        seen: The version that whoever changes it has read; None: the console, which reads and writes at once.
        telling: What is told.
        touch: By whom.

    Raises:
        Missing: There is no such customer.
        CardOutdated: Somebody changed it meanwhile.
        BadInput: A field is not within its bounds.
        Conflict: Its reference is another customer's, or its class is not in the list.
    """
    touch, filed = touch.doing("change"), await require_seen(unit, number, seen)
    card = changed_card(filed.card, telling(filed.card))
    fields = differing(filed.card, card)
    if not fields:
        return filed
    await require_sound(unit, filed.id, card, fields)
    changed = await rewrite(unit, filed, card, touch)
    await unit.note(of_customer(touch, filed.id, fields=fields, version=changed.version))
    return changed


async def note_customer(unit: UnitOfWork, number: str, note: str, words: str, touch: Touch) -> str:
    """Keep a note of a customer, under an id of its own; returns the customer's.

    Raises:
        Missing: There is no such customer.
        BadInput: The note is empty, too long, or has characters that cannot be seen.
    """
    filed = await get(unit.connection, number)
    text = text_of("note", words, MOST_NOTE)
    if text is None:
        raise BadInput("a note needs its words")
    await note_words(unit, id=note, customer=filed.id, at=touch.at, by=touch.by, words=text)
    await unit.note(of_customer(touch.doing("note"), filed.id, note=note))
    return filed.id


async def delete_customer(
    unit: UnitOfWork, number: str, seen: int | None, touch: Touch, numbering: Numbering = PLAIN
) -> list[str]:
    """Delete a customer, its aliases, notes, history, merges and files; names the ids that went.

    Its numbers go out of calls and out of what was recorded of them, and with their keys out of the evidence of
    records, unless somebody else has them, too. Its cases stay, without what was written in them and whose they were.
    The journal keeps them until its days are over.

    Raises:
        Missing: There is no such customer.
        CardOutdated: Somebody changed it meanwhile.
        Conflict: It is held.
    """
    filed = await require_seen(unit, number, seen)
    family = await family_of(unit.connection, filed.id)
    for hold in await held(unit.connection, family):
        raise Conflict(f"the customer is held by {hold.by}: {hold.reason}; let it go first")
    keys = await _keys_of(unit.connection, family)
    await forget_enquirers(unit, EnquiryRow.customer.in_(family))
    gone = await remove(unit, filed.id)
    await forget_pops(unit.connection, gone)
    nobodys = {key for key in keys if not await of_key(unit.connection, key, 1)}
    cases = await forget_in_cases(unit, family, nobodys)
    calls = await forget_numbers(unit, nobodys, numbering)
    await drop_keys(unit, nobodys)
    await unit.note(of_customer(touch.doing("delete"), filed.id, aliases=gone[1:], calls=calls, cases=cases))
    return gone


async def hold_customer(unit: UnitOfWork, number: str, reason: str, touch: Touch) -> str:
    """Keep a customer from being deleted until the hold is let go; returns the id.

    Raises:
        Missing: There is no such customer.
        BadInput: The reason is empty, too long, or has characters that cannot be seen.
    """
    filed, words = await get(unit.connection, number), text_of("reason", reason, MOST_NOTE)
    if words is None:
        raise BadInput("say why the customer must be kept")
    await put_hold(unit, CustomerHold(customer=filed.id, at=touch.at, by=touch.by, reason=words))
    await unit.note(of_customer(touch.doing("hold"), filed.id))
    return filed.id


async def release_customer(unit: UnitOfWork, number: str, touch: Touch) -> str:
    """Let a customer go who was held; returns the id.

    Raises:
        Missing: There is no such customer, or it is not held.
    """
    filed = await get(unit.connection, number)
    if not await drop_hold(unit, await family_of(unit.connection, filed.id)):
        raise Missing("this customer is not held")
    await unit.note(of_customer(touch.doing("release"), filed.id))
    return filed.id


async def set_class(unit: UnitOfWork, name: str, criteria: str, touch: Touch, keep_days: int | None = None) -> None:
    """Keep a class of customers with the company's criteria, new or changed, and how long such a customer is kept.

    Raises:
        BadInput: The name or the criteria are missing, too long, or have characters that cannot be seen.
    """
    named, told = text_of("class", name, _CLASS_NAME), text_of("note", criteria, MOST_NOTE)
    if named is None or told is None:
        raise BadInput("a class needs its name and its criteria")
    values = {"criteria": told, "keep_days": keep_days, "changed_by": touch.by, "changed_at": touch.at}
    done = await unit.execute(update(CustomerClassRow).where(CustomerClassRow.name == named).values(**values))
    if not done.rowcount:
        await unit.execute(insert(CustomerClassRow).values(name=named, **values))
    await unit.note(_of_class(touch.doing("set"), named))


async def drop_class(unit: UnitOfWork, name: str, touch: Touch) -> None:
    """Take a class out of the list.

    Raises:
        Missing: There is no such class.
        Conflict: A customer is of it.
    """
    if await class_in_use(unit.connection, name):
        raise Conflict(f"customers are of class {name!r}: give them another one first")
    done = await unit.execute(delete(CustomerClassRow).where(CustomerClassRow.name == name))
    if not done.rowcount:
        raise Missing(f"there is no class {name!r}")
    await unit.note(_of_class(touch.doing("drop"), name))


async def require_seen(unit: UnitOfWork, number: str, seen: int | None) -> FiledCustomer:
    """Read a customer whose version somebody has read.

    Raises:
        Missing: There is no such customer.
        CardOutdated: Somebody changed it meanwhile.
    """
    filed = await get(unit.connection, number)
    if seen in {None, filed.version}:
        return filed
    raise CardOutdated(filed, _meanwhile(await changes_since(unit.connection, filed.id, min(seen or 0, filed.version))))


async def _keys_of(connection: AsyncConnection, family: Collection[str]) -> set[str]:
    """Name the numbers that a customer has, or had before a merge."""
    cards = await read_all(connection, family)
    known = {number.key for one in cards for number in one.card.numbers}
    for merge in [merge for one in family for merge in await merges_of(connection, one)]:
        known |= {number.key for number in merge.merged_before.numbers}
    return {key for key in known if key is not None}


def of_customer(touch: Touch, number: str, **detail: Any) -> Audited:
    """Tell the audit log what was done with a customer."""
    return Audited(at=touch.at, actor=touch.by, action=touch.action, kind="customer", subject=number, detail=detail)


def _of_class(touch: Touch, name: str) -> Audited:
    return Audited(at=touch.at, actor=touch.by, action=touch.action, kind="customer_class", subject=name)


def _meanwhile(changes: Iterable[FieldChange]) -> tuple[ChangedMeanwhile, ...]:
    """Put the changes of each field together: what it was at first, what it is at last."""
    found: dict[str, ChangedMeanwhile] = {}
    for one in changes:
        was = found[one.field].was if one.field in found else one.before
        found[one.field] = ChangedMeanwhile(field=one.field, was=was, now=one.after, by=one.by, at=one.at)
    return tuple(found.values())
