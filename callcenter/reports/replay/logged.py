"""Agents as queue_log alone tells of them, in the shapes of a replay; null is what such a log cannot say."""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState, How, OfferOutcome
from callcenter.queuelog.history import LogHistory
from callcenter.queuelog.logged_agents import LoggedAgent
from callcenter.reports.replay.shapes import STATES, Shape, seconds, span_shape

LOG_ALONE = (
    "queue_log alone does not tell a declined ring from a missed one, and names whom the queue rang: where a colleague "
    "picked the call up, it has the agent who was rung talking, and the rings missed."
)
"""What a reader of agents' figures must know where no login stands behind them."""

_NEVER_TOLD = frozenset({AgentState.RINGING, AgentState.BLOCKED, AgentState.OUTBOUND})


def logged_agents(agents: Iterable[LoggedAgent]) -> list[Shape]:
    """Return each agent with the states."""
    return [
        {"agent": one.name, "interface": one.interface, "states": [span_shape(span) for span in one.spans]}
        for one in agents
    ]


def logged_totals(history: LogHistory) -> dict[str, Shape]:
    """Show what each agent's calls and time come to, up to the log's last line."""
    return {one.name: _totals(one, history.until) for one in history.agents}


def _totals(agent: LoggedAgent, until: Micros | None) -> Shape:
    lasted = dict.fromkeys(AgentState, 0)
    for span in agent.spans:
        end = span.end if span.end is not None else until
        if span.start is not None and end is not None:
            lasted[span.state] += max(0, end - span.start)
    known = {OfferOutcome.ANSWERED: agent.answered}
    return {
        "answered": agent.answered,
        "missed": agent.missed,
        "declined": None,
        "offers": {outcome.value: known.get(outcome) for outcome in OfferOutcome},
        "talks": None,
        "talk_seconds": {how.value: None for how in How},
        "seconds": {s.value: None if s in _NEVER_TOLD else seconds(lasted[s]) for s in STATES},
    }
