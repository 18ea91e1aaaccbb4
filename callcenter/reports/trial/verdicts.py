"""A draft rulebook tried over archived facts: what the rules in force make of a time, what the draft would, per agent.

Two judges see the same facts by the same roster: one by the rulebook in force, with its dates, one by the draft's
newest edition as though it had always held. Only acts that began within the span count. Judging begins a warm-up
earlier, with what lasted then, and goes on as long after it, so that whatever began within the span comes to its end.
What the floor itself decided when it happened (wrap-up, blocked lines) is as it was: a draft changes rules, not facts.
What queue_log and the heartbeat said is not archived, so both sides judge as though neither had said anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.numbers import PLAIN, Numbering
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge, JudgeMemory
from callcenter.rules.detection.pages import ArchivedPage
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity
from callcenter.staff.duty import Roster

AROUND: Micros = 12 * 3600 * SECOND
"""Read so long before the span and after it: no run of refusals and no absence outlasts a shift."""

_EXAMPLES = 3

Change = Literal["gained", "lost", "changed"]


class TrialSpan(NamedTuple):
    """From a moment (inclusive) to a later one (exclusive)."""

    start: Micros
    end: Micros


class TrialFinding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a record comes to; `points` are the least that its rule gives."""

    agent: str
    rule: str
    mode: Mode
    verdict: Verdict
    severity: Severity | None
    points: int | None
    at: Micros | None


Findings = dict[str, TrialFinding]
"""By the record's id: the same act has the same one under either rulebook."""


class Tally(msgspec.Struct):
    """How many records there are of each verdict, and what their points come to."""

    proposed: int = 0
    undetermined: int = 0
    excused: int = 0
    proposed_points: int = 0
    undetermined_points: int = 0
    excused_points: int = 0

    def count(self, finding: TrialFinding) -> None:
        """Add a record."""
        name = finding.verdict.value
        setattr(self, name, getattr(self, name) + 1)
        setattr(self, f"{name}_points", getattr(self, f"{name}_points") + (finding.points or 0))

    def add(self, other: Tally) -> None:
        """Add the records of another."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Example(msgspec.Struct, frozen=True):
    """A record that differs: as it is in force (None: there is none), and as it is by the draft."""

    id: str
    change: Change
    in_force: TrialFinding | None
    draft: TrialFinding | None


class Difference(msgspec.Struct, kw_only=True):
    """One agent's records of one rule, or all of them together (`agent` and `rule` empty)."""

    agent: str = ""
    rule: str = ""
    in_force: Tally = msgspec.field(default_factory=Tally)
    draft: Tally = msgspec.field(default_factory=Tally)
    gained: int = 0
    lost: int = 0
    changed: int = 0
    examples: list[Example] = []

    @property
    def size(self) -> int:
        """How many records differ."""
        return self.gained + self.lost + self.changed

    @property
    def points(self) -> int:
        """How many more points the draft would propose; negative: fewer."""
        return self.draft.proposed_points - self.in_force.proposed_points

    def note(self, example: Example) -> None:
        """Count a record that differs, and keep it where it is among the first of its kind."""
        setattr(self, example.change, getattr(self, example.change) + 1)
        if getattr(self, example.change) <= _EXAMPLES:
            self.examples.append(example)


class ModeDifference(msgspec.Struct):
    """What differs among the records of one mode."""

    total: Difference
    rows: list[Difference]

    def without(self, agent: str) -> ModeDifference:
        """Leave out one agent's records, those of the total too; examples of that are not kept."""
        total, rows = Difference(), [row for row in self.rows if row.agent != agent]
        for row in rows:
            total.in_force.add(row.in_force)
            total.draft.add(row.draft)
            total.gained, total.lost = total.gained + row.gained, total.lost + row.lost
            total.changed += row.changed
        return ModeDifference(total, rows)


class Outcome(msgspec.Struct):
    """Both sides compared: rules that are on, and apart from them those that run in the shadow."""

    on: ModeDifference
    shadow: ModeDifference


