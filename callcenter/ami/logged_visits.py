"""What queue_log alone says of each visit, at whole seconds: to fill gaps and to reconcile with.

A visit begins at ENTERQUEUE and leaves the queue once: by CONNECT or by one of the exits. A connected one ends
by a COMPLETE line or a transfer. A line that a visit cannot have after how it ended (a forged one, or a true
one after a forged) makes the visit doubtful: its outcome is unknown, whichever line was the true one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from callcenter.domain.frame import SECOND, Micros

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.ami.queue_log import QueueLogLine

Outcome = Literal[
    "answered", "abandoned", "timed_out", "queue_empty", "key_pressed", "withdrawn", "switch_down", "unknown"
]
EndedBy = Literal["caller", "agent", "transfer", "unknown"]

_RESTART_WITHIN: Micros = 5 * SECOND
"""`core restart now` writes ABANDON and COMPLETECALLER for everybody, and QUEUESTART two seconds later."""

LASTS: Micros = 12 * 3600 * SECOND
"""No call lasts longer; what stays open for longer was forged, or its end was not written."""

_LONGEST_QUEUE = 100_000
"""A place in a queue beyond this was forged."""

# outcome, and which field counts the seconds waited; None where the log's version may lack it
_EXITS: dict[str, tuple[Outcome, int | None]] = {
    "ABANDON": ("abandoned", 2),
    "EXITWITHTIMEOUT": ("timed_out", 2),
    "EXITEMPTY": ("queue_empty", 2),
    "WITHDRAW": ("withdrawn", 2),
    "EXITWITHKEY": ("key_pressed", None),
    "SYSCOMPAT": ("unknown", None),
}
# who ended the talk, which field counts its seconds (from the end), how it was transferred
_ENDS: dict[str, tuple[EndedBy, int, Literal["blind", "attended"] | None]] = {
    "COMPLETECALLER": ("caller", -2, None),
    "COMPLETEAGENT": ("agent", -2, None),
    "BLINDTRANSFER": ("transfer", -2, "blind"),
    "TRANSFER": ("transfer", -2, "blind"),
    "ATTENDEDTRANSFER": ("transfer", -2, "attended"),
}


class RingAttempt(msgspec.Struct, frozen=True):
    """One ring that was not answered; `ring` is the log's own figure, `at` when it ended."""

    agent: str | None
    ring: Micros
    at: Micros
    event: Literal["RINGNOANSWER", "RINGCANCELED"]


class LoggedVisit(msgspec.Struct):
    """One stay of a call in a queue as logged; None is what the log does not say.

    Attributes:
        visit: 1, 2, ... for the same call in the same queue.
        position: Place in the queue when it was entered.
        talk: The log's own whole seconds, hold included.
        doubtful: Its lines contradict each other.
    """

    call_id: str
    queue: str | None
    visit: int
    caller: str | None = None
    joined_at: Micros | None = None
    left_at: Micros | None = None
    outcome: Outcome = "unknown"
    agent: str | None = None
    position: int | None = None
    attempts: list[RingAttempt] = []
    answered_at: Micros | None = None
    ended_at: Micros | None = None
    ended_by: EndedBy | None = None
    talk: Micros | None = None
    transferred: Literal["blind", "attended"] | None = None
    doubtful: bool = False


