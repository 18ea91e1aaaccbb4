"""What is now: who waits where since when, and what each agent does; followed fact by fact at the cost of what changed.

The floor may be read while a fact is told, never kept. So the first look takes everything in, and each fact after
it names what to look at again: a queue's callers are moved by the facts themselves, an agent is read anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.agents.shown import shown
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.state import Agent, Doing, OpenVisit
from callcenter.domain.visits.offers import is_missed
from callcenter.domain.vocabulary import PAGE_FAILURES, AgentState, EndedBy, is_direct

VisitKey = tuple[str, str | None, int]
"""A visit while it lasts: the caller's channel, the queue, and which time."""


class AgentPresence(msgspec.Struct, frozen=True):
    """An agent as of now; `queues` are the lines that the agent serves, `shown` what people see of the state."""

    agent: str
    interface: str
    state: AgentState
    reason: str | None
    since: Micros | None
    shown: Doing
    queues: tuple[str, ...]
    lost: bool
    blocked: bool


class Changed(msgspec.Struct):
    """What a look found changed: queues whose callers moved, each touched agent before and after.

    Attributes:
        staff: Queue, state, and one agent more or one fewer who serves the one in the other.
    """

    queues: set[str] = msgspec.field(default_factory=set)
    seats: list[tuple[AgentPresence | None, AgentPresence | None]] = msgspec.field(default_factory=list)
    staff: list[tuple[str, AgentState, int]] = msgspec.field(default_factory=list)

    def seat(self, before: AgentPresence | None, after: AgentPresence | None) -> None:
        """Take in that an agent is another, has come or is gone."""
        self.seats.append((before, after))
        for seat, step in ((before, -1), (after, 1)):
            if seat is not None:
                self.staff += ((queue, seat.state, step) for queue in seat.queues)


def moved(changed: Changed, facts: Sequence[Fact]) -> tuple[set[str], set[str]]:
    """Return the site's queues and the agents of which something else is shown now: who waits, does what, counts."""
    queues = set(changed.queues)
    for before, after in changed.seats:
        queues |= {queue for queue, _ in _served(before) ^ _served(after)}
    agents = {seat.agent for pair in changed.seats for seat in pair if seat is not None}
    for fact in facts:
        match fact:
            case fx.VisitEnded(visit=fx.Visit(queue=str() as queue)) | fx.CallAnswered(queue=queue):
                queues.add(queue)
            case PageWitnessed(what=what, agent=agent) if what in PAGE_FAILURES:
                agents.add(agent)
            case fx.OfferEnded(offer=offer) if is_missed(offer):
                agents.add(offer.agent)
            case fx.TalkEnded(talk=fx.Talk(ended_by=EndedBy.CUT_SHORT, agent=agent)):
                agents.add(agent)
            case _:
                pass
    return {queue for queue in queues if not is_direct(queue)}, agents


def _served(seat: AgentPresence | None) -> set[tuple[str, bool]]:
    """Name the queues that an agent serves, and whether ready for a call."""
    return set() if seat is None else {(queue, seat.state is AgentState.AVAILABLE) for queue in seat.queues}


def open_visit_of(floor: Floor, uniqueid: str) -> OpenVisit | None:
    """Find the visit that is named after a caller's channel, and not told yet."""
    channel = floor.state.channels.get(uniqueid)
    visit = None if channel is None or channel.visit is None else floor.state.visits.get(channel.visit)
    if visit is not None and visit.uid == uniqueid:
        return visit
    # the caller is on another channel now: a Local channel was optimised away, or somebody was transferred
    return next((v for v in floor.state.visits.values() if v.uid == uniqueid), None)


