"""Channels: where they are kept, whose they are, and when a call has none left.

Story of a channel: started (by its owner: calling; or by a dial: called) → rang → up → ended. Every reference to an
unknown channel makes it known, since it may have begun before the first frame. A masquerade renames; the uniqueid
is the key throughout.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import Channel, State
from callcenter.domain.vocabulary import Party

SHUTDOWN, ASYNC_GOTO, EXPLICIT, SILENT = 4, 2, 32, 1
"""Soft hang-up flags (Asterisk's channel.h): the switch stops; the channel is sent elsewhere; an operator ends it; its
device has sent nothing for as long as `rtp_timeout` allows."""

REMEMBERED: Micros = 600 * SECOND
"""What is over is known for so long, for what comes late."""


def interface_of(name: str) -> str:
    """Name the device of a channel: PJSIP/1001-0000002a → PJSIP/1001; a Local half keeps no serial either."""
    return name.partition(";")[0].rpartition("-")[0] or name


def is_half(name: str) -> bool:
    """Tell whether a channel is half of a Local channel: nobody is on it, it passes on what its other half hears."""
    return name.startswith("Local/")


def partner_of(name: str) -> str | None:
    """Name the other half of a Local channel, None for any other channel."""
    if name.endswith(";1"):
        return name[:-1] + "2"
    return name[:-1] + "1" if name.endswith(";2") else None


class Channels:
    """The table of channels that exist, with the index by name and the count for each linkedid."""

    def __init__(self, state: State) -> None:
        self._state = state

    def start(self, event: ev.ChannelStarted) -> Channel | None:
        """Enter a channel that just came to be.

        Returns:
            The channel; None when its end has been seen already, so that this word of its beginning came late.
        """
        if self.ended_lately(event.uid):
            return None
        channel = self.seen(event.uid, event.name, event.linked)
        channel.started_at = event.at
        channel.dialled = event.dialled
        channel.calling = event.calling
        channel.number = event.number
        channel.party = Party.CALLER if event.calling and not is_half(event.name) else Party.NOBODY
        channel.frames.append(event.pos)
        return channel

    def seen(self, uid: str, name: str = "", linked: str = "") -> Channel:
        """Return the channel of this uniqueid, making it known if it was not; clears its doubt after a gap.

        A uniqueid used again after a restart makes another call.
        """
        state = self._state
        channel = state.channels.get(uid)
        if channel is None:
            channel = Channel(uid, name, linked or uid, state.serial, None, party=Party.UNSEEN)
            if state.closed.pop(uid, None) is not None and channel.linked == uid:
                channel.call = state.again[uid] = f"{uid}~{state.serial}"
            state.channels[uid] = channel
            state.linked[channel.linked] = state.linked.get(channel.linked, 0) + 1
            if name:
                state.names[name] = uid
            return channel
        channel.stale = False
        if linked and linked != channel.linked:
            self._relink(channel, linked)
        if name and not channel.name:
            channel.name = name
            state.names[name] = uid
        return channel

    def get(self, uid: str | None) -> Channel | None:
        """Return the channel of this uniqueid if it is known."""
        return None if uid is None else self._state.channels.get(uid)

    def named(self, name: str | None) -> Channel | None:
        """Return the channel that bears this name now."""
        return None if name is None else self._state.channels.get(self._state.names.get(name, ""))

    def rename(self, event: ev.ChannelRenamed) -> None:
        """Follow a masquerade."""
        channel = self._state.channels.get(event.uid)
        if channel is None:
            return
        if self._state.names.get(channel.name) == channel.uid:
            del self._state.names[channel.name]
        channel.name = event.name
        self._state.names[event.name] = channel.uid

    def end(self, channel: Channel) -> None:
        """Forget a channel that is gone; its uniqueid is remembered for a while, for what comes late."""
        state = self._state
        del state.channels[channel.uid]
        if state.names.get(channel.name) == channel.uid:
            del state.names[channel.name]
        self._unlink(channel.linked)
        if state.now is not None:
            state.closed.pop(channel.uid, None)
            state.closed[channel.uid] = (state.now, state.boot)
            self._forget_old(state.now)

    def ended_lately(self, uid: str) -> bool:
        """Tell whether this channel is known to have gone in the last ten minutes, and not before a restart."""
        closed = self._state.closed.get(uid)
        return closed is not None and closed[1] == self._state.boot

    def _forget_old(self, now: Micros) -> None:
        closed = self._state.closed
        while now - closed[uid := next(iter(closed))][0] > REMEMBERED:
            del closed[uid]

    def _relink(self, channel: Channel, linked: str) -> None:
        former = self._state.again.get(channel.linked, channel.linked)
        if former not in channel.calls:
            channel.calls.append(former)
        self._unlink(channel.linked)
        channel.linked = linked
        self._state.linked[linked] = self._state.linked.get(linked, 0) + 1

    def _unlink(self, linked: str) -> None:
        left = self._state.linked.get(linked, 1) - 1
        if left > 0:
            self._state.linked[linked] = left
        else:
            self._state.linked.pop(linked, None)
