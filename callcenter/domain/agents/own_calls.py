"""An agent's own line: taken to dial, or taken and left open, while customers may be waiting.

Story: began (the agent's phone started a channel itself) → blocked, once it has been engaged for longer than allowed
→ ended. It is engaged while no permitted number was dialled and nobody who called in is on the other side: a call
that was picked up, fetched from a parking lot or taken over brings its customer along, and ends the time that counts.
Asterisk shows no off-hook state: a handset beside the phone is seen only as such a channel. Halves of Local channels
belong to the switch, never to an agent.
"""

from __future__ import annotations

import heapq

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.states import AgentStates
from callcenter.domain.channels.registry import interface_of, is_half
from callcenter.domain.frame import Micros
from callcenter.domain.patterns import permitted
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import Channel, State, Timer
from callcenter.domain.visits.holds import CallListened
from callcenter.domain.vocabulary import ChannelRole, Party, is_call_back


class OwnCalls:
    """Channels that belong to agents and serve no offer."""

    def __init__(self, state: State, settings: FloorSettings, people: AgentStates, out: list[fx.Fact]) -> None:
        self._state = state
        self._settings = settings
        self._people = people
        self._out = out

    def began(self, channel: Channel, event: ev.ChannelStarted) -> None:
        """A channel started; on an agent's phone the agent is on it, and one that the agent took is the agent's own."""
        if is_half(channel.name):
            return
        known = channel.person is not None
        person = self._people.identity.of_device(interface_of(channel.name), event.at)
        if person is None:
            return
        channel.party = Party.NOBODY
        unseen = channel.role is ChannelRole.CALLED and channel.served is None and channel.dialled_by is None
        if known and not (event.calling and unseen):
            return
        channel.in_talk = self._people.talks(person, channel)
        self._people.identity.take(person, channel, ChannelRole.OWN if event.calling else ChannelRole.CALLED)
        if event.calling:
            self._out.append(fx.OwnCallBegan(at=event.at, own=self._record(channel, None)))
            self._watch(channel, event.at, self._settings.blocked_after)
        self._people.refresh(person, event.at)

    def calls_back(self, channel: Channel, number: str, event: ev.DialBegan) -> None:
        """The dialplan calls a number for an own line on which the code for it was dialled."""
        if channel.role is not ChannelRole.OWN or channel.calls_back is not None or not is_call_back(channel.dialled):
            return
        channel.calls_back = number
        channel.frames.append(event.pos)
        self._out.append(fx.CallBackDialled(at=event.at, own=self._record(channel, None)))

    def company(self, channel: Channel, at: Micros | None, pos: int, *, customer: bool) -> None:
        """Somebody who called in is on the other side of an own line, or nobody is any more."""
        if channel.role is not ChannelRole.OWN or channel.attends == customer:
            return
        channel.attends = customer
        channel.frames.append(pos)
        self._work(channel, at)

    def spies(self, channel: Channel, on: str | None, at: Micros | None, pos: int) -> None:
        """The party on an own line listens to a colleague's call, or no longer does."""
        self._listens(channel, on, at)
        channel.frames.append(pos)
        self._work(channel, at)

    def ended(self, channel: Channel, event: ev.ChannelEnded) -> None:
        """A channel is gone; the agent is no longer on it."""
        self._listens(channel, None, event.at)
        person = self._state.people.get(channel.person or "")
        if person is None:
            return
        person.channels.pop(channel.uid, None)
        if channel.role is ChannelRole.OWN:
            channel.frames.append(event.pos)
            self._out.append(fx.OwnCallEnded(at=event.at, own=self._record(channel, event.at)))

    def fire(self, timer: Timer) -> None:
        """The time allowed may be over: the line is blocked unless a permitted number was dialled, or it was work."""
        channel = self._state.channels.get(timer.key)
        if channel is None or channel.role is not ChannelRole.OWN or channel.person is None or channel.blocked:
            return
        if channel.in_talk:
            return  # a consultation is work
        permits = permitted(channel.dialled, self._settings.permitted) is not False
        if permits or channel.calls_back is not None or channel.started_at is None:
            return
        worked = sum(end - start for start, end in channel.work)
        left = self._settings.blocked_after - (timer.at - channel.started_at - worked)
        if channel.work_since is not None:
            return  # looked at again when the work is over
        if left > 0:
            self._watch(channel, timer.at, left)
            return
        channel.blocked = True
        self._out.append(fx.LineBlocked(at=timer.at, own=self._record(channel, None)))
        self._people.refresh(self._state.people[channel.person], timer.at)

    def open(self) -> list[fx.OwnCall]:
        """List the own calls that last."""
        mine = (c for c in self._state.channels.values() if c.role is ChannelRole.OWN)
        return [self._record(c, None) for c in mine]

    def _listens(self, channel: Channel, on: str | None, at: Micros | None) -> None:
        """Tell whose call the party on a channel listens to, where that is news."""
        for target, listens in ((channel.spies_on, False), (on, True)):
            if target is not None and channel.spies_on != on:
                agent = None if (heard := self._state.channels.get(target)) is None else heard.person
                told = CallListened(at=at, line=channel.uid, by=channel.person, agent=agent, listens=listens)
                self._out.append(told)
        channel.spies_on = on

    def _work(self, channel: Channel, at: Micros | None) -> None:
        """Count the time of an own line that is work, and look at what is left when it stops being work."""
        works = channel.attends or channel.spies_on is not None
        moment = at if at is not None else self._state.now
        if works and channel.work_since is None:
            channel.work_since = moment
            channel.blocked = False
        elif not works and channel.work_since is not None:
            channel.work.append((channel.work_since, max(channel.work_since, moment or 0)))
            channel.work_since = None
            self._watch(channel, moment, 0)
        person = self._state.people.get(channel.person or "")
        if person is not None:
            self._people.refresh(person, at)

    def _watch(self, channel: Channel, at: Micros | None, after: Micros) -> None:
        if at is not None:
            self._state.serial += 1
            heapq.heappush(self._state.timers, Timer(at + after, self._state.serial, "block", channel.uid))

    def _record(self, channel: Channel, ended_at: Micros | None) -> fx.OwnCall:
        return fx.OwnCall(
            agent=channel.person or "",
            interface=interface_of(channel.name),
            uniqueid=channel.uid,
            dialled=channel.dialled,
            started_at=channel.started_at,
            up_at=channel.up_at,
            ended_at=ended_at,
            in_talk=channel.in_talk,
            in_gap=channel.in_gap,
            frames=tuple(channel.frames),
            work=(*channel.work, *([] if channel.work_since is None else [(channel.work_since, None)])),
            unseen=self._state.blind,
            calls_back=channel.calls_back,
        )
