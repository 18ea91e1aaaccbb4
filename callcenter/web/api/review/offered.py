"""What may be done with a record now, and the rule as the rulebook that held words it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from callcenter import locale
from callcenter.locale import Language
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.refusals import StepRefused
from callcenter.rules.records.steps import Action
from callcenter.rules.regulations.edition import Edition, Range, Rule, Rulebook, Severity
from callcenter.staff.rights import Role
from callcenter.usecases.offer_steps import OfferedStep
from callcenter.web.api.fields import ResponseBody


class StepShown(ResponseBody):
    """One step that the workflow has for the record as it stands."""

    action: Action
    item: str | None = Field(description="Of a check: which.")
    may: bool = Field(description="Whoever reads may take it now.")
    why_not: str | None = Field(description="What speaks against it, in the reader's language.")
    roles: list[Role] = Field(description="Who takes such a step; empty: the agent alone whom the record is about.")
    needs_words: bool
    least_points: int | None
    most_points: int | None
    severities: list[Severity] = Field(description="To which it may be reduced.")


class RuleShown(ResponseBody):
    """The rule, as the rulebook has it by which the record was made."""

    code: str
    title: str
    source: str
    severity: Severity | None
    lesser: Severity | None
    least_points: int | None
    most_points: int | None


class ReportChoices(ResponseBody):
    """What a person may report of whom."""

    rules: list[RuleShown] = Field(description="Rules that people record, as they held at the moment.")
    agents: list[str] | None = Field(description="Null: there is no roster, so nobody can say.")


def steps_shown(offered: Iterable[OfferedStep], language: Language) -> list[StepShown]:
    """Show what may be done."""
    return [_step(one, language) for one in offered]


def _step(offered: OfferedStep, language: Language) -> StepShown:
    least, most = offered.points or (None, None)
    return StepShown(
        action=offered.action,
        item=offered.item,
        may=offered.refused is None,
        why_not=_why_not(offered, language),
        roles=list(offered.roles),
        needs_words=offered.needs_words,
        least_points=least,
        most_points=most,
        severities=list(offered.severities),
    )


def _why_not(offered: OfferedStep, language: Language) -> str | None:
    match offered.refused:
        case None:
            return None
        case StepRefused():
            return offered.refused.told(language)
        case _:
            return locale.sentence(str(offered.refused), language)


def rule_shown(said: Dossier, rulebook: Rulebook, language: Language) -> RuleShown | None:
    """Show the rule of a record; None where its edition is not in the rulebook any more, or never had it."""
    editions = [one for one in rulebook.editions if one.version == said.rulebook]
    rule = editions[-1].violations.get(said.rule) if editions else None
    return None if rule is None else rule_words(said.rule, rule, language)


def titles_of(editions: Iterable[Edition], language: Language) -> dict[str, str]:
    """Say what rules are called, by code; the last of the editions that has one says it."""
    return {code: rule.title.said(language) for edition in editions for code, rule in edition.violations.items()}


def rule_words(code: str, rule: Rule, language: Language) -> RuleShown:
    """Show a rule."""
    return RuleShown(
        code=code,
        title=rule.title.said(language),
        source=rule.source,
        severity=rule.severity,
        lesser=rule.lesser,
        least_points=rule.least_points,
        most_points=rule.points.most if isinstance(rule.points, Range) else rule.least_points,
    )
