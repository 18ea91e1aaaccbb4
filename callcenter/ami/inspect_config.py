"""The doctor's checks of configuration: what the events login reads, its filters, and queue_log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcenter.ami.inspect import NEEDED_CLASSES, Check
from callcenter.ami.names import NEEDED, VARIABLES
from callcenter.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from callcenter.ami.conf import Setting
    from callcenter.ami.lookup import InFiles, Lookup

PATIENT_MILLISECONDS = 10_000
"""A reader that falls behind is cut off after `writetimeout`; 100 ms, the default, is too soon."""

NOTHING = "(?!)"
"""An expression that matches no text at all."""

_FILTER = re.compile(r"eventfilter(?:\((.*)\))?", re.IGNORECASE)
_NAMED = re.compile(r"name\(([^()]*)\)")
_LISTED = 6


async def inspect_login(username: str, lookup: Lookup) -> list[Check]:
    """Judge the event classes that the events login reads, and how long the switch waits for it."""
    where = f"manager.conf [{username}]"
    line = f"{where}: read = {','.join(NEEDED_CLASSES)}"
    read = await lookup.get("manager.conf", username, "read")
    if read is None:
        return [
            Check("event classes", "unknown", "cannot be asked over AMI; give --listen and make a test call", line),
            Check("writetimeout", "unknown", "cannot be asked over AMI", f"{where}: writetimeout = 60000"),
        ]
    classes = {name.strip() for name in read.split(",")}
    missing = [] if "all" in classes else [name for name in NEEDED_CLASSES if name not in classes]
    written = await lookup.get("manager.conf", username, "writetimeout") or ""
    patience = int(written) if written.isascii() and written.isdigit() else 100
    return [
        Check("event classes", "fail", f"does not read {', '.join(missing)}", line)
        if missing
        else Check("event classes", "ok", read),
        Check("writetimeout", "ok", f"{patience} ms")
        if patience >= PATIENT_MILLISECONDS
        else Check(
            "writetimeout", "warn", f"{patience} ms: a slow moment costs the login", f"{where}: writetimeout = 60000"
        ),
    ]


def inspect_filters(username: str, files: InFiles) -> Check:
    """Judge whether every event that is needed passes the filters of the events login."""
    lines = files.conf("manager.conf").lines(username)
    filters = [line for line in lines if _FILTER.fullmatch(line.name)]
    blocked = blocked_names(filters)
    if not blocked:
        return Check("event filters", "ok", f"{len(filters)} filters let every needed event through")
    some = ", ".join(blocked[:_LISTED]) + (" ..." if len(blocked) > _LISTED else "")
    return Check(
        "event filters",
        "fail",
        f"{len(blocked)} needed events do not pass: {some}",
        f"{filters[0]}: add filters for them; `callcenter doctor --print-manager-conf` lists all",
    )


def blocked_names(filters: Iterable[Setting]) -> list[str]:
    """Return the needed events that these filters keep back.

    Where one filter includes, only what some filter includes passes; what a filter excludes never does.
    """
    included: list[re.Pattern[str]] = []
    excluded: list[re.Pattern[str]] = []
    for line in filters:
        pattern, excludes = _pattern(line)
        (excluded if excludes else included).append(pattern)
    return [
        name
        for name in NEEDED
        if any(pattern.search(_example(name)) for pattern in excluded)
        or (included and not any(pattern.search(_example(name)) for pattern in included))
    ]


def _example(name: str) -> str:
    """Return as much of an event as a filter may ask for."""
    return f"Event: {name}\r\n" + "".join(f"Variable: {known}\r\n" for known in VARIABLES if name == "VarSet")


def _pattern(line: Setting) -> tuple[re.Pattern[str], bool]:
    """Return what an event must look like to be meant, and whether the filter keeps it back."""
    match = _FILTER.fullmatch(line.name)
    options = match[1] if match else None
    if options is None:
        excludes = line.value.startswith("!")
        return _compiled(line.value.removeprefix("!")), excludes
    excludes = "action(exclude)" in options.replace(" ", "")
    named = _NAMED.search(options)
    if named is None:
        # One header's value decides: no event as such is let through or kept back.
        return _compiled(NOTHING if "header(" in options else line.value), excludes
    # What excludes by more than the name keeps back some such events, not all.
    partly = excludes and line.value
    return _compiled(NOTHING if partly else rf"^Event: {re.escape(named[1].strip())}\r"), excludes


def _compiled(expression: str) -> re.Pattern[str]:
    """Compile Asterisk's POSIX expression; one that Python cannot read means nothing here."""
    try:
        return re.compile(expression)
    except re.error:
        return re.compile(NOTHING)


async def inspect_queue_log(lookup: Lookup, path: Path | None) -> Check:
    """Judge whether queue_log is written, and to be read by us."""
    if await lookup.get("logger.conf", "general", "queue_log") == "no":
        return Check("queue_log", "fail", "switched off", "logger.conf [general]: queue_log = yes")
    if path is None:
        hint = "give --queue-log FILE; with realtime queues logger.conf [general] needs queue_log_to_file = yes"
        return Check("queue_log", "unknown", "no file was given", hint)
    try:
        _read_end(path)
    except UnreadableFile as error:
        return Check("queue_log", "fail", str(error), "logger.conf [general]: queue_log = yes, queue_log_to_file = yes")
    return Check("queue_log", "ok", str(path))


def _read_end(path: Path) -> None:
    """Read a little of the file.

    Raises:
        UnreadableFile: It is missing, not ours to read, or no queue_log.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(1024)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error
    if not re.match(rb"\d+\|", first):
        raise UnreadableFile(f"{path} does not look like a queue_log")
