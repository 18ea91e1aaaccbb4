"""After a restart: the newest saved state that the record has passed, then the journal again from there on.

Where no state can be read, the journal is followed from its beginning; if that was cut, what was before is not known.
"""

from __future__ import annotations

import structlog

from callcenter.errors import StoreError
from callcenter.journal import Journal
from callcenter.tracker.follower import Follower
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.record import RecordKeeper
from callcenter.tracker.rereading import begin, follow_on

log = structlog.get_logger()


async def recover(journal: Journal, record: RecordKeeper, in_force: RulesInForce | None = None) -> Follower:
    """Bring the floor to the journal's end, and hand the record the facts that it lacks.

    Args:
        journal: What was seen and said, in order.
        record: The store's side.
        in_force: What to judge by until the journal says otherwise; None: nothing is judged.

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
    await _require_same(journal, record)
    position, follower = await begin(journal, record.position, in_force)
    begun = position
    async for place, followed in follow_on(journal, follower, position):
        position = place
        record.put(position, *followed)
        await record.room()
    log.info("floor_recovered", position=position, replayed_count=position - begun, hash=follower.floor.state.digest())
    return follower


async def _require_same(journal: Journal, record: RecordKeeper) -> None:
    """Pass if the journal has, where the database is, the entry that the database followed.

    Raises:
        StoreError: It has another one: an older copy has grown on without this database, or it is somebody else's.
    """
    found = None if record.seal is None else await journal.seal_of(record.position)
    if found is not None and found != record.seal:
        raise StoreError(
            f"entry {record.position} of {journal.settings.path} is not the one that the database follows: it is "
            "another journal, or an older copy that has grown on; put the right one back, or begin with a new database"
        )
