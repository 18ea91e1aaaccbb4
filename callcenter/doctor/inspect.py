"""The checks of `callcenter doctor`: is this switch set so that what we read is evidence?

Every check gives one line: what was found, and which line of which file to change. *Unknown* is a verdict:
the two logins have as few rights as they need, so some things are for a person to look up.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Literal

import msgspec

from callcenter.ami.gate import parse_timestamp
from callcenter.ami.heartbeat import Heartbeat
from callcenter.ami.snapshot import take_snapshot
from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND
from callcenter.locale import english

if TYPE_CHECKING:
    from callcenter.ami.link import Link
    from callcenter.ami.protocol import Batch
    from callcenter.doctor.lookup import Lookup
    from callcenter.domain.frame import Frame
    from callcenter.domain.snapshot import Snapshot
    from callcenter.rules.regulations.edition import RulebookFigures

OLDEST_ASTERISK = 16
DEFAULT_RING_SECONDS = 15
"""What app_queue takes when queues.conf says nothing (Asterisk 22)."""
SKEW_LIMIT = SECOND

NEEDED_ACTIONS = ("UserEvent", "QueuePause", "CoreSettings", "CoreShowChannels", "Getvar")
FORBIDDEN_ACTIONS = ("Originate", "Command", "UpdateConfig", "GetConfig", "ModuleLoad", "Redirect", "Hangup")
NEEDED_CLASSES = ("system", "call", "agent", "user", "dialplan")

Verdict = Literal["ok", "fail", "warn", "unknown"]


class Check(msgspec.Struct, frozen=True):
    """One line of the doctor's report; `remedy` says what to change, where, `queue` of which queue alone it is."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
    queue: str | None = None


class Heard:
    """What an events login was sent: names of events, their classes, and the calls that joined a queue."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.classes: set[str] = set()
        self.calls: set[str] = set()

    def take(self, batch: Batch) -> None:
        """Note what came."""
        for frame, _ in batch:
            self.names.add(frame.name)
            self.classes.update(frame.headers.get("Privilege", "").split(","))
            if frame.name == "QueueCallerJoin":
                self.calls.add(frame.headers.get("Uniqueid", ""))


async def inspect_stream(events: Link, control: Link, deadline: float, heard: Heard) -> list[Check]:
    """Send a heartbeat and judge what comes back: that it comes, its opening, its delay."""
    heart = Heartbeat(deadline)
    arrival: asyncio.Future[tuple[Frame, float]] = asyncio.get_running_loop().create_future()

    def watch(batch: Batch) -> None:
        heard.take(batch)
        for frame, _ in batch:
            seen = heart.see(frame.headers, time.monotonic()) if frame.name == "UserEvent" else None
            if seen is not None and not arrival.done():
                arrival.set_result((frame, seen[1]))

    events.deliver(watch)
    await control.demand("UserEvent", heart.send(time.monotonic())[1])
    try:
        async with asyncio.timeout(deadline):
            frame, round_trip = await arrival
    except TimeoutError:
        section = f"manager.conf [{events.username}]"
        return [
            Check(
                "heartbeat",
                "fail",
                f"a UserEvent sent by {control.username!r} was not seen within {deadline:g} s",
                f"{section}: read must have user, and an eventfilter must let UserEvent through",
            )
        ]
    return [
        Check("heartbeat", "ok", f"came back after {round_trip * 1000:.1f} ms"),
        _opening("timestampevents", "Timestamp", "timestampevents = yes", frame),
        _opening("debug", "SequenceNumber", "debug = on", frame),
    ]


def _opening(name: str, header: str, line: str, frame: Frame) -> Check:
    if header in frame.headers:
        return Check(name, "ok", f"events carry {header}")
    return Check(name, "fail", f"events carry no {header}", f"manager.conf [general]: {line}, then `manager reload`")


async def inspect_rights(events: Link, control: Link) -> list[Check]:
    """Compare what each login may do with what it must and must not be able to do."""
    harmless = await _actions(events)
    able = await _actions(control)
    writes = sorted(name for name, rights in harmless.items() if "<none>" not in rights)
    lacking = [name for name in NEEDED_ACTIONS if name not in able]
    excess = [name for name in FORBIDDEN_ACTIONS if name in able]
    mine, other = f"manager.conf [{events.username}]", f"manager.conf [{control.username}]"
    return [
        Check("events login", "fail", f"may do {', '.join(writes[:5])}", f"{mine}: write = (nothing)")
        if writes
        else Check("events login", "ok", "can change nothing"),
        Check("control rights", "fail", f"may not do {', '.join(lacking)}", f"{other}: write = agent,reporting,user")
        if lacking
        else Check("control rights", "ok", "snapshots, pauses and heartbeats"),
        Check("control limits", "fail", f"may do {', '.join(excess)}", f"{other}: write = agent,reporting,user")
        if excess
        else Check("control limits", "ok", "can neither call, command, configure nor stop"),
        Check("device states", "ok", "can be listed")
        if "DeviceStateList" in able
        else Check("device states", "fail", "cannot be listed", "modules.conf: load = res_manager_devicestate.so"),
    ]


async def _actions(link: Link) -> dict[str, str]:
    """Return the actions that this login may do, with the rights that each asks for."""
    headers = (await link.demand("ListCommands")).headers
    return {name: text for name, text in headers.items() if "(Priv:" in text}


async def inspect_switch(control: Link, snapshot: Snapshot) -> list[Check]:
    """Judge version, systemname and clock."""
    version = re.match(r"(?:certified[/-])?(\d{1,3})\.", snapshot.version)
    if version is None:
        age = Check("version", "unknown", snapshot.version or english("not told"), "Asterisk 16 or newer is needed")
    elif int(version[1]) < OLDEST_ASTERISK:
        age = Check("version", "fail", snapshot.version, "Asterisk 16 or newer is needed")
    else:
        age = Check("version", "ok", snapshot.version)
    named = (
        Check("systemname", "ok", snapshot.system_name)
        if snapshot.system_name
        else Check(
            "systemname",
            "warn",
            "not set: Uniqueids of two switches look alike",
            "asterisk.conf [options]: systemname = pbx1, then restart",
        )
    )
    return [age, named, await _skew(control)]


async def _skew(control: Link) -> Check:
    before = wall_clock()
    told = parse_timestamp((await control.demand("Ping")).headers.get("Timestamp", ""))
    after = wall_clock()
    if told is None:
        return Check("clock", "unknown", "the switch does not tell its time")
    skew = told - (before + after) // 2
    found = english(f"differs from ours by {skew / SECOND:+.3f} s (± {(after - before) / 2 / SECOND:.3f})")
    if abs(skew) > SKEW_LIMIT:
        return Check("clock", "fail", found, "set both clocks by NTP (chrony) before trusting any time")
    return Check("clock", "ok", found)


async def inspect_queues(snapshot: Snapshot, lookup: Lookup, figures: RulebookFigures) -> list[Check]:
    """Judge the ring timeout of each queue against the promised rings, and its wrap-up against the rulebook's."""
    if not snapshot.queues:
        return [Check("queues", "fail", "the switch has none", "queues.conf: add the queues, then `queue reload all`")]
    found = [
        (queue.name, await judge(queue.name, lookup, figures))
        for judge in (_ring_timeout, _wrap_up)
        for queue in snapshot.queues
    ]
    return [msgspec.structs.replace(check, queue=queue) for queue, check in found if check is not None]


