"""Which steps may be taken with a record now: by whoever asks, or why not, and by which roles.

Nothing is decided here: each step of the table is tried, and what the workflow says of it is what is told.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.refusals import StepRefused
from callcenter.rules.records.standing import CHECKLISTS, GRAVITY, SERVICE, RecordState, Standing
from callcenter.rules.records.steps import DECISIONS, REVIEWS, STEPS, Action, ProcessStep, Terms
from callcenter.rules.records.violation import Verdict
from callcenter.rules.records.workflow import take
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Reach, Right, Role
from callcenter.staff.roles import Principal, may, reach
from callcenter.store.conflicts import NotAllowed
from callcenter.usecases.take_step import rights_for

_SILENT = frozenset({Action.NOTIFY, Action.CHECK, Action.AGREE})
"""Steps that need no words."""
_BETWEEN = "-"
"""Stands for the words that a step needs while it is tried."""


class OfferedStep(NamedTuple):
    """One step of a record.

    Attributes:
        refused: What speaks against it, for this person now; None: it may be taken.
        roles: Who may take such a step; none: the agent alone whom the record is about.
        needs_words: It is refused without.
        points: From the least to the most that it may come to; None: it says nothing of points.
        severities: To which the record may be reduced.
    """

    action: Action
    item: str | None
    refused: BadInput | None
    roles: tuple[Role, ...]
    needs_words: bool
    points: tuple[int, int] | None
    severities: tuple[Severity, ...]


def offer_steps(
    standing: Standing, team: str | None, person: Principal, terms: Terms, now: Micros
) -> list[OfferedStep]:
    """Try every step that the table has for a record."""
    if standing.verdict is not Verdict.PROPOSED:
        return []
    return [_offered(standing, team, person, step, terms) for step in _steps(standing, person, now)]


def _steps(standing: Standing, person: Principal, now: Micros) -> list[ProcessStep]:
    found = []
    for action in STEPS[standing.state]:
        if (action in REVIEWS) is (standing.mode is Mode.ON) or not _belongs(standing, action):
            continue
        step = ProcessStep(
            action=action, by=person.account, role=person.role, agent=person.agent, at=now, note=_BETWEEN
        )
        match action:
            case Action.CHECK:
                found += [msgspec.structs.replace(step, item=item) for item in _unchecked(standing)]
            case Action.REDUCE:
                found.append(_least(standing, step))
            case _:
                found.append(step)
    return found


def _belongs(standing: Standing, action: Action) -> bool:
    """Leave out what nobody can ever do with this record as it stands, and an appeal while nothing is decided.

    Before a decision the agent explains. An appeal then is taken as well (see the workflow): it asks for the last word
    at once and there is no other, so nobody is led to it.
    """
    match action:
        case Action.WITHDRAW:
            return standing.proposed_by != SERVICE and standing.state is RecordState.PROPOSED
        case Action.APPEAL:
            return standing.appealed_at is None and standing.decided_at is not None
        case Action.REDUCE:
            return bool(_present(standing) or _lesser(standing))
        case _:
            return True


def _unchecked(standing: Standing) -> list[str]:
    return [item for advice in standing.advice for item in CHECKLISTS[advice] if item not in standing.checked]


def _present(standing: Standing) -> int | None:
    return standing.points if standing.decided_at is None else standing.decided_points


def _lesser(standing: Standing) -> tuple[Severity, ...]:
    present = standing.severity if standing.decided_at is None else standing.decided_severity
    return () if present is None else tuple(one for one in Severity if GRAVITY[one] < GRAVITY[present])


def _least(standing: Standing, step: ProcessStep) -> ProcessStep:
    """Reduce as far as can be: what the workflow refuses of that, it refuses of anything."""
    if _present(standing):
        return msgspec.structs.replace(step, points=0)
    return msgspec.structs.replace(step, severity=_lesser(standing)[0])


def _offered(standing: Standing, team: str | None, person: Principal, step: ProcessStep, terms: Terms) -> OfferedStep:
    rights = rights_for(step.action)
    right = rights[-1 if standing.state is RecordState.APPEALED else 0]
    refused: BadInput | None = None
    if not may(person, right, standing.agent, team):
        refused = NotAllowed(person.role)
    else:
        try:
            take(standing, step, terms)
        except StepRefused as error:
            refused = error
    return OfferedStep(
        action=step.action,
        item=step.item,
        refused=refused,
        roles=_roles(standing, step, right),
        needs_words=step.action not in _SILENT,
        points=_points(standing, step.action),
        severities=_lesser(standing) if step.action is Action.REDUCE else (),
    )


def _roles(standing: Standing, step: ProcessStep, right: Right) -> tuple[Role, ...]:
    if step.action is Action.CHECK:
        wanted = {item: role for advice in standing.advice for item, role in CHECKLISTS[advice].items()}
        return (wanted[step.item or ""],)
    return tuple(role for role in Role if reach(role, right) >= Reach.TEAM)


def _points(standing: Standing, action: Action) -> tuple[int, int] | None:
    present = _present(standing)
    if present is None or action not in DECISIONS or action is Action.OVERTURN:
        return None
    if action is Action.REDUCE:
        return (0, present - 1) if present else None
    first = standing.decided_at is None
    return present, max(present, standing.most or 0) if first else present
