"""A switchboard whose truth is known: as it tells its events, it writes down who hears whom, by construction.

What one thread of the switch tells comes in its order; threads of different channels come in any.
"""

from __future__ import annotations

import random

import msgspec

from callcenter.domain import company as co
from callcenter.domain import events as ev

SECOND = 1_000_000
MORNING = 1_800_000_000 * SECOND
QUEUE = "support"
PARKING = "lot"

Word = tuple[type, dict[str, object]]
"""One event that has no time yet."""


class Line(msgspec.Struct):
    """One channel of the switch, and the bridge that it is in."""

    uid: str
    name: str
    linked: str
    bridge: str = ""


class Agent(msgspec.Struct, frozen=True):
    """A member of the queue; `kind` says how the phone is reached: `phone`, `kept` (/n) or `loose` Local channel."""

    name: str
    phone: str
    kind: str

    @property
    def number(self) -> str:
        return self.phone[6:]

    @property
    def interface(self) -> str:
        return {"phone": self.phone, "kept": f"{self.local}/n", "loose": self.local}[self.kind]

    @property
    def local(self) -> str:
        return f"Local/{self.number}@agents"


class Heard(msgspec.Struct):
    """An agent and a customer who hear each other; the customer may be known by several channels."""

    agent: str
    customer: set[str]
    start: int
    end: int = 0
    shown: str = "talking"


class Taken(msgspec.Struct):
    """An own line: `excused` where the number was for work, or it was taken in a talk."""

    agent: str
    uid: str
    start: int
    excused: bool
    end: int = 0
    work: list[list[int]] = []

    @property
    def alone(self) -> int:
        """How long nobody who called in was on the other side, nor a colleague listened to."""
        return self.end - self.start - sum(end - start for start, end in self.work)


