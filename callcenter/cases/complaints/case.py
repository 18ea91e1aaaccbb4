"""One complaint: where it stands, its clocks, whose turn it was for how long.

Nothing here reads a clock or asks who may: `moves` says what may be done, `effects` does it. Whatever takes time is
told by `settle`, which credits the time since it was last asked.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec

from callcenter.cases.complaints.vocabulary import (
    OUR_TURN,
    OWNERS_TURN,
    STOPPING,
    CaseRule,
    CaseState,
    CaseVerdict,
    Nature,
)
from callcenter.domain.frame import Micros


class CaseWarning(msgspec.Struct, frozen=True):
    """So much of a clock's time has passed; told once, at its own instant."""

    percent: float
    at: Micros


class HeldSpan(msgspec.Struct, frozen=True):
    """How long an owner had a case in a state that is the owner's turn."""

    owner: str
    start: Micros
    end: Micros


class CaseClock(msgspec.Struct, kw_only=True):
    """The time that a case has.

    Attributes:
        due: Inclusive; an extension moves it.
        told: Percents whose warnings were told.
        broken: `due` passed while it ran.
        held: Who had the case in a state that is the owner's turn, and when, in order.
    """

    start: Micros
    due: Micros
    stopped_at: Micros | None = None
    told: list[float] = []
    broken: bool = False
    held: list[HeldSpan] = []

    @property
    def runs(self) -> bool:
        """Tell whether the case has still to be closed."""
        return self.stopped_at is None

    def hold(self, span: HeldSpan) -> None:
        """Credit an owner with a time, as one with what goes right before."""
        last = self.held[-1] if self.held else None
        if last is not None and last.owner == span.owner and last.end == span.start:
            self.held[-1] = HeldSpan(span.owner, last.start, span.end)
        else:
            self.held.append(span)

    def warns_at(self, percent: float) -> Micros:
        """Return the instant at which so much of the time has passed."""
        return self.start + int(Fraction(str(percent)) * (self.due - self.start) / 100)

    def next_instant(self, warn: tuple[float, ...]) -> Micros | None:
        """Return when something is next due by itself: a warning, or the breach."""
        if not self.runs:
            return None
        instants = [self.warns_at(percent) for percent in warn if percent not in self.told]
        return min([*instants, self.due] if not self.broken else instants, default=None)


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Whose doing a complaint was, and who found so (and in whose place)."""

    by: tuple[str, ...]
    nature: Nature
    upheld: bool
    agent: str | None = None
    department: str | None = None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """How it is to be made good; `total` in yuan is None where an amount is not known yet.

    `by` is who proposed it, in whose place, and of one that came by a link, who made the link.
    """

    by: tuple[str, ...]
    total: Decimal | None
    remedies: int
    approved: bool = False


class CaseRecord(msgspec.Struct, kw_only=True):
    """What a case proposes against an agent; the ladder gives `step`, which a record that is withdrawn keeps."""

    rule: CaseRule
    agent: str
    at: Micros
    verdict: CaseVerdict
    step: int | None = None


class Case(msgspec.Struct, kw_only=True):
    """A complaint as it stands.

    Attributes:
        name: By which lines speak of it.
        owner: The account that answers for it: whoever took the first contact, until it is handed over.
        about: The agent whom the customer complains about.
        analysed_at: The first analysis; the report's time runs from there.
        department: The one last assigned.
        approver: Who approved the proposal last, and in whose place.
        urgent: Carried out before it was approved.
        closed_by: Who summed up, told or withdrew, and in whose place; `closed_from` is the state that it came to.
        back_to: Where a review that keeps the decision leaves it.
        since: Up to when the turns are credited.
        turns: Micros by whose turn it was, while a clock ran.
        tried: When the customer was not reached, since the case came into its present state.
        checked: What accounting said of the proposal in force.
        act: Position in `records` of what the analysis in force proposes.
    """

    name: str
    opened_at: Micros
    owner: str
    state: CaseState
    clocks: list[CaseClock]
    since: Micros
    about: str | None = None
    follows: str | None = None
    number: str | None = None
    analysis: Analysis | None = None
    analysed_at: Micros | None = None
    department: str | None = None
    proposal: Proposal | None = None
    approver: tuple[str, ...] = ()
    urgent: bool = False
    closed_by: tuple[str, ...] = ()
    closed_from: CaseState | None = None
    archived_at: Micros | None = None
    back_to: CaseState | None = None
    turns: dict[str, Micros] = {}
    warnings: list[CaseWarning] = []
    attempts: int = 0
    tried: list[Micros] = []
    chases: int = 0
    level: int = 0
    reopened: int = 0
    reported_at: Micros | None = None
    checked: bool | None = None
    records: list[CaseRecord] = []
    act: int | None = None

    @property
    def clock(self) -> CaseClock:
        """Return the clock that runs, or ran last."""
        return self.clocks[-1]

    @property
    def kept(self) -> bool | None:
        """Tell whether every clock of the case was kept; None while that is open."""
        if any(clock.broken for clock in self.clocks):
            return False
        return None if self.clock.runs else True

    @property
    def upheld(self) -> bool | None:
        """Return what the analysis in force says."""
        return None if self.analysis is None else self.analysis.upheld

    def settle(self, at: Micros) -> None:
        """Credit the time up to `at` to whose turn it was and to whoever had the case."""
        start, self.since = self.since, at
        if not self.clock.runs or at == start:
            return
        turn = turn_of(self.state)
        self.turns[turn] = self.turns.get(turn, 0) + at - start
        if self.state in OWNERS_TURN:
            self.clock.hold(HeldSpan(self.owner, start, at))

    def enter(self, state: CaseState, at: Micros) -> None:
        """Come into a state; attempts to reach the customer count anew, and some states stop the clock."""
        self.settle(at)
        self.state, self.tried = state, []
        if state in STOPPING and self.clock.runs:
            self.clock.stopped_at = at

    def start_clock(self, at: Micros, span: Micros) -> None:
        """Start a clock of its own for what comes after the last one stopped."""
        self.settle(at)
        self.clocks.append(CaseClock(start=at, due=at + span))

    def forget_decision(self) -> None:
        """Void the proposal, and that it was carried out first: what follows has to be proposed and approved anew."""
        self.proposal, self.urgent, self.checked, self.approver = None, False, None, ()


def turn_of(state: CaseState) -> str:
    """Say whose turn a case is in while its clock runs."""
    if state in OUR_TURN:
        return "ours"
    return "department" if state is CaseState.ASSIGNED else "customer"
