"""Somebody takes it upon them to call a lost caller back, gives that back, or takes it over from somebody else.

All lost calls of one number are claimed together, by one person at a time; a claim ends by itself after a while.
"""

from __future__ import annotations

from sqlalchemy import delete, insert

from callcenter.cases.customers import text_of
from callcenter.domain.frame import Micros
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, NotAllowed
from callcenter.store.decisions.lost_calls import LostCallClaim, claims_of, entry_of, waiting
from callcenter.store.tables import LostCallClaimRow
from callcenter.untrusted import MOST_WORDS


class ClaimedByAnother(Conflict):
    """Somebody else calls this number back."""

    def __init__(self, claim: LostCallClaim) -> None:
        self.claim = claim
        super().__init__(f"{claim.claimed_by} calls this number back: choose another, or let a group leader take it")


async def claim_lost_call(
    unit: UnitOfWork, number: str, person: Principal, at: Micros, lasts: Micros, reason: str | None = None
) -> LostCallClaim:
    """Claim the entry of a lost call, or go on with a claim of one's own for another while.

    Args:
        unit: The transaction.
        number: Any lost call of the entry.
        person: Who claims it.
        at: By our clock.
        lasts: For how long.
        reason: Why a lead takes it over from somebody else.

    Raises:
        Missing: There is no such lost call.
        BadInput: The reason is none that people can read.
        Conflict: Nobody is to be called back there any more.
        ClaimedByAnother: Somebody else has it, and it is not taken over.
        NotAllowed: This person takes nothing over.
    """
    reason = text_of("reason", reason, MOST_WORDS)
    entry = await entry_of(unit.connection, number)
    if not await waiting(unit.connection, entry):
        raise Conflict("nobody waits for a call-back here any more: read the list again")
    held = (await claims_of(unit.connection, [entry], at)).get(entry)
    from_another = held is not None and held.claimed_by != person.account
    if held is not None and from_another:
        if reason is None:
            raise ClaimedByAnother(held)
        if not may(person, Right.CLOSE_LOST_CALLS):
            raise NotAllowed(person.role)
    since = at if held is None or from_another else held.claimed_at
    claim = LostCallClaim(claimed_by=person.account, agent=person.agent, claimed_at=since, until=at + lasts)
    await unit.execute(delete(LostCallClaimRow).where(LostCallClaimRow.entry == entry))
    values = {"claimed_by": claim.claimed_by, "agent": claim.agent, "claimed_at": since, "until": claim.until}
    await unit.execute(insert(LostCallClaimRow).values(entry=entry, **values))
    told = {"from": held.claimed_by, "reason": reason} if held is not None and from_another else {}
    await unit.note(_of_lost_call(number, person, at, "take_over" if told else "claim", **told))
    return claim


async def release_lost_call(unit: UnitOfWork, number: str, person: Principal, at: Micros) -> None:
    """Give a claim back; a lead gives back anybody's.

    Raises:
        Missing: There is no such lost call.
        Conflict: Nobody has claimed it.
        ClaimedByAnother: Somebody else has it, and this person is no lead.
    """
    entry = await entry_of(unit.connection, number)
    held = (await claims_of(unit.connection, [entry], at)).get(entry)
    if held is None:
        raise Conflict("nobody has claimed this lost call")
    if held.claimed_by != person.account and not may(person, Right.CLOSE_LOST_CALLS):
        raise ClaimedByAnother(held)
    await unit.execute(delete(LostCallClaimRow).where(LostCallClaimRow.entry == entry))
    told = {} if held.claimed_by == person.account else {"from": held.claimed_by}
    await unit.note(_of_lost_call(number, person, at, "release", **told))


def _of_lost_call(number: str, person: Principal, at: Micros, action: str, **detail: str | None) -> Audited:
    return Audited(at=at, actor=person.account, action=action, kind="lost_call", subject=number, detail=detail)
