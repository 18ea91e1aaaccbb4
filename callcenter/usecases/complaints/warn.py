"""A warning is told: kept once, in the transaction in which it comes, and from here to whoever is not at a page."""

from __future__ import annotations

from typing import Any, NamedTuple

from callcenter.cases.complaints.case import CaseWarning
from callcenter.store.complaints.cases import FiledCase
from callcenter.store.complaints.records import tell_warnings
from callcenter.store.outbox import OutboxKind, put
from callcenter.store.unit_of_work import UnitOfWork


class WarningTold(NamedTuple):
    """A warning that came, and whose case it is."""

    case: str
    number: str | None
    owner: str
    warning: CaseWarning


async def warn(unit: UnitOfWork, filed: FiledCase, told: int) -> list[WarningTold]:
    """Tell a case's warnings after the first so many; returns them.

    This is the one place that every warning passes, whoever let it come: it is put into the outbox here, and leaves
    if, and only if, it is kept.
    """
    case = filed.case
    new = await tell_warnings(unit, filed.id, case.owner, case.warnings, told=told)
    for warning in new:
        said: dict[str, Any] = {"case": filed.id, "number": case.number, "owner": case.owner, "due": case.clock.due}
        said |= {"percent": warning.percent, "at": warning.at}
        await put(unit.connection, OutboxKind.CASE_WARNING, filed.id, said, warning.at)
    return [WarningTold(filed.id, case.number, case.owner, warning) for warning in new]
