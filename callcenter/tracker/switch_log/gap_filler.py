"""What a gap hid is told by queue_log: visits that ended in it, and those that came and went unseen.

Asterisk writes queue_log whether anybody listens or not. Once it was read past the end of a visit that fell into a gap,
the visit is looked for in the record, and what the record lacks is told to the journal, at whole seconds and marked.
It stands in the record; nothing is judged by it and no live count follows it. All is looked at again after a restart
of the service, and then found to be there.

The log is weaker than what was seen, and callers can write into it: their number stands in it as it came. So nothing is
taken from a visit whose lines contradict each other, nor while its caller is still there, and none is added beside one
that was seen and may be the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Directory
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.queuelog.compare import find_logged, share_a_moment
from callcenter.queuelog.fill import began, fill, from_log, refine
from callcenter.queuelog.logged_visit import LASTS, LoggedVisit
from callcenter.queuelog.logged_visits import LogBook
from callcenter.store import Office
from callcenter.store.engine import unbroken
from callcenter.store.record.read_back import Gap, Kept, gaps_since, visits_of
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

    @property
    def in_sync(self) -> bool:
        """Whether a snapshot has said what there is since the login was opened, and frames are evidence."""


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
        self._gaps: list[Gap] = []
        self._waiting: dict[str, list[LoggedVisit]] = {}
        self._floor: Floor | None = None
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
        return min([seen, *(gap.start for gap in recent)]) - _BEFORE

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Note the times in which nothing was seen."""
        self._floor = floor
        for fact in facts:
            if (
                isinstance(fact, fx.GapSeen)
                and fact.cause not in {"clock", "quarantined"}
                and fact.start is not None
                and fact.at is not None
            ):
                self._gaps = [gap for gap in self._gaps if gap.end >= fact.at - LASTS]
                self._gaps.append(Gap(fact.start, fact.at, fact.cause == "restart"))

    def read(self, book: LogBook, until: Micros) -> None:
        """Take from the log the visits that a gap hid some of, and that were over by then."""
        for visit in book.over(until):
            if any(self._unseen(at) for at in _moments(visit)):
                self._waiting.setdefault(visit.call_id, []).append(visit)
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
            StoreError: The journal takes nothing more.
        """
        if not self._tracker.in_sync or self._floor is None:
            return
        there = self._floor.state.channels
        uniqueids = list(islice((uid for uid in self._waiting if uid not in there), _AT_ONCE))
        kept = await self._ask(lambda connection: visits_of(connection, self._node, uniqueids))
        over = {uid: [*self._waiting[uid]] for uid in uniqueids if uid not in kept.open}
        found = tuple(visit for uid, logged in over.items() for visit in self._completed(uid, logged, kept))
        if found:
            await self._tracker.enter(GapFilled(found))
            self.filled += len(found)
            added = sum(not visit.frames for visit in found)
            log.info("gap_filled", added_count=added, completed_count=len(found) - added)
        for uid in uniqueids:
            left = [one for one in self._waiting.pop(uid) if one not in over.get(uid, ())]
            if left:
                self._waiting[uid] = left  # last in line

    async def _ask(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Read from the record once it has all that is known now; a database that fails is waited for."""
        while True:
            await self._record.reached(self._tracker.applied)
            try:
                return await unbroken(self._read(question))
            except StoreError as error:
                log.warning("gaps_wait", reason=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._office.reading() as connection:
            return await question(connection)

    def _completed(self, uniqueid: str, logged: Iterable[LoggedVisit], kept: Kept) -> Iterator[fx.Visit]:
        """Give the visits of a channel about which the log knows more than the record."""
        court = self._tracker.court
        directory = Directory({}, {}) if court is None else court.directory
        left = [_named(one, directory) for one in {id(one): one for one in logged}.values() if not one.doubtful]
        seen = [visit for visit in kept.ended if visit.uniqueid == uniqueid]
        alone = []
        for visit in sorted(seen, key=lambda visit: visit.joined_at is None):
            same = find_logged(visit, left)
            if same is None:
                alone.append(visit)
                continue
            left.remove(same)
            filled = fill(refine(visit, same), same, self._hid(same))
            if filled is not visit and visit.frames:
                yield filled
        for one in left:
            if self._is_new(one, seen, alone):
                n = 1 + sum(visit.queue == one.queue for visit in seen)
                seen.append(from_log(one, seen[0].call if seen else uniqueid, n))
                yield seen[-1]

    def _is_new(self, logged: LoggedVisit, seen: Iterable[fx.Visit], alone: Iterable[fx.Visit]) -> bool:
        """Tell whether a visit began and ended unseen, and is none of those that were seen.

        Args:
            logged: The visit.
            seen: What was seen of its channel.
            alone: Those of them that the log does not seem to have.
        """
        first = began(logged)
        if first is None or not self._hid(logged)(first):
            return False
        may_be_it = any(visit.in_gap and visit.queue == logged.queue for visit in alone)
        return not may_be_it and not any(v.queue == logged.queue and share_a_moment(v, logged) for v in seen)

    def _hid(self, logged: LoggedVisit) -> Callable[[Micros], bool]:
        """Return what tells the unseen seconds; only a restart that was seen ends a visit with the switch."""
        by_restart = logged.outcome == "switch_down"
        return lambda second: self._unseen(second, by_restart=by_restart)

    def _unseen(self, second: Micros, *, by_restart: bool = False) -> bool:
        gaps = (gap for gap in self._gaps if gap.restart or not by_restart)
        return any(second + SECOND > gap.start and second < gap.end for gap in gaps)


def _moments(logged: LoggedVisit) -> Iterator[Micros]:
    times = (logged.joined_at, logged.left_at, logged.answered_at, logged.ended_at)
    return (at for at in times if at is not None)


def _named(logged: LoggedVisit, directory: Directory) -> LoggedVisit:
    """Call the agent by the roster's name; where there is a roster that does not know the log's, nobody is named."""
    if not directory or logged.agent is None or directory.interface_of(logged.agent) is not None:
        return logged
    return msgspec.structs.replace(logged, agent=directory.at(logged.agent, logged.answered_at))
