"""Asterisk's queue_log as typed lines; what a caller's number shifted or forged is set aside.

A line is `time|callid|queue|agent|event|data...`, in whole seconds (`log_layout` has its other forms). The caller's
number stands in ENTERQUEUE as it came: a `|` in it shifts the fields after it, a line break begins another line. So
each line must have the fields of its event and a time in order. An ENTERQUEUE counts whatever is wrong with the rest of
it: the number comes last, so that this call entered this queue is not in doubt. A forged line can pass all that when it
names a real call: such a call then contradicts itself, which `logged_visits` sees.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Literal

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.queuelog.clock import TextClock
from callcenter.queuelog.layout import Export, Row, export_of, moment, names_no_zone, piped
from callcenter.queuelog.words import OF_A_CALL, LoggedFigures, figures_of, joining
from callcenter.tape import read_chunks
from callcenter.text import read_parts, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Fault = Literal["not_a_line", "call_id", "fields", "time", "too_long"]

LINE_LIMIT = 8 * 1024
"""Bytes of one line; Asterisk writes at most a few hundred."""
_BACKWARDS: Micros = 5 * SECOND
"""Threads write in turn: a line may be a little older than the one before it."""
_PLACE = 2
_KEPT, _HEAD = 64, 512

_MADE_BY = frozenset({"NONE", "MANAGER", "REALTIME", "CLI", "API", ""})


class QueueLogLine(msgspec.Struct, frozen=True, gc=False):
    """One line that fits its event; `queue` and `agent` are None where the log says NONE."""

    at: Micros
    call_id: str
    queue: str | None
    agent: str | None
    event: str
    data: tuple[str, ...]
    pos: int
    figures: LoggedFigures


class SetAside(msgspec.Struct, frozen=True):
    """One line that is not believed, of an ENTERQUEUE what is wrong: where it was, why, and how it began."""

    pos: int
    fault: Fault
    text: str


class QueueLog:
    """Turn the bytes of queue_log, and of the files it was rotated into, into lines; never raises.

    Attributes:
        lines: Lines handed out.
        set_aside: Lines not believed, by fault.
        refused: The last of them, for a person to look at.
        clock: Whether times that are text fit the ids of the calls.

    Args:
        start: Where the bytes begin in their file.
        zone: Where times belong that are text and name no zone.
        charset: In which names stand; None: UTF-8, else GB18030.
    """

    def __init__(self, start: int = 0, zone: tzinfo = UTC, charset: str | None = None) -> None:
        self.lines = 0
        self.set_aside: Counter[Fault] = Counter()
        self.refused: deque[SetAside] = deque(maxlen=_KEPT)
        self.clock = TextClock(zone)
        self._zone = zone
        self._pos = start
        self._charset = charset
        self._tail = b""
        self._too_long = False
        self._first = True
        self._export: Export | None = None
        self._times: deque[Micros] = deque(maxlen=2)
        self._has_places = False

    def feed(self, data: bytes) -> list[QueueLogLine]:
        """Return the believable lines that end in this chunk."""
        *whole, self._tail = (self._tail + data).split(b"\n")
        found = [line for raw in whole if (line := self._next(raw)) is not None]
        if len(self._tail) > LINE_LIMIT:
            self._pos += len(self._tail)
            self._tail, self._too_long = b"", True
        self.lines += len(found)
        return found

    def close(self) -> list[QueueLogLine]:
        """End the file; a last line without its line feed is one all the same (the next may be another file)."""
        found = self.feed(b"\n") if self._tail or self._too_long else []
        self._first, self._export = True, None
        return found

    def _next(self, raw: bytes) -> QueueLogLine | None:
        pos = self._pos
        self._pos += len(raw) + 1
        too_long, self._too_long = self._too_long or len(raw) > LINE_LIMIT, False
        raw = raw[:LINE_LIMIT].removesuffix(b"\r")
        if too_long:
            self._refuse("too_long", pos, raw)
            return None
        if not raw:
            return None
        row = piped(read_parts(raw, b"|", self._charset))
        if row is None:
            text = read_value(raw, self._charset)
            if self._names_columns(text):
                return None
            row = self._export.row(text) if self._export else None
        self._first = False
        if row is None:
            self._refuse("not_a_line", pos, raw)
            return None
        return self._line(row, pos, raw)

    def _names_columns(self, text: str) -> bool:
        """Look at a file's first line: it may name the columns of an export."""
        if not self._first:
            return False
        self._first = False
        self._export = export_of(text)
        return self._export is not None and self._export.named

    def _line(self, row: Row, pos: int, raw: bytes) -> QueueLogLine | None:
        at = self._moment(row.time)
        if at is None:
            self._refuse("not_a_line", pos, raw)
            return None
        fault, figures = self._joined(row, at) if row.event == "ENTERQUEUE" else self._happened(row, at)
        if fault is not None:
            self._refuse(fault, pos, raw)
        if figures is None:
            return None
        queue, agent = _named(row.queue), _named(row.agent)
        return QueueLogLine(at, row.call_id, queue, agent, row.event, row.data, pos, figures)

    def _joined(self, row: Row, at: Micros) -> tuple[Fault | None, LoggedFigures]:
        """Believe a join; a number with no place behind it, in a log that has places, was cut by a line break."""
        figures, whole = joining(row.data)
        if whole and len(row.data) <= _PLACE and self._has_places:
            figures, whole = LoggedFigures(), False
        if names_no_zone(row.time):
            self.clock.note(row.call_id, at)
        self._has_places = self._has_places or len(row.data) > _PLACE
        in_time = self._is_in_time(at)
        if not whole:
            return "fields", figures
        return (None if in_time else "time"), figures

    def _happened(self, row: Row, at: Micros) -> tuple[Fault | None, LoggedFigures | None]:
        if row.event in OF_A_CALL and row.call_id in _MADE_BY:
            return "call_id", None
        if not self._is_in_time(at):
            return "time", None
        figures = figures_of(row.event, row.data)
        return (None if figures is not None else "fields"), figures

    def _moment(self, text: str) -> Micros | None:
        at = moment(text, self._zone)
        if at is None or not self._times or at >= min(self._times) - _BACKWARDS:
            return at
        again = moment(text, self._zone, later=True)
        return again if again is not None and again >= min(self._times) - _BACKWARDS else at

    def _is_in_time(self, at: Micros) -> bool:
        """Compare with the last two lines: one wild line, or a clock set back, makes no others wild."""
        in_time = not self._times or at >= min(self._times) - _BACKWARDS
        self._times.append(at)
        return in_time

    def _refuse(self, fault: Fault, pos: int, raw: bytes) -> None:
        self.set_aside[fault] += 1
        self.refused.append(SetAside(pos, fault, read_value(raw, self._charset)[:_HEAD]))


def read_queue_log(path: Path, log: QueueLog) -> Iterator[QueueLogLine]:
    """Yield the lines of one file; give the same `log` the files of a rotation in their order.

    Raises:
        UnreadableFile: The file cannot be read, or its gzip is damaged (after what could be read).
    """
    for chunk in read_chunks(path):
        yield from log.feed(chunk)
    yield from log.close()


def _named(value: str) -> str | None:
    return None if value in {"NONE", ""} else value
