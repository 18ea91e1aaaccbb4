"""What detectors share: the rulebook and the roster at a moment, who is who, what was not seen, the latest time."""

from __future__ import annotations

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.frame import SECOND, Micros
from callcenter.numbers import PLAIN, Numbering
from callcenter.rules.detection.acts import DetectedAct, UndecidedActs
from callcenter.rules.detection.agents import AgentMemory, PhoneLoss
from callcenter.rules.detection.witness import WitnessMemory
from callcenter.rules.records.violation import RosterLine
from callcenter.rules.regulations.edition import Edition, Mode, Rule, Rulebook, RulebookFigures
from callcenter.staff.duty import Roster, Stretch

LATE: Micros = 120 * SECOND
"""A fact may tell of something this much older than what was told before it."""

_LAG_HOLDS: Micros = 900 * SECOND
"""So long a lag that was measured makes verdicts uncertain: longer than an act waits for its verdict."""

_GAPS_KEPT = 1000
_ONE_GAP: Micros = 10 * SECOND
"""Frames that were not believed within this are one gap: what lies between two of them is near both."""


class SeenGap(msgspec.Struct, array_like=True):
    """Nothing was seen from `start` to `end`; or what was `refused` there, and nothing of it is known."""

    start: Micros | None
    end: Micros | None
    refused: bool = False


class ContextMemory(msgspec.Struct):
    """What is remembered for all detectors.

    Attributes:
        since: What was over by then is judged by nobody.
        now: The latest time told.
        lag_peak: The most that the event stream lagged of late, measured at `lag_at`.
        agents: By the floor's name.
        losses: Phones that were lost.
        acts: What detectors reported and nobody has judged.
        doubted: Uniqueid → who tells that call otherwise.
        pages: What agents' pages said of calls.
        log_since: From this on queue_log has been held against what was seen, to `log_until`; None: from its beginning,
            or (`log_until`) never.
    """

    since: Micros = 0
    now: Micros | None = None
    lag_peak: Micros = 0
    lag_at: Micros | None = None
    gaps: list[SeenGap] = []
    agents: dict[str, AgentMemory] = {}
    losses: list[PhoneLoss] = []
    acts: UndecidedActs = msgspec.field(default_factory=UndecidedActs)
    doubted: dict[str, str] = {}
    pages: WitnessMemory = msgspec.field(default_factory=WitnessMemory)
    log_since: Micros | None = None
    log_until: Micros | None = None

    @property
    def lag(self) -> Micros:
        """The most that the event stream lagged of late: what was measured meanwhile is uncertain by that."""
        old = self.now is not None and self.lag_at is not None and self.now - self.lag_at > _LAG_HOLDS
        return 0 if old else self.lag_peak


