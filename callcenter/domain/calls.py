"""What each event about a channel or a queue's caller means for lines, offers, visits and agents together."""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.facts import EndedBy, VisitOutcome
from callcenter.domain.frame import Micros
from callcenter.domain.lines import ASYNC_GOTO, EXPLICIT, SHUTDOWN, Lines
from callcenter.domain.offers import Offers
from callcenter.domain.outcomes import DOOR_RESULTS
from callcenter.domain.owncalls import OwnCalls
from callcenter.domain.people import People
from callcenter.domain.settling import Settling
from callcenter.domain.state import Channel, OpenVisit, State, Timer
from callcenter.domain.visits import RANK_PARTY, RANK_QUEUE, RANK_TRANSFER, SETTLE, Visits


class Calls:
    """The call side of the floor: one method an event."""

    def __init__(self, state: State, lines: Lines, people: People, own: OwnCalls, out: list[fx.Fact]) -> None:
        self._state = state
        self._lines = lines
        self._people = people
        self._own = own
        self._out = out
        self.offers = Offers(state, lines, people, out)
        self.visits = Visits(state, out)
        self.settling = Settling(state, self.visits, self.offers, people)

    # channels

    def started(self, event: ev.ChannelStarted) -> None:
        """A channel came to be; an agent's own one is an own call."""
        channel = self._lines.start(event)
        if channel is not None:
            self._own.began(channel, event)

    def rang(self, event: ev.ChannelRang) -> None:
        """A device rings."""
        channel = self._channel(event.uid, event.name)
        if channel is None or event.at is None:
            return
        if channel.rang_at is None or event.at < channel.rang_at:
            channel.rang_at = event.at
        channel.frames.append(event.pos)
        self.offers.rang(channel, event.pos)
        self._refresh(channel, event.at)

    def up(self, event: ev.ChannelUp) -> None:
        """A channel was answered."""
        channel = self._channel(event.uid, event.name, event.linked)
        if channel is None:
            return
        if channel.up_at is None:
            channel.up_at = event.at
        self.offers.up(channel, event.at, event.pos)
        self._refresh(channel, event.at)

    def renamed(self, event: ev.ChannelRenamed) -> None:
        """A masquerade gave a channel another name."""
        self._lines.rename(event)

    def ended(self, event: ev.ChannelEnded) -> None:
        """A channel is gone: an attempt may be over, a part may have ended, a caller may be lost."""
        channel = self._lines.get(event.uid)
        if channel is None:
            return
        served = self.offers.ended(channel, event)
        visit = self.visits.of(channel)
        index = channel.offer
        self._lines.end(channel)
        self._own.ended(channel, event)
        if served is not None and index is not None:
            self.settling.side_gone(served, index, event)
        if visit is not None:
            self.settling.caller_gone(visit, event)
        self._refresh(channel, event.at)
        self._close(channel)

    def hangup_asked(self, event: ev.HangupAsked) -> None:
        """A party ended it: the caller gives up or says goodbye, the agent refuses or says goodbye."""
        channel = self._channel(event.uid, event.name)
        if channel is None:
            return
        visit = self.visits.of(channel)
        if visit is not None:
            self._caller_hung_up(visit, event)
        served = self._served(channel)
        if served is not None:
            self.settling.end_part(served, event.at, EndedBy.AGENT, RANK_PARTY, event.pos)
        else:
            self.offers.refused(channel, event)

    def teardown_asked(self, event: ev.TeardownAsked) -> None:
        """The switch itself takes a channel down: it stops, sends it elsewhere, or an operator said so."""
        channel = self._channel(event.uid, event.name)
        if channel is None or event.flag not in {SHUTDOWN, ASYNC_GOTO, EXPLICIT}:
            return
        visit, served = self.visits.of(channel), self._served(channel)
        if event.flag == ASYNC_GOTO:
            if visit is not None and visit.answered is None:
                visit.redirecting = True
            return
        if visit is not None and visit.answered is None and visit.teardown_at is None:
            visit.frames.append(event.pos)
            if event.flag == SHUTDOWN:
                visit.teardown_at = event.at
        for part in (visit, served):
            if part is not None and part.answered is not None:
                self.settling.end_part(part, event.at, EndedBy.SWITCH, RANK_PARTY, event.pos)

    # queues

    def joined(self, event: ev.CallerJoined) -> None:
        """A caller waits; what was left open of an earlier stay is decided first."""
        channel = self._channel(event.uid, event.name, event.linked)
        if channel is None:
            return
        before = self.visits.of(channel)
        if before is not None:
            self.settling.lives_on(before)
        if event.caller is not None:
            channel.number = event.caller
        channel.dialled = channel.dialled or event.dialled or ""
        visit = self.visits.open(channel, event.queue, event.at, event.pos)
        visit.position = event.position

    def left(self, event: ev.CallerLeft) -> None:
        """A caller no longer waits."""
        visit = self._visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.left:
            return
        self.visits.leave(visit, event.at, event.pos)
        self.settling.timer(event.at, SETTLE, "visit", str(visit.id))
        if visit.gone:
            self.settling.settle(visit, alive=False)

    def dropped(self, event: ev.CallerDropped) -> None:
        """The queue lost a caller; the word that counts comes from elsewhere."""
        visit = self._visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is not None:
            visit.frames.append(event.pos)

    def called(self, event: ev.MemberCalled) -> None:
        """A queue tries a member for a caller."""
        visit = self._visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.left or self._lines.ended_lately(event.dest):
            self._odd("MemberCalled", event.at, event.pos)
            return
        self.offers.called(visit, event)

    def dialled(self, event: ev.DialBegan) -> None:
        """A channel dials another: a waiting caller's is an offer, a Local half's extends one."""
        if self._lines.ended_lately(event.dest):
            return
        dest = self._lines.seen(event.dest, event.dest_name)
        dest.calling = False
        source = self._lines.get(event.uid)
        visit = self.visits.of(source)
        if visit is not None and not visit.left and visit.answered is None:
            self.offers.dialled(visit, dest, event)
        elif dest.served is None:
            self.offers.extend(source, event.name, dest)

    def connected(self, event: ev.MemberConnected) -> None:
        """Caller and agent are connected: the visit is answered, the other phones' offers are decided."""
        visit = self._visit(event.uid, event.name, event.linked, event.queue, event.pos)
        if visit is None or visit.answered is not None or self._lines.ended_lately(event.dest):
            self._odd("MemberConnected", event.at, event.pos)
            return
        dest = self._lines.seen(event.dest, event.dest_name)
        self._answer(visit, dest, event, event.at)
        for offer in visit.offers:
            if offer.over:
                self.offers.settle(visit, offer)

    def completed(self, event: ev.MemberCompleted) -> None:
        """The queue's part is over; found by queue and interface where the channel is not named."""
        visit = self._visit_completed(event)
        if visit is None:
            self._odd("MemberCompleted", event.at, event.pos)
            return
        visit.completed = True
        hung_up = self.visits.hung_up(visit)
        if hung_up is not None:
            self.settling.end_part(visit, *hung_up, RANK_PARTY, event.pos)
        self.settling.end_part(visit, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)

    def result(self, event: ev.QueueResult) -> None:
        """The queue application said why it ended; at the door it is all that is said."""
        if event.result in DOOR_RESULTS:
            channel = self._channel(event.uid, event.name, event.linked)
            if channel is not None:
                channel.number = channel.number or event.caller
                channel.dialled = channel.dialled or event.dialled or ""
                self._refused(channel, None, event.at, event.pos)
            return
        visit = self.visits.of(self._lines.get(event.uid))
        if visit is not None and visit.answered is None:
            visit.result = event.result
            visit.frames.append(event.pos)
            self.settling.settle(visit, alive=None)

    def refused(self, event: ev.DoorRefused) -> None:
        """Our dialplan names the queue that refused a caller."""
        channel = self._channel(event.uid)
        if channel is not None:
            self._refused(channel, event.queue, event.at, event.pos)

    def key_pressed(self, event: ev.KeyPressed) -> None:
        """Our dialplan says that the caller left by key."""
        visit = self.visits.of(self._lines.get(event.uid), event.queue)
        if visit is not None and visit.answered is None:
            visit.keyed = True
            visit.frames.append(event.pos)
            self.settling.settle(visit, alive=None)

    def ring_ended(self, event: ev.MemberRingEnded) -> None:
        """The queue gave up on a member; only where the channel's own end is not seen does it tell when."""
        visit = self.visits.of(self._lines.get(event.uid), event.queue)
        if visit is None or event.dest is None or self._lines.get(event.dest) is None:
            return
        channel = self._lines.seen(event.dest)
        if channel.served == visit.id and channel.offer is not None and channel.name == "":
            self.offers.close(visit.offers[channel.offer], event.at)

    # the agent's part

    def held(self, event: ev.HoldSet) -> None:
        """Only the agent's own channel tells that the agent holds."""
        visit = self._served(self._lines.get(event.uid))
        if visit is not None:
            self.visits.hold(visit, event)

    def sent_away(self, event: ev.BlindTransferred) -> None:
        """The agent transferred the caller blind."""
        visit = self._served(self._lines.get(event.by))
        if visit is not None:
            visit.transferred = "blind"
            self._people.release(self._lines.get(event.by))
            self.settling.end_part(visit, event.at, EndedBy.TRANSFER, RANK_TRANSFER, event.pos)

    def handed_over(self, event: ev.AttendedTransferred) -> None:
        """The agent transferred the caller after consultation."""
        visit = self._served(self._lines.get(event.by)) or self._served(self._lines.get(event.second))
        if visit is not None:
            visit.transferred = "attended"
            self._people.release(self._lines.get(event.by))
            self._people.release(self._lines.get(event.second))
            self.settling.end_part(visit, event.at, EndedBy.TRANSFER, RANK_TRANSFER, event.pos)

    # time

    def fire(self, timer: Timer) -> None:
        """A deadline of a visit or an offer has come."""
        visit_id, _, index = timer.key.partition(":")
        visit = self._state.visits.get(int(visit_id))
        if visit is None:
            return
        match timer.kind:
            case "offer":
                self.settling.settle_offer(visit, int(index))
            case "visit" if visit.answered is None:
                self.settling.settle(visit, alive=visit.uid in self._state.channels)
            case "part" | "stop":
                self.settling.settle(visit, alive=visit.uid in self._state.channels, force=True)

    def down(self, *, unseen: bool) -> None:
        """The switch is down: nobody is to blame for what was open; `unseen` when nothing of it was seen."""
        for visit in list(self._state.visits.values()):
            if visit.answered is not None and not visit.ended:
                visit.ended, visit.ended_by = True, EndedBy.SWITCH
                self.settling.part_over(visit, None)
            visit.down = visit.down or not visit.left or visit.teardown_at is not None
            for offer in visit.offers:
                offer.down = offer.down or not offer.over
            self.settling.settle(visit, alive=False, force=True)
        if unseen:
            for channel in list(self._state.channels.values()):
                self._lines.end(channel)
            self._state.boot += 1
        for call in list(self._state.calls.values()):
            self.visits.close_call(call)

    def finish(self) -> None:
        """The input is over: decide what can be decided; what still waits or talks stays unknown or open."""
        for visit in list(self._state.visits.values()):
            visit.down = visit.down or visit.teardown_at is not None
            if not self.visits.decide(visit, alive=None):
                visit.outcome = VisitOutcome.UNKNOWN
            self.settling.tell(visit)
        for call in list(self._state.calls.values()):
            self.visits.close_call(call, over=True)

    # inner steps

    def _answer(self, visit: OpenVisit, dest: Channel, event: ev.MemberConnected, answered_at: Micros | None) -> None:
        offer = self.offers.make(visit, dest, event)
        self.visits.answer(visit, visit.offers.index(offer), answered_at, event.pos)
        visit.outcome = VisitOutcome.ANSWERED
        dest.up_at = event.at if dest.up_at is None else dest.up_at
        person = self._people.of_device(offer.interface)
        if person is not None:
            if visit.id not in person.parts:
                person.parts.append(visit.id)
            person.known = True
            self._people.refresh(person, event.at)

    def _visit_completed(self, event: ev.MemberCompleted) -> OpenVisit | None:
        visit = self.visits.of(self._lines.get(event.uid), event.queue) if event.uid else None
        device = self._people.device_of(event.interface)
        if visit is None and event.uid is None:
            mine = [v for v in self._state.visits.values() if v.queue == event.queue and not v.completed]
            mine = [v for v in mine if v.answered is not None and v.offers[v.answered].interface == device]
            return mine[0] if mine else None
        if visit is not None and visit.answered is None:
            visit = self.visits.talk_before(visit) or visit
        if event.uid is None or event.dest is None:
            return visit if visit is not None and visit.answered is not None else None
        if visit is None:
            visit = self._visit(event.uid, "", event.linked or event.uid, event.queue, event.pos)
        if visit is not None and visit.answered is None and not self._lines.ended_lately(event.dest):
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
        return visit if visit is not None and visit.answered is not None else None

    def _caller_hung_up(self, visit: OpenVisit, event: ev.HangupAsked) -> None:
        if visit.answered is not None:
            self.settling.end_part(visit, event.at, EndedBy.CALLER, RANK_PARTY, event.pos)
            return
        visit.frames.append(event.pos)
        visit.hung_up = visit.hung_up or not visit.left
        if visit.hangup_at is None:
            visit.hangup_at = event.at

    def _refused(self, channel: Channel, queue: str | None, at: Micros | None, pos: int) -> None:
        visit = self.visits.of(channel)
        if visit is not None and visit.refused and (visit.queue is None or queue is None):
            visit.queue = visit.queue or queue
            visit.frames.append(pos)
            return
        if visit is not None:
            self.settling.lives_on(visit)
        visit = self.visits.open(channel, None, None, pos)
        visit.queue, visit.refused, visit.refused_at, visit.left = queue, True, at, True
        self.settling.timer(at, SETTLE, "visit", str(visit.id))

    def _served(self, channel: Channel | None) -> OpenVisit | None:
        """Return the visit whose answering agent is on this channel."""
        if channel is None or channel.served is None or channel.offer is None:
            return None
        visit = self._state.visits.get(channel.served)
        return visit if visit is not None and visit.answered == channel.offer else None

    def _visit(self, uid: str, name: str, linked: str, queue: str, pos: int) -> OpenVisit | None:
        """Find the visit of this caller in this queue; one whose join was not seen is opened now."""
        channel = self._channel(uid, name, linked)
        if channel is None:
            return None
        visit = self.visits.of(channel, queue)
        if visit is None:
            before = self.visits.of(channel)
            if before is not None:
                self.settling.lives_on(before)
            visit = self.visits.open(channel, queue, None, pos)
        return visit

    def _channel(self, uid: str, name: str = "", linked: str = "") -> Channel | None:
        """Return this channel, made known if it was not; None for one that is known to be gone."""
        if self._lines.get(uid) is None and self._lines.ended_lately(uid):
            return None
        return self._lines.seen(uid, name, linked)

    def _close(self, channel: Channel) -> None:
        for key in {channel.call, channel.linked}:
            call = self._state.calls.get(key or "")
            if call is not None:
                self.visits.close_call(call)

    def _refresh(self, channel: Channel, at: Micros | None) -> None:
        person = self._state.people.get(channel.person or "")
        if person is not None:
            self._people.refresh(person, at)

    def _odd(self, what: str, at: Micros | None, pos: int) -> None:
        self._out.append(fx.OutOfOrder(at=at, event=what, pos=pos))
