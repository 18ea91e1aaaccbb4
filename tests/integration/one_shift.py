"""Ten minutes of one shift, in frames as a switch says them: every figure of a rulebook decides something in them.

Alice answers her phone on its fourth ring, after a wait of 18 s. Four seconds after that talk she is rung again and
lets it ring; Bob takes the caller, who has waited 21 s by then. Carol answers after 10 s. Later Carol's line lies open
for 45 s, while a caller waits and gives up. One gives up at once, the first calls again and gives up after 12 s. One
waits 8 s in another queue and is sent on; Carol answers after 7 s more. The last thing that is seen is that Carol goes
into a pause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from callcenter.domain.frame import SECOND, Micros
from tests.support.party import party

QUEUE, FIRST_QUEUE = "support", "overflow"
PHONES = {"Alice": "PJSIP/1001", "Bob": "PJSIP/1002", "Carol": "PJSIP/1003"}
LASTS = 520
"""Seconds, with all the time that a verdict may need after the last act."""

_NUMBERS = {"c6": "1"}
"""Who calls again."""
_QUIET = 2
"""So often something is said even when nothing happens: a switch with heartbeats is never silent for long."""


class Said(NamedTuple):
    """One event: when, in seconds from the beginning, its name, and its headers."""

    after: float
    name: str
    headers: dict[str, str]


def shift() -> list[Said]:
    """Tell the whole shift, in order."""
    return sorted(_told(), key=lambda said: said.after)


def frame(at: Micros, sequence: int, name: str, headers: dict[str, str]) -> bytes:
    """Write an event as the switch sends it, with the evidence-grade opening."""
    opening = {
        "Event": name,
        "Privilege": "call,all",
        "Timestamp": f"{at // SECOND}.{at % SECOND:06}",
        "SequenceNumber": str(sequence),
        "File": "manager.c",
        "Line": "1",
        "Func": "f",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in {**opening, **headers}.items()).encode() + b"\r\n"


def tape(begun: Micros) -> bytes:
    """Write the whole shift as one login heard it."""
    greeting = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
    return greeting + b"".join(
        frame(begun + round(said.after * SECOND), n, said.name, said.headers) for n, said in enumerate(shift(), 1)
    )


def roster() -> dict[str, Any]:
    """Put everybody on duty for years, with nothing but outside numbers to dial."""
    years = {"from": "2020-01-01T00:00", "to": "2040-01-01T00:00"}
    return {
        "agents": [{"agent": agent, "interface": phone, "queues": [QUEUE]} for agent, phone in PHONES.items()],
        "shifts": [{"agent": agent, **years} for agent in PHONES],
        "legit_extensions": ["_0X."],
    }


def rulebook(*editions: dict[str, Any]) -> dict[str, Any]:
    """Write a department's own rulebook; an edition that does not say when it begins has always held."""
    always = {"from": "1970-01-01"}
    return {
        "based_on": "packaged",
        "editions": [{"version": f"{n}", **always, **edition} for n, edition in enumerate(editions)],
    }


def _told() -> Iterator[Said]:
    for agent, phone in PHONES.items():
        member = {"Queue": QUEUE, "MemberName": agent, "Interface": phone, "StateInterface": phone}
        yield Said(0, "QueueMemberStatus", {**member, "Status": "1", "Paused": "0", "PausedReason": ""})
    for second in range(_QUIET, LASTS + 1, _QUIET):
        yield Said(second, "DeviceStateChange", {"Device": "PJSIP/trunk", "State": "NOT_INUSE"})
    yield from joins(10, "c1")
    yield from _rings(10, "c1", "Alice")
    yield from _talks(28, 60, "c1", "Alice")
    yield from joins(64, "c2")
    yield from _rings(64, "c2", "Alice")
    yield from _rings_out(79.5, "c2", "Alice")
    yield from _rings(80, "c2", "Bob")
    yield from _talks(85, 120, "c2", "Bob")
    yield from joins(140, "c3")
    yield from _rings(140, "c3", "Carol")
    yield from _talks(150, 170, "c3", "Carol")
    own = party(Channel="PJSIP/1003-own", Uniqueid="own", Exten="8888", CallerIDNum="1003")
    yield Said(200, "Newchannel", {**own, "ChannelState": "4"})
    yield Said(200.5, "Newstate", own)
    yield from joins(210, "c4")
    yield from _gives_up(240, "c4")
    yield Said(245, "HangupRequest", own)
    yield Said(245, "Hangup", {**own, "Cause": "16"})
    yield from joins(250, "c5")
    yield from _gives_up(254, "c5")
    yield from joins(260, "c6")
    yield from _gives_up(272, "c6")
    yield from joins(300, "c7", FIRST_QUEUE)
    yield Said(308, "QueueCallerLeave", {**_caller("c7"), "Queue": FIRST_QUEUE})
    yield Said(308, "QueueCallerJoin", {**_caller("c7"), "Queue": QUEUE, "Position": "1"})
    yield from _rings(308, "c7", "Carol")
    yield from _talks(315, 330, "c7", "Carol")
    member = {"Queue": QUEUE, "MemberName": "Carol", "Interface": PHONES["Carol"]}
    yield Said(LASTS, "QueueMemberPause", {**member, "Paused": "1", "PausedReason": "over"})


