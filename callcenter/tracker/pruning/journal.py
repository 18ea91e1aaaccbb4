"""Old journal entries are cut once the record has taken them in and a saved state covers them.

The cut is made at the newest state that is old enough, so that everything after it can be judged again exactly. Where
states are all younger (`keep_days` was set today), it is made by time, and what lies before the first of them is judged
again only as far as it can be. Frames on which that state stands, such as those that show an agent at the post for
weeks, are kept apart: a record that is raised later copies them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.journal import Journal, JournalReader, SavedState
from callcenter.tracker.follower import Follower
from callcenter.tracker.record import RecordKeeper

log = structlog.get_logger()

EVERY_SECONDS = 3600.0
_DAY: Micros = 86_400 * SECOND


class Cut(NamedTuple):
    """What may be cut: everything before a position, but these."""

    before: int
    keep: tuple[int, ...]


class Pruning:
    """Cuts the journal of a running service, every hour."""

    def __init__(self, journal: Journal, record: RecordKeeper, keep_days: int, clock: Callable[[], Micros]) -> None:
        self._journal = journal
        self._record = record
        self._keep_days = keep_days
        self._clock = clock

    async def run(self, every: float = EVERY_SECONDS) -> None:
        """Cut again and again until cancelled; what cannot be cut now is tried again."""
        while True:
            try:
                await prune(self._journal, self._record.position, self._keep_days, self._clock())
            except StoreError as error:
                log.warning("journal_not_pruned", reason=str(error))
            await asyncio.sleep(every)


async def prune(journal: Journal, taken: int, keep_days: int, now: Micros) -> Cut | None:
    """Cut what is older than some days, as far as the store has taken it in; None: there is nothing to cut.

    Raises:
        StoreError: The journal cannot be read or written.
    """
    cut = await asyncio.to_thread(plan, journal.settings.path, taken, now - keep_days * _DAY)
    if cut is not None:
        await journal.prune(cut.before, cut.keep)
        log.info("journal_pruned", before=cut.before, kept_count=len(cut.keep))
    return cut


def plan(path: Path, taken: int, moment: Micros) -> Cut | None:
    """Choose what to cut of a journal.

    Args:
        path: Its file.
        taken: The last position that the store has taken in.
        moment: Whatever was recorded then or later stays.
    """
    with JournalReader(path) as reader:
        anchor, _ = reader.bounds()
        last = min(reader.young_from(moment) - 1, taken)
        if last <= anchor.position:
            return None
        base = _base(reader, last, taken)
    if base is None:
        log.warning("journal_not_pruned", reason="no saved state that this version can read covers what is old")
        return None
    end = min(last, base.position)
    places = set(places_in(msgspec.msgpack.decode(base.blob)))
    return Cut(end + 1, tuple(sorted(place for place in places if place <= end))) if end > anchor.position else None


def _base(reader: JournalReader, last: int, taken: int) -> SavedState | None:
    """Find the state to cut at: the newest that is old enough, else the oldest of those that are younger."""
    younger = None
    for state in reader.saved_states():
        if state.position > taken or not readable(state):
            continue
        if state.position <= last:
            return state
        younger = state
    return younger


def readable(state: SavedState) -> bool:
    """Tell whether this version of the service can begin from a state."""
    try:
        Follower.restore(state.blob)
    except msgspec.MsgspecError:
        return False
    return True


def places_in(value: Any) -> Iterator[int]:
    """Yield every number in a packed state: whatever field holds the position of a frame, it is among them.

    Others, such as counts, are taken for positions too; a few entries more are kept.
    """
    match value:
        case bool():
            return
        case int():
            yield value
        case bytes():
            yield from places_in(msgspec.msgpack.decode(value))  # states are packed one in another
        case dict():
            for key, inner in value.items():
                yield from places_in(key)
                yield from places_in(inner)
        case list():
            for inner in value:
                yield from places_in(inner)
        case _:
            return
