"""What moves people between channels and bridges: transfers, pickups, parking, Local channels, bridges, spying."""

from __future__ import annotations

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain.channels.registry import is_half
from callcenter.domain.events import Handlers
from callcenter.domain.frame import Micros
from callcenter.domain.parts import Parts
from callcenter.domain.state import Channel
from callcenter.domain.visits.settling import sides_of
from callcenter.domain.vocabulary import How, Party


class Transfers:
    """One method an event; none of them says that a talk began or ended, they say who is where."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._bridges = parts.bridges
        self._people = parts.people
        self._own = parts.own
        self._offers = parts.offers
        self._visits = parts.visits
        self._talks = parts.talks
        self._parties = parts.parties

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {
            ev.HoldSet: self.held,
            ev.BlindTransferred: self.sent_away,
            ev.AttendedTransferred: self.handed_over,
            co.BridgeEntered: self.entered,
            co.BridgeLeft: self.left,
            co.BridgesMerged: self.merged,
            co.Parked: self.parked,
            co.ParkEnded: self.park_ended,
            co.LocalPaired: self.paired,
            co.LocalOptimizing: self.optimizing,
            co.SpyBegan: self.spied,
            co.SpyEnded: self.spied_no_more,
        }

    # bridges

    def entered(self, event: co.BridgeEntered) -> None:
        """A channel hears the others of a bridge; it may stand where a half of a Local channel stood."""
        channel = self._parties.channel(event.uid, event.name, event.linked)
        if channel is None:
            return
        self._state.bridged, self._state.blind = True, False
        swapped = self._lines.get(event.swapped)
        former = channel.bridge
        if event.bridge:
            self._bridges.enter(channel, event.bridge)
        else:
            self._bridges.leave(channel)
        if swapped is not None and is_half(swapped.name) and not is_half(channel.name):
            self._stands_for(swapped, channel)
        self._talks.look((event.uid, *self._state.bridges.get(former or "", ())), event.at, event.pos)

    def left(self, event: co.BridgeLeft) -> None:
        """A channel is in a bridge no longer: it, and who stays, hear others now."""
        channel = self._lines.get(event.uid)
        if channel is None:
            return
        others = self._bridges.company(channel)
        if self._bridges.leave(channel, event.bridge):
            self._talks.look([c.uid for c in others], event.at, event.pos)

    def merged(self, event: co.BridgesMerged) -> None:
        """Two bridges are one from now on."""
        self._talks.look(self._bridges.merge(event.into, event.gone), event.at, event.pos)

    # Local channels

    def paired(self, event: co.LocalPaired) -> None:
        """Two halves of a Local channel are known by their names."""
        self._parties.channel(event.one, event.one_name)
        self._parties.channel(event.two, event.two_name)

    def optimizing(self, event: co.LocalOptimizing) -> None:
        """The halves go: whoever each of them stood for takes its place."""
        for uid in (event.one, event.two):
            half = self._lines.get(uid)
            behind = None if half is None else self._bridges.behind(half)
            if half is not None and behind is not None:
                self._stands_for(half, behind)

    def _stands_for(self, half: Channel, channel: Channel) -> None:
        """A caller, or a side of an offer, is on a channel itself from now on."""
        visit = self._visits.carried(half)
        if visit is not None and channel.person is None:
            channel.party = Party.CALLER
            self._visits.carry(visit, channel)
        if half.served is not None and channel.served is None and channel.visit is None:
            channel.served, channel.offer = half.served, half.offer
            self._keep_side(half, channel)

    def _keep_side(self, half: Channel, channel: Channel) -> None:
        found = self._offers.at(half)
        if found is not None and channel.uid not in found[1].sides:
            found[1].sides.append(channel.uid)
            found[1].live.append(channel.uid)

    # transfers

    def held(self, event: ev.HoldSet) -> None:
        """Only the agent's own channel tells that the agent holds."""
        visit = self._parties.served(self._lines.get(event.uid))
        if visit is not None:
            self._visits.hold(visit, event)
        self._talks.held(event)

    def sent_away(self, event: ev.BlindTransferred) -> None:
        """The agent transferred the caller blind."""
        if not self._into_the_lot(self._lines.get(event.by), event.moved):
            self._came(event.moved, How.TRANSFER)
        self._free(event.by, event.at, event.pos)
        visit = self._parties.sent_by(event.by, event.moved)
        if visit is not None:
            self._parties.part_taken(visit, "blind", event.at, event.pos)

    def _into_the_lot(self, line: Channel | None, moved: str | None) -> bool:
        """Tell whether this transfer is the one that led into the parking lot: its word may come after the park's."""
        parked = self._lines.get(moved)
        return line is not None and line.sent_away and parked is not None and parked.came is How.PARK

    def handed_over(self, event: ev.AttendedTransferred) -> None:
        """The agent transferred the caller after consultation; who stays to talk with both has sent nobody away."""
        second = self._lines.get(event.second)
        if event.place == "threeway":
            if event.second != event.by:
                self._people.release(second)
            return
        visit = self._parties.sent_by(event.by, event.moved) or self._parties.served(second)
        self._came(event.moved, How.TRANSFER)
        self._take_place(second, event)
        for uid in (event.by, event.second):
            self._free(uid, event.at, event.pos)
        if visit is not None:
            self._parties.part_taken(visit, "attended", event.at, event.pos)

    def _take_place(self, second: Channel | None, event: ev.AttendedTransferred) -> None:
        """Who was transferred into a queue is where the agent waited, or talked, for them."""
        visit = None if second is None else self._visits.carried(second)
        moved = None if event.moved is None else self._parties.channel(event.moved)
        if second is None or visit is None or moved is None:
            return
        self._visits.carry(visit, self._bridges.caller_on(moved) or moved)
        moved.visit = visit.id  # the queue may go on naming a half of a Local channel
        second.visit = None

    def _free(self, uid: str, at: Micros | None, pos: int) -> None:
        """The agent on this channel is rid of it; it ends a moment later, or has just ended."""
        line = self._lines.get(uid)
        if line is not None:
            line.frames.append(pos)
        self._talks.transferred(uid, at, pos)
        self._people.release(line)
        if line is not None:
            self._parties.refresh(line, self._state.now)

    def _came(self, uid: str | None, how: How) -> None:
        """Whoever is on a channel, or behind it, is where they are by this."""
        channel = self._lines.get(uid)
        if channel is None:
            return
        for one in (channel, *self._bridges.company(channel)):
            if one.party is not Party.NOBODY or one is channel:
                one.came = how

    # parking

    def parked(self, event: co.Parked) -> None:
        """A caller was put into a parking lot: who talked with them does not any more, the part in a visit is over."""
        channel = self._parties.channel(event.uid, event.name)
        if channel is None:
            return
        self._came(event.uid, How.PARK)
        caller = self._bridges.caller_on(channel)
        for key in [] if caller is None else caller.talks.copy():
            self._talks.transferred(self._state.talks[key].line, event.at, event.pos)
        visit = None if caller is None else self._visits.of(caller)
        if visit is None or visit.part is None or visit.ended:
            visit = self._parties.served(channel)
        if visit is not None and visit.part is not None and not visit.ended:
            for uid in sides_of(visit):
                self._talks.transferred(uid, event.at, event.pos)
            self._parties.part_taken(visit, "blind", event.at, event.pos)

    def park_ended(self, event: co.ParkEnded) -> None:
        """A caller is parked no longer; who fetched them talks to them in a moment."""
        channel = self._parties.channel(event.uid, event.name)
        if channel is not None:
            self._came(event.uid, How.PARK)
            channel.frames.append(event.pos)

    # spying

    def spied(self, event: co.SpyBegan) -> None:
        """A lead listens to a colleague's call."""
        channel = self._parties.channel(event.uid)
        if channel is not None:
            self._own.spies(channel, event.target, event.at, event.pos)

    def spied_no_more(self, event: co.SpyEnded) -> None:
        """A lead listens no longer."""
        channel = self._lines.get(event.uid)
        if channel is not None:
            self._own.spies(channel, None, event.at, event.pos)
