"""The one way by which customers' cards leave the service: with no more in them than one may read, and never unlogged.

In full a card is shown to whom the table of fields shows it so, to the agent of its call, and for a while to whoever
gave a reason. Each request that shows cards adds a row to the log in its own transaction: no log, no card. What is out
of the ordinary in somebody's reads is put before a person at once.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.access import WITHIN, LookKind, suspicions
from callcenter.cases.customers import MOST_NOTE, Completeness, CustomerCard, CustomerNumber, completeness, text_of
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.masks import masked_caller, without_numbers, worded
from callcenter.staff.duty import Roster
from callcenter.staff.rights import Role
from callcenter.staff.roles import Field, Principal, Sight, sight
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.customers.cards import FiledCustomer, get, of_key
from callcenter.store.customers.looks import (
    CardLook,
    LooksAsked,
    add_look,
    looks_at,
    looks_by,
    raise_review,
    revealed_to,
    uses_of,
)
from callcenter.store.customers.search import CustomerOrder, CustomerQuery, page
from callcenter.store.customers.told import renumbered
from callcenter.store.customers.writes import Touch
from callcenter.usecases.customers.privacy import PrivacySettings

KEPT_BACK = "***"
"""Stands for what somebody wrote in a card that one may not read now."""
_WRITTEN = ("address", "credit", "dealings", "situation")
"""Texts of a card in which somebody may have written anything."""
_AT_ONCE = 1_000
_OWN_NUMBERS: Micros = 24 * WITHIN
"""For so long a number that somebody wrote into a card does not open it to them by its call."""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is shown something of customers, and when.

    Attributes:
        calls: Key of a number → the call in which the person's phone rang for it, or they talked, until a while ago.
        roster: Whose shift lasts when; None: nobody knows.
    """

    person: Principal
    at: Micros
    calls: Mapping[str, str] = {}
    roster: Roster | None = None
    privacy: PrivacySettings = PrivacySettings()


class ShownCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as somebody may read it, and how complete the card is."""

    filed: FiledCustomer
    completeness: Completeness


class CardSight(msgspec.Struct, frozen=True):
    """How much somebody reads of one customer: of the numbers, and of what people wrote."""

    numbers: Sight
    texts: Sight

    def words(self, text: str) -> str:
        """Show what somebody wrote of the customer."""
        return KEPT_BACK if self.texts is not Sight.FULL else worded(text, self.numbers)

    def value(self, field: str, value: Any) -> Any:
        """Show what a field of the card was, as plain values."""
        if field in _WRITTEN and value is not None and self.texts is not Sight.FULL:
            return KEPT_BACK
        return value if self.numbers is Sight.FULL else without_numbers(value)

    def filed(self, filed: FiledCustomer) -> FiledCustomer:
        """Show a card."""
        card, seen = filed.card, self.numbers
        if seen is self.texts is Sight.FULL:
            return filed
        texts = {field: None if (text := getattr(card, field)) is None else self.words(text) for field in _WRITTEN}
        numbers = card.numbers if seen is Sight.FULL else tuple(map(_masked_number, card.numbers))
        shown = msgspec.structs.replace(card, name=worded(card.name, seen), numbers=numbers, **texts)
        return msgspec.structs.replace(filed, card=shown)


_FULL = CardSight(Sight.FULL, Sight.FULL)
_UNMASKED = frozenset(role for role in Role if sight(role, Field.CALLER) is Sight.FULL)


async def shown_cards(
    unit: UnitOfWork, found: Iterable[FiledCustomer], viewer: Viewer, how: LookKind
) -> list[ShownCustomer]:
    """Show cards to a person, once the log has it."""
    cards = list(found)
    seen = await _looked(unit, cards, viewer, how)
    return [ShownCustomer(filed=seen[one.id].filed(one), completeness=completeness(one.card)) for one in cards]


async def shown_card(unit: UnitOfWork, found: FiledCustomer, viewer: Viewer) -> ShownCustomer:
    """Show one card to a person."""
    (shown,) = await shown_cards(unit, [found], viewer, LookKind.CARD)
    return shown


async def look_into(unit: UnitOfWork, filed: FiledCustomer, viewer: Viewer) -> CardSight:
    """Say how much somebody reads of one customer's notes and history, once the log has it."""
    return (await _looked(unit, [filed], viewer, LookKind.CARD))[filed.id]


