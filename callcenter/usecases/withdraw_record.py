"""The service withdraws a record that its evidence does not carry; what counted with it is counted anew at once."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from callcenter.domain.frame import Micros
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.reproduction import ReproductionFinding, note
from callcenter.rules.records.standing import SERVICE
from callcenter.rules.regulations.edition import Rulebook
from callcenter.store import DecisionStore, UnitOfWork
from callcenter.store.decisions.violations import get
from callcenter.store.decisions.withdrawals import OPEN
from callcenter.usecases.recount_month import recount_month
from callcenter.usecases.tell_record import take_back

log = structlog.get_logger()


async def withdraw_record(
    unit: UnitOfWork, filed: Dossier, findings: Iterable[ReproductionFinding], rulebook: Rulebook, at: Micros
) -> bool:
    """Withdraw a record, say what was found, and count its month anew.

    Args:
        unit: The transaction.
        filed: What the record said when it was held against its evidence.
        findings: What its evidence does not carry.
        rulebook: What says how violations accumulate.
        at: When.

    Returns:
        Whether it was: not one that a person proposed, is settled, or was derived anew meanwhile.
    """
    record = await get(unit.connection, filed.id)
    if record.dossier != filed or record.standing.proposed_by != SERVICE or record.standing.state not in OPEN:
        return False
    await recount_month(unit, await take_back(unit, filed.id, note(findings), at), rulebook, at)
    return True


async def withdraw_records(
    decisions: DecisionStore,
    faulty: Iterable[tuple[Dossier, Iterable[ReproductionFinding]]],
    rulebook: Rulebook,
    at: Micros,
) -> int:
    """Withdraw records, each in a transaction of its own, and alarm; counts those that were."""
    count = 0
    for filed, findings in faulty:
        async with decisions.writing() as unit:
            withdrawn = await withdraw_record(unit, filed, findings, rulebook, at)
        if withdrawn:
            count += 1
            alarm(filed, findings)
    return count


def alarm(filed: Dossier, findings: Iterable[ReproductionFinding]) -> None:
    """Tell the log that a record was withdrawn."""
    reason = "; ".join(finding.told("en") for finding in findings)
    log.error("violation_withdrawn", violation=filed.id, rule=filed.rule, reason=reason)
