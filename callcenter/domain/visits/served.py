"""Who served a caller last, and how that ended: what follows a call is decided by it, and credited."""

from __future__ import annotations

import msgspec

from callcenter.domain.facts import Talk
from callcenter.domain.frame import Micros
from callcenter.domain.state import Channel, OpenTalk, State
from callcenter.domain.vocabulary import EndedBy


class Served(msgspec.Struct, frozen=True):
    """A caller's latest talk.

    Attributes:
        over: They hear each other no longer.
        ended_by: Who ended it; None: nobody has been seen to.
        in_gap: Something was not seen while it lasted.
    """

    agent: str
    interface: str
    uniqueid: str
    start: Micros | None
    over: bool
    ended_by: EndedBy | None
    in_gap: bool


def last_talk(state: State, uid: str) -> Served | None:
    """Return the latest talk of the customer on this channel, None where there was none."""
    channel = state.channels.get(uid)
    if channel is None:
        return None
    found = [_open(state.talks[key], state) for key in channel.talks]
    found += [_told(talk) for talk in _told_of(state, channel)]
    return max(found, key=lambda one: one.start or 0, default=None)


def _told_of(state: State, channel: Channel) -> list[Talk]:
    call = state.calls.get(channel.call or state.again.get(channel.linked, channel.linked))
    return [] if call is None else call.talks


def _open(talk: OpenTalk, state: State) -> Served:
    line = state.channels.get(talk.line)
    by = None
    if talk.apart and line is not None and line.hung_up:
        by = EndedBy.CUT_SHORT if line.cut_short else EndedBy.AGENT
    return Served(talk.agent, talk.interface, talk.uniqueid, talk.start, talk.apart, by, talk.in_gap)


def _told(talk: Talk) -> Served:
    over = talk.ended_by is not None
    return Served(talk.agent, talk.interface, talk.uniqueid, talk.start, over, talk.ended_by, talk.in_gap)