async def note_search(unit: UnitOfWork, key: str | None, viewer: Viewer) -> None:
    """Log that somebody asked for a number and was shown no card: whoever tries many out is looked into, too."""
    if key is None or key not in viewer.calls:
        number = secrets.token_hex(16)
        look = CardLook(id=number, at=viewer.at, actor=viewer.person.account, how=LookKind.SEARCH, customers=0)
        await _log(unit, [], viewer, look)


async def searches_too_often(unit: UnitOfWork, key: str | None, viewer: Viewer) -> bool:
    """Tell whether a person who reads numbers masked has asked for as many in an hour as one may be shown customers."""
    if viewer.person.role in _UNMASKED or key in viewer.calls:
        return False
    uses = await uses_of(unit.connection, viewer.person.account, viewer.at - WITHIN)
    asked = {LookKind.SEARCH, LookKind.NUMBER}
    return sum(use.how in asked for use in uses) >= viewer.privacy.figures.customers


async def everybody(connection: AsyncConnection, wanted: CustomerQuery) -> AsyncIterator[FiledCustomer]:
    """Yield all customers of whom one asks, by name, to be shown; they may be more than there is memory for."""
    after: str | None = None
    while some := await page(connection, wanted, CustomerOrder.NAME, after, _AT_ONCE):
        for one in some:
            yield one
        after = some[-1].id


async def reveal(unit: UnitOfWork, number: str, reason: str, viewer: Viewer) -> tuple[str, Micros]:
    """Let a person who gives a reason read a card in full for a while; returns the customer's id, and until when.

    Raises:
        Missing: There is no such customer.
        BadInput: The reason is empty, too long, or has characters that cannot be seen.
    """
    filed = await get(unit.connection, number)
    await _give_reason(unit, [filed.id], viewer, LookKind.REVEAL, reason)
    await unit.note(_audited(viewer, "reveal", filed.id))
    return filed.id, viewer.at + viewer.privacy.open_for


async def note_number(unit: UnitOfWork, key: str | None, subject: tuple[str, str], reason: str, viewer: Viewer) -> None:
    """Log that a person who gives a reason reads one number in full, with those whose number it is.

    Args:
        unit: The transaction.
        key: What the number is compared by; None: it is nobody's.
        subject: What it is the number of, and which.
        reason: In the person's words.
        viewer: Who reads it.

    Raises:
        BadInput: The reason is empty, too long, or has characters that cannot be seen.
    """
    ids = () if key is None else await of_key(unit.connection, key)
    words = await _give_reason(unit, ids, viewer, LookKind.NUMBER, reason)
    kind, number = subject
    told = {"reason": words}
    await unit.note(
        Audited(at=viewer.at, actor=viewer.person.account, action="reveal", kind=kind, subject=number, detail=told)
    )


async def _give_reason(unit: UnitOfWork, ids: Collection[str], viewer: Viewer, how: LookKind, reason: str) -> str:
    words = text_of("reason", reason, MOST_NOTE)
    if words is None:
        raise BadInput("say for what it is needed")
    look = CardLook(
        id=secrets.token_hex(16),
        at=viewer.at,
        actor=viewer.person.account,
        how=how,
        customers=len(ids),
        reason=worded(words, Sight.MASKED),
    )
    await _log(unit, ids, viewer, look)
    return look.reason or ""


async def who_looked(
    unit: UnitOfWork, number: str, viewer: Viewer, before: tuple[int, str] | None, limit: int
) -> list[CardLook]:
    """Read who was shown a customer, the newest first; the audit log has who asked."""
    await unit.note(_audited(viewer, "read_looks", number))
    return await looks_at(unit.connection, number, before, limit)


