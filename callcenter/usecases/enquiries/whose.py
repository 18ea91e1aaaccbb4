"""Whose matters somebody works on: their own and those that nobody has taken, their team's, or all."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, reach
from callcenter.store.conflicts import NotAllowed
from callcenter.store.tables import AccountRow


async def owners_for(connection: AsyncConnection, person: Principal) -> tuple[str, ...] | None:
    """Name the accounts whose enquiries and files of cases somebody reads, their own first; None: everybody's."""
    how_far = reach(person.role, Right.RECORD_ENQUIRIES)
    if how_far is Reach.ALL:
        return None
    owners = [person.account]
    if how_far is Reach.TEAM and person.team is not None:
        asked = select(AccountRow.name).where(AccountRow.team == person.team, AccountRow.name != person.account)
        owners += await connection.scalars(asked.order_by(AccountRow.name))
    return tuple(owners)


async def require_within_reach(connection: AsyncConnection, person: Principal, owner: str | None) -> None:
    """Pass if what somebody owns, or nobody yet, is within a person's reach.

    Raises:
        NotAllowed: It is not.
    """
    owners = await owners_for(connection, person)
    if owners is not None and owner is not None and owner not in owners:
        raise NotAllowed(person.role)
