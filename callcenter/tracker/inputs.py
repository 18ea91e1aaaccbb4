"""What people and files say that rules or the record read: journalled, so that a replay gives what was given.

Each comes into force at its place among the frames. So a record is derived again by the rulebook and the roster that
held when it was decided, whatever the settings say today.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from callcenter.cases.linking import LinkSettings
from callcenter.domain.agents.directory import Directory
from callcenter.domain.facts import Visit
from callcenter.domain.frame import Micros
from callcenter.domain.settings import FloorSettings
from callcenter.numbers import Numbering
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.regulations.edition import Held, Rulebook
from callcenter.staff.duty import Roster

FOLLOWED = LinkSettings(repeat_days=0)
"""Answered visits are let go of at once: nobody asks here what repeats them, and every saved state would have them."""


class SiteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the floor must be told that no rulebook says.

    Attributes:
        names: Interface → agent's name, where no roster says who sits where.
        permitted: Extensions and Asterisk patterns an agent may dial for work, where no roster says.
        silence: While heartbeats come, the stream is silent for no longer than this; None: nobody has said.
        links: How lost calls are followed.
    """

    names: dict[str, str] = {}
    permitted: tuple[str, ...] | None = None
    silence: Micros | None = None
    links: LinkSettings = FOLLOWED


class RulesInForce(msgspec.Struct, frozen=True, tag="RulesInForce"):
    """What a judge judges by and the floor runs by; in force until the next one.

    Attributes:
        rulebook: What is forbidden, and every figure: each edition's hold from its own first day on.
        roster: Who sits where and is on duty, and what may be dialled for work.
        besides: What neither of them says.
        floor: What the floor was told, in a journal of an earlier version, whose figures were settings of their own.
        numbering: How numbers are read; None: an older journal does not say, and their last digits were compared.
    """

    rulebook: Rulebook
    roster: Roster | None
    besides: SiteFacts = SiteFacts()
    floor: FloorSettings | None = None
    numbering: Numbering | None = None

    @property
    def directory(self) -> Directory:
        """Whose each interface is at a moment: by the roster, where there is one."""
        if self.floor is not None:
            return Directory(self.floor.seats, self.floor.names)
        return Directory({}, self.besides.names) if self.roster is None else Directory(self.roster.tenures(), {})

    def floor_at(self, moment: Micros | None) -> FloorFigures:
        """Return what the floor must be told at a moment (the newest where that is unknown), and for how long."""
        if self.floor is not None:
            return FloorFigures(self.floor, None)
        held = self.rulebook.held(moment)
        permitted = self.besides.permitted if self.roster is None else self.roster.legit_extensions
        settings = FloorSettings(
            names={} if self.roster is not None else self.besides.names,
            seats={} if self.roster is None else self.roster.tenures(),
            wrap_up=held.figures.wrap_up,
            permitted=permitted,
            blocked_after=held.figures.engaged,
            silence=self.besides.silence,
        )
        return FloorFigures(settings, held)

    def judge(self, saved: bytes | None = None) -> Judge:
        """Make a judge, as it was saved or new."""
        if saved is None:
            return Judge(self.rulebook, self.roster, self.numbering, graded=False)
        return Judge.restore(saved, self.rulebook, self.roster, self.numbering, graded=False)


class FloorFigures(NamedTuple):
    """What the floor is told, and the figures that it comes from; None: it does not change with them."""

    settings: FloorSettings
    held: Held | None


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


class TrackerPort(Protocol):
    """Whom inputs are told to: the tracker."""

    @property
    def in_force(self) -> RulesInForce | None:
        """By what is judged now, as the journal says; None: it does not say yet."""

    async def enter(self, said: Input) -> None:
        """Let it hold from now on, in its place among the frames."""


Input = RulesInForce | QueueLogRead | GapFilled | LagSeen | Disposition
"""Everything of this kind that the journal may hold."""
