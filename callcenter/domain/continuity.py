"""What was not seen: restarts, gaps between logins, steps of the clock, and the snapshot that says what is there now.

A gap is admitted, never bridged by guessing: what agents did in it is unknown, calls that were open live on unless
the switch was down, and every open record is marked. A snapshot can make things known and can say that a channel
from before the gap is gone; it never says why.

A clock that steps leaves a gap, too, as far as times tell anything: set back, the moments until it is as late again
come twice; set forward, or stopped with the whole switch, the moments between never came.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.calls import Calls
from callcenter.domain.events import Handlers
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.parts import Parts
from callcenter.domain.snapshot import ChannelState, Snapshot
from callcenter.domain.state import Channel, OpenVisit

STEP: Micros = SECOND // 2
"""Honest frames come at most this much out of the order of their times (seen: a few places, no measurable time)."""


_AGAIN: Micros = 5 * SECOND
"""A stay that began so much later is another one: the switch counts whole seconds, up to the end of a snapshot."""


class Continuity:
    """Restarts, gaps, steps of the clock and resyncs."""

    def __init__(self, parts: Parts, calls: Calls, silence: Micros | None = None) -> None:
        self._state = parts.state
        self._lines = parts.lines
        self._bridges = parts.bridges
        self._people = parts.people
        self._visits = parts.visits
        self._settling = parts.settling
        self._talks = parts.talks
        self._out = parts.out
        self._calls = calls
        self._silence = silence

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {
            ev.SwitchStopping: self.stopping,
            ev.LinkLost: self.lost,
            ev.LinkRestored: self.restored,
            ev.Resynced: self.resynced,
            ev.Overfull: self.overfull,
        }

    def passed(self, event: ev.Event) -> None:
        """Hold the time that an event tells against the clock; where that was set, times across it say nothing."""
        at, clock = event.at, self._state.clock
        if at is None or not _tells_time(event):
            return
        if clock is not None and at < clock - STEP:
            self._stepped(at, clock)
            clock = None
        elif clock is not None and self._silence is not None and self._state.beating and at > clock + self._silence:
            self._state.beating = False  # told once; whether heartbeats come again is to be seen
            self._stepped(clock, at)
        if clock is None or at > clock:
            self._state.clock = at
        if type(event) is ev.Tick:
            self._state.beating = True

    def _stepped(self, start: Micros, end: Micros) -> None:
        self._mark()
        self._out.append(fx.GapSeen(at=end, start=start, cause="clock"))

    def _mark(self) -> None:
        """Mark every open record: its times are not to be trusted."""
        for channel in self._state.channels.values():
            channel.in_gap = True
        for visit in self._state.visits.values():
            visit.in_gap = True
            for offer in visit.offers:
                offer.in_gap = offer.in_gap or offer.outcome is None
        for talk in self._state.talks.values():
            talk.in_gap = True
        for call in self._state.calls.values():
            for survey in call.surveys:
                survey.in_gap = True

    def stopping(self, event: ev.SwitchStopping) -> None:
        """The switch said that it stops: all that it tore down just before was its own doing."""
        self._state.stopping = True
        self._calls.down(unseen=False)
        self._people.forget(event.at, restarted=True)

    def lost(self, event: ev.LinkLost) -> None:
        """From here on nothing is seen; `at` is the last moment that was."""
        self._state.lost_at, self._state.beating = event.at, False
        for channel in self._state.channels.values():
            channel.stale = True
        self._mark()
        self._people.forget(event.at, restarted=False)

    def restored(self, event: ev.LinkRestored) -> None:
        """Events are seen again."""
        restarted = event.restarted or self._state.stopping
        start = self._state.lost_at
        self._state.stopping, self._state.lost_at = False, None
        self._state.restored_at = event.at if event.at is not None else self._state.now
        self._state.bridged = False  # a login that was seen not to tell of bridges is not believed to until it does
        if restarted:
            self._calls.down(unseen=True)
            self._people.forget(start, restarted=True)
        self._out.append(fx.GapSeen(at=event.at, start=start, cause="restart" if restarted else "link"))

    def resynced(self, event: ev.Resynced) -> None:
        """Take what the switch says is there: by key, ending only what was doubtful and is not there."""
        snapshot = event.snapshot
        for hint in snapshot.hints or ():
            self._people.identity.learn_hint(hint.hint, hint.device)
        self._channels(snapshot.channels, event)
        self._waiting(snapshot, event)
        for device in snapshot.devices or ():
            self._people.seen_device(ev.DeviceSeen(event.at, event.pos, device.device, device.state))
        for contact in snapshot.contacts or ():
            reachable = _REACHABLE.get(contact.status)
            self._people.phones.seen_contact(
                ev.ContactSeen(event.at, event.pos, f"PJSIP/{contact.endpoint}", contact.uri, reachable, removed=False)
            )
        self._gone_members(snapshot, event)
        for m in snapshot.members:
            behind = m.state_interface or m.interface
            self._people.seen_member(
                ev.MemberSeen(event.at, event.pos, m.queue, m.interface, m.name, behind, m.status, m.paused, m.reason)
            )

    def _gone_members(self, snapshot: Snapshot, event: ev.Resynced) -> None:
        """Whoever was a member before the gap, and of whom nothing was told since, left what does not name them now."""
        asked = {queue.name for queue in snapshot.queues}
        there = {(member.queue, member.interface) for member in snapshot.members}
        for person in [one for one in self._state.people.values() if not one.known]:
            held = [(queue, interface) for queue in person.queues for interface in person.queues[queue]]
            for queue, interface in held:
                if queue in asked and (queue, interface) not in there:
                    self._people.gone_member(ev.MemberGone(event.at, event.pos, queue, interface))

    def overfull(self, event: ev.Overfull) -> None:
        """What was told to be open is over, as after a restart; agents are met again as the switch tells of them."""
        self.lost(ev.LinkLost(event.at, event.pos))
        self.restored(ev.LinkRestored(event.at, event.pos, restarted=True))
        self._people.identity.dismiss(event.at)

    def _channels(self, channels: tuple[ChannelState, ...], event: ev.Resynced) -> None:
        there = {c.uniqueid for c in channels}
        for channel in list(self._state.channels.values()):
            if channel.stale and channel.uid not in there:
                gone = ev.ChannelEnded(None, event.pos, channel.uid, channel.name, None, None)
                self._calls.ended(gone)
        for now in channels:
            known = self._lines.get(now.uniqueid) is not None
            if not known and self._lines.ended_lately(now.uniqueid):
                continue  # it ended while the switch was being asked
            channel = self._lines.seen(now.uniqueid, now.name, now.linkedid)
            if not known:
                channel.dialled, channel.number = now.exten, now.caller or None
                channel.up_at = event.at if now.state == _UP else None
                self._people.identity.recognise(channel, event.at)
            self._put(channel, now.bridge)
        self._talks.look([c.uniqueid for c in channels], None, event.pos)

    def _put(self, channel: Channel, bridge: str) -> None:
        """A channel of before the gap, or a new one, is where the switch says; one that events have told of is."""
        if channel.in_gap or channel.bridge is None:
            if bridge:
                self._bridges.enter(channel, bridge)
            else:
                self._bridges.leave(channel)

    def _waiting(self, snapshot: Snapshot, event: ev.Resynced) -> None:
        self._gone_from_queues(snapshot, event)
        for entry in snapshot.waiting:
            channel = self._lines.seen(entry.uniqueid, entry.channel)
            since = _since(event.at, entry.wait_seconds)
            before = self._visits.of(channel)
            if before is not None:
                if before.queue in {entry.queue, None} and not _came_again(before, since):
                    continue
                if before.part is None and not before.left:
                    self._visits.slip(before, event.pos)
                self._settling.lives_on(before)
            channel.number = channel.number or entry.caller or None
            visit = self._visits.open(channel, entry.queue, None, event.pos)
            visit.position = entry.position
            visit.in_gap = True
            visit.waiting_since = since

    def _gone_from_queues(self, snapshot: Snapshot, event: ev.Resynced) -> None:
        """Who waited before the gap and waits no longer, in a queue that the switch was asked about, left in it."""
        asked = {queue.name for queue in snapshot.queues}
        there = {(entry.uniqueid, entry.queue) for entry in snapshot.waiting}
        for visit in self._state.visits.values():
            waited = visit.in_gap and visit.waiting and visit.exit.hangup_at is None
            if waited and visit.queue in asked and (visit.carrier, visit.queue) not in there:
                self._visits.slip(visit, event.pos)


_MAY_ANSWER = frozenset({ev.MemberSeen, ev.DeviceSeen})
_LOOKS_BACK = frozenset({ev.LinkLost, ev.Resynced, ev.Overfull})


def _tells_time(event: ev.Event) -> bool:
    """Tell whether an event has the time of the stream: not one that looks back, nor an answer to an action."""
    kind = type(event)
    if kind in _MAY_ANSWER:
        return not event.answer  # type: ignore[union-attr]
    return kind not in _LOOKS_BACK


_UP = 6
"""Asterisk's number for a channel that was answered."""
_REACHABLE = {"Reachable": True, "Unreachable": False, "Removed": False}


def _came_again(visit: OpenVisit, since: Micros | None) -> bool:
    """Tell whether who waits since then is not in this stay any more, but in a later one of the same queue."""
    joined = visit.waiting_since if visit.joined_at is None else visit.joined_at
    return visit.in_gap and joined is not None and since is not None and since > joined + _AGAIN


def _since(at: Micros | None, seconds: int | None) -> Micros | None:
    return None if at is None or seconds is None else at - seconds * SECOND
