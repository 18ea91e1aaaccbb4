"""What each event about a channel means for lines, offers, visits and agents together."""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain.channels.registry import ASYNC_GOTO, EXPLICIT, SHUTDOWN, SILENT, is_half
from callcenter.domain.events import Handlers
from callcenter.domain.parts import Parts
from callcenter.domain.patterns import outside
from callcenter.domain.state import Channel, OpenVisit, Timer
from callcenter.domain.visits.visits import RANK_PARTY, RANK_QUEUE
from callcenter.domain.vocabulary import LEG_LOST, EndedBy, Party, VisitOutcome


class Calls:
    """The channels' side of the floor: one method an event."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._people = parts.people
        self._own = parts.own
        self._offers = parts.offers
        self._visits = parts.visits
        self._settling = parts.settling
        self._talks = parts.talks
        self._parties = parts.parties
        self._book = parts.book

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {
            ev.ChannelStarted: self.started,
            ev.ChannelRang: self.rang,
            ev.ChannelUp: self.up,
            ev.ChannelRenamed: self.renamed,
            ev.ChannelEnded: self.ended,
            ev.HangupAsked: self.hangup_asked,
            ev.TeardownAsked: self.teardown_asked,
            ev.DialBegan: self.dialled,
        }

    def started(self, event: ev.ChannelStarted) -> None:
        """A channel came to be; an agent's own one is an own call."""
        channel = self._lines.start(event)
        if channel is not None:
            self._own.began(channel, event)

    def rang(self, event: ev.ChannelRang) -> None:
        """A device rings."""
        channel = self._parties.channel(event.uid, event.name)
        if channel is None or event.at is None:
            return
        if channel.rang_at is None or event.at < channel.rang_at:
            channel.rang_at = event.at
        channel.frames.append(event.pos)
        self._offers.rang(channel, event.pos)
        self._parties.refresh(channel, event.at)

    def up(self, event: ev.ChannelUp) -> None:
        """A channel was answered."""
        channel = self._parties.channel(event.uid, event.name, event.linked)
        if channel is None:
            return
        if channel.up_at is None:
            channel.up_at = event.at
        self._offers.up(channel, event.at, event.pos)
        self._parties.refresh(channel, event.at)

    def renamed(self, event: ev.ChannelRenamed) -> None:
        """A masquerade gave a channel another name."""
        self._lines.rename(event)

    def dialled(self, event: ev.DialBegan) -> None:
        """A channel dials another: a waiting caller's is an offer, a Local half's extends one."""
        if self._lines.ended_lately(event.dest):
            return
        dest = self._lines.seen(event.dest, event.dest_name)
        dest.calling = False
        dest.party = Party.NOBODY if dest.party is Party.UNSEEN else dest.party
        self._people.identity.recognise(dest, event.at)
        source = self._lines.get(event.uid)
        self._whom_called(source, dest, event)
        visit = self._visits.of(source)
        if visit is not None and not visit.left and visit.part is None:
            self._offers.dialled(visit, dest, event)
        elif dest.served is None:
            self._offers.extend(source, event.name, dest, event.at)

    def ended(self, event: ev.ChannelEnded) -> None:
        """A channel is gone: an attempt may be over, a part may have ended, a caller may be lost."""
        channel = self._lines.get(event.uid)
        if channel is None:
            return
        others = self._talks.gone(channel, event.at, event.pos)
        served = self._offers.ended(channel, event)
        picked = self._parties.served(channel) if served is None else None
        visit = self._visits.carried(channel)
        survey = self._book.surveyed(channel)
        if survey is not None:
            self._book.survey_over(survey, event.at, hung_up=None if event.at is None else True)
        self._lines.end(channel)
        self._talks.look(others, event.at, event.pos)
        self._own.ended(channel, event)
        if served is not None:
            self._settling.side_gone(served, channel, event)
        elif picked is not None and picked.part is not None and picked.part.uid == channel.uid:
            self._settling.end_part(picked, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)
        if visit is not None:
            self._settling.caller_gone(visit, event)
        self._parties.refresh(channel, event.at)
        self._book.close_of(channel)

    def hangup_asked(self, event: ev.HangupAsked) -> None:
        """A party ended it: the caller gives up or says goodbye, the agent refuses or says goodbye."""
        channel = self._parties.channel(event.uid, event.name)
        if channel is None:
            return
        channel.hung_up, channel.cut_short = not is_half(channel.name), event.cause == LEG_LOST
        visit = self._visits.carried(channel)
        if visit is not None:
            self._caller_hung_up(visit, event)
        served = self._parties.served(channel)
        # what a half of a Local channel asks, is nobody's hanging up where bridges tell who hears whom
        if served is not None and (channel.hung_up or not self._state.bridged):
            by = EndedBy.CUT_SHORT if channel.cut_short else EndedBy.AGENT
            self._settling.end_part(served, event.at, by, RANK_PARTY, event.pos)
        elif served is None:
            self._offers.refused(channel, event)

    def teardown_asked(self, event: ev.TeardownAsked) -> None:
        """The switch itself takes a channel down: it stops, sends it elsewhere, or an operator said so."""
        channel = self._parties.channel(event.uid, event.name)
        if channel is not None and event.flag == SILENT:
            self._fell_silent(channel, event)
        if channel is None or event.flag not in {SHUTDOWN, ASYNC_GOTO, EXPLICIT}:
            return
        visit, served = self._visits.carried(channel), self._parties.served(channel)
        if event.flag == ASYNC_GOTO:
            if visit is not None and visit.part is None:
                visit.exit.redirecting = True
            return
        if visit is not None and visit.part is None and visit.exit.teardown_at is None:
            visit.frames.append(event.pos)
            if event.flag == SHUTDOWN:
                visit.exit.teardown_at = event.at
        channel.torn_down = event.flag == SHUTDOWN or not is_half(channel.name)
        for part in (visit, served):
            if part is not None and part.part is not None and not self._talks.lasts(part):
                self._settling.end_part(part, event.at, EndedBy.SWITCH, RANK_PARTY, event.pos)

    def _fell_silent(self, channel: Channel, event: ev.TeardownAsked) -> None:
        """An agent's page crashed, or their phone lost its network: nobody hung up. Of a customer it says nothing."""
        if not any(self._state.talks[key].line == channel.uid for key in channel.talks):
            return
        channel.hung_up = channel.cut_short = True
        served = self._parties.served(channel)
        if served is not None:
            self._settling.end_part(served, event.at, EndedBy.CUT_SHORT, RANK_PARTY, event.pos)

    # time

    def fire(self, timer: Timer) -> None:
        """A deadline of a visit, an offer or a talk has come."""
        if timer.kind == "talk":
            self._talks.fire(timer)
            return
        visit_id, _, index = timer.key.partition(":")
        visit = self._state.visits.get(int(visit_id))
        if visit is None:
            return
        alive = visit.carrier in self._state.channels
        match timer.kind:
            case "offer":
                self._settling.settle_offer(visit, int(index))
            case "visit" if visit.part is None:
                self._settling.settle(visit, alive=alive)
            case "bridges":
                self._talks.unbridged()
            case "part" | "stop" | "overflowed":
                self._settling.settle(visit, alive=alive, force=True)
            case _:
                pass

    def down(self, *, unseen: bool) -> None:
        """The switch is down: nobody is to blame for what was open; `unseen` when nothing of it was seen."""
        for visit in list(self._state.visits.values()):
            if visit.part is not None and not visit.ended:
                self._visits.cut_part(visit)
                self._settling.part_over(visit, None)
            visit.exit.down = visit.exit.down or not visit.left or visit.exit.teardown_at is not None
            for offer in visit.offers:
                offer.signs.down = offer.signs.down or not offer.over
            self._settling.settle(visit, alive=False, force=True)
        self._talks.down(unseen=unseen)
        if unseen:
            for channel in list(self._state.channels.values()):
                self._lines.end(channel)
            self._state.bridges.clear()
            self._state.boot += 1
        for call in list(self._state.calls.values()):
            self._book.close(call)

    def finish(self) -> None:
        """The input is over: decide what can be decided; what still waits or talks stays unknown or open."""
        for visit in list(self._state.visits.values()):
            visit.exit.down = visit.exit.down or visit.exit.teardown_at is not None
            if not self._visits.decide(visit, alive=None):
                visit.outcome = VisitOutcome.UNKNOWN
            self._settling.tell(visit)
        self._talks.finish()
        for call in list(self._state.calls.values()):
            self._book.close(call, over=True)

    # inner steps

    def _whom_called(self, source: Channel | None, dest: Channel, event: ev.DialBegan) -> None:
        """Note who dialled a channel, and whether somebody outside is on it whom an agent had called."""
        dest.dialled_by = event.uid if dest.dialled_by is None else dest.dialled_by
        if source is None or source.person is None or dest.person is not None or is_half(dest.name):
            return
        number = event.dial_string.partition("@")[0].rpartition("/")[2]
        if source.served is None and outside(number):
            dest.party = Party.CALLED
            self._own.calls_back(source, number, event)

    def _caller_hung_up(self, visit: OpenVisit, event: ev.HangupAsked) -> None:
        if visit.part is not None:
            self._settling.end_part(visit, event.at, EndedBy.CALLER, RANK_PARTY, event.pos)
            return
        visit.frames.append(event.pos)
        visit.exit.hung_up = visit.exit.hung_up or not visit.left
        if visit.exit.hangup_at is None:
            visit.exit.hangup_at = event.at
