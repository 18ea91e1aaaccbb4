"""A person takes a step with a record: nothing is held against an agent on evidence that the journal does not carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.refusals import StepRefused, Why
from callcenter.rules.records.reproduction import ReproductionFinding
from callcenter.rules.records.standing import SERVICE, RecordState, Standing
from callcenter.rules.records.steps import DECISIONS, STEPS, Action, ProcessStep, Terms
from callcenter.rules.records.workflow import checked_beside
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store import UnitOfWork
from callcenter.store.conflicts import NotAllowed
from callcenter.store.decisions.duplicates import decided_twin
from callcenter.store.decisions.violations import FiledRecord, act, get
from callcenter.store.sign_in.vouching import require_two
from callcenter.usecases.recount_month import recount_month
from callcenter.usecases.tell_record import tell_record
from callcenter.usecases.withdraw_record import alarm, withdraw_record

_RIGHTS: dict[Action, Right] = {
    Action.NOTIFY: Right.NOTIFY,
    Action.EXPLAIN: Right.EXPLAIN,
    Action.APPEAL: Right.APPEAL,
    Action.CONFIRM: Right.DECIDE,
    Action.REDUCE: Right.DECIDE,
    Action.OVERTURN: Right.DECIDE,
    Action.WITHDRAW: Right.WITHDRAW,
    Action.CHECK: Right.CHECK,
    Action.AGREE: Right.REVIEW_SHADOW,
    Action.DISAGREE: Right.REVIEW_SHADOW,
}
_AGAINST = frozenset({Action.CONFIRM, Action.REDUCE})

Evidence = Callable[[Dossier], Awaitable[tuple[ReproductionFinding, ...]]]
"""Tells what of a record the journal does not bear out."""


class StepContext(NamedTuple):
    """By what steps are taken; without evidence at hand no record is held against any."""

    rulebook: Rulebook
    terms: Terms
    evidence: Evidence | None


class StepTaken(NamedTuple):
    """The record after a step; with faults, the step was not taken and the record is withdrawn."""

    record: FiledRecord
    faults: tuple[ReproductionFinding, ...] = ()


def rights_for(action: Action) -> tuple[Right, ...]:
    """Name what a step needs: the first, or where an appeal is decided the last."""
    return (_RIGHTS[action], Right.DECIDE_APPEAL) if action in DECISIONS else (_RIGHTS[action],)


async def take_step(
    unit: UnitOfWork, person: Principal, record: FiledRecord, seen: int, step: ProcessStep, context: StepContext
) -> StepTaken:
    """Take a step, or withdraw the record instead; the month that it counts in is counted anew.

    Args:
        unit: The transaction.
        person: Who takes it.
        record: The record before.
        seen: The version of it that whoever acts has read.
        step: What is done.
        context: By what.

    Raises:
        NotAllowed: It is not for this person to take this step with this record.
        Outdated: Somebody acted on it meanwhile.
        StepRefused: The workflow does not allow it, or another record of the same act is decided on.
        Conflict: A check is made by whoever made another one beside it, under another account.
    """
    _require_right(person, step.action, record)
    if step.action in _AGAINST and step.action in STEPS[record.standing.state]:
        faults = await _faults(record, context)
        if faults and await withdraw_record(unit, record.dossier, faults, context.rulebook, step.at):
            alarm(record.dossier, faults)
            return StepTaken(await get(unit.connection, record.dossier.id), faults)
        if (twin := await decided_twin(unit.connection, record)) is not None:
            raise StepRefused(Why.SAME_ACT, record=twin)
    taken = await act(unit, record.dossier.id, seen, step, context.terms)
    if step.action is Action.CHECK:
        await _require_another(unit, taken.standing, step)
    await recount_month(unit, taken, context.rulebook, step.at)
    await tell_record(unit, taken, step.action, step.at)
    return StepTaken(taken)


def _require_right(person: Principal, action: Action, record: FiledRecord) -> None:
    right = rights_for(action)[-1 if record.standing.state is RecordState.APPEALED else 0]
    if not may(person, right, record.dossier.agent, record.dossier.team):
        raise NotAllowed(person.role)


async def _require_another(unit: UnitOfWork, standing: Standing, check: ProcessStep) -> None:
    """Pass if whoever checks is another person than who proposed the record and who checked beside."""
    for other in {standing.proposed_by, *checked_beside(standing, check.item or "")}:
        await require_two(unit.connection, other, check.by, check.at)


async def _faults(record: FiledRecord, context: StepContext) -> tuple[ReproductionFinding, ...]:
    """Hold a record of the service against its journal, where one is at hand."""
    if context.evidence is None or record.standing.proposed_by != SERVICE:
        return ()
    return await context.evidence(record.dossier)
