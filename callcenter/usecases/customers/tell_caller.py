"""The service tells who calls: the customer, how often and how they called of late, what is open between us.

A person's pick for this very call goes before what the number tells. What a shared number's calls were about is told
as the number's, but makes nobody's call a repeat: another may have made them.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.linking import USUAL, Linking, LinkSettings
from callcenter.cases.owners import CustomerMatch, MatchKind, NumberTable, match_of
from callcenter.cases.routing import NO_PREFERENCE, Preference
from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.numbers import Number, Numbering
from callcenter.store.complaints.matters import OpenMatter, matter_agent, open_matters
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import FiledCustomer, family_of, get, of_key, read_all
from callcenter.store.customers.contacts import (
    Contact,
    KeyedVisit,
    VisitPick,
    holders_of,
    latest_visits,
    open_lost,
    pick_of,
    with_words,
)

LATEST = 5
"""Contacts that are told, and open complaints."""
_MOST_VISITS = 50
"""Visits of a number that are looked at."""
_MOST_CANDIDATES = 10


class CallAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is that calls is asked: from which number, as numbers are read now, by which call, since when."""

    number: Number
    numbering: Numbering
    uniqueid: str
    call: str
    joined_at: Micros | None


class CallerCard(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent must know of a customer before the third ring."""

    id: str
    name: str
    customer_class: str | None
    key_account: bool
    queue: str | None
    group: str | None
    owner: str | None


class KnownCaller(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whoever calls.

    Attributes:
        cards: The customer's, or of the first candidates.
        contacts: The latest of the customer, else of the number.
        repeat_of: The answered call that this one repeats.
        open_lost: Lost calls that are owed a call-back.
        served_last: The agent who served last.
        cases: The customer's open complaints, the newest first.
        picked_by: Who said whose call it is; None: nobody had to.
    """

    customer: CustomerMatch
    cards: tuple[CallerCard, ...] = ()
    contacts: tuple[Contact, ...] = ()
    repeat_of: str | None = None
    open_lost: int = 0
    served_last: str | None = None
    cases: tuple[OpenMatter, ...] = ()
    picked_by: str | None = None


async def known_caller(connection: AsyncConnection, asked: CallAsked, links: LinkSettings = USUAL) -> KnownCaller:
    """Read what is known of a caller: a few look-ups by index, however much there is."""
    pick = await pick_of(connection, asked.uniqueid)
    match, found = await _customers(connection, asked.number, pick)
    one = found[0] if match.id is not None else None
    family = [] if one is None else await family_of(connection, one.id)
    own = {number.key for number in one.card.numbers if number.key is not None} if one is not None else set()
    keys = own if one is not None or asked.number.key is None else {asked.number.key}
    visits = [
        visit
        for visit in await latest_visits(connection, keys, family, _MOST_VISITS)
        if visit.picked is None or visit.picked in family
    ]
    others = own - {asked.number.key} if pick is None else own  # whose one number tells shares it with nobody
    shared = {key for holder, key in await holders_of(connection, others) if one is not None and holder != one.id}
    sure = [visit for visit in visits if visit.picked is not None or visit.key not in shared]
    linking = _linked(sure if one is not None else visits, match, own, (asked.numbering, links))
    served = (visit.contact.agent for visit in visits if visit.contact.outcome is VisitOutcome.ANSWERED)
    return KnownCaller(
        customer=match,
        cards=tuple(_card(filed) for filed in found[:_MOST_CANDIDATES]),
        contacts=tuple(await with_words(connection, [visit.contact for visit in visits[:LATEST]])),
        repeat_of=linking.repeat_of(asked.number.raw, asked.call, asked.joined_at),
        open_lost=await open_lost(connection, keys - shared, family, asked.call),
        served_last=next(served, None),
        cases=tuple(await open_matters(connection, family, LATEST)) if family else (),
        picked_by=None if pick is None or one is None else pick.picked_by,
    )


async def preference_of(connection: AsyncConnection, key: str) -> Preference:
    """Read where a number's customer is to go: a key account's own queue or group, and who has the matter.

    That is whoever answers for the newest open complaint, else the agent whose customer it is.
    """
    ids = await of_key(connection, key, 2)
    if len(ids) != 1:
        return NO_PREFERENCE
    (filed,) = await read_all(connection, ids)
    card, family = filed.card, await family_of(connection, filed.id)
    agent = await matter_agent(connection, family) or card.owner
    if not card.key_account:
        return Preference(agent=agent)
    return Preference(queue=card.queue, group=card.group, agent=agent)


async def _customers(
    connection: AsyncConnection, number: Number, pick: VisitPick | None
) -> tuple[CustomerMatch, list[FiledCustomer]]:
    """Find whose call it is; the customers' cards beside it."""
    if pick is not None:
        try:
            filed = await get(connection, pick.customer)
        except Missing:
            pass
        else:
            return CustomerMatch(filed.id, MatchKind.KNOWN), [filed]
    ids = () if number.key is None else await of_key(connection, number.key)
    rows = [(one, [number.key]) for one in ids if number.key is not None]
    match = match_of(number, NumberTable(rows))
    return match, await read_all(connection, ids[:_MOST_CANDIDATES])


def _linked(
    visits: Sequence[KeyedVisit], match: CustomerMatch, own: set[str], by: tuple[Numbering, LinkSettings]
) -> Linking:
    """Link visits as they became known, the oldest first."""
    keys = own | {visit.key for visit in visits if visit.key is not None}
    rows = [(match.id, keys)] if match.id is not None else [(one, keys) for one in match.candidates]
    linking = Linking(NumberTable(rows), *by)
    for one in reversed(visits):
        linking.see(fx.VisitEnded(at=one.visit.ended_at, visit=one.visit))
    return linking


def _card(filed: FiledCustomer) -> CallerCard:
    told = {name: getattr(filed.card, name) for name in CallerCard.__struct_fields__ if name != "id"}
    return CallerCard(id=filed.id, **told)
