"""Where the rulebook and the roster of the live judge are, and what is said of agents without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from callcenter.files.roster import load_roster, read_form, sound_roster
from callcenter.files.rulebook import load_rulebook
from callcenter.locale import english
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.dates import zone_named
from callcenter.staff.duty import Roster
from callcenter.staff.roster_days import RosterSaid, roster_said
from callcenter.staff.roster_form import Form


class AgentsSettings(BaseModel):
    """What the switch does not tell about agents, where there is no roster that does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: dict[str, str] = Field(
        default={}, description="Interface → agent's name; wins over the queue's. Not beside a roster."
    )
    permitted: tuple[str, ...] | None = Field(
        default=None,
        description="Extensions and patterns an agent may dial for work; unset: anything. Not beside a roster.",
    )


class RulesSettings(BaseModel):
    """The rules; without a roster nothing is proposed, and records stay undetermined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rulebook: Path | None = Field(
        default=None, description="A rulebook (YAML), with every figure, instead of the packaged one."
    )
    roster: Path | None = Field(default=None, description="Agents, phones, shifts, permitted numbers (JSON).")

    def read_rulebook(self, timezone: str) -> Rulebook:
        """Read the rulebook of a site in a time zone, or the packaged one; errors as `load_rulebook`."""
        return load_rulebook(self.rulebook, timezone)

    def read_roster(self, timezone: str, approved: Sequence[RosterSaid] = ()) -> Roster | None:
        """Read the roster of a site in a time zone, with what was approved of it, where there is one.

        Errors as `load_roster`.
        """
        if approved:
            form = roster_said(self._form, approved, zone_named(timezone))
            return sound_roster(form, english("the approved roster"), timezone)
        return None if self.roster is None else load_roster(self.roster, timezone)

    def _form(self) -> Form | None:
        return None if self.roster is None else read_form(self.roster)
