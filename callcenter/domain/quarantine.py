"""A frame that cannot be believed: a gap of that moment, for whom it may concern.

A caller can put a line break into a number and so spoil every frame that shows it. Then something happened and nobody
knows what: what it may be about is marked, and agents whom it may concern are in doubt until they are seen again. Its
words may be the caller's own; so they say who is in doubt, and where they name nobody that is known, everybody is.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.channels.registry import interface_of
from callcenter.domain.events import Handlers
from callcenter.domain.parts import Parts
from callcenter.domain.state import Agent, Channel, OpenVisit


class Quarantine:
    """What is in doubt since a frame was refused."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._people = parts.people
        self._out = parts.out

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {ev.FrameRefused: self.refused}

    def refused(self, event: ev.FrameRefused) -> None:
        """Admit the gap, mark what was open, and doubt whom it may concern."""
        moment = self._state.now if event.at is None else event.at
        if moment is None or moment != self._state.refused_at:  # a frame that is broken into pieces is one
            self._state.refused_at = moment
            self._out.append(fx.GapSeen(at=moment, start=moment, cause="quarantined"))
        channels = self._named(event)
        self._mark(event, channels)
        for person in self._concerned(event, channels):
            self._people.doubt(person, moment)

    def _named(self, event: ev.FrameRefused) -> list[Channel]:
        """Return the known channels that it names, each once."""
        found = [self._lines.get(uid) for uid in event.uniqueids]
        found += [self._lines.named(name) for name in event.channels]
        return [*{channel.uid: channel for channel in found if channel is not None}.values()]

    def _mark(self, event: ev.FrameRefused, channels: list[Channel]) -> None:
        """Mark the channels that it names, and what happens on them; all that is open where it names none of it.

        What is of a channel alone that is not known, such as its beginning, is of nothing that is open.
        """
        if event.alone and not channels:
            return
        state = self._state
        for channel in channels:
            channel.stale = True  # what is known of it may be over
        if channels:
            visits = [state.visits.get(key or 0) for c in channels for key in (c.visit, c.served)]
            talks = [state.talks[key] for c in channels for key in c.talks]
        else:
            queues = {v.queue for v in state.visits.values()}.intersection(event.queues)
            visits = [v for v in state.visits.values() if not queues or v.queue in queues]
            talks = [t for t in state.talks.values() if not queues or t.queue in queues]
        for channel in channels or state.channels.values():
            channel.in_gap = True
        for visit in visits:
            _mark(visit)
        for talk in talks:
            talk.in_gap = True

    def _concerned(self, event: ev.FrameRefused, channels: list[Channel]) -> list[Agent]:
        """Return the agents on the channels or phones that it names, else of the queues, else all of them."""
        people = self._state.people
        names = [channel.person for channel in channels]
        # nothing is learnt from a hint: whose a phone is, others have said
        names += [self._state.who.get(phone) for phone in (*map(interface_of, event.channels), *event.members)]
        names += event.members
        found = {name: people[name] for name in names if name is not None and name in people}
        if found or event.alone:
            return [*found.values()]
        served = [p for p in people.values() if not p.queues.keys().isdisjoint(event.queues)]
        return served or [*people.values()]


def _mark(visit: OpenVisit | None) -> None:
    if visit is None:
        return
    visit.in_gap = True
    for offer in visit.offers:
        offer.in_gap = offer.in_gap or offer.outcome is None
