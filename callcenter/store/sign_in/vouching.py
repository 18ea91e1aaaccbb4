"""Who stands behind an account: whoever made it, gave it its password or its role could act as its owner.

So for a time the two count as one person where two are needed. The console stands above: it has the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.conflicts import Conflict
from callcenter.store.tables import AccountRow

CONSOLE = "console:"
_DAY: Micros = 86_400 * SECOND
VOUCHED_FOR: Micros = 30 * _DAY


async def require_two(connection: AsyncConnection, one: str, other: str, at: Micros) -> None:
    """Pass if two accounts are two people.

    Raises:
        Conflict: They are one, or the same person made them or gave them their passwords not long ago.
    """
    if await _hands(connection, one, at) & await _hands(connection, other, at):
        days = VOUCHED_FOR // _DAY
        raise Conflict(
            f"this takes two people; whoever makes an account or gives it a password is none for {days} days"
        )


async def _hands(connection: AsyncConnection, name: str, at: Micros) -> set[str]:
    """Name everybody who could have signed in as somebody: themselves, and whoever vouched for each of these."""
    found: set[str] = set()
    more: str | None = name
    while more is not None and more not in found:
        found.add(more)
        vouched = select(AccountRow.vouched_by).where(AccountRow.name == more, AccountRow.vouched_at > at - VOUCHED_FOR)
        more = await connection.scalar(vouched)
    return found


def vouched(actor: str, at: Micros) -> dict[str, Any]:
    """Give the columns that say who stands behind an account; the console does not."""
    return {} if is_console(actor) else {"vouched_by": actor, "vouched_at": at}


def is_console(actor: str) -> bool:
    """Tell whether something was done at the machine itself."""
    return actor.startswith(CONSOLE)
