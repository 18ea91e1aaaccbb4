"""Agents: what each is doing, from the phone's reachability, the channels that the agent is on, pauses and wrap-up.

States, first that holds: offline (phone lost, or signed out of every queue) · talking (an own channel is up) ·
ringing · blocked (own line engaged too long with no permitted number) · outbound (own line taken) · paused (in any
queue; by the service itself: system_paused; for after-call work: wrap_up while that is allowed) · unknown (a frame
that may be of the agent could not be believed) · wrap_up (own timer) · available · unknown
(nothing seen yet, or not since a gap). A device that stays
INUSE proves nothing after its contact was lost; a queue that calls a member proves the agent signed in and free, unless
what was seen says otherwise.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.identity import Identity
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.agents.phones import Phones
from callcenter.domain.agents.seats import is_device
from callcenter.domain.agents.shown import begun
from callcenter.domain.events import Handlers
from callcenter.domain.frame import Micros
from callcenter.domain.patterns import permitted
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import Agent, Channel, Membership, State
from callcenter.domain.vocabulary import AFTER_CALL_WORK, CANNOT_RING, PHONE_LOST, SIGNED_OUT, AgentState, ChannelRole

_LOST_STATUSES = frozenset({4, 5})
_IDLE = 1
_IDLE_STATUSES = frozenset({_IDLE, 6})
_ALIVE_STATUSES = frozenset({2, 3, 7, 8})
_LOST_DEVICES = frozenset({"UNAVAILABLE", "INVALID"})
_IDLE_DEVICES = frozenset({"NOT_INUSE", "RINGING"})
_ALIVE_DEVICES = frozenset({"INUSE", "BUSY", "ONHOLD", "RINGINUSE"})


class AgentStates:
    """Every agent, and the facts about what they do; `identity` knows who they are."""

    def __init__(self, state: State, settings: FloorSettings, out: list[fx.Fact]) -> None:
        self._state = state
        self._settings = settings
        self._out = out
        self.identity = Identity(state, settings, out, self.refresh)
        self.phones = Phones(state, self.identity, out, self.refresh)

    def handlers(self) -> Handlers:
        """Say which method is told of which event."""
        return {
            ev.MemberSeen: self.seen_member,
            ev.MemberGone: self.gone_member,
            ev.DeviceSeen: self.seen_device,
            ev.ContactSeen: self.phones.seen_contact,
            ev.PhoneSeen: self.seen_phone,
            ev.PageTold: self.told_by_page,
        }

    def seen_member(self, event: ev.MemberSeen) -> None:
        """Take what a queue says of a member; an answer to an action only fills what is not known."""
        person = self.identity.meet(event.interface, event.device, event.member, event.at)
        if event.answer and person.known:
            return
        fresh = event.queue not in person.queues or event.interface not in person.queues[event.queue]
        members = person.queues.setdefault(event.queue, {})
        member = members.setdefault(event.interface, Membership())
        member.name = event.member
        if fresh:
            self.identity.moved(person, event.queue, event.at, member=True)
        if event.paused and (not member.paused or member.reason != event.reason):
            person.pause_reason = event.reason
        done = member.reason == AFTER_CALL_WORK and not event.paused
        member.paused, member.reason = event.paused, event.reason if event.paused else ""
        if done and not self._paused(person):
            person.wrap_until = None  # who says that the work is done has wrapped up
        person.known, person.signed_out = True, False
        if not event.interface.startswith("Local/") or event.device != event.interface:
            self._by_status(person, event.device, event.status, event.pos, event.at)
        self.refresh(person, event.at)

    def gone_member(self, event: ev.MemberGone) -> None:
        """Take a member out of a queue; out of the last one is signed out."""
        person = self.identity.of_device(event.interface, event.at)
        if person is None or event.interface not in person.queues.get(event.queue, {}):
            return
        del person.queues[event.queue][event.interface]
        if not person.queues[event.queue]:
            del person.queues[event.queue]
        person.signed_out = not person.queues
        self.identity.moved(person, event.queue, event.at, member=False)
        self.identity.pass_on(person, event.interface, event.at)
        self.refresh(person, event.at)

    def seen_device(self, event: ev.DeviceSeen) -> None:
        """Take a device state."""
        if event.state in _LOST_DEVICES:
            self.phones.away(event.device, event.at, event.pos)
        elif event.state in _IDLE_DEVICES:
            person = self.identity.of_device(event.device, event.at)
            if person is not None and event.state == "NOT_INUSE":
                self._idle(person)
                self._is_free(person, event.device)
                self.refresh(person, event.at)
            self.phones.there(event.device, event.at, event.pos)
        elif event.state in _ALIVE_DEVICES and event.device not in self._state.devices:
            self.phones.reach(event.device, reachable=True, at=event.at, pos=event.pos)

    def seen_phone(self, event: ev.PhoneSeen) -> None:
        """Take the switch's word on an endpoint as a whole."""
        if event.reachable:
            self.phones.there(event.device, event.at, event.pos)
        else:
            self.phones.away(event.device, event.at, event.pos)

    def told_by_page(self, event: ev.PageTold) -> None:
        """Take what an agent's page says; of which call, where it does not say, is asked of the phone."""
        person = self._state.people.get(event.agent)
        self._out.append(
            PageWitnessed(
                at=self._state.now,
                agent=event.agent,
                interface="" if person is None else person.interface,
                what=event.what,
                uniqueid=event.uid or self._served_by(person),
                device=event.device,
                detail=event.detail,
                frames=(event.pos,),
            )
        )

    def _served_by(self, person: Agent | None) -> str | None:
        """Name the caller for whom an agent's phone is tried, or with whom the agent talks."""
        served = (self._state.channels[uid].served for uid in ({} if person is None else person.channels))
        visits = (self._state.visits.get(one) for one in served if one is not None)
        return next((visit.uid for visit in visits if visit is not None), None)

    def _by_status(self, person: Agent, device: str, status: int | None, pos: int, at: Micros | None) -> None:
        if status == _IDLE:
            self._idle(person)
            self._is_free(person, device)
        phone = device if device in person.interfaces and is_device(device) else person.interface
        if status in _LOST_STATUSES:
            self.phones.away(phone, at, pos)
        elif status in _IDLE_STATUSES or (status in _ALIVE_STATUSES and phone not in self._state.devices):
            self.phones.there(phone, at, pos)

    def called(self, person: Agent, event: ev.MemberCalled) -> tuple[bool, str | None]:
        """Weigh a queue's offer: it proves the agent signed in, unpaused and free, unless what was seen refutes it.

        Returns:
            Whether the agent was available, and what refutes it: `phone lost`, `on a call`, `paused`, or `not seen`:
            there may be a call that was not, for a queue may ring phones that are in use.
        """
        self._idle(person)
        queue, at = event.queue, event.at
        members = person.queues.setdefault(queue, {})
        if event.interface not in members:
            members[event.interface] = Membership(event.member)
            self.identity.moved(person, queue, at, member=True)
        person.known, person.signed_out = True, False
        refuted = None
        if self.phones.is_away(person):
            refuted = PHONE_LOST
        elif any(self._busy(uid) for uid in person.channels if uid != event.dest):
            refuted = "on a call"
        elif self._paused(person):
            refuted = "paused"
        elif person.doubted:
            refuted = "not seen"
        self.refresh(person, at)
        return refuted is None, refuted

    def release(self, channel: Channel | None) -> None:
        """Take an agent off a channel that a transfer took away; it ends a moment later."""
        person = None if channel is None else self._state.people.get(channel.person or "")
        if person is not None and channel is not None:
            person.channels.pop(channel.uid, None)

    def talks(self, person: Agent, besides: Channel) -> bool:
        """Tell whether an agent is in a talk on another channel than this one, reachable or not.

        Whom the agent called by a number that is work is somebody talked with, too.
        """
        others = (self._state.channels[uid] for uid in person.channels if uid != besides.uid)
        return bool(person.parts) or any(self._talks_on(c) or self._works_on(c) for c in others)

    def _works_on(self, channel: Channel) -> bool:
        up = channel.role is ChannelRole.OWN and channel.up_at is not None
        return up and (channel.calls_back is not None or permitted(channel.dialled, self._settings.permitted) is True)

    def wrap_up(self, person: Agent, queue: str, at: Micros | None) -> Micros | None:
        """Begin an agent's wrap-up after a visit; returns when it ends, None where the queue has none."""
        lasts = self._settings.wrap_up.get(queue, 0)
        if not lasts or at is None:
            return None
        person.wrap_until, person.wrap_queue = at + lasts, queue
        return person.wrap_until

    def doubt(self, person: Agent, at: Micros | None) -> None:
        """The agent may be in an unseen call: the state is unknown till the agent is seen or the phones are idle."""
        phones = [i for i in person.interfaces if is_device(i)]
        reachable = [i for i in phones if self._state.devices.get(i) is not False]
        person.doubted = reachable or phones or [person.interface]
        self.refresh(person, at)

    def forget(self, at: Micros | None, *, restarted: bool) -> None:
        """Nothing was seen for a time: what agents do is unknown until it is seen again."""
        self.phones.forget()
        for person in self._state.people.values():
            person.known, person.reachable, person.wrap_until = False, None, None
            for members in person.queues.values():
                for member in members.values():
                    member.paused, member.reason = False, ""
            if restarted:
                person.channels.clear()
                person.parts.clear()
                person.doubted.clear()
            self.refresh(person, at)

    def refresh(self, person: Agent, at: Micros | None) -> None:
        """Judge an agent's state anew, and tell if it changed."""
        state, reason, queues = self._judge(person, at)
        if (state, reason, queues) == (person.state, person.reason, person.serving):
            return
        if at is None or (person.since is not None and at < person.since):
            at = person.since  # a frame that came late does not turn time back
        ended = fx.StateSpan(
            agent=person.name,
            interface=person.interface,
            state=person.state,
            reason=person.reason,
            queues=person.serving,
            start=person.since,
            end=at,
        )
        person.shown_since = begun(person, state, reason, at)
        person.state, person.reason, person.serving, person.since = state, reason, queues, at
        self._out.append(
            fx.AgentStateChanged(
                at=at,
                agent=person.name,
                interface=person.interface,
                ended=ended,
                state=state,
                reason=reason,
                queues=queues,
            )
        )

    def _judge(self, person: Agent, at: Micros | None) -> tuple[AgentState, str | None, tuple[str, ...]]:
        if person.reachable is False:
            return AgentState.OFFLINE, PHONE_LOST, ()
        if person.signed_out and not person.channels:
            return AgentState.OFFLINE, SIGNED_OUT, ()
        on_line = self._on_line(person)
        if on_line is not None:
            return on_line, None, ()
        if not person.known:
            return AgentState.UNKNOWN, None, ()
        paused = self._paused(person)
        wraps_up = person.wrap_until is not None and at is not None and at < person.wrap_until
        after_call = bool(paused) and person.pause_reason == AFTER_CALL_WORK
        if paused and not (after_call and wraps_up):
            by_us = person.pause_reason == CANNOT_RING
            return AgentState.SYSTEM_PAUSED if by_us else AgentState.PAUSED, person.pause_reason or None, paused
        if person.doubted and not after_call:
            return AgentState.UNKNOWN, None, ()
        if wraps_up:
            return AgentState.WRAP_UP, None, (person.wrap_queue,)
        return AgentState.AVAILABLE, None, ()

    def _on_line(self, person: Agent) -> AgentState | None:
        found = None
        talking = bool(person.parts)
        for uid, role in person.channels.items():
            channel = self._state.channels[uid]
            if self._talks_on(channel):
                talking = True
            elif role is ChannelRole.CALLED and channel.rang_at is not None:
                found = AgentState.RINGING
            elif role is ChannelRole.OWN and found is not AgentState.RINGING:
                blocked = channel.blocked or found is AgentState.BLOCKED
                found = AgentState.BLOCKED if blocked else AgentState.OUTBOUND
        return AgentState.TALKING if talking else found

    @staticmethod
    def _talks_on(channel: Channel) -> bool:
        return channel.attends or (channel.role is ChannelRole.CALLED and channel.up_at is not None)

    def _busy(self, uid: str) -> bool:
        channel = self._state.channels[uid]
        return channel.role is ChannelRole.OWN or channel.up_at is not None

    def _idle(self, person: Agent) -> None:
        """Let go of calls that were open at a gap and are over: the switch says that the agent is free."""
        visits, channels = self._state.visits, self._state.channels
        person.parts = [p for p in person.parts if p in visits and not visits[p].in_gap]
        for uid in [u for u in person.channels if channels[u].stale]:
            del person.channels[uid]

    def _is_free(self, person: Agent, device: str) -> None:
        """The switch says that this phone is in no call."""
        if person.doubted:
            phone = self._state.hints.get(device, device)
            person.doubted = [one for one in person.doubted if one not in {device, phone}]

    @staticmethod
    def _paused(person: Agent) -> tuple[str, ...]:
        paused = [q for q, members in person.queues.items() for m in members.values() if m.paused]
        return tuple(sorted(set(paused))) if paused else ()
