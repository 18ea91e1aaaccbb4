"""What the records say about the rules that raised them."""

from __future__ import annotations

import msgspec
from sqlalchemy import not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.records.agreement import Raised
from callcenter.rules.records.standing import Standing
from callcenter.rules.regulations.edition import Mode
from callcenter.store.tables import ViolationRow
from callcenter.store.untold import untold


async def raised(
    connection: AsyncConnection, since: Micros | None, until: Micros | None, *, shadow: bool, reader: str | None = None
) -> list[Raised]:
    """Read every record of a span that whoever asks (`reader`: as which agent) may know of; `shadow`: those too."""
    rows = select(ViolationRow.rule, ViolationRow.standing)
    if since is not None:
        rows = rows.where(ViolationRow.sort_at >= since)
    if until is not None:
        rows = rows.where(ViolationRow.sort_at < until)
    if not shadow:
        rows = rows.where(ViolationRow.mode == Mode.ON)
    if reader is not None:
        rows = rows.where(not_(untold(reader)))
    return [Raised(rule, msgspec.json.decode(said, type=Standing)) for rule, said in await connection.execute(rows)]
