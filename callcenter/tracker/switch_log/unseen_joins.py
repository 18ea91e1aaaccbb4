"""Joins that queue_log tells of and nobody saw: each is a difference, listed and counted, and never a visit by itself.

Whoever breaks the frames of a call with a number full of line breaks leaves it in queue_log alone, where the same
number can write lines of its own. So such a line proves no call, and yet somebody must look at it. What fell into a
time when nothing was seen is left to what fills gaps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import structlog

from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.health import UnseenJoin
from callcenter.queuelog.compare import TOLERANCE
from callcenter.queuelog.lines import QueueLogLine

log = structlog.get_logger()

LISTED = 50
"""The last so many are shown; all are counted."""
_WITHIN: Micros = TOLERANCE + SECOND
"""Nearer than this are one join: the log has whole seconds."""
_KEPT: Micros = 600 * SECOND
"""So long a join that was seen is known, for a log that is written late."""
_MOST = 10_000
"""No switch writes so many joins within the seconds that they wait; whoever does invents them."""
_LATELY = 1000
_LOGGED_AT_ONCE = 5


class UnseenJoins:
    """Holds each join in the log against those that were seen.

    Attributes:
        total: Joins that nobody saw.
        last: The last of them.
    """

    def __init__(self) -> None:
        self.total = 0
        self.last: deque[UnseenJoin] = deque(maxlen=LISTED)
        self._waiting: list[UnseenJoin] = []
        self._seen: dict[tuple[str, str | None], list[Micros]] = {}
        self._order: deque[tuple[Micros, tuple[str, str | None]]] = deque()
        self._without_join: deque[tuple[str, str | None]] = deque(maxlen=_LATELY)
        self._gaps: list[tuple[Micros, Micros]] = []

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Note who joined, and when nothing was seen; a frame that was not believed is no such time."""
        now = floor.state.now
        for fact in facts:
            match fact:
                case fx.VisitJoined(at=at) if at is not None:
                    self._note((fact.uniqueid, fact.queue), at)
                case fx.VisitEnded(visit=visit) if visit.joined_at is None:
                    self._without_join.append((visit.uniqueid, visit.queue))
                case fx.GapSeen(at=at, start=start, cause=cause) if cause != "quarantined":
                    end = now if at is None else at
                    self._gaps.append((0 if start is None else start, 0 if end is None else end))
                case _:
                    pass

    def read(self, lines: Sequence[QueueLogLine], since: Micros) -> None:
        """Take in lines of the log; joins from before that moment were not followed."""
        for line in lines:
            if line.event == "ENTERQUEUE" and line.at >= since:
                self._waiting.append(UnseenJoin(line.at, line.call_id, line.queue))

    def look(self, until: Micros, floor: Floor) -> None:
        """Decide about joins of which a frame would have come by now."""
        waiting = [join for join in self._waiting if join.at + _WITHIN > until][:_MOST]
        kept = {id(join) for join in waiting}
        over = [join for join in self._waiting if id(join) not in kept]
        self._waiting = waiting
        self._tell([join for join in over if not self._known(join, floor)])
        self._forget(until - _KEPT)

    def lost(self) -> None:
        """The log cannot be read: what it told is not held against anything."""
        self._waiting.clear()

    def _note(self, key: tuple[str, str | None], at: Micros) -> None:
        self._seen.setdefault(key, []).append(at)
        self._order.append((at, key))

    def _known(self, join: UnseenJoin, floor: Floor) -> bool:
        seen = self._seen.get((join.uniqueid, join.queue), ())
        if any(abs(at - join.at) <= _WITHIN for at in seen):
            return True
        if any(start - _WITHIN <= join.at <= end + _WITHIN for start, end in self._gaps):
            return True
        if (join.uniqueid, join.queue) in self._without_join:
            return True
        # a snapshot, or a later word of the queue, told of somebody whose join was not seen
        channel = floor.state.channels.get(join.uniqueid)
        visit = None if channel is None else floor.state.visits.get(channel.visit or 0)
        return visit is not None and visit.queue == join.queue and visit.joined_at is None

    def _tell(self, unseen: list[UnseenJoin]) -> None:
        self.total += len(unseen)
        self.last += unseen
        for join in unseen[:_LOGGED_AT_ONCE]:
            log.warning("queue_log_join_unseen", uniqueid=join.uniqueid, queue=join.queue, joined_at=join.at / SECOND)
        if len(unseen) > _LOGGED_AT_ONCE:
            log.warning("queue_log_joins_unseen", more_count=len(unseen) - _LOGGED_AT_ONCE)

    def _forget(self, before: Micros) -> None:
        while self._order and self._order[0][0] < before:
            at, key = self._order.popleft()
            times = self._seen[key]
            times.remove(at)
            if not times:
                del self._seen[key]
        self._gaps = [gap for gap in self._gaps if gap[1] >= before]
