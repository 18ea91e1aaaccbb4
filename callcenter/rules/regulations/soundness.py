"""Whether a rulebook may be applied: no hole in its dates, no figure missing, none that makes no sense."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from msgspec import UNSET

from callcenter.locale import english
from callcenter.rules.regulations.edition import NO_FIGURE, Edition, Mode, Range, Rule, Rulebook, RulebookFigures

_DEMANDED = {"V-HANGUP": "hangup_within", "V-SKIPPED": "disposition_within"}
"""Figures that the regulations do not name and a rule cannot do without."""


def check(book: Rulebook) -> list[str]:
    """List what is wrong with a rulebook, one sentence each; empty: it may be applied."""
    return [*_dates(book.editions), *(problem for edition in book.editions for problem in _edition(edition))]


def _dates(editions: tuple[Edition, ...]) -> list[str]:
    found = [english(f"edition {e.version} ends before it begins") for e in editions if e.last and e.last < e.first]
    for one, two in pairwise(editions):
        if one.version == two.version:
            found.append(english(f"two editions are called {one.version}"))
        if one.last is None or one.last >= two.first:
            found.append(english(f"edition {one.version} still holds when {two.version} begins on {two.first}"))
        elif one.last + timedelta(days=1) < two.first:
            found.append(english(f"no edition holds between {one.last} and {two.first}"))
    return found


def _edition(edition: Edition) -> list[str]:
    found = [english(f"edition {edition.version}: {problem}") for problem in _figures(edition.figures)]
    for code, rule in edition.violations.items():
        found += [english(f"edition {edition.version}, {code}: {problem}") for problem in _rule(rule)]
    for code, figure in _DEMANDED.items():
        demanding = edition.violations.get(code)
        if demanding is not None and demanding.mode is Mode.ON and getattr(edition.figures, figure) == NO_FIGURE:
            found.append(
                english(f"edition {edition.version}, {code}: {figure}_seconds must be filled before it can be on")
            )
    return found


def _figures(figures: RulebookFigures) -> list[str]:
    counts = ("rings", "cadence", "refusals", "together_phones", "accumulated_moderate", "accumulated_minor")
    found = [english(f"{name} must be more than 0") for name in counts if getattr(figures, name) < 1]
    if not 0 < figures.together_share <= 1:
        found.append(english("together_share must be more than 0 and at most 1"))
    return found


def _rule(rule: Rule) -> list[str]:
    found = []
    if rule.mode is Mode.ON and rule.points == NO_FIGURE:
        found.append(english("points must be filled before it can be on"))
    if rule.mode is Mode.ON and rule.severity is None and not _graded(rule):
        found.append(english("severity must be filled before it can be on"))
    if rule.mode is Mode.ON and rule.figures is not UNSET:
        empty = (name for name in rule.figures if rule.figure(name) is None)
        found += [english(f"{name} must be filled before it can be on") for name in empty]
    if isinstance(rule.points, Range):
        found += _range(rule.points)
    elif isinstance(rule.points, int) and rule.points < 0:
        found.append(english("points are deducted: write them without a sign"))
    return found


def _graded(rule: Rule) -> bool:
    return isinstance(rule.points, Range) and any(step.severity for step in rule.points.steps)


def _range(points: Range) -> list[str]:
    found = []
    if not 0 <= points.least <= points.most:
        found.append(english("the points range must rise from its `from` to its `to`"))
    for one, two in pairwise(points.steps):
        if one.up_to is None or (two.up_to is not None and two.up_to <= one.up_to):
            found.append(english("the steps must rise, and only the last may be open"))
    if any(not points.least <= step.points <= points.most for step in points.steps):
        found.append(english("a step's points lie outside the range"))
    return found
