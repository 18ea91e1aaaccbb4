"""Offers: one attempt of a queue to reach one agent, from dialling to the outcome.

Story: called (or dialled) → rang → picked up or over → told (the table is in `phases`). A Local member's phone is
dialled by the other half, so an offer has several sides: the channel that the queue dialled first, then what that one
dials; the first of them that rings or is picked up counts, and its phone is the offer's. An outcome is told when the
visit's own end is known, or half a second after the ring ended while the visit goes on.
"""

from __future__ import annotations

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.states import AgentStates
from callcenter.domain.channels.registry import Channels, interface_of, is_half, partner_of
from callcenter.domain.frame import Micros
from callcenter.domain.phases import OFFER, OfferWord
from callcenter.domain.state import Agent, Channel, OpenOffer, OpenVisit, State
from callcenter.domain.visits.outcomes import SIP_OF_CAUSE, offer_outcome
from callcenter.domain.vocabulary import ChannelRole, OfferOutcome


class Offers:
    """The offers of every open visit."""

    def __init__(self, state: State, lines: Channels, people: AgentStates, out: list[fx.Fact]) -> None:
        self._state = state
        self._lines = lines
        self._people = people
        self._out = out

    def make(self, visit: OpenVisit, dest: Channel, event: ev.MemberCalled | ev.MemberConnected) -> OpenOffer:
        """Return the offer that the queue makes over this channel, completed with the member's name."""
        device = self._people.identity.device_of(event.interface)
        person = self._people.identity.meet(event.interface, device, event.member, event.at)
        device = self._people.identity.device_of(event.interface)
        agent = self._people.identity.named(person, event.interface, device, event.member, event.at)
        offer = self._of(visit, dest)
        if offer is None:
            offered_at = event.at if isinstance(event, ev.MemberCalled) else None
            offer = self._add(visit, dest, agent, device, offered_at)
        if offer.member != event.interface:
            offer.agent, offer.member = agent, event.interface
            offer.interface = self._rung(offer) or device
        if offer.offered_at is not None and event.at is not None:
            offer.offered_at = min(offer.offered_at, event.at)
        offer.frames.append(event.pos)
        return offer

    def called(self, visit: OpenVisit, event: ev.MemberCalled) -> None:
        """The queue tries a member."""
        dest = self._lines.seen(event.dest, event.dest_name)
        offer = self.make(visit, dest, event)
        person = self._people.identity.of_device(event.interface, event.at)
        assert person is not None
        offer.available, offer.refuted = self._people.called(person, event)
        self._people.identity.take(person, dest, ChannelRole.CALLED)
        self._out.append(
            fx.CallOffered(
                at=event.at,
                agent=offer.agent,
                interface=offer.interface,
                queue=event.queue,
                uniqueid=visit.uid,
            )
        )
        for uid in offer.sides[1:]:
            self._mine(offer, uid, person, event.at)
        self._people.refresh(person, event.at)

    def dialled(self, visit: OpenVisit, dest: Channel, event: ev.DialBegan) -> None:
        """The waiting caller's channel dials another: an offer, even where the queue's own word was lost."""
        offer = self._of(visit, dest)
        if offer is None:
            member = event.dial_string
            person = self._people.identity.meet(member, self._people.identity.device_of(member), "", event.at)
            offer = self._add(visit, dest, person.name, self._people.identity.device_of(member), event.at)
            self._people.identity.take(person, dest, ChannelRole.CALLED)
        elif offer.offered_at is not None and event.at is not None:
            offer.offered_at = min(offer.offered_at, event.at)
        offer.frames.append(event.pos)

    def extend(self, source: Channel | None, source_name: str | None, dest: Channel, at: Micros | None) -> None:
        """A Local member's other half dials the phone: that phone is a side of the offer."""
        half = partner_of(source.name if source is not None else source_name or "")
        first = self._lines.named(half)
        if first is None:
            return
        found = self.at(first)
        if found is None:
            first.beyond.append(dest.uid)  # the queue's own word, or its dialling, may come later
        elif found[0].part is None:
            visit, offer = found
            self._add_side(offer, first, dest)
            person = self._people.identity.of_device(offer.member, at)
            if person is not None:
                self._mine(offer, dest.uid, person, at)
            self._ring(offer, visit, dest)

    @staticmethod
    def _add_side(offer: OpenOffer, first: Channel, dest: Channel) -> None:
        """A phone that a half of the dialled Local channel dials rings for the same offer."""
        dest.served, dest.offer = first.served, first.offer
        offer.sides.append(dest.uid)
        offer.live.append(dest.uid)

    def rang(self, channel: Channel, pos: int) -> None:
        """A side of an offer rings."""
        found = self.at(channel)
        if found is not None:
            visit, offer = found
            offer.frames.append(pos)
            self._ring(offer, visit, channel)

    def up(self, channel: Channel, at: Micros | None, pos: int) -> None:
        """A side of an offer was picked up: the ringing ends here."""
        found = self.at(channel)
        if found is None:
            return
        _, offer = found
        offer.frames.append(pos)
        if offer.sides[0] == channel.uid and offer.dest_up_at is None:
            offer.dest_up_at = at
        if offer.up_at is None and offer.taken_by is None and self._move(offer, OfferWord.UP):
            offer.up_at = offer.ended_at = at

    def refused(self, channel: Channel, event: ev.HangupAsked) -> None:
        """The phone itself ended the attempt, with a SIP status."""
        found = self.at(channel)
        if found is None:
            return
        _, offer = found
        signs = offer.signs
        offer.frames.append(event.pos)
        signs.hangup_at = event.at if signs.hangup_at is None else signs.hangup_at
        if offer.up_at is None and signs.tech is None:
            signs.tech = event.tech if event.tech is not None else SIP_OF_CAUSE.get(event.cause or 0)
            signs.refused_ringing = offer.rang_at is not None

    def taken(self, channel: Channel, picker: Channel, event: co.PickedUp) -> None:
        """The call that rang here was picked up from another phone: no side of the offer is its agent's any more."""
        found = self.at(channel)
        if found is None:
            return
        _, offer = found
        offer.frames.append(event.pos)
        if offer.over or self._phone_up(offer):
            return  # the word that a half of a Local channel is up may overtake the pickup that made it so
        offer.up_at = offer.connected_at = None
        offer.taken_by, offer.taken_at, offer.signs.elsewhere = picker.uid, interface_of(picker.name), True
        self.close(offer, event.at)
        for uid in offer.sides:
            self._people.release(self._state.channels.get(uid))

    def _phone_up(self, offer: OpenOffer) -> bool:
        sides = (self._state.channels.get(uid) for uid in offer.sides)
        return any(one is not None and one.up_at is not None and not is_half(one.name) for one in sides)

    def ended(self, channel: Channel, event: ev.ChannelEnded) -> OpenVisit | None:
        """A side is gone; the attempt is over when the channel that the queue dialled is."""
        found = self.at(channel)
        if found is None:
            return None
        visit, offer = found
        signs = offer.signs
        offer.frames.append(event.pos)
        offer.live.remove(channel.uid)
        if channel.uid == offer.sides[0]:
            self.close(offer, event.at)
            signs.elsewhere = signs.elsewhere or (event.cause == _ANSWERED_ELSEWHERE and offer.connected_at is None)
            if signs.tech is None and offer.up_at is None and (event.tech in _CERTAIN):
                signs.tech, signs.refused_ringing = event.tech, offer.rang_at is not None
        return visit

    def close(self, offer: OpenOffer, at: Micros | None) -> None:
        """The attempt is over; the end of ringing is kept if it was seen before."""
        self._move(offer, OfferWord.GONE)
        if offer.ended_at is None:
            offer.ended_at = at

    def settle(self, visit: OpenVisit, offer: OpenOffer) -> None:
        """Tell an offer's outcome, once."""
        if offer.outcome is not None:
            return
        offer.outcome = offer_outcome(offer, visit)
        at = offer.ended_at if offer.ended_at is not None else self._state.now
        for uid in offer.sides:
            side = self._state.channels.get(uid)
            if side is not None and offer.connected_at is None and offer.over:
                side.served = side.offer = None
        self._move(offer, OfferWord.SETTLED)
        queue = visit.queue or ""
        self._out.append(fx.OfferEnded(at=at, queue=queue, uniqueid=visit.uid, visit=visit.n, offer=record(offer)))

    def at(self, channel: Channel) -> tuple[OpenVisit, OpenOffer] | None:
        """Return the offer that this channel is a side of, with its visit."""
        if channel.served is None or channel.offer is None:
            return None
        visit = self._state.visits.get(channel.served)
        return None if visit is None else (visit, visit.offers[channel.offer])

    def _add(self, visit: OpenVisit, dest: Channel, agent: str, interface: str, offered_at: Micros | None) -> OpenOffer:
        offer = OpenOffer(agent, interface, "", visit.queue or "", offered_at, available=False, refuted="not seen")
        offer.sides.append(dest.uid)
        offer.live.append(dest.uid)
        dest.served, dest.offer = visit.id, len(visit.offers)
        visit.offers.append(offer)
        beyond = [self._state.channels[uid] for uid in dest.beyond if uid in self._state.channels]
        for phone in beyond:
            self._add_side(offer, dest, phone)
        for side in (dest, *beyond):
            if side.rang_at is not None:
                offer.frames.extend(side.frames)
            self._ring(offer, visit, side)
        return offer

    def _of(self, visit: OpenVisit, dest: Channel) -> OpenOffer | None:
        if dest.served != visit.id or dest.offer is None:
            return None
        return visit.offers[dest.offer]

    def _mine(self, offer: OpenOffer, uid: str, person: Agent, at: Micros | None) -> None:
        """The phone that a Local member dials is the agent's, for this offer or for good."""
        side = self._state.channels.get(uid)
        if side is None or is_half(side.name):
            return
        if (
            self._people.identity.learn_phone(person, offer.member, interface_of(side.name), at)
            and offer.rang_at is None
        ):
            offer.interface = interface_of(side.name)
        if side.person is None:
            self._people.identity.take(person, side, ChannelRole.CALLED)

    def _rung(self, offer: OpenOffer) -> str | None:
        """Name the phone that rings for an offer, where it is one of the agent's own."""
        for uid in offer.sides:
            side = self._state.channels.get(uid)
            if side is None or side.rang_at is None or is_half(side.name):
                continue
            device = interface_of(side.name)
            owner = self._people.identity.of_device(offer.member)
            if owner is not None and device in owner.interfaces:
                return device
        return None

    def _ring(self, offer: OpenOffer, visit: OpenVisit, side: Channel) -> None:
        at = side.rang_at
        if at is None or offer.over or offer.up_at is not None:
            return
        if offer.rang_at is not None:
            offer.rang_at = min(offer.rang_at, at)
            offer.interface = self._rung(offer) or offer.interface
            return
        self._move(offer, OfferWord.RANG)
        offer.rang_at = at
        offer.interface = self._rung(offer) or offer.interface
        self._out.append(
            fx.PhoneRang(
                at=at,
                agent=offer.agent,
                interface=offer.interface,
                queue=visit.queue or "",
                uniqueid=visit.uid,
            )
        )

    @staticmethod
    def _move(offer: OpenOffer, word: OfferWord) -> bool:
        """Move an offer on; False where the word says nothing new of it."""
        phase = OFFER.after(offer.phase, word)
        if phase is None:
            return False
        offer.phase = phase
        return True


_ANSWERED_ELSEWHERE = 26
_CERTAIN = frozenset({486, 603, 480})


def record(offer: OpenOffer) -> fx.Offer:
    """Make the finished account of an offer; one that was answered stopped ringing when it was picked up, if seen."""
    answered = offer.outcome is OfferOutcome.ANSWERED
    return fx.Offer(
        agent=offer.agent,
        interface=offer.interface,
        offered_at=offer.offered_at,
        rang_at=offer.rang_at,
        ended_at=offer.up_at if answered else offer.ended_at,
        connected_at=offer.connected_at,
        outcome=offer.outcome or OfferOutcome.UNKNOWN,
        available=offer.available,
        refuted=offer.refuted,
        in_gap=offer.in_gap,
        frames=tuple(offer.frames),
    )


def is_missed(offer: fx.Offer) -> bool:
    """Tell whether the agent was there for the ring, and nobody answered; what a gap touches is nobody's."""
    there = offer.available and offer.ringing is not None and not offer.in_gap
    return there and offer.outcome is OfferOutcome.TIMED_OUT
