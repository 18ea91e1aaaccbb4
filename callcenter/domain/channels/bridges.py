"""Who hears whom: the bridges that channels are in, and the Local channels that join two bridges to one.

A Local channel has two halves, each in a bridge or an application of its own; nobody is on them, what one hears the
other says. So whoever is to be found by going through bridges, and through halves to their other halves, is heard.
"""

from __future__ import annotations

from callcenter.domain.channels.registry import Lines, is_half, partner_of
from callcenter.domain.state import Channel, State
from callcenter.domain.vocabulary import Party

_CALLERS = frozenset({Party.CALLER, Party.UNSEEN})


class Bridges:
    """The bridges of one switch, and the question who is on the other side of a channel."""

    def __init__(self, state: State, lines: Lines) -> None:
        self._state = state
        self._lines = lines

    def enter(self, channel: Channel, bridge: str) -> None:
        """Put a channel into a bridge, out of the one that it was in."""
        if channel.bridge == bridge:
            return
        self.leave(channel)
        channel.bridge = bridge
        self._state.bridges.setdefault(bridge, []).append(channel.uid)

    def leave(self, channel: Channel, bridge: str | None = None) -> bool:
        """Take a channel out of its bridge; False where it is not in the one that is meant."""
        if channel.bridge is None or bridge not in {None, channel.bridge}:
            return False
        there = self._state.bridges[channel.bridge]
        there.remove(channel.uid)
        if not there:
            del self._state.bridges[channel.bridge]
        channel.bridge = None
        return True

    def merge(self, into: str, gone: str) -> list[str]:
        """Put everybody of one bridge into another; returns who is in it then."""
        for uid in self._state.bridges.get(gone, []).copy():
            self.enter(self._state.channels[uid], into)
        return self._state.bridges.get(into, []).copy()

    def company(self, channel: Channel) -> list[Channel]:
        """List who hears each other with this channel, itself first; halves of Local channels stand among them."""
        channels, bridges = self._state.channels, self._state.bridges
        found, company = {channel.uid}, [channel]
        for one in company:  # which grows meanwhile
            for uid in () if one.bridge is None else bridges[one.bridge]:
                if uid not in found:
                    found.add(uid)
                    company.append(channels[uid])
            half = self._lines.named(partner_of(one.name)) if is_half(one.name) else None
            if half is not None and half.uid not in found:
                found.add(half.uid)
                company.append(half)
        return company

    def behind(self, half: Channel) -> Channel | None:
        """Name the one channel that a half of a Local channel stands for: it is alone with the other half."""
        seen: set[str] = set()
        one: Channel | None = half
        while one is not None and is_half(one.name) and one.uid not in seen:
            seen.add(one.uid)
            one = self._alone_with(self._lines.named(partner_of(one.name)))
        return None if one is None or is_half(one.name) else one

    def caller_on(self, channel: Channel) -> Channel | None:
        """Name the channel of who called in: this one, or the one heard through this half of a Local channel."""
        if not is_half(channel.name):
            return channel
        other = self._lines.named(partner_of(channel.name))
        company = [] if other is None else self.company(other)
        return next((c for c in company if c.party in _CALLERS and c.person is None and not is_half(c.name)), None)

    def _alone_with(self, channel: Channel | None) -> Channel | None:
        if channel is None or channel.bridge is None:
            return None
        others = [uid for uid in self._state.bridges[channel.bridge] if uid != channel.uid]
        return self._state.channels[others[0]] if len(others) == 1 else None
