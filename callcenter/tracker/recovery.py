"""After a restart: the newest saved state that the record has passed, then the journal again from there on."""

from __future__ import annotations

import msgspec
import structlog

from callcenter.errors import StoreError
from callcenter.journal import Journal
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
    state = await journal.latest_state()
    if state is not None and state.position <= record.position:
        try:
            return state.position, Follower.restore(state.blob, court)
        except msgspec.MsgspecError as error:
            log.warning("state_unreadable", position=state.position, reason=str(error))
    return 0, Follower(court)
