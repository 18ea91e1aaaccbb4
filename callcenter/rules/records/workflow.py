"""What people do with a proposed record (pure): which steps there are, and what speaks against each.

    proposed ─notify─▶ notified ─explain─▶ explained        decide = confirm | reduce | overturn
                          │  └────────────────┤
                          ├──────appeal───────┤ decide
                          ▼                   ▼
                       appealed ◀─appeal─ confirmed | reduced          overturned (by a decision)
                          └────decide────▶ confirmed | reduced | overturned      (final)

Nothing counts before a confirmation, nor while an appeal is open. Who proposed does not decide; who decided does not
decide the appeal; nobody acts for the department on a record about themselves. The agent has working days to explain
before anybody decides against them, and working days to appeal after. An appeal makes nothing worse. Every decision
says why. A proposed record can be overturned at once, in the agent's favour; the service withdraws whatever its
evidence no longer carries. Undetermined and excused records take no step but that. What a rule in shadow raised is
told nobody: administrators say whether they agree with it, each once, the last word of each counting, and its state
stays.
"""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from callcenter.domain.frame import Micros
from callcenter.rules.records.refusals import StepRefused, Why
from callcenter.rules.records.standing import CHECKLISTS, GRAVITY, SERVICE, RecordState, Standing
from callcenter.rules.records.steps import DECISIONS, REVIEWS, STEPS, Action, HistoryEntry, ProcessStep, Terms
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.dates import datetime_of


def take(standing: Standing, step: ProcessStep, terms: Terms) -> tuple[Standing, HistoryEntry]:
    """Take a step, or refuse it and change nothing.

    Raises:
        StepRefused: The step is not in the table, or something speaks against it.
    """
    after = STEPS[standing.state].get(step.action)
    if after is None:
        raise StepRefused(Why.NO_STEP, state=standing.state, action=step.action)
    if step.action is not Action.WITHDRAW:
        _refuse_undecidable(standing, step)
        if step.by == SERVICE:
            raise StepRefused(Why.NOBODY)
    changed = msgspec.structs.replace(standing, state=after, **_effect(standing, step, terms))
    return changed, _entry(standing, changed, step)


def _effect(standing: Standing, step: ProcessStep, terms: Terms) -> dict[str, Any]:
    """Check what speaks against a step, and say what it changes beside the state."""
    match step.action:
        case Action.NOTIFY:
            _refuse_subject(standing, step)
            return {"notified_at": step.at, "explain_until": terms.days.after(step.at, terms.explain)}
        case Action.EXPLAIN:
            _require_subject(standing, step)
            return {"explained_at": step.at}
        case Action.APPEAL:
            return _appeal(standing, step, terms)
        case Action.CONFIRM | Action.REDUCE | Action.OVERTURN:
            return _decide(standing, step, terms)
        case Action.WITHDRAW:
            return _withdraw(standing, step)
        case Action.CHECK:
            return _check(standing, step, terms)
        case Action.AGREE | Action.DISAGREE:
            return _review(standing, step)
        case _:
            assert_never(step.action)


def _appeal(standing: Standing, step: ProcessStep, terms: Terms) -> dict[str, Any]:
    _require_subject(standing, step)
    if standing.appealed_at is not None:
        raise StepRefused(Why.APPEALED_ONCE)
    if standing.appeal_until is not None and step.at >= standing.appeal_until:
        raise StepRefused(Why.TOO_LATE, until=_shown(standing.appeal_until, terms))
    return {"appealed_at": step.at, "decide_until": terms.days.after(step.at, terms.decide), "checked": {}}


def _decide(standing: Standing, step: ProcessStep, terms: Terms) -> dict[str, Any]:
    _refuse_subject(standing, step)
    if step.by == standing.proposed_by:
        raise StepRefused(Why.OWN_PROPOSAL)
    if step.by == standing.decided_by:
        raise StepRefused(Why.OWN_DECISION)
    _require_words(step)
    if step.action is Action.REDUCE:
        _require_less(standing, step)
    if step.action is not Action.OVERTURN:
        _require_hearing(standing, step, terms)
    figures = {"decided_points": _points(standing, step), "decided_severity": _severity(standing, step)}
    if standing.state is RecordState.APPEALED:
        return figures | {"appeal_decided_by": step.by, "decided_at": step.at}
    until = terms.days.after(step.at, terms.appeal)
    return figures | {"decided_by": step.by, "decided_at": step.at, "appeal_until": until}


def _points(standing: Standing, step: ProcessStep) -> int | None:
    """Return what a decision comes to; a second one raises nothing."""
    present = _present_points(standing)
    if step.action is Action.OVERTURN or step.points is None:
        return None if step.action is Action.OVERTURN else present
    least, most = present or 0, present or 0
    if step.action is Action.REDUCE:
        least = 0
    elif standing.decided_at is None:
        most = standing.most or most
    if present is None or not least <= step.points <= most:
        raise StepRefused(Why.POINTS_OUT, least=str(least), most=str(most))
    return step.points