class LogBook:
    """The visits of one log while it is read, line by line."""

    def __init__(self) -> None:
        self.visits: list[LoggedVisit] = []
        self._last: dict[tuple[str, str | None], LoggedVisit] = {}
        self._open: dict[int, LoggedVisit] = {}
        self._closing: list[tuple[Micros, LoggedVisit]] = []
        self._closed: list[tuple[Micros, LoggedVisit]] = []

    def note(self, line: QueueLogLine) -> None:
        """Take in the next line."""
        match line.event:
            case "QUEUESTART":
                self._restart(line.at)
            case "ENTERQUEUE":
                self._enter(line)
            case "RINGNOANSWER" | "RINGCANCELED":
                ring = int(line.data[0]) * (SECOND // 1000)
                self._visit(line).attempts.append(RingAttempt(line.agent, ring, line.at, line.event))
            case "CONNECT":
                self._connect(line)
            case event if event in _EXITS:
                self._leave(line)
            case event if event in _ENDS:
                self._end(line)
            case _:
                pass

    def finish(self) -> list[LoggedVisit]:
        """Return every visit, of those that contradict themselves only that they were."""
        return [plainly(visit) for visit in self.visits]

    def of(self, call_id: str) -> list[LoggedVisit]:
        """Return a call's visits as far as the log has been read; to be asked when the call is over."""
        return [plainly(visit) for visit in self.visits if visit.call_id == call_id]

    def over(self, until: Micros) -> list[LoggedVisit]:
        """Take out the visits that were over by then, as far as the log says; a later line can make them doubtful."""
        found = [visit for at, visit in self._closed if at <= until]
        self._closed = [(at, visit) for at, visit in self._closed if at > until]
        return found

    def forget(self, before: Micros) -> None:
        """Let go of visits that were over by then, and of those that have been open for longer than any call lasts."""
        self.visits = [v for v in self.visits if _latest(v) >= before - (LASTS if id(v) in self._open else 0)]
        self._closed = [(at, visit) for at, visit in self._closed if at >= before]
        kept = set(map(id, self.visits))
        self._last = {key: visit for key, visit in self._last.items() if id(visit) in kept}
        self._open = {key: visit for key, visit in self._open.items() if key in kept}

    def _enter(self, line: QueueLogLine) -> None:
        before = self._last.get((line.call_id, line.queue))
        visit = self._begin(line)
        visit.joined_at, visit.caller = line.at, line.data[1]
        position = int(line.data[2])
        visit.position = position if 0 < position <= _LONGEST_QUEUE else None
        if before is not None and id(before) in self._open and before.left_at is None:
            before.doubtful = visit.doubtful = True  # nobody joins where he waits already

    def _begin(self, line: QueueLogLine) -> LoggedVisit:
        key = line.call_id, line.queue
        before = self._last.get(key)
        visit = LoggedVisit(line.call_id, line.queue, before.visit + 1 if before else 1)
        self.visits.append(visit)
        self._last[key] = self._open[id(visit)] = visit
        return visit

    def _visit(self, line: QueueLogLine) -> LoggedVisit:
        """Return the last visit of the call to the queue, or one whose beginning the log does not have."""
        return self._last.get((line.call_id, line.queue)) or self._begin(line)

    def _connect(self, line: QueueLogLine) -> None:
        visit = self._visit(line)
        if visit.left_at is not None or visit.ended_at is not None:
            visit.doubtful = True
            return
        _waited(visit, line, 0)
        visit.outcome, visit.agent, visit.left_at, visit.answered_at = "answered", line.agent, line.at, line.at

    def _leave(self, line: QueueLogLine) -> None:
        visit = self._visit(line)
        if visit.left_at is not None or visit.ended_at is not None:
            visit.doubtful = True
            return
        visit.outcome, waited = _EXITS[line.event]
        if waited is not None:
            _waited(visit, line, waited)
        visit.left_at = line.at
        visit.ended_by = "caller" if visit.outcome == "abandoned" else None
        self._close(visit, line.at)

    def _end(self, line: QueueLogLine) -> None:
        visit = self._visit(line)
        began_before = visit.joined_at is None and visit.left_at is None
        if visit.ended_at is not None or (visit.answered_at is None and not began_before):
            visit.doubtful = True
            return
        visit.ended_by, talk, visit.transferred = _ENDS[line.event]
        visit.talk = int(line.data[talk]) * SECOND
        visit.outcome, visit.agent, visit.ended_at = "answered", line.agent, line.at
        self._close(visit, line.at)

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


def plainly(visit: LoggedVisit) -> LoggedVisit:
    """Return of a visit that contradicts itself only that it was; any other as it is."""
    if not visit.doubtful:
        return visit
    return msgspec.structs.replace(
        visit, outcome="unknown", ended_by="unknown", agent=None, talk=None, left_at=None, answered_at=None,
        ended_at=None, transferred=None,
    )  # fmt: skip


def _waited(visit: LoggedVisit, line: QueueLogLine, field: int) -> None:
    """Reckon when a visit began whose beginning is not in the log; whole seconds, as all of it."""
    if visit.joined_at is None:
        visit.joined_at = line.at - int(line.data[field]) * SECOND


def _latest(visit: LoggedVisit) -> Micros:
    return max((at for at in (visit.joined_at, visit.left_at, visit.ended_at) if at is not None), default=0)
