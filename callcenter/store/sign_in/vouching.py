"""Who stands behind an account: whoever made it, gave it its password or its role could act as its owner.

So for a time they all count as one person where two are needed. The console stands above: it has the database.
"""

from __future__ import annotations

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.store.conflicts import Conflict
from callcenter.store.tables import VoucherRow
from callcenter.store.unit_of_work import UnitOfWork

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
    """Name everybody who could have signed in as somebody: themselves, and all who vouched for any of these."""
    found: set[str] = set()
    more = {name}
    while more:
        found |= more
        vouched = select(VoucherRow.vouched_by).where(
            VoucherRow.account.in_(more), VoucherRow.vouched_at > at - VOUCHED_FOR
        )
        more = {*await connection.scalars(vouched)} - found
    return found


async def vouch(unit: UnitOfWork, name: str, actor: str, at: Micros) -> None:
    """Remember who stands behind an account, beside those who do already; the console does not."""
    if is_console(actor):
        return
    over = or_(VoucherRow.vouched_by == actor, VoucherRow.vouched_at <= at - VOUCHED_FOR)
    await unit.execute(delete(VoucherRow).where(VoucherRow.account == name, over))
    await unit.execute(insert(VoucherRow).values(account=name, vouched_by=actor, vouched_at=at))


def is_console(actor: str) -> bool:
    """Tell whether something was done at the machine itself."""
    return actor.startswith(CONSOLE)
