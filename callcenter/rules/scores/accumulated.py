"""V-ACCUMULATED: several confirmed violations of one month make one more (pure).

Two or more moderate, or four or more minor ones in a calendar month of the site's zone. What is decided here:

* Only what a named person has confirmed, and what no open appeal holds up, is counted; a reduced record counts at the
  severity to which it was reduced. Warnings, severe and dismissal-grade records do not, nor does V-ACCUMULATED itself.
* An agent gets one record a month, also when both counts are reached: the regulations say "or".
* The source can be read as counting repeats of one clause or only different clauses; `accumulated_repeats` chooses.
  The reading is part of the record's id, so that a change of it never passes for the same finding.
* The id is that of agent, month and reading: more violations add to what the record names and leave its id alone.
  When an overturned one takes the count below the limit no record comes out, and the one before is to be withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.records.standing import Standing
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Named, Verdict, Violation, identity
from callcenter.rules.regulations.edition import Edition, Mode, Rule, RulebookFigures, Severity, Title
from callcenter.staff.months import Month, month_name, month_of, month_span

CODE = "V-ACCUMULATED"


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """A violation that a named person has confirmed, or reduced.

    Attributes:
        severity: As decided.
        points: As decided.
        title: What the rule is called, where it is known.
    """

    id: str
    agent: str
    rule: str
    severity: Severity | None
    at: Micros
    points: int = 0
    title: Title | None = None


class Said(Protocol):
    """What of a record tells whether, and where, it counts."""

    @property
    def id(self) -> str:
        """The record's id."""

    @property
    def rule(self) -> str:
        """Its rule."""

    @property
    def at(self) -> Micros | None:
        """When it happened, where that is known."""


def confirmed_of(said: Said, standing: Standing) -> Confirmed | None:
    """Take a record as it counts; None where it does not, or where no month is known for it."""
    if not standing.stands or said.at is None:
        return None
    return Confirmed(
        id=said.id,
        agent=standing.agent,
        rule=said.rule,
        severity=standing.decided_severity,
        at=said.at,
        points=standing.counted,
    )


def accumulated(confirmed: Iterable[Confirmed], edition: Edition, zone: ZoneInfo) -> list[Violation]:
    """Derive the records of every agent's months, in order; each names what it was derived from by their ids.

    Args:
        confirmed: In any order; one given twice is counted once.
        edition: The one that holds for these months; none of its V-ACCUMULATED, or one that is off, derives nothing.
        zone: Where months begin.
    """
    rule = edition.violations.get(CODE)
    if rule is None or rule.mode is Mode.OFF:
        return []
    months: dict[tuple[str, Month], dict[str, Confirmed]] = {}
    for one in confirmed:
        months.setdefault((one.agent, month_of(one.at, zone)), {})[one.id] = one
    found = [
        _record(agent, (month_name(month), month_span(month, zone)[0]), counted, edition, rule)
        for (agent, month), ones in months.items()
        if _reached(counted := _counted(ones.values(), edition.figures), edition.figures) is not None
    ]
    return sorted(found, key=lambda record: record.order)


def _counted(ones: Iterable[Confirmed], figures: RulebookFigures) -> list[Confirmed]:
    """Take those that accumulate, in order; where repeats do not count, the first of each clause and severity."""
    grave = {Severity.MODERATE, Severity.MINOR}
    found = sorted((o for o in ones if o.severity in grave and o.rule != CODE), key=lambda o: (o.at, o.rule, o.id))
    if figures.accumulated_repeats:
        return found
    first: dict[tuple[str, Severity | None], Confirmed] = {}
    for one in found:
        first.setdefault((one.rule, one.severity), one)
    return list(first.values())


def _reached(counted: list[Confirmed], figures: RulebookFigures) -> Micros | None:
    """Return the moment of the act that filled a count, None where none is full."""
    limits = {Severity.MODERATE: figures.accumulated_moderate, Severity.MINOR: figures.accumulated_minor}
    times = {severity: [one.at for one in counted if one.severity is severity] for severity in limits}
    return min((times[one][limit - 1] for one, limit in limits.items() if len(times[one]) >= limit), default=None)


def _record(agent: str, month: tuple[str, Micros], counted: list[Confirmed], edition: Edition, rule: Rule) -> Violation:
    name, begins = month
    figures = edition.figures
    subject = f"{name} {'repeats' if figures.accumulated_repeats else 'clauses'}"
    counts = {s: str(sum(one.severity is s for one in counted)) for s in (Severity.MODERATE, Severity.MINOR)}
    told = {
        "month": name,
        "moderate": counts[Severity.MODERATE],
        "minor": counts[Severity.MINOR],
        "most_moderate": str(figures.accumulated_moderate),
        "most_minor": str(figures.accumulated_minor),
    }
    return Violation(
        id=identity(CODE, agent, begins, subject),
        rule=CODE,
        agent=agent,
        at=_reached(counted, figures),
        start=counted[0].at,
        end=counted[-1].at,
        verdict=Verdict.PROPOSED,
        mode=rule.mode,
        severity=rule.severity,
        points=rule.least_points,
        rulebook=edition.version,
        measured=None,
        limit=None,
        unit=None,
        impact=None,
        act=Reason("accumulated", told),
        reason=None,
        ruled_out=(),
        subject=subject,
        names=tuple(Named(one.rule, one.at, one.id) for one in counted),
        frames=(),
    )
