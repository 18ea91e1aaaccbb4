"""The state of the call centre: `apply(event)` changes it and returns the facts that became true.

Deterministic, without I/O, without a clock: time is what events say. Deadlines that lie before an event's time fire
first, at their own nominal time, so that the facts do not depend on when somebody looked. Nothing that a switch may
send raises; what fits nothing becomes `OutOfOrder`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import msgspec

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.calls import Calls
from callcenter.domain.continuity import Continuity
from callcenter.domain.frame import Micros
from callcenter.domain.lines import Lines
from callcenter.domain.owncalls import OwnCalls
from callcenter.domain.people import People
from callcenter.domain.state import FloorSettings, OpenVisit, State


class Floor:
    """Calls, agents and queues as they are now. One owner; everyone else gets facts or copies."""

    def __init__(self, settings: FloorSettings | None = None, state: State | None = None) -> None:
        self.settings = settings or FloorSettings()
        self.state = state or State()
        self._out: list[fx.Fact] = []
        self._people = People(self.state, self.settings, self._out)
        lines = Lines(self.state)
        self._own = OwnCalls(self.state, self.settings, self._people, self._out)
        self._calls = Calls(self.state, lines, self._people, self._own, self._out)
        self._seen = Continuity(self.state, lines, self._people, self._calls, self._out, self.settings.silence)
        self._handlers = _table(self._calls, self._people, self._seen)

    def apply(self, event: ev.Event) -> list[fx.Fact]:
        """Let one event happen; returns the facts in the order they became true."""
        self._out.clear()
        state = self.state
        state.serial += 1
        if event.at is not None:
            self._seen.passed(event)
            if state.timers and state.timers[0].at < event.at:
                self._fire_until(event.at)
            if state.now is None or event.at > state.now:
                state.now = event.at
        handle, fired = self._handlers.get(type(event)), len(self._out)
        if handle is not None:
            handle(event)
            self._mark(fired, event.pos)
        return self._out.copy()

    def finish(self) -> list[fx.Fact]:
        """Decide what can be decided when the input is over; still open is unknown, not ended."""
        self._out.clear()
        self._calls.finish()
        return self._out.copy()

    def open_spans(self) -> list[fx.StateSpan]:
        """Each agent's present state, as a span without an end."""
        return [
            fx.StateSpan(
                agent=p.name, interface=p.interface, state=p.state, reason=p.reason,
                queues=p.serving, start=p.since, end=None,
            )
            for p in self.state.people.values()
        ]  # fmt: skip

    def open_own_calls(self) -> list[fx.OwnCall]:
        """Own calls of agents that last."""
        return self._own.open()

    def waiting(self) -> dict[str, list[OpenVisit]]:
        """Visits that wait now, by queue."""
        found: dict[str, list[OpenVisit]] = {}
        for visit in self.state.visits.values():
            if not visit.left and visit.answered is None and visit.queue is not None:
                found.setdefault(visit.queue, []).append(visit)
        return found

    def save(self) -> bytes:
        """Pack everything remembered, to be given to `restore`."""
        return msgspec.msgpack.encode(self.state)

    @classmethod
    def restore(cls, saved: bytes, settings: FloorSettings | None = None) -> Floor:
        """Make the floor that `save` packed."""
        return cls(settings, msgspec.msgpack.decode(saved, type=State))

    def _mark(self, since: int, pos: int) -> None:
        """Say of the states that an event changed that it did."""
        for n in range(since, len(self._out)):
            fact = self._out[n]
            if isinstance(fact, fx.AgentStateChanged):
                self._out[n] = msgspec.structs.replace(fact, frames=(pos,))

    def _fire_until(self, at: Micros) -> None:
        timers = self.state.timers
        while timers and timers[0].at < at:
            timer = heapq.heappop(timers)
            if self.state.now is None or timer.at > self.state.now:
                self.state.now = timer.at
            match timer.kind:
                case "block":
                    self._own.fire(timer)
                case "wrap":
                    person = self.state.people.get(timer.key)
                    if person is not None:
                        self._people.refresh(person, timer.at)
                case _:
                    self._calls.fire(timer)


def _table(calls: Calls, people: People, seen: Continuity) -> dict[type, Callable[[Any], None]]:
    """Say who is told of which event; a `Tick` only moves time."""
    return {
        ev.ChannelStarted: calls.started,
        ev.ChannelRang: calls.rang,
        ev.ChannelUp: calls.up,
        ev.ChannelRenamed: calls.renamed,
        ev.ChannelEnded: calls.ended,
        ev.HangupAsked: calls.hangup_asked,
        ev.TeardownAsked: calls.teardown_asked,
        ev.CallerJoined: calls.joined,
        ev.CallerLeft: calls.left,
        ev.CallerDropped: calls.dropped,
        ev.MemberCalled: calls.called,
        ev.MemberConnected: calls.connected,
        ev.MemberCompleted: calls.completed,
        ev.MemberRingEnded: calls.ring_ended,
        ev.DialBegan: calls.dialled,
        ev.QueueResult: calls.result,
        ev.DoorRefused: calls.refused,
        ev.KeyPressed: calls.key_pressed,
        ev.HoldSet: calls.held,
        ev.BlindTransferred: calls.sent_away,
        ev.AttendedTransferred: calls.handed_over,
        ev.MemberSeen: people.seen_member,
        ev.MemberGone: people.gone_member,
        ev.DeviceSeen: people.seen_device,
        ev.ContactSeen: people.seen_contact,
        ev.PhoneSeen: people.seen_phone,
        ev.SwitchStopping: seen.stopping,
        ev.LinkLost: seen.lost,
        ev.LinkRestored: seen.restored,
        ev.Resynced: seen.resynced,
    }
