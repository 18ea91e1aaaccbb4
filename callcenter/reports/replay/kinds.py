"""What a file is, by how it begins: a manager login, one of a switch that is too old, a queue_log, or neither.

The first line that is plainly one or the other decides. What a caller sent comes later: in a login inside an event, in
a log behind the line's own beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path

from callcenter.errors import UnreadableFile
from callcenter.queuelog.layout import export_of, piped
from callcenter.tape import CHUNK, read_chunks, require_whole

_LOOK_AT = 16 * CHUNK
"""Bytes at a file's beginning."""

_GREETING = re.compile(rb"Asterisk Call Manager/(\d{1,3})\.")
_TOO_OLD = b"1"
"""Asterisk 1.4 to 11 greeted with version 1; Asterisk 12 began with 2."""
_BLOCK = re.compile(rb"(?:Event|Response): ?\S")
_EVENT = re.compile(rb"\nEvent: ?\S")
_LONGEST = 9
"""Bytes that `_EVENT` may need."""
_FIRST_ANSWER = re.compile(rb"^Response: ?(\w+)", re.MULTILINE)
_OLD_EVENT = re.compile(rb"^Event: ?(?:Join|Leave|Dial|Bridge|Link|Unlink|Masquerade)\r?$", re.MULTILINE)
_NEW_EVENT = re.compile(
    rb"^Event: ?(?:QueueCallerJoin|QueueCallerLeave|DialBegin|DialEnd|DialState|Bridge(?:Create|Destroy|Enter|Leave)"
    rb"|DeviceStateChange|ContactStatus)\r?$",
    re.MULTILINE,
)


class Kind(StrEnum):
    """What a file is."""

    LOGIN = "a manager login"
    OLD_LOGIN = "a manager login to Asterisk 11 or before"
    QUEUE_LOG = "a queue_log"
    NOTHING_KNOWN = "neither a manager login nor a queue_log"
    EMPTY = "empty"


def kind_of(path: Path) -> Kind:
    """Tell what a file is.

    Raises:
        UnreadableFile: It cannot be read.
    """
    data = _begin(path)
    if not data:
        return Kind.EMPTY
    first = True
    for line in data.split(b"\n"):
        greeting = _GREETING.match(line)
        if greeting:
            return Kind.OLD_LOGIN if greeting[1] == _TOO_OLD else Kind.LOGIN
        if _BLOCK.match(line):
            return Kind.OLD_LOGIN if _OLD_EVENT.search(data) and not _NEW_EVENT.search(data) else Kind.LOGIN
        text = line.decode("utf-8", "replace").removesuffix("\r")
        if piped(text.split("|")) or (first and export_of(text)):
            return Kind.QUEUE_LOG
        first = first and not text
    return Kind.NOTHING_KNOWN


def check_logins(paths: Iterable[Path]) -> None:
    """Refuse what is no manager login that can be replayed; one without an event must have others beside it.

    An empty one among others is one that was cut off at once. FullyBooted alone is an event, and so is an answer to a
    snapshot's action: such a login was honestly quiet.

    Raises:
        UnreadableFile: One cannot be read, or is something else, or in none of them any event came.
    """
    logins = list(paths)
    for path, kind in _unless_all_empty(logins, "manager login"):
        match kind:
            case Kind.QUEUE_LOG:
                raise UnreadableFile(f"{path} is a queue_log and no manager login: give it with --queue-log.")
            case Kind.OLD_LOGIN:
                raise UnreadableFile(
                    f"{path} is a manager login to Asterisk 11 or before, whose events say too little to be replayed: "
                    "record one of Asterisk 12 or later, or give that switch's queue_log with --queue-log."
                )
            case Kind.NOTHING_KNOWN:
                raise UnreadableFile(
                    f"{path} is no manager login: give the bytes as the manager port sent them, "
                    "such as `callcenter record` writes."
                )
            case _:
                pass
    if logins and not any(map(_has_event, logins)):
        raise _without_event(next(path for path in logins if _begin(path)))


def check_queue_logs(paths: Iterable[Path]) -> None:
    """Refuse what is no queue_log; an empty one among others was rotated a moment ago.

    Raises:
        UnreadableFile: One cannot be read, or is something else.
    """
    for path, kind in _unless_all_empty(paths, "queue_log"):
        match kind:
            case Kind.LOGIN | Kind.OLD_LOGIN:
                raise UnreadableFile(f"{path} is a manager login and no queue_log: give it with --ami.")
            case Kind.NOTHING_KNOWN:
                raise UnreadableFile(
                    f"{path} is no queue_log: give the file that Asterisk writes, or an export of its table with the "
                    "columns time, callid, queuename, agent, event and data."
                )
            case _:
                pass


def _unless_all_empty(paths: Iterable[Path], wanted: str) -> Iterator[tuple[Path, Kind]]:
    kinds = []
    for path in paths:
        require_whole(path)
        kinds.append((path, kind_of(path)))
    if kinds and all(kind is Kind.EMPTY for _, kind in kinds):
        raise UnreadableFile(f"{kinds[0][0]} is empty: there is no {wanted} in it.")
    return iter(kinds)


def _begin(path: Path) -> bytes:
    return b"".join(islice(read_chunks(path), _LOOK_AT // CHUNK))


def _has_event(path: Path) -> bool:
    end = b"\n"
    for chunk in read_chunks(path):
        data = end + chunk
        if _EVENT.search(data):
            return True
        end = data[-_LONGEST:]
    return False


def _without_event(path: Path) -> UnreadableFile:
    answer = _FIRST_ANSWER.search(_begin(path))
    if answer is not None and answer[1] == b"Error":
        return UnreadableFile(
            f"{path} is a manager login that the switch refused: correct the account's name or secret, or its `permit` "
            "lines in manager.conf, and record again."
        )
    return UnreadableFile(
        f"{path} is a manager login in which no event came: record again, for longer, by an account whose `read` in "
        "manager.conf is as `callcenter doctor --print-manager-conf` shows it."
    )
