"""What each word of a queue means for visits, offers and agents together."""

from __future__ import annotations

from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain.agents.seats import same_number
from callcenter.domain.channels.registry import interface_of, is_half
from callcenter.domain.events import Handlers
from callcenter.domain.frame import Micros
from callcenter.domain.parts import Parts
from callcenter.domain.state import Channel, OpenOffer, OpenVisit, Part
from callcenter.domain.visits.outcomes import DOOR_RESULTS
from callcenter.domain.visits.visits import RANK_PARTY, RANK_QUEUE, SETTLE
from callcenter.domain.vocabulary import ChannelRole, EndedBy, How, Party


class Queueing:
    """The queues' side of the floor: one method an event."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._bridges = parts.bridges
        self._people = parts.people
        self._own = parts.own
        self._offers = parts.offers
        self._visits = parts.visits
        self._settling = parts.settling
        self._parties = parts.parties

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {
            ev.CallerJoined: self.joined,
            ev.CallerLeft: self.left,
            ev.CallerDropped: self.dropped,
            ev.MemberCalled: self.called,
            ev.MemberConnected: self.connected,
            ev.MemberCompleted: self.completed,
            ev.MemberRingEnded: self.ring_ended,
            ev.QueueResult: self.result,
            ev.DoorRefused: self.refused,
            ev.KeyPressed: self.key_pressed,
            co.PickedUp: self.picked_up,
        }

    def joined(self, event: ev.CallerJoined) -> None:
        """A caller waits; what was left open of an earlier stay is decided first."""
        channel = self._parties.channel(event.uid, event.name, event.linked)
        if channel is None:
            return
        waits = self._visits.of(channel)
        again = waits is not None and event.at is not None and (waits.queue, waits.joined_at) == (event.queue, event.at)
        if waits is not None and again and waits.waiting:
            waits.frames.append(event.pos)  # told twice
            return
        caller = self._bridges.caller_on(channel) or channel
        for before in {v.id: v for v in map(self._visits.of, (channel, caller)) if v is not None}.values():
            self._settling.lives_on(before)
        if event.caller is not None:
            channel.number = event.caller
        channel.dialled = channel.dialled or event.dialled or ""
        visit = self._visits.open(channel, event.queue, event.at, event.pos)
        visit.position = event.position
        self._visits.carry(visit, caller)  # the queue may take a half of a Local channel for its caller

    def left(self, event: ev.CallerLeft) -> None:
        """A caller no longer waits."""
        visit = self._parties.visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.left:
            return
        self._visits.leave(visit, event.at, event.pos)
        self._settling.timer(event.at, SETTLE, "visit", str(visit.id))
        if visit.exit.gone:
            self._settling.settle(visit, alive=False)

    def dropped(self, event: ev.CallerDropped) -> None:
        """The queue lost a caller; the word that counts comes from elsewhere."""
        visit = self._parties.visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is not None:
            visit.frames.append(event.pos)

    def called(self, event: ev.MemberCalled) -> None:
        """A queue tries a member for a caller."""
        visit = self._parties.visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.left or self._lines.ended_lately(event.dest):
            self._parties.odd("MemberCalled", event.at, event.pos)
            return
        self._offers.called(visit, event)

    def ring_ended(self, event: ev.MemberRingEnded) -> None:
        """The queue gave up on a member; only where the channel's own end is not seen does it tell when."""
        visit = self._visits.of(self._lines.get(event.uid), event.queue)
        if visit is None or event.dest is None or self._lines.get(event.dest) is None:
            return
        channel = self._lines.seen(event.dest)
        if channel.served == visit.id and channel.offer is not None and channel.name == "":
            self._offers.close(visit.offers[channel.offer], event.at)

    def connected(self, event: ev.MemberConnected) -> None:
        """Caller and agent are connected: the visit is answered, the other phones' offers are decided."""
        visit = self._parties.visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.part is not None or self._lines.ended_lately(event.dest):
            self._parties.odd("MemberConnected", event.at, event.pos)
            return
        dest = self._lines.seen(event.dest, event.dest_name)
        self._answer(visit, dest, event, event.at)
        for offer in visit.offers:
            if offer.over:
                self._offers.settle(visit, offer)

    def completed(self, event: ev.MemberCompleted) -> None:
        """The queue's part is over; found by queue and interface where the channel is not named."""
        visit = self._visit_completed(event)
        if visit is None or visit.part is None:
            self._parties.odd("MemberCompleted", event.at, event.pos)
            return
        visit.part.completed, visit.part.completed_at = True, event.at
        hung_up = self._visits.hung_up(visit, event.at)
        if hung_up is not None:
            self._settling.end_part(visit, *hung_up, RANK_PARTY, event.pos)
        self._settling.end_part(visit, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)

    def result(self, event: ev.QueueResult) -> None:
        """The queue application said why it ended; at the door it is all that is said."""
        if event.result in DOOR_RESULTS:
            channel = self._parties.channel(event.uid, event.name, event.linked)
            if channel is not None:
                channel.number = channel.number or event.caller
                channel.dialled = channel.dialled or event.dialled or ""
                self._refused(channel, None, event.at, event.pos)
            return
        visit = self._visits.of(self._lines.get(event.uid))
        if visit is not None and visit.part is None:
            visit.exit.result = event.result
            visit.frames.append(event.pos)
            self._settling.settle(visit, alive=None)

    def refused(self, event: ev.DoorRefused) -> None:
        """Our dialplan names the queue that refused a caller."""
        channel = self._parties.channel(event.uid)
        if channel is not None:
            self._refused(channel, event.queue, event.at, event.pos)

    def key_pressed(self, event: ev.KeyPressed) -> None:
        """Our dialplan says that the caller left by key."""
        visit = self._visits.of(self._lines.get(event.uid), event.queue)
        if visit is not None and visit.part is None:
            visit.exit.keyed = True
            visit.frames.append(event.pos)
            self._settling.settle(visit, alive=None)

    def picked_up(self, event: co.PickedUp) -> None:
        """Somebody took the call that rang at another phone; the queue may say earlier that they are connected."""
        picker, target = self._parties.channel(event.uid, event.name), self._lines.get(event.target)
        if picker is None:
            return
        picker.came = How.PICKUP
        picker.frames.append(event.pos)
        if target is None:
            return
        self._offers.taken(target, picker, event)
        visit = self._parties.served(target)
        part = None if visit is None else visit.part
        if visit is not None and part is not None and part.offer is not None and not visit.ended:
            offer = visit.offers[part.offer]
            if offer.taken_by == picker.uid:
                self._pass_on(visit, part, picker, event)
        self._people.release(target)
        self._parties.refresh(target, event.at)

    def _pass_on(self, visit: OpenVisit, part: Part, picker: Channel, event: co.PickedUp) -> None:
        """The part of the agent whose phone rang is, from its beginning, the picker's."""
        rung = self._state.people[part.person]
        rung.parts.remove(visit.id)
        self._take_part(
            visit, self._by_pickup(picker.uid, interface_of(picker.name), event.at, part.answered_at), event
        )
        self._picked_up(visit, picker, event)
        for key in picker.talks:
            talk, visit.heard = self._state.talks[key], True
            talk.how, talk.queue = How.PICKUP, visit.queue
        self._people.refresh(rung, event.at)

    def _refused(self, channel: Channel, queue: str | None, at: Micros | None, pos: int) -> None:
        visit = self._visits.of(channel)
        if visit is not None and visit.refused and (visit.queue is None or queue is None):
            visit.queue = visit.queue or queue
            visit.frames.append(pos)
            return
        if visit is not None:
            self._settling.lives_on(visit)
        visit = self._visits.open(channel, None, None, pos)
        self._visits.refuse(visit, queue, at)
        self._settling.timer(at, SETTLE, "visit", str(visit.id))

    def _answer(self, visit: OpenVisit, dest: Channel, event: ev.MemberConnected, answered_at: Micros | None) -> None:
        """Whoever is on the connected channel answers: the member who was tried, or who picked the call up."""
        dest.up_at = event.at if dest.up_at is None else dest.up_at
        picker = self._picker(visit, dest, event)
        if picker is None:
            part = self._by_offer(visit, dest, event, answered_at)
        else:
            part = self._by_pickup(*picker, event.at, answered_at)
        self._take_part(visit, part, event)
        if answered_at is not None:
            self._settling.timer(answered_at, SETTLE, "bridges", str(visit.id))
        if picker is not None:
            self._picked_up(visit, self._lines.get(part.uid), event)

    def _take_part(self, visit: OpenVisit, part: Part, event: co.SwitchEvent) -> None:
        self._visits.answer(visit, part, event.pos)
        person = self._state.people[part.person]
        person.parts.append(visit.id)
        person.known = True
        self._people.refresh(person, event.at)

    def _picked_up(self, visit: OpenVisit, line: Channel | None, event: co.SwitchEvent) -> None:
        """Who picked the call up talks on an own line, unless that is gone by now."""
        if line is None:
            self._settling.end_part(visit, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)
        else:
            line.served, line.offer = visit.id, None
            self._own.company(line, event.at, event.pos, customer=True)

    def _by_offer(self, visit: OpenVisit, dest: Channel, event: ev.MemberConnected, at: Micros | None) -> Part:
        offer = self._offers.make(visit, dest, event)
        # whose phone it was when it was called: the seat may have changed hands while it rang
        person = self._state.people.get(dest.person or "") or self._people.identity.of_device(event.interface, event.at)
        assert person is not None
        behind = self._bridges.behind(dest)
        if behind is not None and behind.person is None and behind.visit is None:
            behind.party = Party.NOBODY  # an agent who stays on the line, or a phone that the switch alone knows
            self._people.identity.take(person, behind, ChannelRole.CALLED)
        return Part(dest.uid, person.name, offer.agent, offer.interface, dest.offer, at, offer.dest_up_at)

    def _by_pickup(self, uid: str, device: str, at: Micros | None, answered_at: Micros | None) -> Part:
        person = self._people.identity.meet(device, self._people.identity.device_of(device), "", at)
        return Part(uid, person.name, person.name, device, None, answered_at)

    def _picker(self, visit: OpenVisit, dest: Channel, event: ev.MemberConnected) -> tuple[str, str] | None:
        """Return the channel and the phone of who picked the call up from the one tried; None where nobody did."""
        offer = self._offer_to(visit, dest, event)
        if offer is not None and offer.taken_by is None:
            self._taken_behind(offer, dest, event.at)
        if offer is not None and offer.taken_by is not None:
            return offer.taken_by, offer.taken_at
        if dest.served is not None or dest.person is None:
            return None
        member = self._people.identity.of_device(event.interface, event.at)
        other = member is None or member.name != dest.person
        if not other:
            return None
        for one in visit.offers:  # the pickup itself was not seen: the phone that was tried has lost the call
            if one.member == event.interface and not one.over:
                one.taken_by, one.taken_at, one.signs.elsewhere = dest.uid, interface_of(dest.name), True
        return dest.uid, interface_of(dest.name)

    def _taken_behind(self, offer: OpenOffer, dest: Channel, at: Micros | None) -> None:
        """A Local member's dialplan may ring a colleague's phone, too: who answers there has taken the call."""
        member = self._state.people.get(dest.person or "")
        sides = [side for side in map(self._lines.get, offer.sides) if side is not None]
        up = (side for side in sides if side.up_at is not None and side.person is not None and not is_half(side.name))
        phone = next(up, None)
        if phone is None or member is None or phone.person == member.name:
            return
        if same_number(offer.member, interface_of(phone.name)):
            return  # the agent's own phone, which another queue calls by another name
        offer.taken_by, offer.taken_at, offer.signs.elsewhere = phone.uid, interface_of(phone.name), True
        offer.sides.remove(phone.uid)
        self._offers.close(offer, at)
        for side in sides:
            if side.person == member.name:
                self._people.release(side)
        self._people.refresh(member, at)

    def _offer_to(self, visit: OpenVisit, dest: Channel, event: ev.MemberConnected) -> OpenOffer | None:
        if dest.served == visit.id and dest.offer is not None:
            return visit.offers[dest.offer]
        return next((o for o in visit.offers if o.member == event.interface and o.taken_by == dest.uid), None)

    def _visit_completed(self, event: ev.MemberCompleted) -> OpenVisit | None:
        """Find the visit whose end a queue tells: by the agent's channel first, for a transfer changes the caller's."""
        if event.uid is None:
            return self._talk_with(event)
        dest = self._lines.get(event.dest)
        visit = self._parties.served(dest)
        if visit is not None and visit.queue == event.queue:
            return visit
        visit = self._visits.of(self._lines.get(event.uid), event.queue)
        if visit is not None and visit.part is None:
            visit = self._visits.talk_before(visit) or visit
        told = event.dest is not None and self._was_told(event.dest)
        if event.dest is None or told or (visit is not None and visit.part is not None):
            return visit
        if visit is None:
            visit = self._parties.visit(event.uid, "", event.linked or event.uid, event.queue, event.pos)
        if visit is not None:
            dest = self._lines.seen(event.dest)
            as_connect = ev.MemberConnected(
                event.at,
                event.pos,
                event.uid,
                "",
                "",
                event.queue,
                event.interface,
                event.member,
                dest.uid,
                "",
            )
            self._answer(visit, dest, as_connect, None)
        return visit

    def _was_told(self, dest: str) -> bool:
        """Tell whether the agent's channel is gone, or served a visit that has been told."""
        channel = self._lines.get(dest)
        if channel is None:
            return self._lines.ended_lately(dest)
        return channel.served is not None and channel.served not in self._state.visits

    def _talk_with(self, event: ev.MemberCompleted) -> OpenVisit | None:
        """Find the talk of a member whose end the queue tells without naming a channel."""
        device = self._people.identity.device_of(event.interface)
        for visit in self._state.visits.values():
            part = visit.part
            if part is None or visit.queue != event.queue or part.completed:
                continue
            tried = None if part.offer is None else visit.offers[part.offer].member
            if part.interface == device or tried == event.interface:
                return visit
        return None
