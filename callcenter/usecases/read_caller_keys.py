"""The service reads the numbers of visits that an earlier version recorded, a few in each transaction."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import bindparam, select, update

from callcenter.errors import FileTaken, StoreError
from callcenter.numbers import Numbering
from callcenter.store import DecisionStore
from callcenter.store.record.models import VisitRow
from callcenter.store.record.rows import key_of

_AT_ONCE = 500
_PAUSE_SECONDS = 0.05
"""Others write meanwhile."""
_RETRY_SECONDS = 30.0

log = structlog.get_logger()


async def read_caller_keys(decisions: DecisionStore, numbering: Numbering) -> None:
    """Give each visit that ended its caller's key, by how numbers are read now; ends when all have one.

    Raises:
        FileTaken: The database's file is gone.
    """
    count = 0
    while True:
        try:
            done = await _some(decisions, numbering)
        except FileTaken:
            raise
        except StoreError as error:
            log.warning("caller_keys_not_read", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        count += done
        if not done:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    if count:
        log.info("caller_keys_read", visits_count=count)


async def _some(decisions: DecisionStore, numbering: Numbering) -> int:
    unread = select(VisitRow.id, VisitRow.caller).where(VisitRow.caller_key.is_(None), VisitRow.outcome.is_not(None))
    async with decisions.reading() as connection:
        found = (await connection.execute(unread.limit(_AT_ONCE))).all()
    if not found:
        return 0
    keys = [{"of": row.id, "key": key_of(row.caller, numbering)} for row in found]
    written = update(VisitRow).where(VisitRow.id == bindparam("of"), VisitRow.caller_key.is_(None))
    async with decisions.writing() as unit:
        await unit.connection.execute(written.values(caller_key=bindparam("key")), keys)
    return len(found)
