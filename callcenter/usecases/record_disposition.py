"""Somebody records what a call was about."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert

from callcenter.store import Desk
from callcenter.store.audit import Audited
from callcenter.store.decisions.dispositions import Recorded
from callcenter.store.tables import DispositionRow


async def record_disposition(desk: Desk, recorded: Recorded) -> None:
    """Keep what was recorded; the words are in the table alone, not in the audit log."""
    values = msgspec.structs.asdict(recorded.disposition) | msgspec.structs.asdict(recorded)
    del values["disposition"]
    await desk.execute(insert(DispositionRow).values(**values))
    await desk.note(Audited(
        at=recorded.given_at, actor=recorded.given_by, action="record", kind="call",
        subject=recorded.disposition.uniqueid, detail={"agent": recorded.disposition.agent, "id": recorded.id},
    ))  # fmt: skip
