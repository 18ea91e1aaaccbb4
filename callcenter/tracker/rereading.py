"""The journal read again: from the newest saved state that the record has passed, each entry as it was followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import structlog

from callcenter.errors import StoreError
from callcenter.journal import Journal
from callcenter.tracker.entries import reread
from callcenter.tracker.follower import Followed, Follower
from callcenter.tracker.inputs import Court

log = structlog.get_logger()

_AT_ONCE = 100
"""Entries followed before others have their turn."""


async def begin(journal: Journal, passed: int, court: Court | None) -> tuple[int, Follower]:
    """Find a state to begin from; what has been recorded must be past it, or facts between the two would be lost."""
    state = await journal.latest_state()
    if state is not None and state.position <= passed:
        try:
            return state.position, Follower.restore(state.blob, court)
        except msgspec.MsgspecError as error:
            log.warning("state_unreadable", position=state.position, reason=str(error))
    return 0, Follower(court)


async def follow_on(journal: Journal, follower: Follower, position: int) -> AsyncIterator[tuple[int, Followed]]:
    """Follow every durable entry after a position.

    Raises:
        StoreError: The journal no longer holds what is needed.
        JournalDamaged: An entry is not as it was written.
    """
    async for stored in journal.read(position + 1):
        if stored.position != position + 1:
            raise StoreError(
                f"the journal {journal.settings.path} begins at entry {stored.position}, the database needs it from "
                f"{position + 1} on; put an older journal or a newer copy of the database back"
            )
        position = stored.position
        yield position, follower.follow(*reread(stored))
        if position % _AT_ONCE == 0:
            await asyncio.sleep(0)
