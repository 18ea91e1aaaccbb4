"""A record of what an agent did or left undone, proposed, undetermined or excused; what it stands on goes with it."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, Literal

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.locale import Language
from callcenter.rules.records.texts import Reason, sentence, told
from callcenter.rules.regulations.edition import Mode, Severity


class Verdict(StrEnum):
    """What becomes of a record: people decide on a proposed one, nobody is held to any other."""

    PROPOSED = "proposed"
    UNDETERMINED = "undetermined"
    EXCUSED = "excused"


class Named(msgspec.Struct, frozen=True, gc=False):
    """A lesser violation that the same act was, too; it has no record of its own."""

    rule: str
    at: Micros | None
    subject: str


class Impact(msgspec.Struct, frozen=True, gc=False):
    """A customer who could not get in meanwhile; waited from `joined` to `left`, as far as that is known."""

    queue: str | None
    uniqueid: str
    visit: int
    outcome: str
    frames: tuple[int, ...] = ()
    joined: Micros | None = None
    left: Micros | None = None


class Point(msgspec.Struct, frozen=True, gc=False, order=True):
    """A moment of an act, by the code of its sentence and what stands in its gap."""

    at: Micros
    what: str
    detail: str = ""

    def told(self, language: Language) -> str:
        """Say what happened then."""
        return told(Reason(self.what, {"detail": self.detail}), language)


def points(**moments: Micros | None) -> tuple[Point, ...]:
    """Make the points of those moments that are known, each named by the code of its sentence."""
    return tuple(Point(at, what) for what, at in moments.items() if at is not None)


class StateSince(msgspec.Struct, frozen=True, gc=False):
    """What an agent was doing from a moment on."""

    state: AgentState
    since: Micros


class RosterLine(msgspec.Struct, frozen=True):
    """What the roster said of an agent when the act was done: the seat, the team, the planned shift, the duty in it."""

    agent: str
    interface: str | None
    team: str | None
    shift: tuple[Micros, Micros] | None
    duty: tuple[tuple[Micros, Micros], ...]


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One record of one act.

    Attributes:
        id: The same for the same act, however often and from wherever it is derived.
        at: When it happened; None where the input tells no times.
        start: When the act began, and `end` when it was over.
        mode: Shadow records are for administrators alone.
        points: The least that the rulebook gives; None where it gives none.
        rulebook: Version of the edition that held.
        measured: In `unit`, against `limit`; None where nothing is measured.
        impact: Customers kept out, None for a rule that does not ask.
        act: What was done, for the sentence; `reason` is why it is not proposed.
        ruled_out: Checks that found nothing in the agent's favour, by the codes of their reasons.
        uncertainty: Of what was measured, in seconds: the rulebook's, or the heartbeat's lag where that was more.
        roster: The roster's line; None where there was no roster.
        timeline: What happened when, in order.
        queue: The queue whose offer it was, None for what was no offer.
        before: What the agent was doing until it began, the latest last.
        subject: The offer or the block: `uniqueid queue n interface`, or kind and channel.
        names: Lesser violations that this record takes in.
        frames: Positions of the frames it was derived from.
    """

    id: str
    rule: str
    agent: str
    at: Micros | None
    start: Micros | None
    end: Micros | None
    verdict: Verdict
    mode: Mode
    severity: Severity | None
    points: int | None
    rulebook: str
    measured: float | None
    limit: float | None
    unit: Literal["s"] | None
    impact: tuple[Impact, ...] | None
    act: Reason
    reason: Reason | None
    ruled_out: tuple[str, ...]
    subject: str
    names: tuple[Named, ...]
    frames: tuple[int, ...]
    uncertainty: float | None = None
    roster: RosterLine | None = None
    timeline: tuple[Point, ...] = ()
    queue: str | None = None
    before: tuple[StateSince, ...] = ()

    def why(self, language: Language = "en") -> str:
        """Say in a sentence what happened, and why it is not proposed where it is not."""
        return sentence(self.act, self.reason, language)

    @property
    def order(self) -> tuple[bool, Micros, str, str, str]:
        """Sorts records by time (unknown first), rule, agent."""
        return self.at is not None, self.at or 0, self.rule, self.agent, self.id


def identity(rule: str, agent: str, at: Micros | None, subject: str) -> str:
    """Derive a record's id from what makes it this act and no other."""
    told = "\x1f".join((rule, agent, "" if at is None else str(at), subject))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def violation_shape(violation: Violation, language: Language = "en") -> dict[str, Any]:
    """Show a record as replay's JSON does; the caller fills `evidence` from its frames."""
    return {
        "rule": violation.rule,
        "agent": violation.agent,
        "at": None if violation.at is None else violation.at / SECOND,
        "verdict": violation.verdict.value,
        "severity": None if violation.severity is None else violation.severity.value,
        "points": violation.points,
        "rulebook": violation.rulebook,
        "measured": violation.measured,
        "limit": violation.limit,
        "unit": violation.unit,
        "impact": None if violation.impact is None else [_impact_shape(one) for one in violation.impact],
        "why": violation.why(language),
        "evidence": [],
        "id": violation.id,
        "names": [
            {"rule": n.rule, "at": None if n.at is None else n.at / SECOND, "subject": n.subject}
            for n in violation.names
        ],
        "ruled_out": list(violation.ruled_out),
        "uncertainty": violation.uncertainty,
        "timeline": [{"at": p.at / SECOND, "what": p.told(language)} for p in violation.timeline],
        "roster": None if violation.roster is None else _roster_shape(violation.roster),
    }


def _roster_shape(line: RosterLine) -> dict[str, Any]:
    return {
        "agent": line.agent,
        "interface": line.interface,
        "team": line.team,
        "shift": None if line.shift is None else _stretch(line.shift),
        "duty": [_stretch(one) for one in line.duty],
    }


def _stretch(stretch: tuple[Micros, Micros]) -> dict[str, float]:
    return {"from": stretch[0] / SECOND, "to": stretch[1] / SECOND}


def _impact_shape(impact: Impact) -> dict[str, Any]:
    return {
        "queue": impact.queue,
        "uniqueid": impact.uniqueid,
        "visit": impact.visit,
        "outcome": impact.outcome,
    }