async def who_looked_at_any(
    unit: UnitOfWork, asked: LooksAsked, viewer: Viewer, before: tuple[int, str] | None, limit: int
) -> list[CardLook]:
    """Read who was shown customers, the newest first; the audit log has who asked, of a list's first page."""
    if before is None:
        await unit.note(_audited(viewer, "read_looks", asked.actor or "all"))
    return await looks_by(unit.connection, asked, before, limit)


async def note_export(unit: UnitOfWork, count: int, touch: Touch) -> None:
    """Keep in the audit log that somebody wrote so many cards to a file."""
    told = {"customers": count}
    await unit.note(Audited(at=touch.at, actor=touch.by, action="export", kind="customer", subject="all", detail=told))


def as_meant(card: CustomerCard, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are told, but for a text that comes back as masked as it was shown: it stays whole."""
    return {field: _whole(getattr(card, field), value) for field, value in told.items()}


async def _looked(unit: UnitOfWork, cards: list[FiledCustomer], viewer: Viewer, how: LookKind) -> dict[str, CardSight]:
    """Log a look at cards, and say how much of each is seen."""
    person = viewer.person
    usual = CardSight(sight(person.role, Field.CALLER), sight(person.role, Field.CARD))
    called = {one.id: call for one in cards if (call := _call(one, viewer)) is not None}
    mine = [one.id for one in cards if one.id in called and one.created_by != person.account]
    for one in await renumbered(unit.connection, mine, person.account, viewer.at - _OWN_NUMBERS):
        del called[one]  # or anybody would open any card by writing the caller's number into it
    since = viewer.at - viewer.privacy.open_for
    revealed = frozenset[str]()
    if usual != _FULL and len(called) < len(cards):
        revealed = await revealed_to(unit.connection, person.account, [one.id for one in cards], since)
    if cards:
        of_call = len(called) == len(cards)
        if of_call:
            how = LookKind.CALL
        elif how is LookKind.CARD and revealed:
            how = LookKind.REVEAL
        call = next(iter(called.values()), None) if of_call else None
        number = secrets.token_hex(16)
        look = CardLook(id=number, at=viewer.at, actor=person.account, how=how, customers=len(cards), call=call)
        await _log(unit, [one.id for one in cards], viewer, look)
    return {one.id: _FULL if one.id in called or one.id in revealed else usual for one in cards}


async def _log(unit: UnitOfWork, ids: Collection[str], viewer: Viewer, look: CardLook) -> None:
    await add_look(unit, look, ids)
    if look.how is LookKind.CALL:
        return
    person, since = viewer.person, viewer.at - WITHIN
    uses = await uses_of(unit.connection, person.account, since)
    on_shift = _on_shift(viewer)
    figures = viewer.privacy.figures
    for what in suspicions(uses, viewer.at, figures, agent=person.agent is not None, on_shift=on_shift):
        await raise_review(unit, person.account, person.agent, what, max(0, since), viewer.at)


def _on_shift(viewer: Viewer) -> bool | None:
    """Tell whether an agent's shift lasts, a margin more or less; None where the roster has none of this agent."""
    agent, roster, margin = viewer.person.agent, viewer.roster, viewer.privacy.margin
    if agent is None or roster is None or agent not in roster.shifts:
        return None
    return any(roster.shift_of(agent, at) is not None for at in (viewer.at, viewer.at - margin, viewer.at + margin))


def _call(filed: FiledCustomer, viewer: Viewer) -> str | None:
    """Name the call for which somebody needs a card."""
    keys = (number.key for number in filed.card.numbers)
    return next((call for key in keys if key is not None and (call := viewer.calls.get(key)) is not None), None)


def _audited(viewer: Viewer, action: str, number: str) -> Audited:
    return Audited(at=viewer.at, actor=viewer.person.account, action=action, kind="customer", subject=number)


def _whole(kept: Any, told: Any) -> Any:
    shown = isinstance(kept, str) and told in {KEPT_BACK, worded(kept, Sight.MASKED)}
    return kept if shown else told


def _masked_number(number: CustomerNumber) -> CustomerNumber:
    label = None if number.label is None else worded(number.label, Sight.MASKED)
    raw = masked_caller(number.raw) or ""
    return msgspec.structs.replace(number, raw=raw, key=masked_caller(number.key), label=label)
