"""A call becomes a case in one action: whose call it was, its queue, what was said so far, and who answered first.

Who took the first contact owns the case: the account of the agent who answered, else whoever opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.settings import Person
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.numbers import Numbering, read_number
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.complaints.cases import OPEN, CaseFilter, FiledCase, list_cases
from callcenter.store.conflicts import Missing, NotAllowed
from callcenter.store.customers.cards import family_of, get, of_key
from callcenter.store.customers.contacts import pick_of, rung_for
from callcenter.store.decisions.dispositions import of_call, talked_in, talks_of
from callcenter.store.record.models import OfferRow, VisitRow
from callcenter.untrusted import MOST_WORDS


class CallToOpen(msgspec.Struct, frozen=True, kw_only=True):
    """A call of which a case is to be made.

    Attributes:
        now_with: Agents whose phones ring for it, or who talk.
        team_of: In which team an agent is.
    """

    uniqueid: str
    numbering: Numbering
    team_of: Callable[[str], str | None]
    now_with: Collection[str] = ()


class CallTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the record knows of a call.

    Attributes:
        customer: Its id; None: nobody knows, or the number has several.
        words: What was recorded of it so far; None: nothing was.
        agents: Who talked, the first first.
    """

    customer: str | None
    queue: str | None
    words: str | None
    agents: tuple[str, ...]


async def call_told(connection: AsyncConnection, call: CallToOpen, person: Principal) -> CallTold:
    """Read what the record knows of a call.

    Raises:
        Missing: No such call has been seen.
        NotAllowed: It neither rang for this person nor was it answered by them, and they lead nobody whom it did.
    """
    rows = select(VisitRow).where(VisitRow.uniqueid == call.uniqueid).order_by(VisitRow.n, VisitRow.id)
    visits = (await connection.execute(rows)).all()
    agents = await _agents(connection, call.uniqueid)
    theirs = {*agents, *call.now_with, *await rung_for(connection, call.uniqueid)}
    if not visits and not theirs:
        raise Missing("there is no such call")
    mine = any(may(person, Right.OPEN_CASES, agent, call.team_of(agent)) for agent in theirs)
    if not mine and not may(person, Right.OPEN_CASES):
        raise NotAllowed(person.role)
    words = "\n".join(one.words for one in await of_call(connection, call.uniqueid) if one.words)
    callers = [row.caller for row in visits if row.caller is not None]
    return CallTold(
        customer=await _customer(connection, call, callers[-1] if callers else None),
        queue=next((row.queue for row in reversed(visits) if row.queue is not None), None),
        words=words[:MOST_WORDS] or None,
        agents=agents,
    )


def first_responder(told: CallTold, known: Iterable[Person]) -> str | None:
    """Return the account of whoever answered first, None where it may be given no case."""
    accounts = {one.agent: one for one in known if one.agent is not None and one.in_service}
    first = accounts.get(told.agents[0]) if told.agents else None
    return None if first is None or first.away else first.account


async def open_cases(connection: AsyncConnection, customer: str | None, call: str | None) -> list[FiledCase]:
    """Read the open cases of a customer, and those that a call began; the newest first."""
    found: dict[str, FiledCase] = {}
    if customer is not None:
        family = tuple(await family_of(connection, customer))
        found |= {one.id: one for one in await list_cases(connection, CaseFilter(states=OPEN, customers=family))}
    if call is not None:
        found |= {one.id: one for one in await list_cases(connection, CaseFilter(states=OPEN, call=call))}
    return sorted(found.values(), key=lambda one: (one.case.opened_at, one.id), reverse=True)


async def _agents(connection: AsyncConnection, uniqueid: str) -> tuple[str, ...]:
    """Name those who talked, the first first; of calls before there were talks, by the offers that were answered."""
    talks = (await talks_of(connection, [uniqueid])).get(uniqueid, [])
    visits = select(VisitRow.id).where(VisitRow.uniqueid == uniqueid)
    answered = (OfferRow.visit_id.in_(visits), OfferRow.outcome == OfferOutcome.ANSWERED)
    offers = select(OfferRow.agent).where(*answered).order_by(OfferRow.offered_at.nulls_first(), OfferRow.id)
    try:
        others = sorted(await talked_in(connection, uniqueid))
    except Missing:
        others = []
    told = [*(talk.agent for talk in talks), *await connection.scalars(offers), *others]
    return tuple(dict.fromkeys(told))


async def _customer(connection: AsyncConnection, call: CallToOpen, caller: str | None) -> str | None:
    """Name whose call it is: as somebody said, else as the number tells where it is one customer's."""
    pick = await pick_of(connection, call.uniqueid)
    if pick is not None:
        try:
            return (await get(connection, pick.customer)).id
        except Missing:
            pass
    key = None if caller is None else read_number(caller, call.numbering).key
    ids = () if key is None else await of_key(connection, key, 2)
    return ids[0] if len(ids) == 1 else None