def _caller(uid: str) -> dict[str, str]:
    return party(Channel=f"PJSIP/trunk-{uid}", Uniqueid=uid, CallerIDNum=f"1380000000{_NUMBERS.get(uid, uid[1:])}")


def _agent(uid: str, agent: str) -> dict[str, str]:
    return party(Channel=f"{PHONES[agent]}-{uid}", Uniqueid=f"{uid}-{agent}", Linkedid=uid)


def _offer(uid: str, agent: str) -> dict[str, str]:
    dest = party("Dest", Channel=f"{PHONES[agent]}-{uid}", Uniqueid=f"{uid}-{agent}", Linkedid=uid)
    return {**_caller(uid), **dest, "Queue": QUEUE, "Interface": PHONES[agent], "MemberName": agent}


def joins(after: float, uid: str, queue: str = QUEUE) -> Iterator[Said]:
    yield Said(after, "Newchannel", {**_caller(uid), "ChannelState": "4"})
    yield Said(after, "Newstate", _caller(uid))
    yield Said(after, "QueueCallerJoin", {**_caller(uid), "Queue": queue, "Position": "1"})


def _rings(after: float, uid: str, agent: str) -> Iterator[Said]:
    yield Said(after, "Newchannel", {**_agent(uid, agent), "ChannelState": "0", "Exten": "s"})
    yield Said(after, "AgentCalled", _offer(uid, agent))
    yield Said(after + 0.5, "Newstate", {**_agent(uid, agent), "ChannelState": "5"})


def _rings_out(after: float, uid: str, agent: str) -> Iterator[Said]:
    yield Said(after, "Hangup", {**_agent(uid, agent), "Cause": "0"})
    yield Said(after, "AgentRingNoAnswer", {**_offer(uid, agent), "RingTime": "15000"})


def _talks(start: float, end: float, uid: str, agent: str) -> Iterator[Said]:
    yield Said(start, "Newstate", {**_agent(uid, agent), "ChannelState": "6"})
    yield Said(start, "QueueCallerLeave", {**_caller(uid), "Queue": QUEUE})
    yield Said(start, "AgentConnect", _offer(uid, agent))
    bridge = {"BridgeUniqueid": f"bridge-{uid}"}
    both = (_caller(uid), _agent(uid, agent))
    for channel in both:
        yield Said(start, "BridgeEnter", {**bridge, **channel})
    yield Said(end, "HangupRequest", _caller(uid))
    yield Said(end, "AgentComplete", {**_offer(uid, agent), "Reason": "caller"})
    for channel in both:
        yield Said(end, "BridgeLeave", {**bridge, **channel})
    for channel in reversed(both):
        yield Said(end, "Hangup", {**channel, "Cause": "16"})


def _gives_up(after: float, uid: str) -> Iterator[Said]:
    yield Said(after, "HangupRequest", _caller(uid))
    yield Said(after, "QueueCallerAbandon", {**_caller(uid), "Queue": QUEUE})
    yield Said(after, "QueueCallerLeave", {**_caller(uid), "Queue": QUEUE})
    yield Said(after, "Hangup", {**_caller(uid), "Cause": "16"})
