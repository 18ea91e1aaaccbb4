"""One act, one record: where two rules fit, the graver stands and names the other.

Two that run in the same mode are one record; the lesser stands where only it can be held against the agent. A shadow
never takes in what counts, so the lesser that is on has a record beside a graver shadow. A shadow that is the lesser
has none, and the record that counts does not name it.
"""

from __future__ import annotations

from callcenter.rules.detection.acts import DetectedAct
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.records.violation import Named
from callcenter.rules.regulations.edition import Mode, Rule, Severity

_GRAVITY = list(Severity)


def one_act(context: RuleContext, one: DetectedAct, two: DetectedAct) -> list[DetectedAct]:
    """Return which of two descriptions of one act stand; of equals the first is the graver."""
    rules = [(act, context.rule(act.rule, act.at)) for act in (one, two)]
    held = [(act, rule) for act, rule in rules if rule is not None]
    if len(held) < len(rules):
        return [act for act, _ in held]
    (graver, its), (lesser, other) = sorted(held, key=lambda pair: _gravity(pair[1]), reverse=True)
    if its.mode is Mode.ON and other.mode is not Mode.ON:
        return [graver]
    graver.names = (*graver.names, Named(lesser.rule, lesser.at, lesser.subject))
    if its.mode is not other.mode:
        return [graver, lesser]
    graver.lesser = lesser
    return [graver]


def _gravity(rule: Rule) -> tuple[int, int]:
    return -1 if rule.severity is None else _GRAVITY.index(rule.severity), rule.least_points or 0
