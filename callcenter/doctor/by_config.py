"""The doctor's checks of configuration: what the events login reads, and its filters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callcenter.ami.names import NEEDED, VARIABLES
from callcenter.doctor.by_call import CONNECTIONS, LOST, UNCONNECTED, as_lines, inspect_heard_classes
from callcenter.doctor.inspect import NEEDED_CLASSES, Check
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.doctor.conf import Setting
    from callcenter.doctor.inspect import Heard
    from callcenter.doctor.lookup import InFiles, Lookup

PATIENT_MILLISECONDS = 10_000
"""A reader that falls behind is cut off after `writetimeout`; 100 ms, the default, is too soon."""

NOTHING = "(?!)"
"""An expression that matches no text at all."""

_FILTER = re.compile(r"eventfilter(?:\((.*)\))?", re.IGNORECASE)
_NAMED = re.compile(r"name\(([^()]*)\)")
_LISTED, _TOLD = 6, 15


async def inspect_login(username: str, lookup: Lookup, heard: Heard) -> list[Check]:
    """Judge the event classes that the events login reads, and how long the switch waits for it."""
    where = f"manager.conf [{username}]"
    written = await lookup.get("manager.conf", username, "writetimeout")
    if written is None:
        patience = Check("writetimeout", "unknown", lookup.silence, f"{where}: writetimeout = 60000")
    else:
        patience = _patience(int(written) if written.isascii() and written.isdigit() else 100, where)
    read = await lookup.get("manager.conf", username, "read")
    classes = inspect_heard_classes(username, heard) if read is None else [_classes(read, where)]
    return [*classes, patience, *await _disabled(lookup)]


def _classes(read: str, where: str) -> Check:
    classes = {name.strip() for name in read.split(",")}
    missing = [] if "all" in classes else [name for name in NEEDED_CLASSES if name not in classes]
    if not missing:
        return Check("event classes", "ok", read)
    lost = "; ".join(english(f"without {name}: {LOST[name]}") for name in missing)
    line = f"{where}: read = {','.join(NEEDED_CLASSES)}"
    return Check("event classes", "fail", f"does not read {', '.join(missing)} ({lost})", line)


def _patience(milliseconds: int, where: str) -> Check:
    if milliseconds >= PATIENT_MILLISECONDS:
        return Check("writetimeout", "ok", f"{milliseconds} ms")
    found = english(f"{milliseconds} ms: a slow moment costs the login")
    return Check("writetimeout", "warn", found, f"{where}: writetimeout = 60000")


async def _disabled(lookup: Lookup) -> list[Check]:
    """Judge what is switched off for every login; no line where nothing needed is."""
    written = await lookup.get("manager.conf", "general", "disabledevents") or ""
    off = [name.strip() for name in written.split(",") if name.strip() in NEEDED]
    if not off:
        return []
    found = english(f"{', '.join(off)} are sent to no login at all") + _lost(off)
    return [Check("disabled events", "fail", found, "manager.conf [general]: take them out of disabledevents")]


def inspect_filters(username: str, files: InFiles) -> Check:
    """Judge whether every event that is needed passes the filters of the events login, and name the missing lines."""
    conf = files.conf("manager.conf")
    if username not in conf:
        return Check(
            "event filters", "unknown", files.silence, f"--config-dir must hold manager.conf with [{username}]"
        )
    filters = [line for line in conf.lines(username) if _FILTER.fullmatch(line.name)]
    blocked = blocked_names(filters)
    if not blocked:
        return Check("event filters", "ok", f"{len(filters)} filters let every needed event through")
    some = ", ".join(blocked[:_LISTED]) + (" ..." if len(blocked) > _LISTED else "")
    found = english(f"{len(blocked)} needed events do not pass: {some}") + _lost(blocked)
    if len(blocked) > _TOLD:
        remedy = english(f"{filters[0]}: add filters for them; `callcenter doctor --print-manager-conf` lists all")
    else:
        advanced = any("(" in line.name for line in filters)
        lines = as_lines(blocked, advanced=advanced)
        remedy = english(f"{filters[-1]}: below it add, and take out what excludes them:{lines}")
    return Check("event filters", "fail", found, remedy)


def _lost(names: Iterable[str]) -> str:
    """Say what goes with these events, where they say who is connected to whom."""
    return f"; {UNCONNECTED}" if CONNECTIONS.intersection(names) else ""


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
