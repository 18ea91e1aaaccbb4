"""The journal read again: from the newest saved state that the record has passed, each entry as it was followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import structlog

from callcenter.errors import StoreError
from callcenter.journal import Journal, JournalReader
from callcenter.tracker.entries import reread
from callcenter.tracker.follower import Followed, Follower
from callcenter.tracker.inputs import RulesInForce

log = structlog.get_logger()

_AT_ONCE = 100
"""Entries followed before others have their turn."""


async def begin(journal: Journal, passed: int, in_force: RulesInForce | None) -> tuple[int, Follower]:
    """Find a state to begin from; what has been recorded must be past it, or facts between the two would be lost."""
    return await asyncio.to_thread(_restored, journal.settings.path, passed, in_force)


def _restored(path: Path, passed: int, in_force: RulesInForce | None) -> tuple[int, Follower]:
    with JournalReader(path) as reader:
        for state in reader.saved_states():
            if state.position > passed:
                continue
            try:
                return state.position, Follower.restore(state.blob, in_force)
            except msgspec.MsgspecError as error:
                log.warning("state_unreadable", position=state.position, reason=str(error))
        cut = reader.bounds()[0].position
    if 0 < cut <= passed:
        log.warning("floor_begins_anew", position=cut, reason="the journal was cut and no saved state can be read")
        return cut, Follower(in_force)
    return 0, Follower(in_force)


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
