"""What the dialplan wants to know of the floor as it is now: who is free, which queues there are, who hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from callcenter.cases.afterwards import Asked, SurveyPlan, following
from callcenter.cases.routing import Candidate, Preference, Route, route
from callcenter.domain.floor import Floor
from callcenter.domain.state import Agent
from callcenter.domain.visits.served import Served, last_talk
from callcenter.domain.vocabulary import AgentState
from callcenter.tracker import RulesInForce, Tracker

_WORDS_SECONDS = 0.2
"""How long the frames that say how a leg ended may still be on their way."""
_LOOK_SECONDS = 0.005
_PHONE = "PJSIP/"


class Switchboard:
    """Looks at the floor when the dialplan asks; while the switch is not followed, it knows nothing.

    Args:
        tracker: Whose floor it is.
        in_force: Gives the roster in force.
        surveys: Which questions callers of which line are asked.
    """

    def __init__(
        self, tracker: Tracker, in_force: Callable[[], RulesInForce], surveys: SurveyPlan | None = None
    ) -> None:
        self._tracker = tracker
        self._in_force = in_force
        self._surveys = surveys or SurveyPlan()

    def route(self, line: str, preference: Preference) -> Route | None:
        """Return where a caller of a line goes; None where that cannot be known."""
        if not self._tracker.in_sync:
            return None
        floor = self._tracker.floor
        people = floor.state.people.values()
        queues = {queue for person in people for queue, members in person.queues.items() if members}
        return route(line, preference, [self._candidate(person, floor) for person in people], queues)

    async def after(self, uniqueid: str, line: str, cause: int) -> Asked | None:
        """Return what follows when the agent's leg of a caller has ended; None where that cannot be known."""
        served = await self._ended(uniqueid)
        if served is None or served.in_gap:
            return None
        return following(served.ended_by, cause, self._surveys.questions(line), served.interface)

    async def _ended(self, uniqueid: str) -> Served | None:
        """Wait for the end of the caller's talk to be seen; None: it was not."""
        for _ in range(round(_WORDS_SECONDS / _LOOK_SECONDS)):
            served = last_talk(self._tracker.floor.state, uniqueid) if self._tracker.in_sync else None
            if served is None or served.over:
                return served
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    def phones_of(self, agent: str) -> frozenset[str]:
        """Name the endpoints of an agent's phones, as the switch tells of them; none while it is not followed."""
        if not self._tracker.in_sync:
            return frozenset()
        people = self._tracker.floor.state.people.values()
        interfaces = {
            one for person in people if person.name == agent for one in (person.interface, *person.interfaces)
        }
        return frozenset(one.removeprefix(_PHONE) for one in interfaces if one.startswith(_PHONE))

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
