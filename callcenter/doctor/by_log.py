"""The doctor's checks of queue_log: that the switch writes one, that we can read it, and that it is this switch's."""

from __future__ import annotations

import getpass
import os
import re
from typing import TYPE_CHECKING

import msgspec

from callcenter.doctor.inspect import Check
from callcenter.errors import UnreadableFile
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from callcenter.doctor.inspect import Verdict
    from callcenter.doctor.lookup import Lookup
    from callcenter.domain.snapshot import Snapshot

_END = 256 * 1024
"""Bytes of its end that are looked at."""
_LINE = re.compile(rb"(\d{9,11})\|([^|\n]*)\|([^|\n]*)\|[^|\n]*\|([A-Z]\w{1,39})(?:\||\Z)")
_CALL_ID = re.compile(r"(?:(.*)-)?\d{9,11}\.\d+", re.ASCII)
_TRUE = frozenset({"yes", "true", "y", "t", "1", "on"})
_DAY_SECONDS = 24 * 3600
_LATELY_SECONDS = 300
_WRITE = english("logger.conf [general]: queue_log = yes, queue_log_to_file = yes; then `logger reload`")
_LISTED = 5


class LogEnd(msgspec.Struct, frozen=True):
    """What the end of a queue_log says.

    Attributes:
        last: Epoch seconds of its newest line.
        queues: Named in it.
        calls: Their ids.
        name: `systemname` in the newest call's id since Asterisk was started; None: no call since.
    """

    last: int
    queues: frozenset[str]
    calls: frozenset[str]
    name: str | None


async def inspect_queue_log(
    lookup: Lookup, path: Path | None, snapshot: Snapshot | None, joined: Collection[str], now: float
) -> list[Check]:
    """Judge whether queue_log is written, to be read by us, and this switch's.

    Args:
        lookup: Where logger.conf is looked up.
        path: The file; None: neither the settings nor the command line name one.
        snapshot: The switch as it is; None where it could not be asked.
        joined: Ids of calls that were seen to join a queue a moment ago.
        now: Our clock, epoch seconds.
    """
    off = await _switched_off(lookup)
    if off is not None:
        return [off]
    if path is None:
        hint = english("settings: [ami] queue_log = FILE, or give --queue-log; without it no gap is filled from it")
        return [Check("queue_log", "unknown", "no file was given", hint)]
    try:
        end = read_end(path)
    except PermissionError:
        remedy = english(
            f"let the service's user read it and list its folder: usermod -aG asterisk {_user()}, then sign in anew"
        )
        return [Check("queue_log", "fail", f"{path} may not be read by {_user()}", remedy)]
    except OSError as error:
        remedy = english(f"settings: [ami] queue_log = where that switch writes it; {_WRITE}")
        return [Check("queue_log", "fail", f"{path} cannot be read: {error.strerror or error}", remedy)]
    except UnreadableFile as error:
        return [Check("queue_log", "fail", str(error), "settings: [ami] queue_log = the file that the switch writes")]
    if end is None:
        remedy = english(f"if a call through a queue leaves it empty: {_WRITE}")
        return [Check("queue_log", "warn", f"{path} is empty: rotated just now, or not written", remedy)]
    return [_age(path, end, now), *_folder(path), *_whose(path, end, snapshot, joined)]


async def _switched_off(lookup: Lookup) -> Check | None:
    """Tell whether logger.conf keeps queue_log out of a file; it reads the first line of each setting."""
    if not _is_true(await lookup.first("logger.conf", "general", "queue_log"), unset=True):
        return Check("queue_log", "fail", "switched off", _WRITE)
    realtime = await lookup.first("extconfig.conf", "settings", "queue_log")
    if realtime and not _is_true(await lookup.first("logger.conf", "general", "queue_log_to_file"), unset=False):
        found = english(f"goes to a database alone (extconfig.conf: queue_log => {realtime})")
        return Check("queue_log", "fail", found, "logger.conf [general]: queue_log_to_file = yes; then `logger reload`")
    return None


def _is_true(value: str | None, *, unset: bool) -> bool:
    """Read a setting as Asterisk does; what cannot be known is taken for well."""
    if value is None:
        return True
    return value.lower() in _TRUE if value else unset


