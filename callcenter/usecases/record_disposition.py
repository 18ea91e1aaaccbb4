"""Somebody records what a call was about."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert

from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.decisions.dispositions import RecordedDisposition
from callcenter.store.tables import DispositionRow


async def record_disposition(unit: UnitOfWork, recorded: RecordedDisposition) -> None:
    """Keep what was recorded; the words are in the table alone, not in the audit log."""
    values = msgspec.structs.asdict(recorded.disposition) | msgspec.structs.asdict(recorded)
    del values["disposition"]
    await unit.execute(insert(DispositionRow).values(**values))
    await unit.note(Audited(
        at=recorded.given_at, actor=recorded.given_by, action="record", kind="call",
        subject=recorded.disposition.uniqueid, detail={"agent": recorded.disposition.agent, "id": recorded.id},
    ))  # fmt: skip
