"""Talks: an agent and a customer who hear each other, whichever channels and bridges bring that about.

Story: they come together → they are apart → a moment later it is over (or they are together again) → told. What
brought them together is told by the last thing that moved either: the queue connected them, a pickup, a park, a
transfer, or one of them dialled. A talk belongs to whoever talks, not to whom the queue believes to.

Told at once is that a talk began; its end waits for a word about who ended it, as transfers are told after the
channels have parted, and a Local channel that is optimised away parts the two for a moment.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from callcenter.domain import facts as fx
from callcenter.domain.agents.own_calls import OwnCalls
from callcenter.domain.agents.states import AgentStates
from callcenter.domain.channels.bridges import Bridges
from callcenter.domain.channels.registry import interface_of, is_half, partner_of
from callcenter.domain.events import HoldSet
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import Channel, OpenTalk, OpenVisit, State, Timer
from callcenter.domain.visits.callbook import CallBook
from callcenter.domain.visits.holds import CallHeld
from callcenter.domain.vocabulary import ChannelRole, EndedBy, How, Party

PARTED: Micros = SECOND
"""Who is apart for no longer than this talks on, and a word about who ended it may still come."""


class Talks:
    """Who talks with whom."""

    def __init__(
        self, state: State, bridges: Bridges, people: AgentStates, own: OwnCalls, book: CallBook, out: list[fx.Fact]
    ) -> None:
        self._state = state
        self._bridges = bridges
        self._people = people
        self._own = own
        self._book = book
        self._out = out

    def look(self, uids: Iterable[str], at: Micros | None, pos: int) -> None:
        """Who hears whom may have changed for these channels: begin and end talks accordingly."""
        seen: set[str] = set()
        for uid in uids:
            channel = self._state.channels.get(uid)
            if channel is None or uid in seen:
                continue
            company = self._bridges.company(channel)
            if len(company) == 1 and not channel.talks and channel.role is not ChannelRole.OWN:
                continue  # alone, as it was
            seen.update(c.uid for c in company)
            self._company(company, at, pos)

    def gone(self, channel: Channel, at: Micros | None, pos: int) -> list[str]:
        """A channel has ended: whoever talked on it does not any more; returns whose company is to be looked at."""
        others = [c.uid for c in self._bridges.company(channel)]
        for key in channel.talks.copy():
            talk = self._state.talks[key]
            others += [talk.line, talk.customer]
            if talk.apart:
                talk.frames.append(pos)
                self._over(talk, at)
            else:
                self._part(talk, at, pos)
        self._own.company(channel, at, pos, customer=False)
        self._bridges.leave(channel)
        return others

    def lasts(self, visit: OpenVisit) -> bool:
        """Tell whether a visit's agent and its caller are seen to talk, and neither has ended it."""
        part = visit.part
        caller = self._state.channels.get(visit.carrier)
        if part is None or caller is None or caller.hung_up or caller.torn_down or visit.exit.gone:
            return False
        for key in caller.talks:
            talk = self._state.talks[key]
            line = self._state.channels.get(talk.line)
            if talk.person == part.person and not talk.apart and line is not None:
                return not (line.hung_up or line.torn_down or line.sent_away)
        return False

    def held(self, event: HoldSet) -> None:
        """The agent on this channel holds whom they talk with, or takes them back; said again it is no news."""
        line = self._state.channels.get(event.uid)
        for key in () if line is None else line.talks:
            talk = self._state.talks[key]
            if talk.line == event.uid and talk.held != event.on:
                talk.held = event.on
                uniqueid, queue = talk.uniqueid, talk.queue
                self._out.append(CallHeld(at=event.at, agent=talk.agent, queue=queue, uniqueid=uniqueid, held=event.on))

    def transferred(self, uid: str, at: Micros | None, pos: int) -> None:
        """The agent on this channel sent the other one away; a talk that was seen to end ended by that."""
        line = self._state.channels.get(uid)
        if line is not None:
            line.sent_away = True
            talks = [self._state.talks[key] for key in line.talks]
        else:  # the channel was quicker than the word
            talks = [talk for talk in self._state.talks.values() if talk.line == uid]
        for talk in talks:
            talk.frames.append(pos)
            if talk.apart:
                self._tell(talk, EndedBy.TRANSFER, at)

    def of_visit(self, visit: OpenVisit) -> None:
        """A visit is told: where nothing was seen of its bridges, its talk is what the queue said of it."""
        part = visit.part
        call = self._state.calls.get(visit.call)
        if part is None or call is None or visit.heard:
            return
        how = How.PICKUP if part.offer is None else How.QUEUE
        talk = fx.Talk(
            call=visit.call,
            uniqueid=visit.uid,
            agent=part.agent,
            interface=part.interface,
            how=how,
            queue=visit.queue,
            start=part.answered_at,
            end=part.ended_at,
            ended_by=part.ended_by or EndedBy.UNKNOWN,
            in_gap=visit.in_gap,
            frames=tuple(sorted(set(visit.frames))),
        )
        call.talks.append(talk)
        self._out.append(fx.TalkEnded(at=talk.end if talk.end is not None else self._state.now, talk=talk))

    def fire(self, timer: Timer) -> None:
        """They have been apart for a moment: if they still are, it is over."""
        talk = self._state.talks.get(int(timer.key))
        if talk is not None and talk.apart and not self._holds(talk):
            over = None if talk.apart_at is None else timer.at - PARTED  # what was not seen has no time
            self._tell(talk, self._ended_by(talk) or EndedBy.UNKNOWN, over)

    def unbridged(self) -> None:
        """A moment after an answer: a switch that told of no bridge by now does not tell of bridges."""
        if not self._state.bridged:
            self._state.blind = True

    def finish(self) -> None:
        """The input is over: those who talk are left talking; those apart have ended."""
        for talk in list(self._state.talks.values()):
            if talk.apart and not self._holds(talk):
                self._tell(talk, self._ended_by(talk) or EndedBy.UNKNOWN, talk.apart_at)
            else:
                self._close(talk, self._record(talk, None, None))

    def down(self, *, unseen: bool) -> None:
        """The switch is down: nobody talks any more."""
        for talk in list(self._state.talks.values()):
            if not talk.apart:
                talk.apart = True
                talk.apart_at = None if unseen else self._state.now
            self._tell(talk, self._ended_by(talk) or EndedBy.SWITCH, talk.apart_at)

    def _company(self, company: list[Channel], at: Micros | None, pos: int) -> None:
        halves = [c for c in company if is_half(c.name)]
        agents = [c for c in company if c.person is not None and not is_half(c.name) and self._talks_on(c)]
        customers = self._customers(company, halves)
        self._unveil(halves)
        together = {(a.uid, c.uid) for a in agents for c in customers}
        for channel in company:
            for key in channel.talks.copy():
                talk = self._state.talks[key]
                if (talk.line, talk.customer) not in together:
                    self._part(talk, at, pos)
        for line in agents:
            for customer in customers:
                self._meet(line, customer, at, pos)
        if agents and customers:
            self._heard_through(agents, halves)
        called_in = any(c.party is not Party.CALLED for c in customers)
        for line in agents:
            self._own.company(line, at, pos, customer=called_in or self._keeps(line))

    def _keeps(self, line: Channel) -> bool:
        """Tell whether somebody who called in is on hold on a line, while its agent asks a colleague."""
        held = (self._state.talks[key] for key in line.talks)
        return any(talk.apart and self._holds(talk) and self._called_in(talk.customer) for talk in held)

    def _called_in(self, uid: str) -> bool:
        return self._state.channels[uid].party is not Party.CALLED

    def _talks_on(self, channel: Channel) -> bool:
        person = self._state.people.get(channel.person or "")
        return person is not None and channel.uid in person.channels

    def _customers(self, company: list[Channel], halves: list[Channel]) -> list[Channel]:
        found = [c for c in company if c.party is not Party.NOBODY and c.person is None and not is_half(c.name)]
        if found:
            for half in halves:
                half.unveiled = True
            return found
        # whom the switch called into a queue comes over a Local channel
        for half in halves:
            if half.unveiled or self._carried_by(half) is None:
                continue
            behind = self._bridges.behind(half)
            if behind is not None and behind.person is None:
                behind.party, half.unveiled = Party.CALLER, True
                found.append(behind)
            else:
                found.append(half)
        return found

    def _unveil(self, halves: list[Channel]) -> None:
        """Whoever is seen behind a half of a Local channel now, is who the agent has been talking with."""
        for half in halves:
            real = self._bridges.behind(half) if half.talks else None
            if real is None or real.person is not None:
                continue
            for key in half.talks:
                self._state.talks[key].customer = real.uid
            real.talks += half.talks
            half.talks.clear()

    def _carried_by(self, half: Channel) -> OpenVisit | None:
        """Return the visit that a half of a Local channel carries still."""
        visit = self._state.visits.get(half.visit) if half.visit is not None else None
        return visit if visit is not None and visit.carrier == half.uid else None

    def _meet(self, line: Channel, customer: Channel, at: Micros | None, pos: int) -> None:
        for key in line.talks:
            talk = self._state.talks[key]
            if talk.customer == customer.uid:
                if talk.apart and self._ended_by(talk) is None:
                    talk.apart, talk.apart_at = False, None
                    talk.frames.append(pos)
                return
        self._begin(line, customer, at, pos)

    def _begin(self, line: Channel, customer: Channel, at: Micros | None, pos: int) -> None:
        visit, mine = self._visit_of(line, customer)
        part = None if visit is None else visit.part
        call = self._book.of(customer)
        call.talking += 1
        assert line.person is not None
        self._state.serial += 1
        talk = OpenTalk(
            self._state.serial,
            line.person,
            part.agent if mine and part is not None else line.person,
            interface_of(line.name),
            line.uid,
            customer.uid,
            call.id,
            visit.uid if visit is not None else customer.uid,
            visit.queue if mine and visit is not None else None,
            self._how(line, customer, mine=mine),
            at,
        )
        talk.frames += [*line.frames[:1], pos]
        talk.in_gap = at is None
        for key in {*line.talks, *customer.talks}:
            if self._state.talks[key].apart:
                self._look_again(self._state.talks[key], at)
        self._state.talks[talk.id] = talk
        line.talks.append(talk.id)
        customer.talks.append(talk.id)
        self._out.append(fx.TalkBegan(at=at, talk=self._record(talk, None, None)))

    def _visit_of(self, line: Channel, customer: Channel) -> tuple[OpenVisit | None, bool]:
        """Find the customer's visit, and whether it is by answering it that this agent talks with them."""
        halves = (c.visit for c in self._bridges.company(customer) if is_half(c.name))
        found = [self._state.visits.get(key or 0) for key in (customer.visit, *halves)]
        visits = [visit for visit in found if visit is not None]
        for visit in visits:
            part = visit.part
            if part is not None and part.person == line.person and (visit.id == line.served or not visit.ended):
                visit.heard = True
                return visit, True
        return next(iter(visits), None), False

    def _heard_through(self, agents: list[Channel], halves: list[Channel]) -> None:
        """A half of a Local channel that a queue was connected to leads on to these agents: nobody else talks there."""
        here = {line.person for line in agents}
        for half in halves:
            visit = self._state.visits.get(half.served or 0)
            part = None if visit is None else visit.part
            if visit is not None and part is not None and part.uid == half.uid and part.person not in here:
                visit.heard = True

    def _how(self, line: Channel, customer: Channel, *, mine: bool) -> How:
        if line.came is How.PICKUP:
            return How.PICKUP
        if mine:
            called = customer.dialled_by is not None and not customer.calling and not is_half(customer.name)
            return How.CALL_BACK if called and customer.came is None else How.QUEUE
        if customer.party is Party.CALLED:
            return How.OUTBOUND if line.role is ChannelRole.OWN else How.CALL_BACK
        if customer.came is not None:
            return customer.came
        return How.DIRECT if self._dialled_by(line, customer) else How.TRANSFER

    def _dialled_by(self, line: Channel, customer: Channel) -> bool:
        """Tell whether the customer dialled the agent's phone, themselves or over Local channels."""
        seen: set[str] = set()
        uid = line.dialled_by
        while uid is not None and uid not in seen:
            if uid == customer.uid:
                return True
            seen.add(uid)
            half = self._state.channels.get(uid)
            if half is None or not is_half(half.name):
                return False
            other = self._state.channels.get(self._state.names.get(partner_of(half.name) or "", ""))
            uid = None if other is None else other.dialled_by
        return False

    def _part(self, talk: OpenTalk, at: Micros | None, pos: int) -> None:
        """The two hear each other no longer."""
        if talk.apart:
            return
        talk.apart, talk.apart_at = True, at
        talk.frames.append(pos)
        by = self._ended_by(talk)
        if by is not None:
            self._tell(talk, by, at)
        else:
            self._look_again(talk, at)

    def _over(self, talk: OpenTalk, at: Micros | None) -> None:
        """A channel of two who are apart has ended: whatever held them together is over."""
        by = self._ended_by(talk)
        if by is not None:
            self._tell(talk, by, at)
        else:
            self._look_again(talk, at)

    def _look_again(self, talk: OpenTalk, at: Micros | None) -> None:
        """A moment later it is plain whether it is over."""
        start = at if at is not None else self._state.now
        if start is not None:
            self._state.serial += 1
            heapq.heappush(self._state.timers, Timer(start + PARTED, self._state.serial, "talk", str(talk.id)))

    def _holds(self, talk: OpenTalk) -> bool:
        """Tell whether two who are apart may be together again: both are there, and talk with nobody else."""
        line, customer = self._state.channels.get(talk.line), self._state.channels.get(talk.customer)
        if line is None or customer is None or line.sent_away:
            return False
        others = (self._state.talks[key] for key in (*line.talks, *customer.talks) if key != talk.id)
        return all(other.apart for other in others)

    def _ended_by(self, talk: OpenTalk) -> EndedBy | None:
        """Say who ended a talk, as far as the channels tell; those that are gone told it before."""
        line, customer = self._state.channels.get(talk.line), self._state.channels.get(talk.customer)
        if line is not None and line.sent_away:
            return EndedBy.TRANSFER
        if customer is not None and customer.hung_up:
            return EndedBy.CALLER
        if line is not None and line.hung_up:
            return EndedBy.CUT_SHORT if line.cut_short else EndedBy.AGENT
        torn = [c for c in (line, customer) if c is not None and c.torn_down]
        return EndedBy.SWITCH if torn else None

    def _tell(self, talk: OpenTalk, by: EndedBy, at: Micros | None) -> None:
        """Tell a talk to its end: when they parted, or, after a hold or a consultation, when that was over."""
        end = talk.apart_at
        if end is None or (at is not None and at > end + PARTED):
            end = at
        record = self._record(talk, end, by)
        self._close(talk, record)
        self._out.append(fx.TalkEnded(at=end if end is not None else self._state.now, talk=record))

    def _close(self, talk: OpenTalk, record: fx.Talk) -> None:
        del self._state.talks[talk.id]
        for uid in (talk.line, talk.customer):
            channel = self._state.channels.get(uid)
            if channel is not None and talk.id in channel.talks:
                channel.talks.remove(talk.id)
        call = self._state.calls[talk.call]
        call.talking -= 1
        call.talks.append(record)
        self._book.close(call)

    @staticmethod
    def _record(talk: OpenTalk, end: Micros | None, by: EndedBy | None) -> fx.Talk:
        return fx.Talk(
            call=talk.call,
            uniqueid=talk.uniqueid,
            agent=talk.agent,
            interface=talk.interface,
            how=talk.how,
            queue=talk.queue,
            start=talk.start,
            end=end,
            ended_by=by,
            in_gap=talk.in_gap,
            frames=tuple(sorted(set(talk.frames))),
        )
