"""Totals over finished visits, talks and state spans: per queue by visits, per agent by offers, talks and time.

A queue's talk is its visits', the answering agent's part alone; an agent's is all talk with customers.
"""

from __future__ import annotations

from collections import Counter

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState, How, OfferOutcome, VisitOutcome
from callcenter.reports.replay.shapes import STATES, Shape, seconds
from callcenter.rules.regulations.edition import FiguresAt


class _Queue:
    def __init__(self) -> None:
        self.outcomes: Counter[VisitOutcome] = Counter()
        self.within = 0
        self.waits: Micros = 0
        self.answered_waits: Micros = 0
        self.talks: Micros = 0


class _Agent:
    def __init__(self) -> None:
        self.outcomes: Counter[OfferOutcome] = Counter()
        self.states: dict[AgentState, Micros] = {}
        self.talks: Counter[How] = Counter()
        self.talked: Counter[How] = Counter()


class Totals:
    """Counts as they come; offered are the visits that joined, refused at the door stand beside them.

    Args:
        figures: The figures that held at a moment; a visit is measured by those of when it joined.
    """

    def __init__(self, figures: FiguresAt) -> None:
        self._figures = figures
        self._queues: dict[str, _Queue] = {}
        self._agents: dict[str, _Agent] = {}
        self._nowhere: Counter[VisitOutcome] = Counter()

    def visit(self, visit: fx.Visit) -> None:
        """Count a finished visit and its offers."""
        for offer in visit.offers:
            self._agent(offer.agent).outcomes[offer.outcome] += 1
        if visit.queue is None:
            self._nowhere[visit.outcome] += 1
            return
        queue = self._queues.setdefault(visit.queue, _Queue())
        queue.outcomes[visit.outcome] += 1
        queue.waits += visit.wait or 0
        if visit.outcome is VisitOutcome.ANSWERED:
            queue.answered_waits += visit.wait or 0
            queue.talks += visit.talk or 0
            figures = self._figures(visit.joined_at)
            queue.within += visit.wait is not None and figures.in_time(visit.queue, visit.wait)

    def talk(self, talk: fx.Talk) -> None:
        """Count a talk for who really talked; one that lasts, or whose times were not seen, adds no time."""
        agent = self._agent(talk.agent)
        agent.talks[talk.how] += 1
        agent.talked[talk.how] += talk.length or 0

    def span(self, span: fx.StateSpan, end: Micros | None) -> None:
        """Count the time of a state, up to `end` where it lasts."""
        upto = span.end if span.end is not None else end
        if span.start is None or upto is None or upto <= span.start:
            return
        states = self._agent(span.agent).states
        states[span.state] = states.get(span.state, 0) + upto - span.start

    def shape(self) -> Shape:
        """Show all totals; every outcome and every state is there, zero or not."""
        return {
            "queues": {name: _queue_shape(self._queues[name]) for name in sorted(self._queues)},
            "agents": {name: _agent_shape(self._agents[name]) for name in sorted(self._agents)},
            "no_queue": {outcome.value: count for outcome, count in sorted(self._nowhere.items())},
        }

    def _agent(self, name: str) -> _Agent:
        return self._agents.setdefault(name, _Agent())


def _queue_shape(queue: _Queue) -> Shape:
    refused = queue.outcomes[VisitOutcome.REFUSED]
    return {
        "offered": queue.outcomes.total() - refused,
        **{outcome.value: queue.outcomes[outcome] for outcome in VisitOutcome},
        "within": queue.within,
        "wait_seconds": seconds(queue.waits),
        "answered_wait_seconds": seconds(queue.answered_waits),
        "talk_seconds": seconds(queue.talks),
    }


def _agent_shape(agent: _Agent) -> Shape:
    return {
        "answered": agent.outcomes[OfferOutcome.ANSWERED],
        "missed": agent.outcomes[OfferOutcome.TIMED_OUT],
        "declined": agent.outcomes[OfferOutcome.DECLINED],
        "offers": {outcome.value: agent.outcomes[outcome] for outcome in OfferOutcome},
        "talks": agent.talks.total(),
        "talk_seconds": {how.value: seconds(agent.talked[how]) for how in How},
        "seconds": {
            state.value: seconds(agent.states.get(state, 0))
            for state in AgentState
            if state in STATES or state in agent.states
        },
    }