def _severity(standing: Standing, step: ProcessStep) -> Severity | None:
    """Return how grave the record is after a decision; only a reduction changes that."""
    present = _present_severity(standing)
    return step.severity or present if step.action is Action.REDUCE else present


def _require_less(standing: Standing, step: ProcessStep) -> None:
    points, severity = _present_points(standing), _present_severity(standing)
    signs = []
    if step.points is not None and points is not None:
        signs.append(step.points - points)
    if step.severity is not None and severity is not None:
        signs.append(GRAVITY[step.severity] - GRAVITY[severity])
    if not signs or max(signs) > 0 or min(signs) >= 0:
        raise StepRefused(Why.NOT_LESS)


def _present_points(standing: Standing) -> int | None:
    return standing.points if standing.decided_at is None else standing.decided_points


def _present_severity(standing: Standing) -> Severity | None:
    return standing.severity if standing.decided_at is None else standing.decided_severity


def _withdraw(standing: Standing, step: ProcessStep) -> dict[str, Any]:
    _require_words(step)
    own = step.by == standing.proposed_by and standing.state is RecordState.PROPOSED
    if step.by != SERVICE and not own:
        raise StepRefused(Why.NOT_WITHDRAWABLE)
    return {"checked": {}}


def _check(standing: Standing, step: ProcessStep, terms: Terms) -> dict[str, Any]:
    _refuse_subject(standing, step)
    wanted = {item: role for advice in standing.advice for item, role in CHECKLISTS[advice].items()}
    item = step.item or ""
    if item not in wanted:
        raise StepRefused(Why.NO_ITEM, item=item)
    if step.role is not wanted[item]:
        raise StepRefused(Why.ITEM_ROLE, role=wanted[item])
    if item in standing.checked:
        raise StepRefused(Why.ITEM_DONE)
    if step.by == standing.proposed_by:
        raise StepRefused(Why.OWN_PROPOSAL)
    if step.by in checked_beside(standing, item):
        raise StepRefused(Why.ITEM_TWICE)
    if standing.appealed_at is None and standing.appeal_until is not None and step.at < standing.appeal_until:
        raise StepRefused(Why.TOO_EARLY, until=_shown(standing.appeal_until, terms))
    return {"checked": {**standing.checked, item: step.by}}


def _review(standing: Standing, step: ProcessStep) -> dict[str, Any]:
    _refuse_subject(standing, step)
    if step.action is Action.DISAGREE:
        _require_words(step)
    return {"reviews": {**standing.reviews, step.by: step.action is Action.AGREE}}


def checked_beside(standing: Standing, item: str) -> set[str]:
    """Name who has made the other checks of the recommendation that a check belongs to."""
    beside = {other for items in CHECKLISTS.values() if item in items for other in items} - {item}
    return {by for other, by in standing.checked.items() if other in beside}


def _refuse_undecidable(standing: Standing, step: ProcessStep) -> None:
    if standing.verdict is not Verdict.PROPOSED:
        raise StepRefused(Why.NOT_PROPOSED, verdict=standing.verdict)
    if step.action in REVIEWS and standing.mode is not Mode.SHADOW:
        raise StepRefused(Why.NOT_SHADOW)
    if step.action not in REVIEWS and standing.mode is not Mode.ON:
        raise StepRefused(Why.SHADOW)


def _require_subject(standing: Standing, step: ProcessStep) -> None:
    if step.agent != standing.agent:
        raise StepRefused(Why.NOT_OWN)
    _require_words(step)


def _refuse_subject(standing: Standing, step: ProcessStep) -> None:
    if step.agent == standing.agent:
        raise StepRefused(Why.ABOUT_SELF)


def _require_words(step: ProcessStep) -> None:
    if not step.note.strip():
        raise StepRefused(Why.NO_WORDS)


def _require_hearing(standing: Standing, step: ProcessStep, terms: Terms) -> None:
    """Let nobody decide against an agent who has not spoken and still may."""
    heard = standing.state is not RecordState.NOTIFIED
    if not heard and standing.explain_until is not None and step.at < standing.explain_until:
        raise StepRefused(Why.TOO_EARLY, until=_shown(standing.explain_until, terms))


def _shown(moment: Micros, terms: Terms) -> str:
    return f"{datetime_of(moment, terms.days.zone):%Y-%m-%d %H:%M}"


def _entry(before: Standing, after: Standing, step: ProcessStep) -> HistoryEntry:
    decided = step.action in DECISIONS
    return HistoryEntry(
        action=step.action,
        before=before.state,
        after=after.state,
        by=step.by,
        role=step.role,
        at=step.at,
        note=step.note.strip(),
        points=after.decided_points if decided else None,
        severity=after.decided_severity if decided else None,
        item=step.item,
    )
