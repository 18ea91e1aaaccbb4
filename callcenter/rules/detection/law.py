"""The rulebook and the roster as the rules ask them."""

from __future__ import annotations

from callcenter.domain.frame import Micros
from callcenter.rules.records.violation import RosterLine
from callcenter.rules.regulations.edition import Edition, Figures, Mode, Rule, Rulebook
from callcenter.staff.duty import Roster, Stretch


class Law:
    """What held at a moment, and who was on duty."""

    def __init__(self, rulebook: Rulebook, roster: Roster | None) -> None:
        self.roster = roster
        self._seated = frozenset(() if roster is None else (seat.agent for seat in roster.seats))
        self._newest = rulebook.editions[-1]
        self._editions = [(*rulebook.holds(edition), edition) for edition in rulebook.editions]

    def edition(self, at: Micros | None) -> Edition | None:
        """Return the edition that held, the newest where nobody knows when; None where none did."""
        if at is None:
            return self._newest
        for start, end, edition in self._editions:
            if start <= at and (end is None or at < end):
                return edition
        return None

    def figures(self, at: Micros | None) -> Figures | None:
        """Return the figures that held."""
        edition = self.edition(at)
        return None if edition is None else edition.figures

    def rule(self, code: str, at: Micros | None) -> Rule | None:
        """Return a rule that held and was not off."""
        edition = self.edition(at)
        rule = None if edition is None else edition.violations.get(code)
        return None if rule is None or rule.mode is Mode.OFF else rule

    def agent(self, person: str, interface: str, at: Micros | None) -> str:
        """Name whoever used a phone at a moment: by the roster, else as the floor does.

        Ask for the moment at which it began: what follows is theirs though another has the seat by then.
        """
        found = None if self.roster is None else self.roster.agent_of(interface, at)
        return found or person

    def has_seat(self, agent: str) -> bool:
        """Tell whether the roster gives somebody a seat at any time."""
        return agent in self._seated

    def seat_changed(self, interface: str, start: Micros | None, end: Micros | None) -> bool:
        """Tell whether a phone was not the same agent's from beginning to end."""
        roster = self.roster
        return roster is not None and roster.agent_of(interface, start) != roster.agent_of(interface, end)

    def duty(self, agent: str, start: Micros, end: Micros) -> list[Stretch]:
        """Return the parts of an interval that were on duty; all of it where no roster says."""
        if self.roster is None:
            return [(start, end)]
        return self.roster.duty_within(agent, start, end)

    def line(self, agent: str, interface: str, at: Micros | None) -> RosterLine | None:
        """Return what the roster says of an agent at a moment, None where there is no roster or no moment."""
        if self.roster is None or at is None:
            return None
        shift = self.roster.shift_of(agent, at)
        return RosterLine(
            agent=agent,
            interface=interface or self.roster.interface_of(agent, at),
            team=self.roster.team_of(agent, at),
            shift=shift,
            duty=() if shift is None else tuple(self.roster.duty_within(agent, *shift)),
        )

    def wholly_on_duty(self, agent: str, start: Micros, end: Micros) -> bool:
        """Tell whether an agent was on duty from beginning to end (a moment counts as a microsecond)."""
        end = max(end, start + 1)
        return sum(e - s for s, e in self.duty(agent, start, end)) == end - start

    def on_duty(self, agent: str, at: Micros) -> bool:
        """Tell whether an agent was on duty at a moment, by the roster that there is."""
        return self.roster is not None and self.roster.on_duty(agent, at)

    def off_duty(self, agent: str, at: Micros) -> bool:
        """Tell whether a roster says that an agent was not on duty at a moment."""
        return self.roster is not None and not self.roster.on_duty(agent, at)

    def same_shift(self, agent: str, one: Micros, two: Micros) -> bool:
        """Tell whether two moments lie in one shift; without a roster nothing speaks against it."""
        if self.roster is None:
            return True
        shift = self.roster.shift_of(agent, one)
        return shift is not None and shift[0] <= two < shift[1]