class RuleContext:
    """What held at a moment, who was on duty, and what was seen of agents; detectors report acts to it.

    Attributes:
        roster: Who is on duty; None: nobody has said.
        numbering: How numbers are read; None: by their last digits, as older journals were judged.
        memory: What is saved of it.
        lasting: Own calls of agents that still last when the input is over.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        roster: Roster | None,
        numbering: Numbering | None = PLAIN,
        memory: ContextMemory | None = None,
    ) -> None:
        self.roster = roster
        self.numbering = numbering
        self.memory = memory or ContextMemory()
        self.lasting: tuple[fx.OwnCall, ...] = ()
        self._seated = frozenset[str]() if roster is None else roster.agents
        self._newest = rulebook.editions[-1]
        self._editions = [(*rulebook.holds(edition), edition) for edition in rulebook.editions]

    def see(self, fact: fx.Fact) -> None:
        """Take in one fact, before any detector does."""
        memory, at = self.memory, fact.at
        if at is not None and (memory.now is None or at > memory.now):
            memory.now = at
        match fact:
            case fx.AgentStateChanged():
                if at is not None:
                    self.agent(fact.agent).entered(fact.state, at)
            case fx.MembershipChanged():
                self.agent(fact.agent).serves(fact.queue, at, member=fact.member)
            case fx.GapSeen():
                self._gap(fact)
            case PageWitnessed():
                memory.pages.see(fact)
            case _:
                pass

    def report(self, *acts: DetectedAct) -> None:
        """Take acts to be judged when nothing can change them any more."""
        self.memory.acts.reported += acts

    def forget(self, since: Micros) -> None:
        """Let go of losses from before a moment to which nothing undecided reaches back."""
        self.memory.losses = [loss for loss in self.memory.losses if loss.at >= since]
        self.memory.pages.forget(since)

    # what held

    def edition(self, at: Micros | None) -> Edition | None:
        """Return the edition that held, the newest where nobody knows when; None where none did."""
        if at is None:
            return self._newest
        for start, end, edition in self._editions:
            if start <= at and (end is None or at < end):
                return edition
        return None

    def figures(self, at: Micros | None) -> RulebookFigures | None:
        """Return the figures that held."""
        edition = self.edition(at)
        return None if edition is None else edition.figures

    def rule(self, code: str, at: Micros | None) -> Rule | None:
        """Return a rule that held and was not off."""
        edition = self.edition(at)
        rule = None if edition is None else edition.violations.get(code)
        return None if rule is None or rule.mode is Mode.OFF else rule

    def uncertainty(self, figures: RulebookFigures) -> Micros:
        """Return how far any measured value may be off: as the rulebook says, or by the stream's lag."""
        return max(figures.uncertainty, self.memory.lag)

    # who is who

    def agent(self, known_as: str) -> AgentMemory:
        """Return what is remembered of an agent by the floor's name, made if new."""
        agents = self.memory.agents
        found = agents.get(known_as)
        if found is None:
            found = agents[known_as] = AgentMemory()
        return found

    def agent_at(self, known_as: str, interface: str, at: Micros | None) -> str:
        """Return whoever used a phone at a moment: by the roster, else as the floor does.

        Ask for the moment at which it began: what follows is theirs though another has the seat by then.
        """
        found = None if self.roster is None else self.roster.agent_of(interface, at)
        return found or known_as

    def interface_of(self, agent: str, at: Micros | None) -> str:
        """Return the phone at which the roster has an agent sit, empty where it has none."""
        return (None if self.roster is None else self.roster.interface_of(agent, at)) or ""

    def has_seat(self, agent: str) -> bool:
        """Return whether the roster gives somebody a seat at any time."""
        return agent in self._seated

    def seat_changed(self, interface: str, start: Micros | None, end: Micros | None) -> bool:
        """Return whether a phone was not the same agent's from beginning to end."""
        roster = self.roster
        return roster is not None and roster.agent_of(interface, start) != roster.agent_of(interface, end)

    def roster_line(self, agent: str, interface: str, at: Micros | None) -> RosterLine | None:
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

    # who is on duty

    def shifts(self) -> list[tuple[str, Stretch]]:
        """Return every shift that the roster plans, with whose it is."""
        planned = {} if self.roster is None else self.roster.shifts
        return [(agent, shift) for agent, shifts in planned.items() for shift in shifts]

    def shift_of(self, agent: str, at: Micros) -> Stretch | None:
        """Return the shift that an agent has at a moment; None: none, or no roster says."""
        return None if self.roster is None else self.roster.shift_of(agent, at)

    def team_of(self, agent: str, at: Micros) -> str | None:
        """Return an agent's team at a moment; None: none, or no roster says."""
        return None if self.roster is None else self.roster.team_of(agent, at)

    def queues_of(self, agent: str, at: Micros) -> frozenset[str]:
        """Return the queues that the roster has an agent serve at a moment."""
        return frozenset() if self.roster is None else self.roster.queues_of(agent, at)

    def duty(self, agent: str, start: Micros, end: Micros) -> list[Stretch]:
        """Return the parts of an interval that were on duty; all of it where no roster says."""
        if self.roster is None:
            return [(start, end)]
        return self.roster.duty_within(agent, start, end)

    def wholly_on_duty(self, agent: str, start: Micros, end: Micros) -> bool:
        """Return whether an agent was on duty from beginning to end (a moment counts as a microsecond)."""
        end = max(end, start + 1)
        return sum(e - s for s, e in self.duty(agent, start, end)) == end - start

    def on_duty(self, agent: str, at: Micros) -> bool:
        """Return whether an agent was on duty at a moment, by the roster that there is."""
        return self.roster is not None and self.roster.on_duty(agent, at)

    def off_duty(self, agent: str, at: Micros) -> bool:
        """Return whether a roster says that an agent was not on duty at a moment."""
        return self.roster is not None and not self.roster.on_duty(agent, at)

    def same_shift(self, agent: str, one: Micros, two: Micros) -> bool:
        """Return whether two moments lie in one shift; without a roster nothing speaks against it."""
        if self.roster is None:
            return True
        shift = self.roster.shift_of(agent, one)
        return shift is not None and shift[0] <= two < shift[1]

    # what was not seen

    def lagging(self, lag: Micros) -> None:
        """Note the stream's lag."""
        memory = self.memory
        if lag >= memory.lag:
            memory.lag_peak, memory.lag_at = lag, memory.now

    def gaps_near(self, start: Micros, end: Micros, near: Micros) -> list[SeenGap]:
        """Return the gaps that lie within an interval or so near to it."""
        return [
            gap
            for gap in self.memory.gaps
            if (gap.start is None or gap.start < end + near) and (gap.end is None or gap.end > start - near)
        ]

    def _gap(self, fact: fx.GapSeen) -> None:
        gaps, refused = self.memory.gaps, fact.cause == "quarantined"
        if refused:
            if fact.at is None:
                return  # before any time was known
            last = gaps[-1] if gaps else SeenGap(None, None)
            if last.refused and last.end is not None and last.end <= fact.at <= last.end + _ONE_GAP:
                gaps[-1] = SeenGap(last.start, fact.at, refused=True)  # nobody makes an older gap forgotten by many
                return
        gaps.append(SeenGap(fact.start, fact.at, refused=refused))
        del gaps[:-_GAPS_KEPT]
