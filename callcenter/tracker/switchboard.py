"""What the dialplan wants to know of the floor as it is now: who is free, which queues there are."""

from __future__ import annotations

from collections.abc import Callable

from callcenter.cases.routing import Candidate, Preference, Route, route
from callcenter.domain.floor import Floor
from callcenter.domain.state import Agent
from callcenter.domain.vocabulary import AgentState
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.loop import Tracker


class Switchboard:
    """Looks at the floor when the dialplan asks; while the switch is not followed, it knows nothing.

    Args:
        tracker: Whose floor it is.
        in_force: Gives the roster in force.
    """

    def __init__(self, tracker: Tracker, in_force: Callable[[], RulesInForce]) -> None:
        self._tracker = tracker
        self._in_force = in_force

    def route(self, line: str, preference: Preference) -> Route | None:
        """Return where a caller of a line goes; None where that cannot be known."""
        if not self._tracker.in_sync:
            return None
        floor = self._tracker.floor
        people = floor.state.people.values()
        queues = {queue for person in people for queue, members in person.queues.items() if members}
        return route(line, preference, [self._candidate(person, floor) for person in people], queues)

    def _candidate(self, person: Agent, floor: Floor) -> Candidate:
        roster, now = self._in_force().roster, floor.state.now
        return Candidate(
            agent=person.name,
            interface=person.interface,
            team=None if roster is None else roster.team_of(person.name, now),
            free=person.state is AgentState.AVAILABLE,
            on_duty=roster is None or now is None or roster.on_duty(person.name, now),
            since=person.since,
        )
