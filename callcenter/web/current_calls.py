"""Whose calls an agent has now, or had until a while ago: what an agent may read of customers without a reason."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.exporter.present import open_visit_of
from callcenter.numbers import Numbering, read_number
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
        self._begun = False

    def happened(self, facts: Sequence[fx.Fact], floor: Floor) -> None:
        """Take in what one event made true."""
        if not self._begun:
            self._begun = True
            for lasting in floor.state.talks.values():
                self._talks(lasting.agent, lasting.uniqueid, floor)
        for fact in facts:
            match fact:
                case fx.PhoneRang():
                    self._rings(fact.agent, fact.uniqueid, floor)
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

    def _rings(self, agent: str, uniqueid: str, floor: Floor) -> None:
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
