"""Which rulebook and roster the live judge judges by."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from callcenter.rules.roster import load_roster
from callcenter.rules.rulebook import load_rulebook
from callcenter.tracker.follower import Court


class RulesSettings(BaseModel):
    """The rules; without a roster nothing is proposed, and records stay undetermined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rulebook: Path | None = Field(default=None, description="A rulebook (YAML) instead of the packaged one.")
    roster: Path | None = Field(default=None, description="Agents, phones, shifts, permitted numbers (JSON).")

    def court(self) -> Court:
        """Read both files.

        Raises:
            UnreadableFile: One cannot be read.
            BadInput: One is wrong, row by row.
        """
        roster = None if self.roster is None else load_roster(self.roster)
        return Court(load_rulebook(self.rulebook), roster)
