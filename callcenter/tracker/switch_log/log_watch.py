"""A look at queue_log before a verdict: each visit that ended is held against what the switch wrote of it.

The switch writes queue_log independently of AMI and flushes each line, so once the file was read past a visit's end,
all that it says of the visit is known. What it says goes to the judge through the journal. A record settles a minute
after its act, which leaves the time for this. Visits that were open when the watch began, or while nothing was seen,
are not compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.errors import UnreadableFile
from callcenter.queuelog.compare import TOLERANCE, contradictions, find_logged
from callcenter.queuelog.lines import QueueLog
from callcenter.queuelog.logged_visits import LogBook
from callcenter.queuelog.tail import LogTail
from callcenter.rules.records.violation import Violation
from callcenter.store.engine import unbroken
from callcenter.tracker.inputs import Hearing, QueueLogRead
from callcenter.tracker.switch_log.gap_filler import GapFiller
from callcenter.tracker.switch_log.unseen_joins import UnseenJoins

log = structlog.get_logger()

LOOK_SECONDS = 1.0
TELL_EVERY: Micros = 5 * SECOND
"""The judge hears how far the log was compared at least this often, by the switch's time."""

_WRITTEN_WITHIN: Micros = TOLERANCE + SECOND
"""A line is in the file at most this long after what it tells of."""
_KEPT: Micros = 3600 * SECOND


class LogWatch:
    """Compares one switch's queue_log with the visits that its floor tells of; a Sink.

    Attributes:
        differences: Visits about which the log says something else.
        unseen: Joins of which the log alone tells.
        read_at: Up to when, by the switch's time, the log was read; None: it was not, or cannot be.

    Args:
        path: The file that the switch writes.
        tracker: Who is told.
        filler: Fills gaps from the same log, and for that has it read from before the last gap on.
        charset: In which names stand in it; None: UTF-8, or GB18030 where they are not.
    """

    def __init__(
        self, path: Path, tracker: Hearing, filler: GapFiller | None = None, charset: str | None = None
    ) -> None:
        self.differences = 0
        self.unseen = UnseenJoins()
        self.read_at: Micros | None = None
        self._filler = filler
        self._path = path
        self._tail = LogTail(path)
        self._tracker = tracker
        self._lines = QueueLog(charset=charset)
        self._book = LogBook()
        self._ended: list[fx.Visit] = []
        self._now: Micros | None = None
        self._since: Micros | None = None
        self._told: Micros = 0
        self._blind: str | None = None
        self._floor: Floor | None = None

    @property
    def filled(self) -> int:
        """Visits that gaps hid something of and that the log completed."""
        return 0 if self._filler is None else self._filler.filled

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Keep the visits that ended, and the switch's time."""
        self._now, self._floor = floor.state.now, floor
        self.unseen.happened(facts, floor)
        if self._filler is not None:
            self._filler.happened(facts, floor)
        if self._since is not None:
            self._ended += [f.visit for f in facts if isinstance(f, fx.VisitEnded) and self._comparable(f.visit)]

    def judged(self, violations: Sequence[Violation]) -> None:
        """Records are none of the log's business."""

    async def run(self) -> None:
        """Look every second until cancelled."""
        try:
            if self._filler is not None:
                self._tail = LogTail(self._path, await self._filler.recall())
            while True:
                await self.look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.close()

    def close(self) -> None:
        """Let the file go."""
        self._tail.close()

    async def look(self) -> None:
        """Read on, compare what can be compared, and tell the judge."""
        now, floor = self._now, self._floor
        if now is None or floor is None:
            return
        try:
            while any(written := await unbroken(asyncio.to_thread(self._tail.read))):
                lines = self._lines.feed(b"".join(written))
                for line in lines:
                    self._book.note(line)
                self.unseen.read(lines, now if self._since is None else self._since)
        except UnreadableFile as error:
            self._lost(str(error))
            return
        if self._since is None:
            self._since, self._blind = now, None
        self.unseen.look(now - _WRITTEN_WITHIN, floor)
        self.read_at = now - _WRITTEN_WITHIN
        if self._filler is not None:
            self._filler.read(self._book, self.read_at)
        differing = self._compare(self.read_at)
        if differing or self.read_at >= self._told + TELL_EVERY:
            self._told = self.read_at
            self._book.forget(now - _KEPT)
            await self._tracker.enter(QueueLogRead(self._since, self.read_at, tuple(differing)))

    def _lost(self, reason: str) -> None:
        if reason != self._blind:
            log.warning("queue_log_unread", reason=reason, advice="records are decided without a look at queue_log")
        self._blind, self._since, self.read_at = reason, None, None
        self._ended.clear()
        self.unseen.lost()

    def _comparable(self, visit: fx.Visit) -> bool:
        if visit.in_gap or visit.outcome is VisitOutcome.REFUSED or visit.joined_at is None:
            return False
        return self._since is not None and visit.joined_at >= self._since + _WRITTEN_WITHIN

    def _compare(self, until: Micros) -> list[str]:
        ready = [visit for visit in self._ended if _over_at(visit) <= until]
        self._ended = [visit for visit in self._ended if _over_at(visit) > until]
        differing = sorted({visit.uniqueid for visit in ready if not self._agrees(visit)})
        self.differences += len(differing)
        return differing

    def _agrees(self, visit: fx.Visit) -> bool:
        what = self._differs(visit)
        if what is not None:
            log.warning("queue_log_differs", uniqueid=visit.uniqueid, queue=visit.queue, what=what)
        return what is None

    def _differs(self, visit: fx.Visit) -> str | None:
        """Name the first thing that the log says otherwise."""
        logged = find_logged(visit, self._book.of(visit.uniqueid))
        if logged is None:
            return "missing"
        court = self._tracker.court
        names = court is not None and bool(court.directory)
        return next((one.what for one in contradictions(visit, logged, names=names)), None)


def _over_at(visit: fx.Visit) -> Micros:
    return max(at for at in (visit.joined_at, visit.left_at, visit.answered_at, visit.ended_at) if at is not None)
