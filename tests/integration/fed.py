"""A service that runs as a person runs it, on a switch whose every word a bench says, with accounts for its people."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from callcenter.clock import wall_clock
from callcenter.files.phones import rotated, write_phones
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from tests.integration.office import hire
from tests.integration.one_shift import Said, frame
from tests.integration.scripted_switch import ScriptedSwitch
from tests.integration.service import Service, at_home
from tests.support.party import party

QUEUE = "support"
IN_PAGES = 4
_MORE = """
[web]
enabled = true
port = 0
sign_ins_per_minute = 10000
[desk]
queues = ["support"]
phones = "{home}/phones.conf"
websocket = "{websocket}"
"""
WEBSOCKET = "ws://127.0.0.1:9/ws"
"""Where phones in pages find what a test puts there."""
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class FedSwitch(ScriptedSwitch):
    """Says what it is told to, now."""

    def event(self, name: str, headers: dict[str, str]) -> bytes:
        self.sequence += 1
        return frame(wall_clock(), self.sequence, name, headers)

    def tell(self, said: Iterable[Said]) -> float:
        """Say some events, whenever they were to be; gives the moment, in seconds since 1970."""
        self.say(b"".join(self.event(one.name, one.headers) for one in said))
        return time.time()


class Fed(msgspec.Struct):
    """The service, its switch, its people."""

    service: Service
    switch: FedSwitch
    agents: list[str]

    def member(self, agent: str, *, paused: bool = False) -> Said:
        """Say that an agent's phone is in the queue."""
        phone = phone_of(agent)
        told = {"Queue": QUEUE, "MemberName": agent, "Interface": phone, "StateInterface": phone}
        told |= {"Status": "1", "Paused": str(int(paused)), "PausedReason": "lunch" if paused else ""}
        return Said(0, "QueueMemberStatus", told)

    def used(self) -> tuple[float, float]:
        """Return how many seconds of a processor the service has used, and how many MB of memory it has."""
        fields = Path(f"/proc/{self.service.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE_BYTES / 1e6


@asynccontextmanager
async def fed(home: Path, agents: int, supervisors: int = 0) -> AsyncIterator[Fed]:
    """Run a service whose agents are all in the queue; people sign in as `agent-1` and on, and `sun-1` and on.

    The first agents' phones are in their pages, the others' on their desks.
    """
    names = [f"Agent {n + 1}" for n in range(agents)]
    write_phones(
        home / "phones.conf", rotated({}, [phone_of(name).removeprefix("PJSIP/") for name in names[:IN_PAGES]])
    )
    more = _MORE.format(home=home, websocket=WEBSOCKET)
    async with FedSwitch() as switch, at_home(home, switch.port, secrets=switch.secrets, more=more) as service:
        decisions = await DecisionStore.open(service.store)
        for n in range(supervisors):
            await hire(decisions, f"sun-{n + 1}", Role.SUPERVISOR)
        for name in names:
            await hire(decisions, account_of(name), Role.AGENT, name, "hotline")
        await decisions.close()
        await service.start()
        found = Fed(service, switch, names)
        switch.tell(found.member(name) for name in names)
        yield found


def account_of(agent: str) -> str:
    return agent.lower().replace(" ", "-")


def phone_of(agent: str) -> str:
    return f"PJSIP/{agent.rpartition(' ')[2]}"


def joins(uid: str, number: str) -> list[Said]:
    """A caller comes into the queue."""
    caller = _caller(uid, number)
    return [
        Said(0, "Newchannel", {**caller, "ChannelState": "4"}),
        Said(0, "Newstate", caller),
        Said(0, "QueueCallerJoin", {**caller, "Queue": QUEUE, "Position": "1"}),
    ]


def rings(uid: str, number: str, agent: str) -> list[Said]:
    """An agent's phone rings."""
    leg = _leg(uid, agent)
    return [
        Said(0, "Newchannel", {**leg, "ChannelState": "0", "Exten": "s"}),
        Said(0, "AgentCalled", _offer(uid, number, agent)),
        Said(0, "Newstate", {**leg, "ChannelState": "5"}),
    ]


def answers(uid: str, number: str, agent: str) -> list[Said]:
    """The agent takes the call."""
    caller, leg, bridge = _caller(uid, number), _leg(uid, agent), {"BridgeUniqueid": f"bridge-{uid}"}
    return [
        Said(0, "Newstate", {**leg, "ChannelState": "6"}),
        Said(0, "QueueCallerLeave", {**caller, "Queue": QUEUE}),
        Said(0, "AgentConnect", _offer(uid, number, agent)),
        Said(0, "BridgeEnter", {**bridge, **caller}),
        Said(0, "BridgeEnter", {**bridge, **leg}),
    ]


def ends(uid: str, number: str, agent: str) -> list[Said]:
    """The caller hangs up."""
    caller, leg, bridge = _caller(uid, number), _leg(uid, agent), {"BridgeUniqueid": f"bridge-{uid}"}
    return [
        Said(0, "HangupRequest", caller),
        Said(0, "AgentComplete", {**_offer(uid, number, agent), "Reason": "caller"}),
        Said(0, "BridgeLeave", {**bridge, **caller}),
        Said(0, "BridgeLeave", {**bridge, **leg}),
        Said(0, "Hangup", {**leg, "Cause": "16"}),
        Said(0, "Hangup", {**caller, "Cause": "16"}),
    ]


def _caller(uid: str, number: str) -> dict[str, str]:
    return party(Channel=f"PJSIP/trunk-{uid}", Uniqueid=uid, CallerIDNum=number)


def _leg(uid: str, agent: str) -> dict[str, str]:
    return party(Channel=f"{phone_of(agent)}-{uid}", Uniqueid=f"{uid}-a", Linkedid=uid)


def _offer(uid: str, number: str, agent: str) -> dict[str, str]:
    phone = phone_of(agent)
    dest = party("Dest", Channel=f"{phone}-{uid}", Uniqueid=f"{uid}-a", Linkedid=uid)
    return {**_caller(uid, number), **dest, "Queue": QUEUE, "Interface": phone, "MemberName": agent}