def read_end(path: Path) -> LogEnd | None:
    """Read the end of a queue_log; None: it is empty.

    Raises:
        OSError: It is missing or may not be read.
        UnreadableFile: It is no queue_log.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        data = file.read()
    whole = data.split(b"\n")
    if size > _END:
        del whole[0]  # it may have begun before
    lines = [match for raw in whole if (match := _LINE.match(raw))]
    others = sum(1 for raw in whole if raw.strip()) - len(lines)
    if not lines and not others:
        return None
    if others >= len(lines):
        raise UnreadableFile(f"{path} does not look like a queue_log")
    return _end_of(lines)


def _end_of(lines: list[re.Match[bytes]]) -> LogEnd:
    queues, calls, name = set(), set(), None
    for line in lines:
        call_id, queue, event = (line[n].decode("utf-8", "replace") for n in (2, 3, 4))
        call = _CALL_ID.fullmatch(call_id)
        if call is not None:
            calls.add(call_id)
            name = call[1] or ""
            queues.add(queue)
        elif event == "QUEUESTART":
            name = None
    last = max(int(line[1]) for line in lines)
    return LogEnd(last, frozenset(queues - {"", "NONE"}), frozenset(calls), name)


def _age(path: Path, end: LogEnd, now: float) -> Check:
    age = now - end.last
    found = english(f"{path}, its last line {_told(age)} ago")
    if age > _DAY_SECONDS:
        remedy = english(
            f"right where no call came since; if one did: is it still the file that the switch writes? {_WRITE}"
        )
        return Check("queue_log", "warn", found, remedy)
    return Check("queue_log", "ok", found)


def _folder(path: Path) -> list[Check]:
    """Judge whether the files that it is rotated into can be found; no line where they can."""
    if os.access(path.parent, os.R_OK | os.X_OK):
        return []
    remedy = english(f"let {_user()} list {path.parent}")
    return [Check("rotated queue_log", "warn", "its folder cannot be listed: a gap across a rotation stays", remedy)]


def _whose(path: Path, end: LogEnd, snapshot: Snapshot | None, joined: Collection[str]) -> list[Check]:
    """Judge whether this switch writes it: by calls seen, its systemname, its queues."""
    name = english("queue_log's switch")
    remedy = english(f"settings: [ami] queue_log = the file that this switch writes, not {path}")
    seen = {*joined, *(() if snapshot is None else _waiting(snapshot))} - {""}
    if seen and not seen & end.calls:
        found = english(f"has no line of {_some(seen)}, seen in a queue just now")
        return [Check(name, "fail", found, f"{remedy}; or {_WRITE}")]
    if snapshot is None:
        return []
    if end.name is not None and end.name != snapshot.system_name:
        theirs, ours = end.name or english("without systemname"), snapshot.system_name or english("has none")
        found = english(f"its calls are named {theirs}, this switch {ours}")
        return [Check(name, "fail", found, remedy)]
    strange = end.queues - {queue.name for queue in snapshot.queues}
    if strange and snapshot.queues:
        verdict: Verdict = "fail" if strange == end.queues and not seen else "warn"
        return [Check(name, verdict, f"names queues that this switch does not have: {_some(strange)}", remedy)]
    if seen:
        return [Check(name, "ok", f"has the lines of {_some(seen & end.calls)}, seen in a queue just now")]
    return [Check(name, "ok", f"{len(end.queues)} queues, all of this switch")] if end.queues else []


def _waiting(snapshot: Snapshot) -> Iterator[str]:
    """Yield the ids of those who joined a queue so lately that the log's end must have them."""
    return (caller.uniqueid for caller in snapshot.waiting if (caller.wait_seconds or 0) < _LATELY_SECONDS)


def _told(seconds: float) -> str:
    """Say an age in the unit that fits."""
    if seconds >= _DAY_SECONDS:
        return english(f"{seconds / _DAY_SECONDS:.0f} days")
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{max(0, round(seconds))} s"


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = len(listed) - _LISTED
    return ", ".join(listed[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _user() -> str:
    return getpass.getuser()
