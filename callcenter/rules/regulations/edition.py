"""What a rulebook says: editions with dates, each with its figures, promises and rules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.rings import answered_within_rings, rings_begun
from callcenter.locale import Language
from callcenter.staff.dates import day_start, zone_named

NO_FIGURE = "no figure"
"""Stands where the regulations name no figure; a rule that has one of these may not be on."""

NoFigure = Literal["no figure"]


class Mode(StrEnum):
    """Whether a rule runs, and who sees what it raises."""

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


class Severity(StrEnum):
    """How grave a violation is."""

    WARNING = "warning"
    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    DISMISSAL = "dismissal"


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule's name for people."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        """Say it in a language."""
        return self.zh if language == "zh-CN" else self.en


class PointsStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points of a range up to a length (inclusive); None: whatever is longer."""

    up_to: Micros | None
    points: int
    severity: Severity | None = None


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"least": "from", "most": "to"}):
    """Points from least to most, by length or by the choice of whoever confirms."""

    least: int
    most: int
    by: Literal["length", "choice"]
    steps: tuple[PointsStep, ...] = ()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rulebook says of one violation.

    Attributes:
        severity: None where configuration must say, or a step does.
        lesser: The severity when nobody came to harm, where that differs.
        known: How it is known: T, W, TW, M, derived.
        figures: What this rule alone is measured by, times in microseconds; unset where it has no figure of its own.
    """

    title: Title
    severity: Severity | None
    points: int | Range | NoFigure | None
    known: Literal["T", "W", "TW", "M", "derived"]
    source: str
    mode: Mode
    lesser: Severity | None = None
    fine_yuan: int | None = None
    figures: dict[str, int | NoFigure] | msgspec.UnsetType = msgspec.UNSET

    def figure(self, name: str) -> int | None:
        """Return a figure of this rule alone; None where nobody has said, and nothing can be measured."""
        found = None if self.figures is msgspec.UNSET else self.figures.get(name)
        return found if isinstance(found, int) else None

    @property
    def least_points(self) -> int | None:
        """Points that a proposal carries; None where there are none, or no figure."""
        if isinstance(self.points, Range):
            return self.points.least
        return self.points if isinstance(self.points, int) else None


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rulebook says of one service promise; `limit` None: made of other figures."""

    title: Title
    known: Literal["T", "W", "TW", "M"]
    source: str
    limit: Micros | None = None


class QueueFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of one queue that differ from the rest."""

    service_threshold: Micros | None = None
    wrap_up: Micros = 0


class RulebookFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every threshold; times in microseconds. The packaged file says what each means.

    Journals hold rulebooks as they were in force: a figure that is added later needs a default.
    """

    uncertainty: Micros
    gap_nearness: Micros
    rings: int
    cadence: Micros
    grace: Micros
    service_threshold: Micros
    refusals: int
    refused_over: Micros
    refused_apart: Micros
    engaged: Micros
    off: Micros
    together: Micros
    together_phones: int
    together_share: float
    hangup_within: Micros | NoFigure
    disposition_within: Micros | NoFigure
    away: Micros
    told_reasons: tuple[str, ...]
    late: Micros
    relief_within: Micros
    accumulated_moderate: int
    accumulated_minor: int
    accumulated_repeats: bool
    queues: dict[str, QueueFigures] = {}

    @property
    def ring(self) -> Micros:
        """How long a phone may ring: 3 rings of 5 s are 15.000000 s."""
        return self.rings * self.cadence

    @property
    def wrap_up(self) -> dict[str, Micros]:
        """Wrap-up after each answered visit, by queue."""
        return {name: queue.wrap_up for name, queue in self.queues.items()}

    def threshold(self, queue: str | None) -> Micros:
        """Return how long a customer of this queue may wait."""
        own = self.queues.get(queue or "", QueueFigures()).service_threshold
        return self.service_threshold if own is None else own

    def in_time(self, queue: str | None, wait: Micros) -> bool:
        """Tell whether a customer of this queue waited no longer than promised."""
        return wait <= self.threshold(queue)

    def rings_begun(self, ringing: Micros) -> int:
        """Count the rings begun after so much ringing."""
        return rings_begun(ringing, self.cadence)

    def answered_within_rings(self, ringing: Micros) -> bool:
        """Tell whether an answer after so much ringing came within the promised rings."""
        return answered_within_rings(ringing, self.cadence, self.rings)


FiguresAt = Callable[[Micros | None], RulebookFigures]
"""Gives the figures that held at a moment; where the moment is unknown, the newest."""


class Held(NamedTuple):
    """Figures, and from when (inclusive) to when (exclusive) they hold; None: from the beginning, or without end."""

    figures: RulebookFigures
    start: Micros | None
    end: Micros | None

    def at(self, moment: Micros) -> bool:
        """Tell whether they held at a moment."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """The rulebook as it holds from its first day to its last (inclusive; None: until further notice)."""

    version: str
    first: date
    figures: RulebookFigures
    promises: dict[str, Promise]
    violations: dict[str, Rule]
    last: date | None = None


class Rulebook(msgspec.Struct, frozen=True):
    """Every edition, the oldest first, and the zone in which their days begin."""

    timezone: str
    editions: tuple[Edition, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the editions' days begin."""
        return zone_named(self.timezone)

    def holds(self, edition: Edition) -> tuple[Micros, Micros | None]:
        """Return from when (inclusive) to when (exclusive; None: without end) an edition holds."""
        end = None if edition.last is None else day_start(edition.last, self.zone, days=1)
        return day_start(edition.first, self.zone), end

    def figures(self, moment: Micros | None) -> RulebookFigures:
        """Return the figures that held at a moment, as `held`."""
        return self.held(moment).figures

    def held(self, moment: Micros | None) -> Held:
        """Return the figures that held at a moment (the newest where the moment is unknown), and for how long.

        Calls must be measured on days that no edition is of, too, though nobody is judged then: before the first
        edition by its figures, after the last one's end by those that held last.
        """
        starts = [day_start(edition.first, self.zone) for edition in self.editions]
        n = len(starts) - 1 if moment is None else max(0, bisect_right(starts, moment) - 1)
        start, end = starts[n] if n else None, starts[n + 1] if n + 1 < len(starts) else None
        return Held(self.editions[n].figures, start, end)

    def everything(self) -> list[Held]:
        """Return all figures in order, without holes, each with the time in which they hold."""
        first = self.held(-(2**62))
        found = [first]
        while (end := found[-1].end) is not None:
            found.append(self.held(end))
        return found

    def at(self, moment: Micros | None) -> Edition | None:
        """Return the edition that held at a moment (the newest where the moment is unknown), None where none did."""
        if moment is None:
            return self.editions[-1]
        for edition in self.editions:
            start, end = self.holds(edition)
            if start <= moment and (end is None or moment < end):
                return edition
        return None
