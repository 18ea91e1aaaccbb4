"""The visits of a queue_log while it is read: to fill gaps and to reconcile with.

A visit begins at ENTERQUEUE and leaves the queue once: by CONNECT or by one of the exits. A connected one ends
by a COMPLETE line or a transfer. A line that a visit cannot have after how it ended (a forged one, or a true
one after a forged) makes the visit doubtful: its outcome is unknown, whichever line was the true one. A line of a call
that never joined is of a visit that was moved (`logged_moves`), or of one that joined before the log began; or it is
set aside.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from callcenter.domain.frame import SECOND, Micros
from callcenter.queuelog.clock import born_at
from callcenter.queuelog.logged_moves import moved
from callcenter.queuelog.logged_visit import LASTS, EndedBy, LoggedVisit, Outcome, RingAttempt, plainly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.queuelog.lines import QueueLogLine

_RESTART_WITHIN: Micros = 5 * SECOND
"""`core restart now` writes ABANDON and COMPLETECALLER for everybody, and QUEUESTART two seconds later."""

_ROUNDED: Micros = 2 * SECOND
"""A line's time and two figures in it are cut off to the second each."""

_EXITS: dict[str, Outcome] = {
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "queue_empty",
    "WITHDRAW": "withdrawn",
    "EXITWITHKEY": "key_pressed",
    "SYSCOMPAT": "unknown",
}
# who ended the talk, how it was transferred
_ENDS: dict[str, tuple[EndedBy, Literal["blind", "attended"] | None]] = {
    "COMPLETECALLER": ("caller", None),
    "COMPLETEAGENT": ("agent", None),
    "BLINDTRANSFER": ("transfer", "blind"),
    "TRANSFER": ("transfer", "blind"),
    "ATTENDEDTRANSFER": ("transfer", "attended"),
}
_Key = tuple[str, str | None]


