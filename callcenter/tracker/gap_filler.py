"""What a gap hid is told by queue_log: visits that ended in it, and those that came and went unseen.

Asterisk writes queue_log whether anybody listens or not. Once it was read past the end of a visit that fell into a gap,
the visit is looked for in the record, and what the record lacks is told to the journal, at whole seconds and marked.
It stands in the record; nothing is judged by it and no live count follows it. All is looked at again after a restart
of the service, and then found to be there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.ami.log_compare import find_logged
from callcenter.ami.log_fill import began, fill, from_log
from callcenter.ami.logged_visits import LASTS, LogBook, LoggedVisit
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.store import Office, StoreAway
from callcenter.store.accounts import Kept, gaps_since, visits_of
from callcenter.store.engine import unbroken
from callcenter.tracker.inputs import GapFilled, Hearing
from callcenter.tracker.record import Record

log = structlog.get_logger()

T = TypeVar("T")

_AT_ONCE = 200
_AGAIN_SECONDS = 5.0
_BEFORE: Micros = 3600 * SECOND
"""The log is read from so long before a gap, for the beginnings of the visits that it hid the ends of."""


class Following(Hearing, Protocol):
    """Whom this is told to, and how far that is."""

    @property
    def applied(self) -> int:
        """The last journal position that the floor has been told of."""


class GapFiller:
    """Fills the gaps of one switch's record.

    Attributes:
        filled: Visits that were completed or added.

    Args:
        node: The switch.
        office: To read the record by.
        record: To know how far it is.
        tracker: Who is told.
        seen: When the switch was last seen; the gap since then has not been told yet. None: never.
    """

    def __init__(self, node: str, office: Office, record: Record, tracker: Following, seen: Micros | None) -> None:
        self.filled = 0
        self._node = node
        self._office = office
        self._record = record
        self._tracker = tracker
        self._seen = seen
        self._gaps: list[tuple[Micros, Micros]] = []
        self._waiting: dict[str, list[LoggedVisit]] = {}
        self._looked: Micros | None = None
        self._some = asyncio.Event()

    async def recall(self) -> Micros | None:
        """Find the gaps that may not be filled yet.

        Returns:
            From when on queue_log is wanted; None: from the present on.
        """
        seen = self._seen
        if seen is None:
            return None
        recent = await self._ask(lambda connection: gaps_since(connection, self._node, seen - LASTS))
        self._gaps = [*recent, *self._gaps]
        return min([seen, *(start for start, _ in recent)]) - _BEFORE

    def gap(self, gap: fx.GapSeen) -> None:
        """Note that nothing was seen for a time."""
        if gap.cause != "clock" and gap.start is not None and gap.at is not None:
            self._gaps = [one for one in self._gaps if one[1] >= gap.at - LASTS]
            self._gaps.append((gap.start, gap.at))

    def read(self, book: LogBook, until: Micros) -> None:
        """Take from the log the visits that a gap hid some of, and that were over by then."""
        if self._gaps:
            for visit in book.over(self._looked, until):
                moments = (visit.joined_at, visit.left_at, visit.answered_at, visit.ended_at)
                if any(at is not None and self._unseen(at) for at in moments):
                    self._waiting.setdefault(visit.call_id, []).append(visit)
        self._looked = until
        if self._waiting:
            self._some.set()

    async def run(self) -> None:
        """Fill until cancelled."""
        while await self._some.wait():
            self._some.clear()
            await self.look()

    async def look(self) -> None:
        """Fill what can be filled now; what the record still has open waits.

        Raises:
            StoreError: The database cannot be used, or the journal takes nothing more.
        """
        uniqueids = list(islice(self._waiting, _AT_ONCE))
        kept = await self._ask(lambda connection: visits_of(connection, self._node, uniqueids))
        over = {uid: self._waiting.pop(uid) for uid in uniqueids if uid not in kept.open}
        for uid in uniqueids:
            if uid in kept.open:
                self._waiting[uid] = self._waiting.pop(uid)  # last in line
        found = tuple(visit for uid, logged in over.items() for visit in self._completed(uid, logged, kept))
        if found:
            await self._tracker.enter(GapFilled(found))
            self.filled += len(found)
            added = sum(not visit.frames for visit in found)
            log.info("gap_filled", added_count=added, completed_count=len(found) - added)

    async def _ask(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Read from the record once it has all that is known now; a database that is away is waited for."""
        while True:
            await self._record.reached(self._tracker.applied)
            try:
                return await unbroken(self._read(question))
            except StoreAway as error:
                log.warning("gaps_wait", reason=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._office.reading() as connection:
            return await question(connection)

    def _completed(self, uniqueid: str, logged: Sequence[LoggedVisit], kept: Kept) -> Iterator[fx.Visit]:
        """Give the visits of a channel about which the log knows more than the record."""
        court = self._tracker.court
        left = [_named(one, {} if court is None else court.floor.names) for one in logged]
        seen = [visit for visit in kept.ended if visit.uniqueid == uniqueid]
        for visit in seen:
            same = find_logged(visit, left)
            if same is None:
                continue
            left.remove(same)
            filled = fill(visit, same, self._unseen)
            if filled is not visit and visit.frames:
                yield filled
        call = seen[0].call if seen else uniqueid
        for one in left:
            first = began(one)
            if first is not None and self._unseen(first):
                n = 1 + sum(visit.queue == one.queue for visit in seen)
                seen.append(from_log(one, call, n))
                yield seen[-1]

    def _unseen(self, second: Micros) -> bool:
        return any(second + SECOND > start and second < end for start, end in self._gaps)


def _named(logged: LoggedVisit, names: Mapping[str, str]) -> LoggedVisit:
    """Call the agent by the roster's name; where there is a roster that does not know the log's, nobody is named."""
    if not names or logged.agent is None or logged.agent in names.values():
        return logged
    return msgspec.structs.replace(logged, agent=names.get(logged.agent))