async def _wrap_up(queue: str, lookup: Lookup, figures: RulebookFigures) -> Check | None:
    """Compare how long the queue leaves an agent alone with what the rulebook says; None where it cannot be known."""
    value = await lookup.get("queues.conf", queue, "wrapuptime")
    if value is None:
        return None
    name = english(f"wrap-up of {queue}")
    switch = int(value) if value.isascii() and value.isdigit() else 0
    rulebook = figures.wrap_up.get(queue, 0) / SECOND
    if switch == rulebook:
        return Check(name, "ok", f"{switch} s, in the rulebook too")
    found = english(
        f"{switch} s on the switch, {rulebook:g} s in the rulebook: states and misses are judged by the rulebook's"
    )
    remedy = english(
        f"queues.conf [{queue}]: wrapuptime = {rulebook:g}; "
        f"or in the rulebook, figures, queues, {queue}: wrap_up_seconds: {switch}"
    )
    return Check(name, "warn", found, remedy)


async def _ring_timeout(queue: str, lookup: Lookup, figures: RulebookFigures) -> Check:
    ring = figures.ring / SECOND
    name, where = english(f"ring timeout of {queue}"), f"queues.conf [{queue}]"
    value = await lookup.get("queues.conf", queue, "timeout")
    if value is None:
        return Check(
            name, "unknown", lookup.silence, f"{where}: timeout must be well above {ring:g}, say {ring + 10:g}"
        )
    seconds = int(value) if value.isascii() and value.isdigit() else DEFAULT_RING_SECONDS
    if 0 < seconds <= ring:
        return Check(name, "fail", f"{seconds} s: a late answer cannot exist", f"{where}: timeout = {ring + 10:g}")
    return Check(name, "ok", f"{seconds} s" if seconds else english("rings until answered"))


async def inspect_live(
    events: Link, control: Link, deadline: float, heard: Heard
) -> tuple[list[Check], Snapshot | None]:
    """Run the checks that need no configuration file; without rights for a snapshot there is none."""
    checks = await inspect_rights(events, control)
    if any(check.name == "control rights" and check.verdict == "fail" for check in checks):
        return checks, None
    snapshot = await take_snapshot(control)
    stream = await inspect_stream(events, control, deadline, heard)
    return [*stream, *checks, *await inspect_switch(control, snapshot)], snapshot
