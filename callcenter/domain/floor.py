"""The state of the call centre: `apply(event)` changes it and returns the facts that became true.

Deterministic, without I/O, without a clock: time is what events say. Deadlines that lie before an event's time fire
first, at their own nominal time, so that the facts do not depend on when somebody looked. Nothing that a switch may
send raises; what fits nothing becomes `OutOfOrder`.
"""

from __future__ import annotations

import heapq

import msgspec

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.calls import Calls
from callcenter.domain.continuity import Continuity
from callcenter.domain.frame import Micros
from callcenter.domain.parts import make_parts
from callcenter.domain.quarantine import Quarantine
from callcenter.domain.queueing import Queueing
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import OpenVisit, State
from callcenter.domain.transfers import Transfers
from callcenter.domain.visits.surveys import Surveys
from callcenter.shape import shape_of


class Floor:
    """Calls, agents and queues as they are now. One owner; everyone else gets facts or copies."""

    def __init__(self, settings: FloorSettings | None = None, state: State | None = None) -> None:
        self.settings = settings or FloorSettings()
        self.state = state or State()
        self._out: list[fx.Fact] = []
        parts = make_parts(self.state, self.settings, self._out)
        self._people, self._own = parts.people, parts.own
        self._calls = Calls(parts)
        self._seen = Continuity(parts, self._calls, self.settings.silence)
        self._handlers = (
            self._calls.handlers()
            | Queueing(parts).handlers()
            | Transfers(parts).handlers()
            | Surveys(parts).handlers()
            | parts.people.handlers()
            | self._seen.handlers()
            | Quarantine(parts).handlers()
        )
        # whose each phone is, is asked anew after other settings came into force
        self._border: Micros | None = self._people.identity.begin(self.state.clock)

    def apply(self, event: ev.Event) -> list[fx.Fact]:
        """Let one event happen; returns the facts in the order they became true."""
        self._out.clear()
        state = self.state
        state.serial += 1
        if event.at is not None:
            before = state.clock
            self._seen.passed(event)
            clock = state.clock
            if clock is not None and before is not None and clock < before:
                self._border = self._people.identity.begin(clock)
            if self._border is not None and clock is not None and clock >= self._border:
                self._reseat(clock)
            if state.timers and state.timers[0].at < event.at:
                self._fire_until(event.at)
            if state.now is None or event.at > state.now:
                state.now = event.at
        handle, fired = self._handlers.get(type(event)), len(self._out)
        if handle is not None:
            handle(event)
            if len(self._out) > fired:
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
                agent=p.name,
                interface=p.interface,
                state=p.state,
                reason=p.reason,
                queues=p.serving,
                start=p.since,
                end=None,
            )
            for p in self.state.people.values()
        ]

    def open_own_calls(self) -> list[fx.OwnCall]:
        """Own calls of agents that last."""
        return self._own.open()

    def waiting(self) -> dict[str, list[OpenVisit]]:
        """Visits that wait now, by queue."""
        found: dict[str, list[OpenVisit]] = {}
        for visit in self.state.visits.values():
            if visit.waiting and not visit.left and visit.queue is not None:
                found.setdefault(visit.queue, []).append(visit)
        return found

    def save(self) -> bytes:
        """Pack everything remembered, to be given to `restore`."""
        return msgspec.msgpack.encode((shape_of(State), self.state))

    @classmethod
    def restore(cls, saved: bytes, settings: FloorSettings | None = None) -> Floor:
        """Make the floor that `save` packed.

        Raises:
            msgspec.MsgspecError: It was packed by a version with another idea of what is to be remembered.
        """
        shape, state = msgspec.msgpack.decode(saved, type=tuple[str, State])
        if shape != shape_of(State):
            raise msgspec.ValidationError(f"a floor of the shape {shape!r} was saved, not {shape_of(State)!r}")
        return cls(settings, state)

    def _reseat(self, at: Micros) -> None:
        """Seats change hands at their own moments, whenever the next event comes."""
        border = self._border
        while border is not None and border <= at:
            self._people.identity.reseat(border)
            border = self._people.identity.next_border(border)
        self._border = border
        self._people.identity.passed(at)

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
                case "away":
                    self._people.phones.fire(timer)
                case "wrap":
                    if (person := self.state.people.get(timer.key)) is not None:
                        self._people.refresh(person, timer.at)
                case _:
                    self._calls.fire(timer)
