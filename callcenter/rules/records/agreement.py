"""How often people later agree with what a rule raises: the figure by which a rule leaves the shadow (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from callcenter.rules.records.standing import SERVICE, RecordState, Standing
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode

_FOR = frozenset({RecordState.CONFIRMED, RecordState.REDUCED})


class Raised(NamedTuple):
    """A record as far as the figure needs it."""

    rule: str
    standing: Standing


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in one mode; a record that an open appeal holds up is not decided.

    Attributes:
        records: Proposed by the service and not withdrawn.
        decided: How many of them people have decided on or, in shadow, reviewed.
        agreeing: How many of those were confirmed or reduced or, in shadow, disagreed with by nobody who reviewed them.
        rate: `agreeing` of `decided`; None where nothing is decided.
        appeals: How many of `records` were appealed, decided or not.
        undetermined: Beside the proposed ones, never inside; so `excused` and `withdrawn`.
    """

    rule: str
    mode: Mode
    records: int
    decided: int
    agreeing: int
    disagreeing: int
    rate: float | None
    appeals: int
    undetermined: int
    excused: int
    withdrawn: int


def agreement(raised: Iterable[Raised]) -> list[Agreement]:
    """Count by rule and mode what became of what the service raised; what people filed by form is no rule's doing."""
    groups: dict[tuple[str, Mode], list[Standing]] = {}
    for rule, standing in raised:
        if standing.proposed_by == SERVICE:
            groups.setdefault((rule, standing.mode), []).append(standing)
    return [_count(rule, mode, groups[rule, mode]) for rule, mode in sorted(groups)]


def _count(rule: str, mode: Mode, group: list[Standing]) -> Agreement:
    held = [standing for standing in group if standing.state is not RecordState.WITHDRAWN]
    proposed = [standing for standing in held if standing.verdict is Verdict.PROPOSED]
    words = [word for standing in proposed if (word := _word(standing)) is not None]
    return Agreement(
        rule=rule,
        mode=mode,
        records=len(proposed),
        decided=len(words),
        agreeing=sum(words),
        disagreeing=len(words) - sum(words),
        rate=sum(words) / len(words) if words else None,
        appeals=sum(standing.appealed_at is not None for standing in proposed),
        undetermined=sum(standing.verdict is Verdict.UNDETERMINED for standing in held),
        excused=sum(standing.verdict is Verdict.EXCUSED for standing in held),
        withdrawn=len(group) - len(held),
    )


def _word(standing: Standing) -> bool | None:
    """Say what people's last word on a proposed record is, None where there is none yet."""
    if standing.mode is not Mode.ON:
        return standing.agreed
    if standing.state in _FOR:
        return True
    return False if standing.state is RecordState.OVERTURNED else None