class LogBook:
    """The visits of one log, line by line.

    Attributes:
        visits: In the order they began.
        set_aside: Lines that are of no visit, by fault.
    """

    def __init__(self) -> None:
        self.visits: list[LoggedVisit] = []
        self.set_aside: Counter[str] = Counter()
        self._began: Micros | None = None
        self._last: dict[_Key, LoggedVisit] = {}
        self._open: dict[int, LoggedVisit] = {}
        self._rings: dict[_Key, list[RingAttempt]] = {}
        self._closing: list[tuple[Micros, LoggedVisit]] = []
        self._closed: list[tuple[Micros, LoggedVisit]] = []

    def note(self, line: QueueLogLine) -> LoggedVisit | None:
        """Take in the next line; returns the visit that it tells of."""
        if self._began is None:
            self._began = line.at
        match line.event:
            case "QUEUESTART":
                self._restart(line.at)
            case "ENTERQUEUE":
                return self._enter(line)
            case "RINGNOANSWER" | "RINGCANCELED":
                return self._ring(line, line.event)
            case "CONNECT":
                return self._connect(line)
            case event if event in _EXITS:
                return self._leave(line)
            case event if event in _ENDS:
                return self._end(line)
            case _:
                pass
        return None

    def finish(self) -> list[LoggedVisit]:
        """Return every visit, of those that contradict themselves only that they were."""
        for (call_id, queue), rings in list(self._rings.items()):
            if self._may_be_older(call_id, rings[0].at, None):
                self._begin(call_id, queue)
            else:
                self.set_aside["never_entered"] += len(rings)
        self._rings.clear()
        return [plainly(visit) for visit in self.visits]

    def of(self, call_id: str) -> list[LoggedVisit]:
        """Return a call's visits as far as the log has been read; to be asked when the call is over."""
        return [plainly(visit) for visit in self.visits if visit.is_of(call_id)]

    def over(self, until: Micros) -> list[LoggedVisit]:
        """Take out the visits that were over by then, as far as the log says; a later line can make them doubtful."""
        found = [visit for at, visit in self._closed if at <= until]
        self._closed = [(at, visit) for at, visit in self._closed if at > until]
        return found

    def forget(self, before: Micros) -> None:
        """Let go of visits that were over by then, and of those that have been open for longer than any call lasts."""
        self.visits = [v for v in self.visits if _latest(v) >= before - (LASTS if id(v) in self._open else 0)]
        self._closed = [(at, visit) for at, visit in self._closed if at >= before]
        self._rings = {key: rings for key, rings in self._rings.items() if rings[-1].at >= before}
        kept = set(map(id, self.visits))
        self._last = {key: visit for key, visit in self._last.items() if id(visit) in kept}
        self._open = {key: visit for key, visit in self._open.items() if key in kept}

    def _enter(self, line: QueueLogLine) -> LoggedVisit:
        before = self._last.get((line.call_id, line.queue))
        visit = self._begin(line.call_id, line.queue)
        visit.joined_at, visit.caller, visit.position = line.at, line.figures.caller, line.figures.position
        if before is not None and id(before) in self._open and before.left_at is None:
            before.doubtful = visit.doubtful = True  # nobody joins where they wait already
        return visit

    def _begin(self, call_id: str, queue: str | None) -> LoggedVisit:
        key = call_id, queue
        before = self._last.get(key)
        n = 1 + (before.visit if before is not None and before.call_id == call_id else 0)
        visit = LoggedVisit(call_id, queue, n, attempts=self._rings.pop(key, []))
        self.visits.append(visit)
        self._last[key] = self._open[id(visit)] = visit
        return visit

    def _visit(self, line: QueueLogLine) -> LoggedVisit | None:
        """Find whose visit a line is of: the call's last to that queue, one moved to it, one older than the log."""
        key = line.call_id, line.queue
        known = self._last.get(key)
        if known is not None and (not known.over or id(known) in self._open or _joined_with(known, line)):
            return known  # a line of a visit that is over contradicts it, whatever other visit it might fit
        visit = moved(line, self._open.values())
        if visit is not None:
            self._move(visit, line)
        elif known is not None:
            return known
        elif self._may_be_older(line.call_id, line.at, _since(line)):
            visit = self._begin(*key)
        else:
            self.set_aside["never_entered"] += 1
        return visit

    def _move(self, visit: LoggedVisit, line: QueueLogLine) -> None:
        """The customer is on another channel now: it was an agent who joined, and the number was the agent's."""
        key = line.call_id, line.queue
        mine = (v.caller for v in reversed(self.visits) if v.call_id == line.call_id and v.caller)
        visit.moved_to, visit.caller = line.call_id, next(mine, visit.caller)
        visit.attempts.extend(self._rings.pop(key, []))
        self._last[key] = visit

    def _may_be_older(self, call_id: str, at: Micros, since: Micros | None) -> bool:
        """Tell whether a call can have joined before the log began: by its own figures, by its id, by the time."""
        assert self._began is not None
        if since is not None:
            return since <= self._began + SECOND
        born = born_at(call_id)
        return born < self._began if born is not None else at - self._began <= LASTS

    def _ring(self, line: QueueLogLine, event: Literal["RINGNOANSWER", "RINGCANCELED"]) -> LoggedVisit | None:
        """Keep a ring that nobody answered, until its visit is known where the call never joined that queue."""
        ring = line.figures.ring
        attempt = RingAttempt(line.agent, None if ring is None else ring * (SECOND // 1000), line.at, event)
        visit = self._last.get((line.call_id, line.queue))
        if visit is None or (visit.over and line.at > _latest(visit) + SECOND):
            self._rings.setdefault((line.call_id, line.queue), []).append(attempt)
            return None
        visit.attempts.append(attempt)
        return visit

    def _connect(self, line: QueueLogLine) -> LoggedVisit | None:
        visit = self._visit(line)
        if visit is None or visit.over:
            return _doubt(visit)
        _waited(visit, line)
        visit.outcome, visit.agent, visit.left_at, visit.answered_at = "answered", line.agent, line.at, line.at
        return visit

    def _leave(self, line: QueueLogLine) -> LoggedVisit | None:
        visit = self._visit(line)
        if visit is None or visit.over:
            return _doubt(visit)
        visit.outcome = _EXITS[line.event]
        _waited(visit, line)
        visit.left_at = line.at
        visit.ended_by = "caller" if visit.outcome == "abandoned" else None
        self._close(visit, line.at)
        return visit

    def _end(self, line: QueueLogLine) -> LoggedVisit | None:
        visit = self._visit(line)
        if visit is None:
            return None
        began_before = visit.joined_at is None and visit.left_at is None
        if visit.ended_at is not None or (visit.answered_at is None and not began_before):
            return _doubt(visit)
        visit.ended_by, visit.transferred = _ENDS[line.event]
        visit.talk = None if line.figures.talk is None else line.figures.talk * SECOND
        visit.outcome, visit.agent, visit.ended_at = "answered", line.agent, line.at
        self._close(visit, line.at)
        return visit

    def _close(self, visit: LoggedVisit, at: Micros) -> None:
        self._open.pop(id(visit), None)
        self._closing = [one for one in self._closing if one[0] >= at - _RESTART_WITHIN]
        self._closing.append((at, visit))
        self._closed.append((at, visit))

    def _restart(self, at: Micros) -> None:
        """Blame nobody for what the switch ended itself."""
        for closed_at, visit in self._closing:
            if closed_at >= at - _RESTART_WITHIN:
                visit.outcome = "switch_down" if visit.outcome == "abandoned" else visit.outcome
                visit.ended_by = "unknown" if visit.outcome in {"answered", "switch_down"} else visit.ended_by
        for visit in self._open.values():
            visit.ended_by = "unknown"
            if visit.answered_at is None:
                visit.outcome = "switch_down"
            self._closed.append((at, visit))
        self._open.clear()
        self._closing.clear()


def visits(lines: Iterable[QueueLogLine]) -> list[LoggedVisit]:
    """Return the visits that these lines tell of, in the order they began."""
    book = LogBook()
    for line in lines:
        book.note(line)
    return book.finish()


def _doubt(visit: LoggedVisit | None) -> LoggedVisit | None:
    if visit is not None:
        visit.doubtful = True
    return visit


def _joined_with(visit: LoggedVisit, line: QueueLogLine) -> bool:
    """Tell whether a line's figures are those of a visit that joined when this one did."""
    since = _since(line)
    return since is not None and visit.joined_at is not None and abs(since - visit.joined_at) <= _ROUNDED


def _since(line: QueueLogLine) -> Micros | None:
    """Tell when a visit joined, by the figures of a line about it."""
    if line.figures.wait is None:
        return None
    return line.at - (line.figures.wait + (line.figures.talk or 0)) * SECOND


def _waited(visit: LoggedVisit, line: QueueLogLine) -> None:
    """Reckon when a visit began whose beginning is not in the log; whole seconds, as all of it."""
    if visit.joined_at is None and line.figures.wait is not None:
        visit.joined_at = line.at - line.figures.wait * SECOND


def _latest(visit: LoggedVisit) -> Micros:
    return max((at for at in (visit.joined_at, visit.left_at, visit.ended_at) if at is not None), default=0)
