"""Calls as they go on: whose an agent has, or had until a while ago, and rings that the record does not have yet.

Whose call it is, is what an agent may read of customers without a reason.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.state import OpenVisit
from callcenter.exporter.present import open_visit_of
from callcenter.numbers import Numbering, read_number
from callcenter.reports.call_timeline import CurrentRing
from callcenter.rules.records.violation import Violation

_MOST_OF_AGENT = 100
"""Calls that are remembered of one agent; an agent does not have so many in the time that a card stays open."""


class AgentCall:
    """A call that an agent's phone rang for, or in which the two talked; `ended_at` by our clock, None: it lasts."""

    __slots__ = ("caller", "ended_at", "ringing", "talking")

    def __init__(self, caller: str) -> None:
        self.caller = caller
        self.ringing = self.talking = False
        self.ended_at: Micros | None = None


class CurrentCalls:
    """A view of the tracker's (a `Sink`); a restart forgets calls that had ended.

    Args:
        numbering: How numbers are read now.
        open_for: How long after its end a call is remembered.
        clock: Our clock.
    """

    def __init__(
        self, numbering: Callable[[], Numbering], open_for: Micros, *, clock: Callable[[], Micros] = wall_clock
    ) -> None:
        self._numbering = numbering
        self._open_for = open_for
        self._clock = clock
        self._calls: dict[str, OrderedDict[str, AgentCall]] = {}
        self._rings: dict[str, tuple[CurrentRing, ...]] = {}
        self._begun = False

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Take in what one event made true."""
        if not self._begun:
            self._begun = True
            for lasting in floor.state.talks.values():
                self._talks(lasting.agent, lasting.uniqueid, floor)
            self._rings = {visit.uid: rings for visit in floor.state.visits.values() if (rings := _rings_of(visit))}
        for fact in facts:
            self._follow_rings(fact, floor)
            match fact:
                case fx.PhoneRang():
                    self._ring(fact.agent, fact.uniqueid, floor)
                case fx.TalkBegan():
                    self._talks(fact.talk.agent, fact.talk.uniqueid, floor)
                case fx.OfferEnded(offer=offer) if (call := self._of(offer.agent, fact.uniqueid)) is not None:
                    call.ringing = False
                    self._let_go(call)
                case fx.TalkEnded(talk=talk) if (call := self._of(talk.agent, talk.uniqueid)) is not None:
                    call.talking = False
                    self._let_go(call)
                case _:
                    pass

    def judged(self, violations: Sequence[Violation]) -> None:
        """Records are nothing to it."""

    def of(self, agent: str | None) -> dict[str, str]:
        """Return the key of each number whose call the agent has, or had until a while ago, with the call's name."""
        since, numbering = self._clock() - self._open_for, self._numbering()
        found = {}
        for name, call in self._calls.get(agent or "", OrderedDict()).items():
            key = read_number(call.caller, numbering).key
            if key is not None and (call.ended_at is None or call.ended_at > since):
                found[key] = name
        return found

    def rings(self, uniqueid: str) -> tuple[CurrentRing, ...]:
        """Return the rings of a call that goes on whose outcome is not in the record yet."""
        return self._rings.get(uniqueid, ())

    def _follow_rings(self, fact: fx.Fact, floor: Floor) -> None:
        match fact:
            case fx.PhoneRang() | fx.CallAnswered() | fx.OfferEnded():
                uniqueid = fact.uniqueid
            case fx.VisitEnded():
                uniqueid = fact.visit.uniqueid
            case _:
                return
        visit = open_visit_of(floor, uniqueid)
        if rings := () if visit is None else _rings_of(visit):
            self._rings[uniqueid] = rings
        else:
            self._rings.pop(uniqueid, None)

    def _ring(self, agent: str, uniqueid: str, floor: Floor) -> None:
        if (call := self._take(agent, uniqueid, floor)) is not None:
            call.ringing = True

    def _talks(self, agent: str, uniqueid: str, floor: Floor) -> None:
        if (call := self._take(agent, uniqueid, floor)) is not None:
            call.talking = True

    def _take(self, agent: str, uniqueid: str, floor: Floor) -> AgentCall | None:
        """Find or begin an agent's call; None: nobody knows who called."""
        calls = self._calls.setdefault(agent, OrderedDict())
        if uniqueid not in calls:
            visit = open_visit_of(floor, uniqueid)
            if visit is None or not visit.caller:
                return None
            calls[uniqueid] = AgentCall(visit.caller)
            while len(calls) > _MOST_OF_AGENT:
                calls.popitem(last=False)
        calls[uniqueid].ended_at = None
        return calls[uniqueid]

    def _of(self, agent: str | None, uniqueid: str) -> AgentCall | None:
        return self._calls.get(agent or "", OrderedDict()).get(uniqueid)

    def _let_go(self, call: AgentCall) -> None:
        if not call.ringing and not call.talking:
            call.ended_at = self._clock()


def _rings_of(visit: OpenVisit) -> tuple[CurrentRing, ...]:
    """Return the rings of a visit that are not told to their end."""
    return tuple(
        CurrentRing(
            agent=offer.agent,
            interface=offer.interface,
            queue=visit.queue,
            offered_at=offer.offered_at,
            rang_at=offer.rang_at,
            ended_at=offer.up_at if offer.up_at is not None else offer.ended_at,
            answered=offer.connected_at is not None,
        )
        for offer in visit.offers
        if offer.outcome is None and offer.rang_at is not None
    )
