"""A floor that runs by the rulebook: each edition's figures from its own first midnight on, live and in replay alike.

Which figures hold is asked at each event, by the event's own time, so that nothing depends on when somebody looked
and nothing but the rules in force have to be journalled.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Micros
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import State
from callcenter.tracker.inputs import FloorFigures, RulesInForce


class Governed:
    """A floor and the rules in force, which say how it runs; None: by nothing but the floor's own defaults.

    Attributes:
        floor: The floor as it is now; another object once other figures hold, with the same state.
    """

    def __init__(self, in_force: RulesInForce | None, state: State | None = None) -> None:
        self._in_force = in_force
        self._told = self._ask(None if state is None else state.now)
        self.floor = Floor(self._told.settings, state)

    def apply(self, event: ev.Event) -> list[Fact]:
        """Let an event happen, by the figures of its time."""
        held = self._told.held
        if event.at is not None and held is not None and not held.at(event.at):
            self._run_by(self._ask(event.at))
        return self.floor.apply(event)

    def enact(self, in_force: RulesInForce) -> None:
        """Run by other rules from now on; what is remembered stays."""
        self._in_force = in_force
        self._run_by(self._ask(self.floor.state.now))

    def _ask(self, moment: Micros | None) -> FloorFigures:
        return FloorFigures(FloorSettings(), None) if self._in_force is None else self._in_force.floor_at(moment)

    def _run_by(self, told: FloorFigures) -> None:
        if told.settings != self._told.settings:
            self.floor = Floor(told.settings, self.floor.state)
        self._told = told
