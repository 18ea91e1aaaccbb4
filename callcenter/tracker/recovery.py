"""After a restart: the newest saved state that the record has passed, then the journal again from there on.

Where no state can be read, the journal is followed from its beginning; if that was cut, what was before is not known.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import structlog

from callcenter.errors import StoreError
from callcenter.journal import Journal, JournalReader
from callcenter.tracker.entries import reread
from callcenter.tracker.follower import Follower
from callcenter.tracker.inputs import Court
from callcenter.tracker.record import Record

log = structlog.get_logger()


async def recover(journal: Journal, record: Record, court: Court | None = None) -> Follower:
    """Bring the floor to the journal's end, and hand the record the facts that it lacks.

    Args:
        journal: What was seen and said, in order.
        record: The store's side.
        court: What to judge by until the journal says otherwise; None: nothing is judged.

    Raises:
        StoreError: Journal and database do not belong together, or the journal no longer holds what is needed.
        JournalDamaged: An entry is not as it was written.
    """
    end = journal.durable_position
    if record.position > end:
        raise StoreError(
            f"the database follows a journal up to entry {record.position}, {journal.settings.path} ends at {end}: "
            "it is another journal; put the right one back, or begin with a new database"
        )
    position, follower = await _saved(journal, record, court)
    begun = position
    async for stored in journal.read(position + 1):
        if stored.position != position + 1:
            raise StoreError(
                f"the journal {journal.settings.path} begins at entry {stored.position}, the database needs it from "
                f"{position + 1} on; put an older journal or a newer copy of the database back"
            )
        position = stored.position
        record.put(position, *follower.follow(*reread(stored)))
        await record.room()
    log.info("floor_recovered", position=position, replayed_count=position - begun, hash=follower.floor.state.digest())
    return follower


async def _saved(journal: Journal, record: Record, court: Court | None) -> tuple[int, Follower]:
    """Find a state to begin from; the record must have passed it, or facts between the two would be lost."""
    return await asyncio.to_thread(_restored, journal.settings.path, record.position, court)


def _restored(path: Path, passed: int, court: Court | None) -> tuple[int, Follower]:
    with JournalReader(path) as reader:
        for state in reader.saved_states():
            if state.position > passed:
                continue
            try:
                return state.position, Follower.restore(state.blob, court)
            except msgspec.MsgspecError as error:
                log.warning("state_unreadable", position=state.position, reason=str(error))
        cut = reader.bounds()[0].position
    if 0 < cut <= passed:
        log.warning("floor_begins_anew", position=cut, reason="the journal was cut and no saved state can be read")
        return cut, Follower(court)
    return 0, Follower(court)