class Switchboard:
    """The words of one lane of a switch, in time, and what was true meanwhile."""

    def __init__(self, lane: int, at: int, prefix: str) -> None:
        self.events: list[ev.Event] = []
        self.heard: list[Heard] = []
        self.taken: list[Taken] = []
        self.asked: list[tuple[str, int, int]] = []
        self.now = at
        self.rng = random.Random(lane)
        self._prefix = f"{prefix}{lane}"
        self._serial = 0

    # time and order

    def tell(self, *words: Word) -> None:
        """Let these happen one after another, within milliseconds."""
        for kind, fields in words:
            self.now += self.rng.randint(20, 1500)
            self.events.append(kind(at=self.now, pos=0, **fields))

    def mixed(self, *threads: list[Word]) -> list[Word]:
        """Let several threads tell their words: each in its own order, all in any."""
        order = [n for n, thread in enumerate(threads) for _ in thread]
        self.rng.shuffle(order)
        left = [iter(thread) for thread in threads]
        return [next(left[n]) for n in order]

    def passes(self, micros: int) -> None:
        self.now += micros

    def forget(self) -> list[ev.Event]:
        """Return what was told since this was asked last, and remember nothing of it."""
        told, self.events, self.heard, self.taken, self.asked = self.events, [], [], [], []
        return told

    # truth

    def hears(self, agent: Agent, *customer: Line) -> Heard:
        heard = Heard(agent.name, {line.uid for line in customer}, self.now)
        self.heard.append(heard)
        return heard

    def takes(self, agent: Agent, line: Line, *, excused: bool) -> Taken:
        taken = Taken(agent.name, line.uid, self.now, excused)
        self.taken.append(taken)
        return taken

    def was_asked(self, agent: Agent, since: int) -> None:
        """A colleague rang this agent, or talked to her, until now."""
        self.asked.append((agent.name, since, self.now))

    # channels

    def line(self, device: str, *, linked: str = "") -> Line:
        self._serial += 1
        uid = f"{self._prefix}.{self._serial}"
        return Line(uid, f"{device}-{uid}", linked or uid)

    def pair(self, device: str, *, linked: str = "") -> tuple[Line, Line]:
        one = self.line(device, linked=linked)
        two = self.line(device, linked=one.linked)
        return msgspec.structs.replace(one, name=f"{one.name};1"), msgspec.structs.replace(two, name=f"{one.name};2")

    def bridge(self) -> str:
        self._serial += 1
        return f"bridge-{self._prefix}.{self._serial}"

    @staticmethod
    def starts(line: Line, *, calling: bool = False, dialled: str = "s") -> Word:
        return ev.ChannelStarted, {
            "uid": line.uid,
            "name": line.name,
            "linked": line.linked,
            "dialled": dialled,
            "calling": calling,
            "number": "13800010001" if calling and "trunk" in line.name else None,
        }

    @staticmethod
    def rings(line: Line) -> Word:
        return ev.ChannelRang, {"uid": line.uid, "name": line.name}

    @staticmethod
    def up(line: Line) -> Word:
        return ev.ChannelUp, {"uid": line.uid, "name": line.name, "linked": line.linked}

    @staticmethod
    def asks(line: Line) -> Word:
        return ev.HangupAsked, {"uid": line.uid, "name": line.name, "cause": 16, "tech": None}

    @staticmethod
    def torn(line: Line) -> Word:
        return ev.TeardownAsked, {"uid": line.uid, "name": line.name, "flag": 16}

    @staticmethod
    def ends(line: Line, cause: int = 16) -> Word:
        return ev.ChannelEnded, {"uid": line.uid, "name": line.name, "cause": cause, "tech": None}

    @staticmethod
    def dials(line: Line | None, dest: Line, string: str) -> Word:
        uid, name, linked = (None, None, None) if line is None else (line.uid, line.name, line.linked)
        return ev.DialBegan, {
            "uid": uid,
            "name": name,
            "linked": linked,
            "dest": dest.uid,
            "dest_name": dest.name,
            "dial_string": string,
        }

    # bridges

    @staticmethod
    def enters(line: Line, bridge: str, swapped: Line | None = None) -> Word:
        line.bridge = bridge
        return co.BridgeEntered, {
            "uid": line.uid,
            "name": line.name,
            "linked": line.linked,
            "bridge": "" if bridge == PARKING else bridge,
            "swapped": None if swapped is None else swapped.uid,
        }

    @staticmethod
    def leaves(line: Line) -> Word:
        bridge, line.bridge = line.bridge, ""
        return co.BridgeLeft, {"uid": line.uid, "bridge": bridge}

    @staticmethod
    def pairs(one: Line, two: Line) -> Word:
        return co.LocalPaired, {"one": one.uid, "one_name": one.name, "two": two.uid, "two_name": two.name}

    @staticmethod
    def optimizes(one: Line, two: Line) -> Word:
        return co.LocalOptimizing, {"one": one.uid, "two": two.uid}

    @staticmethod
    def sent_away(by: Line, moved: Line, target: str) -> Word:
        return ev.BlindTransferred, {"by": by.uid, "moved": moved.uid, "target": target}

    @staticmethod
    def handed_over(by: Line, second: Line, moved: Line, place: str) -> Word:
        return ev.AttendedTransferred, {"by": by.uid, "second": second.uid, "moved": moved.uid, "place": place}

    @staticmethod
    def picks_up(line: Line, target: Line) -> Word:
        return co.PickedUp, {"uid": line.uid, "name": line.name, "target": target.uid}

    @staticmethod
    def parks(line: Line) -> Word:
        return co.Parked, {"uid": line.uid, "name": line.name}

    @staticmethod
    def fetched(line: Line) -> Word:
        return co.ParkEnded, {"uid": line.uid, "name": line.name}

    @staticmethod
    def spies(line: Line, target: Line) -> Word:
        return co.SpyBegan, {"uid": line.uid, "target": target.uid}

    @staticmethod
    def spies_no_more(line: Line) -> Word:
        return co.SpyEnded, {"uid": line.uid}

    # the queue

    @staticmethod
    def member(agent: Agent) -> Word:
        return ev.MemberSeen, {
            "queue": QUEUE,
            "interface": agent.interface,
            "member": agent.name,
            "device": agent.phone,
            "status": 1,
            "paused": False,
            "reason": "",
        }

    @staticmethod
    def joins(caller: Line, queue: str = QUEUE) -> Word:
        return ev.CallerJoined, {
            "uid": caller.uid,
            "name": caller.name,
            "linked": caller.linked,
            "queue": queue,
            "position": 1,
            "caller": "13800010001",
            "dialled": "400",
        }

    @staticmethod
    def left(caller: Line, queue: str = QUEUE) -> Word:
        return ev.CallerLeft, {"uid": caller.uid, "name": caller.name, "linked": caller.linked, "queue": queue}

    @staticmethod
    def dropped(caller: Line) -> Word:
        return ev.CallerDropped, {"uid": caller.uid, "name": caller.name, "linked": caller.linked, "queue": QUEUE}

    @staticmethod
    def tried(caller: Line, agent: Agent, dest: Line, queue: str = QUEUE) -> Word:
        return ev.MemberCalled, _of_member(caller, agent, dest, queue)

    @staticmethod
    def connects(caller: Line, agent: Agent, dest: Line, queue: str = QUEUE) -> Word:
        return ev.MemberConnected, _of_member(caller, agent, dest, queue)

    @staticmethod
    def completes(caller: Line, agent: Agent, dest: Line, queue: str = QUEUE) -> Word:
        return ev.MemberCompleted, {
            "uid": caller.uid,
            "linked": caller.linked,
            "queue": queue,
            "interface": agent.interface,
            "member": agent.name,
            "dest": dest.uid,
        }


def _of_member(caller: Line, agent: Agent, dest: Line, queue: str) -> dict[str, object]:
    return {
        "uid": caller.uid,
        "name": caller.name,
        "linked": caller.linked,
        "queue": queue,
        "interface": agent.interface,
        "member": agent.name,
        "dest": dest.uid,
        "dest_name": dest.name,
    }