class Trial:
    """One judge told of archived facts, and of what was recorded of calls meanwhile (`said`, in order)."""

    def __init__(
        self,
        rulebook: Rulebook,
        roster: Roster | None,
        span: TrialSpan,
        said: Sequence[Disposition] = (),
        numbering: Numbering = PLAIN,
    ) -> None:
        # shifts that were over before the span began have no record within it
        self._judge = Judge(rulebook, roster, numbering, graded=False, memory=JudgeMemory.new(span.start))
        self._span = span
        self._begun = False
        self._found: Findings = {}
        self._said = deque(said)

    def see(self, page: ArchivedPage) -> None:
        """Take in a page, the first one with what lasted before it."""
        see = self._judge.see
        if not self._begun:
            self._begun = True
            for fact in page.before:
                see(fact)
        for moment in page.moments:
            if moment.graded != self._judge.graded:
                self._ask()  # what was settled until then is judged by what the stream was
                self._judge.graded = moment.graded
            for fact in moment.facts:
                self._hear(fact.at)
                see(fact)
        self._ask()
        self._judge.forget()

    def finish(self) -> Findings:
        """Decide what is left, and return every record of the span."""
        self._note(self._judge.finish(self._judge.now))
        return self._found

    def _hear(self, until: Micros | None) -> None:
        """Let the judge know of what was recorded by then."""
        while self._said and until is not None and self._said[0].at <= until:
            self._judge.disposed(self._said.popleft())

    def _ask(self) -> None:
        """Decide what is settled; how often changes no record, only how much must be remembered."""
        if self._judge.now is not None:
            self._note(self._judge.decide(self._judge.now))

    def _note(self, records: Iterable[Violation]) -> None:
        for v in records:
            if v.at is not None and self._span.start <= v.at < self._span.end:
                self._found[v.id] = TrialFinding(v.agent, v.rule, v.mode, v.verdict, v.severity, v.points, v.at)


def always(draft: Rulebook) -> Rulebook:
    """Take a draft's newest edition to have held from the beginning."""
    newest = msgspec.structs.replace(draft.editions[-1], first=date(1970, 1, 1), last=None)
    return Rulebook(draft.timezone, (newest,))


def compared(in_force: Findings, draft: Findings) -> Outcome:
    """Say what differs, agent by agent and rule by rule."""
    return Outcome(*(_part(_of(in_force, mode), _of(draft, mode)) for mode in (Mode.ON, Mode.SHADOW)))


def _of(findings: Findings, mode: Mode) -> Findings:
    return {key: finding for key, finding in findings.items() if finding.mode is mode}


def _part(in_force: Findings, draft: Findings) -> ModeDifference:
    total, rows = Difference(), dict[tuple[str, str], Difference]()
    for key, was, would in _pairs(in_force, draft):
        one = would or was
        assert one is not None
        row = rows.setdefault((one.agent, one.rule), Difference(agent=one.agent, rule=one.rule))
        for difference in (row, total):
            if was is not None:
                difference.in_force.count(was)
            if would is not None:
                difference.draft.count(would)
            change = _change(was, would)
            if change is not None:
                difference.note(Example(key, change, was, would))
    return ModeDifference(
        total, sorted(rows.values(), key=lambda row: (-row.size, -abs(row.points), row.agent, row.rule))
    )


def _pairs(in_force: Findings, draft: Findings) -> Iterator[tuple[str, TrialFinding | None, TrialFinding | None]]:
    """Yield the records of both sides by id, the earliest first."""
    every = in_force | draft
    for key in sorted(every, key=lambda key: (every[key].at or 0, key)):
        yield key, in_force.get(key), draft.get(key)


def _change(was: TrialFinding | None, would: TrialFinding | None) -> Change | None:
    if was is None:
        return "gained"
    if would is None:
        return "lost"
    same = (was.verdict, was.points, was.severity) == (would.verdict, would.points, would.severity)
    return None if same else "changed"
