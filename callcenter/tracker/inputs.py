"""What people and files say that rules or the record read: journalled, so that a replay gives what was given.

Each comes into force at its place among the frames. So a record is derived again by the rulebook and the roster that
held when it was decided, whatever the settings say today.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from callcenter.domain.facts import Visit
from callcenter.domain.frame import Micros
from callcenter.domain.state import FloorSettings
from callcenter.numbers import Numbering
from callcenter.rules.duty import Roster
from callcenter.rules.edition import Rulebook
from callcenter.rules.inputs import Disposition
from callcenter.rules.judge import Judge


class Court(msgspec.Struct, frozen=True, tag="RulesInForce"):
    """What a judge judges by, and what the floor must be told from outside; in force until the next one."""

    rulebook: Rulebook
    roster: Roster | None
    floor: FloorSettings = FloorSettings()
    numbering: Numbering | None = None
    """How numbers are read; None: an older journal does not say, and their last digits were compared."""

    def judge(self, saved: bytes | None = None) -> Judge:
        """Make a judge, as it was saved or new."""
        if saved is None:
            return Judge(self.rulebook, self.roster, self.numbering, graded=False)
        return Judge.restore(saved, self.rulebook, self.roster, self.numbering, graded=False)


class QueueLogRead(msgspec.Struct, frozen=True, tag=True):
    """Asterisk's own queue_log was held against what was seen.

    Attributes:
        since: From when.
        until: Up to when.
        differing: Uniqueids of visits about which it says something else, since the last time it was said.
    """

    since: Micros
    until: Micros
    differing: tuple[str, ...] = ()


class GapFilled(msgspec.Struct, frozen=True, tag=True):
    """Asterisk's own queue_log told what a gap hid of these visits; see `domain.facts.VisitFilled`."""

    visits: tuple[Visit, ...]


class LagSeen(msgspec.Struct, frozen=True, tag=True):
    """The event stream lagged so much, by the heartbeat."""

    lag: Micros


class Hearing(Protocol):
    """Whom inputs are told to: the tracker."""

    @property
    def court(self) -> Court | None:
        """By what is judged now, as the journal says; None: it does not say yet."""

    async def enter(self, said: Input) -> None:
        """Let it hold from now on, in its place among the frames."""


Input = Court | QueueLogRead | GapFilled | LagSeen | Disposition
"""Everything of this kind that the journal may hold."""
