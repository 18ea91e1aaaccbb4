"""The doctor's checks by what the events login was sent: most of all while somebody makes a test call.

What came proves that its class is read and that its filter lets it through. What did not come proves something only
where the call must have shown it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callcenter.ami.names import NEEDED
from callcenter.doctor.inspect import NEEDED_CLASSES, Check, Heard
from callcenter.doctor.manager_conf import filter_lines
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.ami.link import Link

CALL_EVENTS = (
    "Newchannel",
    "Newstate",
    "DialBegin",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "AgentCalled",
    "AgentConnect",
    "BridgeEnter",
    "BridgeLeave",
    "AgentComplete",
    "Hangup",
)
"""What every answered call through a queue shows."""

CONNECTIONS = frozenset(
    {
        "BridgeEnter",
        "BridgeLeave",
        "BridgeMerge",
        "Pickup",
        "ParkedCall",
        "ParkedCallTimeOut",
        "UnParkedCall",
        "ParkedCallGiveUp",
        "ChanSpyStart",
        "ChanSpyStop",
        "LocalBridge",
        "LocalOptimizationBegin",
    }
)
"""Events that say who is connected to whom."""

UNCONNECTED = english("who talks with whom stays unknown, and nobody is accused of an engaged line")
"""What is lost without the events that say who is connected to whom."""

LOST = {
    "system": english("restarts of the switch, phones that go away"),
    "call": f"{english('rings and hang-ups')}; {UNCONNECTED}",
    "agent": english("queues, offers and pauses"),
    "user": english("the heartbeat"),
    "dialplan": english("why a wait ended (time ran out, nobody there, refused at the door)"),
}
"""What is lost without a class of events."""

_FILTERS = english("event filters")
_ANSWERED = frozenset({"AgentConnect", "BridgeEnter", "AgentComplete"})
_ENDS = frozenset({"BridgeLeave", "AgentComplete", "Hangup"})
_CALL_CLASSES = ("system", "call", "agent", "user")
"""Classes that a login, a heartbeat and an answered call show."""


async def listen(events: Link, seconds: float, heard: Heard) -> None:
    """Note what comes, while somebody makes a call."""
    events.deliver(heard.take)
    await asyncio.sleep(seconds)


def inspect_call(username: str, heard: Heard) -> Check:
    """Tell which events of an answered call came through."""
    missing = [name for name in CALL_EVENTS if name not in heard.names]
    if not missing:
        return Check("test call", "ok", "every event of an answered call was seen")
    if not _ANSWERED & heard.names:
        remedy = english(f"call a queue, answer, hang up, all while it listens; if you did: {_read(username)}")
        some = ", ".join(name for name in CALL_EVENTS if name in heard.names)
        found = english(f"no answered call was seen, only {some}") if some else english("no answered call was seen")
        return Check("test call", "unknown", found, remedy)
    if set(missing) == _ENDS:
        return Check("test call", "unknown", "the call had not ended", "hang up while it listens, or --listen longer")
    lost = f": {UNCONNECTED}" if CONNECTIONS.intersection(missing) else ""
    return Check("test call", "fail", english(f"never saw {', '.join(missing)}") + lost, _read(username))


def inspect_heard_classes(username: str, heard: Heard) -> list[Check]:
    """Tell which classes the login was seen to read, where manager.conf cannot be looked at."""
    line = _read(username)
    unseen = [name for name in _CALL_CLASSES if name not in heard.classes]
    if unseen:
        seen = ", ".join(name for name in NEEDED_CLASSES if name in heard.classes) or english("no class")
        found = english(f"cannot be asked over AMI; seen at work: {seen}; not seen: {', '.join(unseen)}")
        return [Check("event classes", "unknown", found, f"{line}; or give --listen and make a test call")]
    if "dialplan" in heard.classes:
        return [Check("event classes", "ok", f"each was seen at work: {', '.join(NEEDED_CLASSES)}")]
    remedy = english(f"while it listens, let a caller's time in a queue run out, which VarSet tells; or look: {line}")
    return [
        Check("event classes", "ok", f"seen at work: {', '.join(_CALL_CLASSES)}"),
        Check(
            "event class dialplan", "unknown", f"an answered call does not show it; it tells {LOST['dialplan']}", remedy
        ),
    ]


def inspect_heard_filters(username: str, heard: Heard) -> Check:
    """Tell what was seen to pass the filters, where manager.conf cannot be looked at."""
    name, compare = _FILTERS, english("compare with `callcenter doctor --print-manager-conf`")
    if not _ANSWERED & heard.names:
        remedy = english(f"give --config-dir, or --listen and make a test call, or {compare}")
        return Check(name, "unknown", "cannot be asked over AMI", remedy)
    if "call" in heard.classes and not {"BridgeEnter", "BridgeLeave"} & heard.names:
        found = english(f"an older print of manager.conf, it seems: no event of a bridge passed; {UNCONNECTED}")
        return Check(
            name, "fail", found, f"manager.conf [{username}], where it has event filters:{as_lines(CONNECTIONS)}"
        )
    rest = [event for event in NEEDED if event not in heard.names]
    if not rest:
        return Check(name, "ok", "every needed event was seen")
    passed = len(NEEDED) - len(rest)
    found = english(f"{passed} needed events were seen to pass; the call did not show {', '.join(rest)}")
    return Check(name, "unknown", found, f"give --config-dir, or {compare}")


def as_lines(names: Iterable[str], *, advanced: bool = True) -> str:
    """Write the filters for these events, each on a line of its own."""
    wanted = set(names)
    lines = filter_lines([name for name in NEEDED if name in wanted], advanced=advanced)
    return "".join(f"\n{line}" for line in lines)


def _read(username: str) -> str:
    return english(f"manager.conf [{username}]: read = {','.join(NEEDED_CLASSES)}, and the event filters")