class Present:
    """The present of one floor.

    Attributes:
        waiting: Queue → visit → when it joined, in the order they joined; None where that was not seen.
        seats: Agents by name.
        staff: Queue and state → how many agents serve the one in the other.
        now: The latest time that the switch told.
        begun: The first time that it told this run: what lasted before was shown by the run before.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, dict[VisitKey, Micros | None]] = {}
        self.seats: dict[str, AgentPresence] = {}
        self.staff: Counter[tuple[str, AgentState]] = Counter()
        self.now: Micros | None = None
        self.begun: Micros | None = None
        self._of_interface: dict[str, str] = {}
        self._seen = False

    def follow(self, facts: Sequence[Fact], floor: Floor) -> Changed:
        """Take in what one event made true."""
        self.now = floor.state.now
        if self.begun is None:
            self.begun = self.now
        changed = Changed()
        if not self._seen:
            self._seen = True
            self._take_in(floor, changed)
        touched: dict[str, None] = {}
        for fact in facts:
            self._caller(fact, floor, changed)
            agent = _agent_of(fact)
            if agent is not None:
                touched[agent] = None
        for name in touched:
            self._look_at(name, floor, changed)
        for queue, state, step in changed.staff:
            self.staff[queue, state] += step
        return changed

    def oldest(self, queue: str) -> Micros | None:
        """Return when the longest-waiting caller of a queue joined."""
        return min((at for at in self.waiting.get(queue, {}).values() if at is not None), default=None)

    def _take_in(self, floor: Floor, changed: Changed) -> None:
        for queue, visits in floor.waiting().items():
            self.waiting[queue] = {(v.uid, v.queue, v.n): _since(v) for v in visits}
            changed.queues.add(queue)
        for name in floor.state.people:
            self._look_at(name, floor, changed)

    def _caller(self, fact: Fact, floor: Floor, changed: Changed) -> None:
        match fact:
            case fx.VisitJoined():
                at = fact.at
                if at is None:
                    visit = open_visit_of(floor, fact.uniqueid)
                    at = None if visit is None else _since(visit)
                self.waiting.setdefault(fact.queue, {})[fact.uniqueid, fact.queue, fact.n] = at
                changed.queues.add(fact.queue)
            case fx.VisitLeft():
                self._gone((fact.uniqueid, fact.queue, fact.n), changed)
            case fx.VisitEnded():
                self._gone((fact.visit.uniqueid, fact.visit.queue, fact.visit.n), changed)
            case _:
                pass

    def _gone(self, key: VisitKey, changed: Changed) -> None:
        callers = self.waiting.get(key[1] or "")
        if callers is not None and key in callers:
            del callers[key]
            changed.queues.add(key[1] or "")

    def _look_at(self, name: str, floor: Floor, changed: Changed) -> None:
        before = self.seats.get(name)
        person = floor.state.people.get(name)
        if person is None:
            self._leave(before, changed)
            return
        after = _seat(person, floor)
        if after == before:
            return
        former = self._of_interface.get(after.interface)
        if former is not None and former != name and former not in floor.state.people:
            self._leave(self.seats.get(former), changed)  # the same phone under a better name
        self._of_interface[after.interface] = name
        self.seats[name] = after
        changed.seat(before, after)
        for queue in after.queues:
            if queue not in self.waiting:
                self.waiting[queue] = {}
                changed.queues.add(queue)

    def _leave(self, seat: AgentPresence | None, changed: Changed) -> None:
        if seat is not None:
            del self.seats[seat.agent]
            changed.seat(seat, None)


def _seat(person: Agent, floor: Floor) -> AgentPresence:
    channels = floor.state.channels
    return AgentPresence(
        agent=person.name,
        interface=person.interface,
        state=person.state,
        reason=person.reason,
        since=person.since,
        shown=shown(person),
        queues=tuple(sorted(queue for queue, members in person.queues.items() if members and not is_direct(queue))),
        lost=person.reachable is False,
        blocked=any(uid in channels and channels[uid].blocked for uid in person.channels),
    )


def _since(visit: OpenVisit) -> Micros | None:
    return visit.joined_at if visit.joined_at is not None else visit.waiting_since


def _agent_of(fact: Fact) -> str | None:
    match fact:
        case fx.AgentStateChanged() | fx.MembershipChanged() | fx.PhoneLost() | fx.PhoneFound():
            return fact.agent
        case fx.OwnCallBegan() | fx.OwnCallEnded() | fx.LineBlocked():
            return fact.own.agent
        case _:
            return None
