"""Whose channel is whose, by hindsight: names, Local halves, phones, members, and who took whose place.

It belongs to the second reading (`naive.py`) and shares no line with the floor.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcenter.domain import company as co
from callcenter.domain import events as ev

Events = Sequence[ev.Event]


def is_half(name: str) -> bool:
    """Tell half of a Local channel, on which nobody talks."""
    return name.startswith("Local/")


def name_of(events: Events, uid: str) -> str:
    """Say what a channel was called when it was first named."""
    for event in events:
        match event:
            case ev.MemberCalled() | ev.DialBegan() if event.dest == uid and event.dest_name:
                return event.dest_name
            case ev.ChannelStarted() | ev.ChannelUp() | ev.CallerJoined() | co.PickedUp() | co.BridgeEntered():
                if event.uid == uid and event.name:
                    return event.name
            case _:
                pass
    return ""


def device_of(name: str) -> str:
    """Name the device of a channel: PJSIP/1001-0000002a is one of PJSIP/1001."""
    return name.rpartition("-")[0] or name


def phones_behind(events: Events, uid: str) -> list[str]:
    """List the channels that the other half of this half of a Local channel dialled."""
    name = name_of(events, uid)
    other = name[:-1] + {"1": "2", "2": "1"}.get(name[-1:], "")
    return [e.dest for e in events if isinstance(e, ev.DialBegan) and is_half(name) and e.name == other]


def sides(events: Events, dest: str) -> list[str]:
    """Add to a channel the phones behind it."""
    return list(dict.fromkeys([dest, *phones_behind(events, dest)]))


def takers(events: Events, dest: str) -> list[str]:
    """List who took the call that rang here at another phone."""
    tried = sides(events, dest)
    return [e.uid for e in events if isinstance(e, co.PickedUp) and e.target in tried]


def talkers(events: Events, dest: str) -> list[str]:
    """List the channels on which somebody may talk when this one is answered; halves only where no phone is known."""
    tried = takers(events, dest) or sides(events, dest)
    return [uid for uid in tried if not is_half(name_of(events, uid))] or tried


def sent_into(events: Events, uid: str) -> list[str]:
    """List who was transferred into the place in which this channel waited."""
    moves = [e for e in events if isinstance(e, ev.AttendedTransferred) and e.second == uid and e.place == "app"]
    return [e.moved for e in moves if e.moved is not None]


def carriers(events: Events, uid: str) -> list[str]:
    """List the channels of the customer who joined a queue on this one."""
    return [uid, *phones_behind(events, uid), *sent_into(events, uid)]


def callers(events: Events, uid: str) -> list[str]:
    """List those of them on which somebody can hang up."""
    every = carriers(events, uid)
    return [one for one in every if not is_half(name_of(events, one))] or every


def faces(events: Events, uid: str) -> list[str]:
    """Add to a customer's channel the halves that stand for it: those it dialled, and those that dialled it."""
    halves = [e.dest for e in events if isinstance(e, ev.DialBegan | ev.MemberCalled) and e.uid == uid]
    halves += [e.uid for e in events if isinstance(e, ev.DialBegan) and e.dest == uid and e.uid is not None]
    names = {name_of(events, half) for half in halves}
    both = {name[:-1] + side for name in names if is_half(name) for side in "12"}
    started = [e.uid for e in events if isinstance(e, ev.ChannelStarted) and e.name in both]
    return list(dict.fromkeys([uid, *started]))


def number_of(interface: str) -> str:
    """Read the number in an interface: that of PJSIP/1001, hint:1001@ext-local, Local/1001@agents/n is 1001."""
    return interface.replace(":", "/").split("/")[1].partition("@")[0] if "/" in interface.replace(":", "/") else ""


def phone_of(events: Events, interface: str) -> str:
    """Name the phone of a member: what the queue watches; behind a hint, the phone of that number."""
    watched = {e.interface: e.device for e in events if isinstance(e, ev.MemberSeen)}
    device = watched.get(interface, interface)
    if not device.startswith("hint:"):
        return device
    phones = [device_of(e.name) for e in events if isinstance(e, ev.ChannelStarted) and not is_half(e.name)]
    mine = [phone for phone in phones if number_of(phone) == number_of(device)]
    return mine[0] if mine else device


def called(member: str, interface: str) -> str:
    """Say how an agent is called whom a queue calls so."""
    return member or interface


def owner_of(events: Events, phone: str) -> str | None:
    """Name the agent whose phone this is, as any queue names its member; None if it is no member's."""
    seen = [e for e in events if isinstance(e, ev.MemberSeen)]
    own = [e.member for e in seen if phone in {e.device, e.interface}]
    by_number = [
        e.member for e in seen if not e.device.startswith("PJSIP/") and number_of(e.device) == number_of(phone)
    ]
    return next((called(member, phone) for member in own + by_number), None)


def agent_on(events: Events, uid: str) -> str | None:
    """Name the agent who talks on this channel: its phone's, or the member whom it was dialled for and connected."""
    name = name_of(events, uid)
    if is_half(name):
        return None
    owner = owner_of(events, device_of(name))
    if owner is not None or any(isinstance(e, co.PickedUp) and e.uid == uid for e in events):
        return owner or device_of(name)
    connects = [e for e in events if isinstance(e, ev.MemberConnected) and uid in talkers(events, e.dest)]
    return called(connects[0].member, connects[0].interface) if connects else None
