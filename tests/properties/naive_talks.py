"""A second reading of talks, by hindsight: who heard whom, from the bridges alone; hold and consultation are part.

Two talk from the moment when they are first together to the last, or, when they had parted by then for no reason
that ends a talk, to the first that does.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from callcenter.domain import company as co
from callcenter.domain import events as ev
from tests.properties.naive import SECOND
from tests.properties.naive_lines import (
    Events,
    agent_on,
    carriers,
    device_of,
    faces,
    is_half,
    name_of,
    number_of,
    phones_behind,
    sides,
    talkers,
)


class NaiveTalk(msgspec.Struct, frozen=True):
    """An agent and somebody from outside heard each other."""

    agent: str
    interface: str
    how: str
    start: int | None
    end: int | None
    ended_by: str | None


class _Together(msgspec.Struct):
    """When an agent's line and a customer's channel first heard each other, and when, if it is over, they parted."""

    start: int | None
    parted: int | None = None
    over: bool = False


def talks(events: Events) -> list[NaiveTalk]:
    """Read every talk of an honest stream, in the order they began."""
    found = []
    for (line, customer), met in _meetings(events).items():
        agent = agent_on(events, line)
        assert agent is not None
        end, by = _end(events, line, customer, met)
        how = _how(events, line, customer, met.start)
        found.append(NaiveTalk(agent, device_of(name_of(events, line)), how, met.start, end, by))
    return sorted(found, key=lambda talk: (talk.start or 0, talk.agent))


def _meetings(events: Events) -> dict[tuple[str, str], _Together]:
    agents = {uid for uid in _bridged(events) if agent_on(events, uid) is not None}
    nobody = {uid for uid in _bridged(events) if _in_the_house(events, uid)}
    meetings: dict[tuple[str, str], _Together] = {}
    for at, groups in _companies(events):
        near = {(a, c) for group in groups for a in group & agents for c in group - agents - nobody}
        for pair in near:
            meetings.setdefault(pair, _Together(at)).over = False
        for pair in meetings.keys() - near:
            if not meetings[pair].over:
                meetings[pair].parted, meetings[pair].over = at, True
    return meetings


def _bridged(events: Events) -> set[str]:
    return {e.uid for e in events if isinstance(e, co.BridgeEntered)}


def _in_the_house(events: Events, uid: str) -> bool:
    """Tell a phone that was dialled by its own number; somebody outside is dialled through a trunk."""
    phone = device_of(name_of(events, uid))
    own = {phone, number_of(phone)}
    return any(isinstance(e, ev.DialBegan) and e.dest == uid and e.dial_string in own for e in events)


def _companies(events: Events) -> Iterator[tuple[int | None, list[set[str]]]]:
    """Yield, whenever anybody moves, who hears each other from then on; when the switch went down nobody saw."""
    where: dict[str, str] = {}
    names = {uid: name_of(events, uid) for uid in _bridged(events)}
    for event in events:
        match event:
            case co.BridgeEntered():
                where[event.uid] = event.bridge or f"alone {event.uid}"
            case co.BridgeLeft() if where.get(event.uid) == event.bridge:
                del where[event.uid]
            case co.BridgesMerged():
                where |= {uid: event.into for uid, bridge in where.items() if bridge == event.gone}
            case ev.ChannelEnded():
                where.pop(event.uid, None)
            case ev.LinkRestored() if event.restarted:
                where.clear()
            case _:
                continue
        yield None if isinstance(event, ev.LinkRestored) else event.at, _groups(where, names)


def _groups(where: dict[str, str], names: dict[str, str]) -> list[set[str]]:
    """Put together who is in one bridge, and bridges that two halves of a Local channel join; without the halves."""
    rooms = [{uid for uid in where if where[uid] == bridge} for bridge in {*where.values()}]
    for half in [uid for uid in where if is_half(names[uid])]:
        pair = {half, *(uid for uid in where if names[uid][:-1] == names[half][:-1])}
        joined = set[str]().union(*(room for room in rooms if room & pair))
        rooms = [room for room in rooms if not room & pair] + [joined]
    return [{uid for uid in room if not is_half(names[uid])} for room in rooms]


def _end(events: Events, line: str, customer: str, met: _Together) -> tuple[int | None, str | None]:
    """Find when a talk ended, and by whom: the word nearest to their parting, a transfer before any other."""
    if not met.over:
        return None, None
    standing = faces(events, customer)
    said = [(e.at, by) for e in events if (by := _word(e, line, customer, standing)) is not None and e.at is not None]
    parted = met.parted
    if parted is None:
        return None, "switch"
    if not any(abs(at - parted) <= SECOND for at, _ in said):
        parted = next((at for at, _ in said if at > parted), parted)
    near = [by for at, by in said if abs(at - parted) <= SECOND]
    return parted, "transfer" if "transfer" in near else next(iter(near), "unknown")


def _word(event: ev.Event, line: str, customer: str, standing: list[str]) -> str | None:
    """Say who ends a talk by this event."""
    match event:
        case ev.BlindTransferred() if event.by == line:
            return "transfer"
        case ev.AttendedTransferred() if line in {event.by, event.second} and event.place != "threeway":
            return "transfer"
        case co.Parked() if event.uid in standing:
            return "transfer"
        case ev.HangupAsked() if event.uid == customer:
            return "caller"
        case ev.HangupAsked() if event.uid == line:
            return "agent"
        case ev.TeardownAsked() if event.uid in {line, customer} and event.flag == 4:
            return "switch"
        case _:
            return None


def _how(events: Events, line: str, customer: str, start: int | None) -> str:
    """Say what brought them together: a pickup, the queue, the last that moved the customer, or who dialled."""
    if any(isinstance(e, co.PickedUp) and e.uid == line for e in events):
        return "pickup"
    by_queue = [e for e in events if isinstance(e, ev.MemberConnected) and _connects(events, e, line, customer, start)]
    if by_queue:
        return "call_back" if customer in phones_behind(events, by_queue[0].uid) else "queue"
    standing, until = faces(events, customer), (start or 0) + SECOND
    parks = [e.at or 0 for e in events if isinstance(e, co.Parked) and e.uid in standing and (e.at or 0) < until]
    moves = [e.at or 0 for e in events if _moves(e, standing) and (e.at or 0) < until]
    if parks and max(parks) + SECOND >= max(moves, default=0):
        return "park"
    dials = [e for e in events if isinstance(e, ev.DialBegan)]
    if any(e.uid == line and customer in sides(events, e.dest) for e in dials):
        return "outbound"
    direct = any(e.uid == customer and line in talkers(events, e.dest) for e in dials)
    return "direct" if direct and not moves else "transfer"


def _connects(events: Events, connect: ev.MemberConnected, line: str, customer: str, start: int | None) -> bool:
    """Tell whether the queue brought these two together at that moment."""
    named = connect.member or connect.interface
    near = abs((connect.at or 0) - (start or 0)) <= SECOND
    return near and named == agent_on(events, line) and customer in carriers(events, connect.uid)


def _moves(event: ev.Event, standing: list[str]) -> bool:
    return isinstance(event, ev.BlindTransferred | ev.AttendedTransferred) and event.moved in standing
