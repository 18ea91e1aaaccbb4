"""What a record says, whoever proposed it: an automatic one and one by the form are equal in rank (pure)."""

from __future__ import annotations

from typing import Any

import msgspec

from callcenter import __version__
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.standing import SERVICE, Standing
from callcenter.rules.records.texts import WORDING
from callcenter.rules.records.violation import RosterLine, StateSince, Verdict, Violation, identity
from callcenter.rules.regulations.edition import NO_FIGURE, Edition, Mode, Range, Rule, Rulebook, Severity, Title
from callcenter.untrusted import MOST_WORDS, has_controls, is_plain

_BY_SERVICE = frozenset({"T", "derived"})


class DossierMoment(msgspec.Struct, frozen=True):
    """A moment of the act."""

    at: Micros
    what: Title


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says; it does not change when people decide.

    Attributes:
        why: What happened, in a sentence of each language; the words of whoever filled in the form.
        evidence: Journal positions, hashes and copied frames; empty for a form.
        caller: The customer's number, where one is concerned.
        uncertainty: Of what was measured, in seconds.
        roster: The roster's line for that time.
        timeline: What happened when, in order.
        queue: The queue whose offer it was. Like `before` it is not compared when a record is derived anew: older
            ones were filed without.
        before: What the agent was doing until it began, the latest last.
        call: The call that whoever filled in the form says it is about.
        worded_by: The versions of the service and of its sentences; a later one may say the same otherwise.
    """

    id: str
    rule: str
    title: Title
    agent: str
    team: str | None
    at: Micros | None
    start: Micros | None = None
    end: Micros | None = None
    rulebook: str
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    why: Title
    impact: list[dict[str, Any]] | None = None
    ruled_out: tuple[str, ...] = ()
    names: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    caller: str | None = None
    uncertainty: float | None = None
    roster: RosterLine | None = None
    timeline: tuple[DossierMoment, ...] = ()
    worded_by: str = ""
    call: str | None = None
    queue: str | None = None
    before: tuple[StateSince, ...] = ()


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person records of what they saw; `key` tells two forms of the same moment apart."""

    rule: str
    agent: str
    team: str | None
    at: Micros
    words: str
    by: str
    key: str
    call: str | None = None


def from_violation(
    violation: Violation,
    rulebook: Rulebook,
    *,
    team: str | None,
    evidence: list[dict[str, Any]],
    caller: str | None = None,
) -> tuple[Dossier, Standing]:
    """Open the dossier of a record that a rule raised."""
    edition = rulebook.at(violation.at)
    rule = None if edition is None else edition.violations.get(violation.rule)
    dossier = Dossier(
        id=violation.id,
        rule=violation.rule,
        title=Title(violation.rule, violation.rule) if rule is None else rule.title,
        agent=violation.agent,
        team=team,
        at=violation.at,
        start=violation.start,
        end=violation.end,
        rulebook=violation.rulebook,
        measured=violation.measured,
        limit=violation.limit,
        unit=violation.unit,
        why=Title(violation.why("zh-CN"), violation.why("en")),
        impact=None if violation.impact is None else [msgspec.to_builtins(one) for one in violation.impact],
        ruled_out=violation.ruled_out,
        names=[msgspec.to_builtins(name) for name in violation.names],
        evidence=evidence,
        caller=caller,
        uncertainty=violation.uncertainty,
        roster=violation.roster,
        timeline=tuple(DossierMoment(p.at, Title(p.told("zh-CN"), p.told("en"))) for p in violation.timeline),
        worded_by=f"{__version__}.{WORDING}",
        queue=violation.queue,
        before=violation.before,
    )
    return dossier, _standing(violation, rule)


def _standing(violation: Violation, rule: Rule | None) -> Standing:
    return Standing(
        agent=violation.agent,
        verdict=violation.verdict,
        mode=violation.mode,
        severity=violation.severity,
        points=violation.points,
        most=_most(rule),
        fine_yuan=None if rule is None else rule.fine_yuan,
        proposed_by=SERVICE,
    )


def from_form(form: RecordForm, rulebook: Rulebook, now: Micros) -> tuple[Dossier, Standing]:
    """Open the dossier of what a person saw.

    Raises:
        BadInput: No such rule held then, it is not recorded by people, it is off, the moment is yet to come, or the
            words are none.
    """
    if not form.words or len(form.words) > MOST_WORDS or not is_plain(form.words):
        raise BadInput(f"the words are from 1 to {MOST_WORDS} characters, none of them a control character")
    if has_controls(form.agent) or not is_plain(form.agent):
        raise BadInput("an agent's name holds no control character")
    if form.at > now:
        raise BadInput("what has not happened yet cannot be recorded")
    edition = rulebook.at(form.at)
    if edition is None:
        raise BadInput("no rulebook held at that time")
    rule = _rule(edition, form.rule)
    dossier = Dossier(
        id=identity(form.rule, form.agent, form.at, f"form {form.by} {form.key}"),
        rule=form.rule,
        title=rule.title,
        agent=form.agent,
        team=form.team,
        at=form.at,
        start=form.at,
        rulebook=edition.version,
        why=Title(form.words, form.words),
        call=form.call,
    )
    standing = Standing(
        agent=form.agent,
        verdict=Verdict.PROPOSED,
        mode=Mode.ON,
        severity=_seen_severity(rule),
        points=rule.least_points,
        most=_most(rule),
        fine_yuan=rule.fine_yuan,
        proposed_by=form.by,
    )
    return dossier, standing


def seen_by_people(edition: Edition) -> dict[str, Rule]:
    """Give the rules that people record by form, by code."""
    return {
        code: rule for code, rule in sorted(edition.violations.items()) if _not_by_form(edition, code, rule) is None
    }


def _rule(edition: Edition, code: str) -> Rule:
    rule = edition.violations.get(code)
    if rule is None:
        raise BadInput(f"the rulebook {edition.version} has no rule {code!r}")
    refused = _not_by_form(edition, code, rule)
    if refused is not None:
        raise refused
    return rule


def _not_by_form(edition: Edition, code: str, rule: Rule) -> BadInput | None:
    if rule.known in _BY_SERVICE:
        return BadInput(f"{code} is not recorded by form: it is found by the service")
    if rule.known == "TW":  # its mode is that of the detector; what people see with their own eyes needs none
        if rule.points == NO_FIGURE:
            return BadInput(f"{code} has no figure in the rulebook {edition.version}, and counts only with one")
    elif rule.mode is not Mode.ON:
        return BadInput(f"{code} is not on in the rulebook {edition.version}")
    return None


def _most(rule: Rule | None) -> int | None:
    return rule.points.most if rule is not None and isinstance(rule.points, Range) else None


def _seen_severity(rule: Rule) -> Severity | None:
    """Take the lesser of two severities: that a customer was kept out is measured, and a form measures nothing."""
    return _severity(rule) if rule.lesser is None else rule.lesser


def _severity(rule: Rule) -> Severity | None:
    """Take the rule's severity, or the least of its steps."""
    if rule.severity is not None or not isinstance(rule.points, Range):
        return rule.severity
    return next((step.severity for step in rule.points.steps if step.severity), None)
