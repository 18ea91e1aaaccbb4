"""Asterisk's queue_log as typed lines; what a caller's number shifted or forged is set aside.

A line is `epoch|callid|queue|agent|event|data...`, in whole seconds. The caller's number stands in ENTERQUEUE
as it came: a `|` in it shifts the fields after it, a line break begins another line. So each line must have
the fields of its event, a time in order, and a call that did enter that queue. A forged line can pass all
that when it names a real call: such a call then contradicts itself, which `logged_visits` sees.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Literal

import msgspec

from callcenter.ami.tape import read_chunks
from callcenter.ami.text import read_parts, read_value
from callcenter.domain.frame import SECOND, Micros

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Fault = Literal["not_a_line", "call_id", "fields", "time", "never_entered", "too_long"]

LINE_LIMIT = 8 * 1024
"""Bytes of one line; Asterisk writes at most a few hundred."""
_BACKWARDS: Micros = 5 * SECOND
"""Threads write in turn: a line may be a little older than the one before it."""
_CALLS_REMEMBERED = 20_000
_KEPT, _HEAD = 64, 512

_MADE_BY = frozenset({"NONE", "MANAGER", "REALTIME", "CLI", "API"})
_CALL_ID = re.compile(r"(?:[^|\s]{1,80}-)?(\d{9,11})\.\d{1,10}", re.ASCII)
_EPOCH = re.compile(r"\d{9,11}", re.ASCII)
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,39}", re.ASCII)
_KINDS = {"n": re.compile(r"-?\d{1,10}", re.ASCII), "u": _CALL_ID, "t": re.compile(r"[^\x00-\x1f]*")}

# n: a whole number, u: a uniqueid, t: any text; alternatives for versions that write fewer fields
_OF_A_CALL: dict[str, tuple[str, ...]] = {
    "ENTERQUEUE": ("ttn",),
    "CONNECT": ("nun",),
    "COMPLETECALLER": ("nnn",),
    "COMPLETEAGENT": ("nnn",),
    "ABANDON": ("nnn",),
    "EXITWITHTIMEOUT": ("nnn",),
    "EXITEMPTY": ("nnn",),
    "EXITWITHKEY": ("tnnn", "tn"),
    "WITHDRAW": ("nnnt", "nnn"),
    "SYSCOMPAT": ("", "t"),
    "AGENTDUMP": ("", "t"),
    "RINGNOANSWER": ("n",),
    "RINGCANCELED": ("n",),
    "BLINDTRANSFER": ("ttnnn",),
    "ATTENDEDTRANSFER": ("ttnnn", "tttnnn"),
    "TRANSFER": ("ttnnn",),
}
_OF_A_MEMBER: dict[str, tuple[str, ...]] = {
    "ADDMEMBER": ("", "t"),
    "REMOVEMEMBER": ("", "t"),
    "PAUSE": ("", "t"),
    "UNPAUSE": ("", "t"),
    "PAUSEALL": ("", "t"),
    "UNPAUSEALL": ("", "t"),
    "PENALTY": ("n",),
    "RINGINUSE": ("n",),
    "AGENTLOGIN": ("t",),
    "AGENTLOGOFF": ("tn",),
    "CONFIGRELOAD": ("", "t"),
    "QUEUESTART": ("", "t"),
    "DID": ("t",),
}
FIELDS: dict[str, tuple[str, ...]] = _OF_A_CALL | _OF_A_MEMBER
"""Every event that app_queue of Asterisk 16 to 22 writes (and DID, which dialplans add), with its data."""


class QueueLogLine(msgspec.Struct, frozen=True, gc=False):
    """One line that fits its event; `queue` and `agent` are None where the log says NONE."""

    at: Micros
    call_id: str
    queue: str | None
    agent: str | None
    event: str
    data: tuple[str, ...]
    pos: int


class SetAside(msgspec.Struct, frozen=True):
    """One line that is not believed: where it was, why, and how it began."""

    pos: int
    fault: Fault
    text: str


class QueueLog:
    """Turn the bytes of queue_log, and of the files it was rotated into, into lines; never raises.

    Attributes:
        lines: Lines handed out.
        set_aside: Lines not believed, by fault.
        refused: The last of them, for a person to look at.
    """

    def __init__(self, start: int = 0, charset: str | None = None) -> None:
        self.lines = 0
        self.set_aside: Counter[Fault] = Counter()
        self.refused: deque[SetAside] = deque(maxlen=_KEPT)
        self._pos = start
        self._charset = charset
        self._tail = b""
        self._too_long = False
        self._began: Micros | None = None
        self._times: deque[Micros] = deque(maxlen=2)
        self._entered: OrderedDict[tuple[str, str | None], None] = OrderedDict()

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
        return self.feed(b"\n") if self._tail or self._too_long else []

    def _next(self, raw: bytes) -> QueueLogLine | None:
        pos = self._pos
        self._pos += len(raw) + 1
        too_long, self._too_long = self._too_long or len(raw) > LINE_LIMIT, False
        raw = raw[:LINE_LIMIT].removesuffix(b"\r")
        if not raw and not too_long:
            return None
        line = "too_long" if too_long else self._read(read_parts(raw, b"|", self._charset), pos)
        if isinstance(line, QueueLogLine):
            return line
        self.set_aside[line] += 1
        self.refused.append(SetAside(pos, line, read_value(raw, self._charset)[:_HEAD]))
        return None

    def _read(self, fields: list[str], pos: int) -> QueueLogLine | Fault:
        epoch, *rest = fields
        if not _EPOCH.fullmatch(epoch) or len(rest) < 4 or not _EVENT.fullmatch(rest[3]):  # noqa: PLR2004
            return "not_a_line"
        call_id, queue, agent, event, *data = rest
        call = _CALL_ID.fullmatch(call_id)
        if call is None and (call_id not in _MADE_BY or event in _OF_A_CALL):
            return "call_id"
        at = int(epoch) * SECOND
        if not self._is_in_time(at):
            return "time"
        line = QueueLogLine(at, call_id, _named(queue), _named(agent), event, tuple(data), pos)
        fits = event not in FIELDS or any(_fits(kinds, data) for kinds in FIELDS[event])
        if event == "ENTERQUEUE":
            # the number comes last: what it shifted is doubtful, that this call entered this queue is not
            self._enter(line)
        elif call is not None and event in _OF_A_CALL and not self._has_entered(line, int(call[1]) * SECOND):
            return "never_entered"
        return line if fits else "fields"

    def _is_in_time(self, at: Micros) -> bool:
        """Compare with the last two lines: one wild line, or a clock set back, makes no others wild."""
        if self._began is None:
            self._began = at
        in_time = not self._times or at >= min(self._times) - _BACKWARDS
        self._times.append(at)
        return in_time

    def _enter(self, line: QueueLogLine) -> None:
        self._entered[line.call_id, line.queue] = None
        self._entered.move_to_end((line.call_id, line.queue))
        if len(self._entered) > _CALLS_REMEMBERED:
            self._entered.popitem(last=False)

    def _has_entered(self, line: QueueLogLine, born: Micros) -> bool:
        """Tell whether the call is in that queue, or may be since before the log began."""
        assert self._began is not None
        return (line.call_id, line.queue) in self._entered or born < self._began


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


def _fits(kinds: str, data: list[str]) -> bool:
    return len(kinds) == len(data) and all(
        _KINDS[kind].fullmatch(field) for kind, field in zip(kinds, data, strict=True)
    )
