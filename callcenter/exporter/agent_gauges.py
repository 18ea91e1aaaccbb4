"""What agents do now, and for how long they did it: each alone, by team, and all together."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import PAGE_FAILURES, AgentState, OfferOutcome, PageWord
from callcenter.exporter.exposition import Labels
from callcenter.exporter.names import Names
from callcenter.exporter.present import AgentPresence, Changed, Present
from callcenter.exporter.settings import ExporterSettings
from callcenter.exporter.values import Values

_TEAMS = 200
"""Teams that have series of their own; later ones share one."""


class _Stretch(msgspec.Struct, frozen=True):
    """What an agent does now, credited to a team from `start` on; None: nobody knows since when."""

    team: str
    state: AgentState
    since: Micros | None
    start: Micros | None


class AgentGauges:
    """Figures of agents.

    Args:
        settings: Whether agents have series, and how many.
        present: What is now.
        queues: The labels of queues.
        values: Where the figures stand.

    Attributes:
        lost: Agents whose phone is no longer reachable.
    """

    def __init__(self, settings: ExporterSettings, present: Present, queues: Names, values: Values) -> None:
        self._present = present
        self._queues = queues
        self._values = values
        self._agents = Names(settings.max_agents) if settings.per_agent else Names(0)
        self._teams = Names(_TEAMS)
        self._team_of: Mapping[str, str] = {}
        self._begun: set[str] = set()
        self._stretches: dict[str, _Stretch] = {}
        self.lost = 0
        for state in AgentState:
            values.add("state_seconds_total", (state,), 0)

    def changed(self, changed: Changed) -> None:
        """Take over who is different now."""
        for queue, state, step in changed.staff:
            self._values.add("agents", (self._queues.label(queue), state), step)
        for before, after in changed.seats:
            for seat, step in ((before, -1), (after, 1)):
                if seat is not None:
                    self.lost += step * seat.lost
            if after is not None:
                self._go_on(after)
                self._show(before, after)
            elif before is not None:
                self._leave(before.agent)

    def offered(self, offer: fx.Offer) -> None:
        """Count an offer that ended."""
        if self._agents.admits(offer.agent):
            self._values.add("agent_offers_total", (self._agents.label(offer.agent), offer.outcome))

    def failed(self, agent: str, what: PageWord) -> None:
        """Count what an agent's page could not do."""
        if self._agents.admits(agent):
            self._values.add("agent_page_failures_total", (self._agents.label(agent), what))

    def over(self, span: fx.StateSpan) -> None:
        """Count a state that an agent has left."""
        lasted = self._within_run(span.start, span.end)
        if lasted is not None and self._agents.admits(span.agent):
            self._values.add("agent_state_seconds_total", (self._agents.label(span.agent), span.state), lasted)

    def teams(self, team_of: Mapping[str, str]) -> None:
        """Take in who is in which team; what was before stays with the team of then."""
        self._team_of = team_of
        for agent, now in list(self._stretches.items()):
            team = self._team(agent)
            if team != now.team:
                self._credit(now, self._present.now)
                start = None if now.start is None else self._present.now
                self._stretches[agent] = msgspec.structs.replace(now, team=team, start=start)
                self._inform(agent, now.team, team)

    def lasting(self) -> dict[str, dict[Labels, float]]:
        """Return, by metric, what present states have come to and is not counted yet."""
        agents: dict[Labels, float] = {}
        teams: dict[Labels, float] = {}
        together: dict[Labels, float] = {}
        for seat in self._present.seats.values():
            lasted = self._within_run(seat.since, self._present.now)
            if lasted is not None and self._agents.admits(seat.agent):
                agents[self._agents.label(seat.agent), seat.state] = lasted
        for now in self._stretches.values():
            lasted = self._within_run(now.start, self._present.now) or 0
            for found, labels in ((teams, (now.team, now.state)), (together, (now.state,))):
                found[labels] = found.get(labels, 0) + lasted
        return {
            "agent_state_seconds_total": agents,
            "team_state_seconds_total": teams,
            "state_seconds_total": together,
        }

    def _go_on(self, seat: AgentPresence) -> None:
        """Credit what an agent did before, where that is over."""
        before = self._stretches.get(seat.agent)
        if before is not None and (before.state, before.since) == (seat.state, seat.since):
            return
        if before is not None:
            self._credit(before, seat.since)
        team = self._team(seat.agent)
        self._stretches[seat.agent] = _Stretch(team, seat.state, seat.since, seat.since)
        self._inform(seat.agent, None if before is None else before.team, team)

    def _credit(self, stretch: _Stretch, until: Micros | None) -> None:
        lasted = self._within_run(stretch.start, until) or 0
        self._values.add("team_state_seconds_total", (stretch.team, stretch.state), lasted)
        self._values.add("state_seconds_total", (stretch.state,), lasted)

    def _team(self, agent: str) -> str:
        team = self._teams.label(self._team_of.get(agent))
        if team not in self._begun:
            self._begun.add(team)
            for state in AgentState:
                self._values.add("team_state_seconds_total", (team, state), 0)
        return team

    def _inform(self, agent: str, before: str | None, team: str) -> None:
        if before != team and self._agents.admits(agent):
            label = self._agents.label(agent)
            self._values.drop("agent_info", (label, before or ""))
            self._values.set("agent_info", (label, team), 1)

    def _show(self, before: AgentPresence | None, after: AgentPresence) -> None:
        if not self._agents.admits(after.agent):
            return
        agent = self._agents.label(after.agent)
        if before is None:
            for outcome in OfferOutcome:
                self._values.add("agent_offers_total", (agent, outcome), 0)
            for state in AgentState:
                self._values.add("agent_state_seconds_total", (agent, state), 0)
            for what in sorted(PAGE_FAILURES):
                self._values.add("agent_page_failures_total", (agent, what), 0)
        if before is None or before.state is not after.state:
            for state in AgentState:
                self._values.set("agent_state", (agent, state), after.state is state)
        self._values.set("line_blocked", (agent,), after.blocked)

    def _leave(self, agent: str) -> None:
        """Forget an agent who is not there any more; the same person may stand under a better name."""
        stretch = self._stretches.pop(agent, None)
        if stretch is not None:
            self._credit(stretch, self._present.now)
        if self._agents.admits(agent):
            self._values.drop_agent(self._agents.label(agent))
            self._agents.forget(agent)

    def _within_run(self, start: Micros | None, end: Micros | None) -> float | None:
        """Seconds of a span that lie in this run; a counter that begins with the time before counts it twice."""
        begun = self._present.begun
        if start is None or end is None or begun is None:
            return None
        return max(0, end - max(start, begun)) / SECOND
