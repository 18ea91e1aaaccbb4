"""Records that the service takes back: those that a journal can bear out, the step itself, those that it took back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.records.reproduction import NOT_OF_FRAMES
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import STEPS, Action, HistoryEntry, ProcessStep, Terms
from callcenter.rules.regulations.edition import Mode
from callcenter.staff.workdays import Workdays
from callcenter.store.decisions.violations import FiledRecord, act, chosen
from callcenter.store.record.models import PositionRow
from callcenter.store.tables import StepRow, ViolationRow
from callcenter.store.unit_of_work import UnitOfWork

_NO_TERMS = Terms(days=Workdays(ZoneInfo("UTC")))  # a withdrawal waits for nobody
OPEN = [state for state in RecordState if Action.WITHDRAW in STEPS[state]]
"""Where a record can be withdrawn from."""
_ANCHORS = 100


async def withdraw(unit: UnitOfWork, number: str, why: str, at: Micros) -> FiledRecord:
    """Withdraw a record as the service."""
    return await act(unit, number, None, ProcessStep(action=Action.WITHDRAW, by=SERVICE, at=at, note=why), _NO_TERMS)


async def raised(
    connection: AsyncConnection, since: Micros | None = None, until: Micros | None = None, begins: str = ""
) -> list[FiledRecord]:
    """Read the records that a journal can bear out and that are not settled: the service's own, derived from frames."""
    rows = select(ViolationRow).where(ViolationRow.rule.not_in(NOT_OF_FRAMES), ViolationRow.state.in_(OPEN))
    if since is not None:
        rows = rows.where(ViolationRow.sort_at >= since)
    if until is not None:
        rows = rows.where(ViolationRow.sort_at < until)
    if begins:
        rows = rows.where(ViolationRow.id.startswith(begins.lower(), autoescape=True))
    return await _service_own(connection, rows.order_by(ViolationRow.sort_at, ViolationRow.id))


async def anchors(connection: AsyncConnection) -> list[FiledRecord]:
    """Read the service's newest records, by whose frames a journal is known."""
    rows = select(ViolationRow).where(ViolationRow.rule.not_in(NOT_OF_FRAMES))
    return await _service_own(connection, rows.order_by(ViolationRow.sort_at.desc(), ViolationRow.id).limit(_ANCHORS))


async def followed(connection: AsyncConnection, node: str) -> int:
    """Tell up to which entry the database has followed a switch's journal."""
    position = select(PositionRow.journal_position).where(PositionRow.node == node)
    return await connection.scalar(position) or 0


async def withdrawn(connection: AsyncConnection) -> dict[str, str]:
    """Read the records of rules that are on whose evidence did not reproduce: id and rule."""
    rows = await connection.execute(
        select(ViolationRow.id, ViolationRow.rule, StepRow.entry)
        .join(StepRow, StepRow.violation == ViolationRow.id)
        .where(
            ViolationRow.state == RecordState.WITHDRAWN,
            ViolationRow.mode == Mode.ON,
            ViolationRow.rule.not_in(NOT_OF_FRAMES),
        )
    )
    entries = ((number, rule, msgspec.json.decode(entry, type=HistoryEntry)) for number, rule, entry in rows)
    return {n: rule for n, rule, entry in entries if entry.action is Action.WITHDRAW and entry.by == SERVICE}


async def _service_own(connection: AsyncConnection, rows: Select[Any]) -> list[FiledRecord]:
    return [record for record in await chosen(connection, rows) if record.standing.proposed_by == SERVICE]
