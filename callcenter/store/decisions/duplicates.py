"""One act, one record: which records of a rule are of the same act of the same agent."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import SECOND, Micros
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.regulations.edition import Mode
from callcenter.store.decisions.violations import FiledRecord, chosen
from callcenter.store.tables import ViolationRow

_DECIDED = frozenset({RecordState.CONFIRMED, RecordState.REDUCED, RecordState.APPEALED})
_LONGEST: Micros = 32 * 86_400 * SECOND
"""No act lasts longer than the month that it counts in."""


async def touching(connection: AsyncConnection, rule: str, agent: str, start: Micros, end: Micros) -> list[FiledRecord]:
    """Read what was recorded of a rule and an agent at a time; nothing in shadow, of which nobody hears."""
    rows = select(ViolationRow).where(
        ViolationRow.agent == agent,
        ViolationRow.rule == rule,
        ViolationRow.mode == Mode.ON,
        ViolationRow.state != RecordState.WITHDRAWN,
        ViolationRow.sort_at.between(start - _LONGEST, end + _LONGEST),
    )
    found = []
    for record in await chosen(connection, rows):
        first, last = _span(record.dossier)
        if first is not None and last is not None and first <= end and last >= start:
            found.append(record)
    return found


async def decided_twin(connection: AsyncConnection, record: FiledRecord) -> str | None:
    """Find a record of the same act on which somebody has decided against the agent already.

    The service tells its own acts apart, by offers and lines; so one of the two is a person's.
    """
    said = record.dossier
    start, end = _span(said)
    if start is None or end is None:
        return None
    for other in await touching(connection, said.rule, said.agent, start, end):
        by_service = {record.standing.proposed_by, other.standing.proposed_by} == {SERVICE}
        if other.dossier.id != said.id and not by_service and other.standing.state in _DECIDED:
            return other.dossier.id
    return None


def _span(said: Dossier) -> tuple[Micros | None, Micros | None]:
    return said.at if said.start is None else said.start, said.at if said.end is None else said.end
