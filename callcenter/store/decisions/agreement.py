"""What the records say about the rules that raised them."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.records.agreement import Raised
from callcenter.rules.records.standing import Standing
from callcenter.rules.regulations.edition import Mode
from callcenter.store.tables import ViolationRow


async def raised(
    connection: AsyncConnection, since: Micros | None, until: Micros | None, *, shadow: bool
) -> list[Raised]:
    """Read every record of a span; those of rules in shadow only where whoever asks may know of them."""
    rows = select(ViolationRow.rule, ViolationRow.standing)
    if since is not None:
        rows = rows.where(ViolationRow.sort_at >= since)
    if until is not None:
        rows = rows.where(ViolationRow.sort_at < until)
    if not shadow:
        rows = rows.where(ViolationRow.mode == Mode.ON)
    return [Raised(rule, msgspec.json.decode(said, type=Standing)) for rule, said in await connection.execute(rows)]
