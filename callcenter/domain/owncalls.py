"""An agent's own line: taken to dial, or taken and left open, while customers may be waiting.

Story: began (the agent's phone started a channel itself) → blocked, when it is still there after the time allowed
and no permitted number was dialled → ended. Asterisk shows no off-hook state: a handset beside the phone is seen
only as such a channel.
"""

from __future__ import annotations

import heapq

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.facts import AgentState
from callcenter.domain.frame import Micros
from callcenter.domain.lines import interface_of
from callcenter.domain.patterns import permitted
from callcenter.domain.people import People
from callcenter.domain.state import Channel, FloorSettings, Role, State, Timer


class OwnCalls:
    """Channels that belong to agents and serve no offer."""

    def __init__(self, state: State, settings: FloorSettings, people: People, out: list[fx.Fact]) -> None:
        self._state = state
        self._settings = settings
        self._people = people
        self._out = out

    def began(self, channel: Channel, event: ev.ChannelStarted) -> None:
        """A channel started; if it is on an agent's phone she is on it, and if she took it herself it is her own."""
        person = self._people.of_device(interface_of(channel.name))
        if person is None or channel.person is not None:
            return
        channel.in_talk = person.state is AgentState.TALKING
        self._people.take(person, channel, Role.OWN if event.calling else Role.CALLED)
        if event.calling:
            self._out.append(fx.OwnCallBegan(at=event.at, own=self._record(channel, None)))
            if event.at is not None:
                self._state.serial += 1
                due = event.at + self._settings.blocked_after
                heapq.heappush(self._state.timers, Timer(due, self._state.serial, "block", channel.uid))
        self._people.refresh(person, event.at)

    def ended(self, channel: Channel, event: ev.ChannelEnded) -> None:
        """A channel is gone; the agent is no longer on it."""
        person = self._state.people.get(channel.person or "")
        if person is None:
            return
        person.channels.pop(channel.uid, None)
        if channel.role is Role.OWN:
            channel.frames.append(event.pos)
            self._out.append(fx.OwnCallEnded(at=event.at, own=self._record(channel, event.at)))

    def fire(self, timer: Timer) -> None:
        """The time allowed is over: the line is blocked unless a permitted number was dialled."""
        channel = self._state.channels.get(timer.key)
        if channel is None or channel.role is not Role.OWN or channel.person is None:
            return
        if permitted(channel.dialled, self._settings.permitted) is not False:
            return
        channel.blocked = True
        self._out.append(fx.LineBlocked(at=timer.at, own=self._record(channel, None)))
        self._people.refresh(self._state.people[channel.person], timer.at)

    def open(self) -> list[fx.OwnCall]:
        """List the own calls that last."""
        mine = (c for c in self._state.channels.values() if c.role is Role.OWN)
        return [self._record(c, None) for c in mine]

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
        )
