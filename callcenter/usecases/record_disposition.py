"""Somebody records what a call was about."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import insert

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import NotAllowed
from callcenter.store.decisions.dispositions import RecordedDisposition, talked_in
from callcenter.store.enquiries.classes import class_in_force
from callcenter.store.tables import DispositionRow


async def record_disposition(
    unit: UnitOfWork, recorded: RecordedDisposition, person: Principal, team_of: Callable[[str], str | None]
) -> RecordedDisposition:
    """Keep what was recorded, with its class as it is in force; the words are in the table alone, not in the audit log.

    Raises:
        Missing: No such call has been seen.
        BadInput: There is no such class, or it is closed.
        NotAllowed: It is not for this person to record calls of those who talked.
    """
    require_recorder(person, await talked_in(unit.connection, recorded.disposition.uniqueid), team_of)
    if recorded.case_class is not None:
        filed = await class_in_force(unit.connection, recorded.case_class)
        recorded = msgspec.structs.replace(recorded, class_version=filed.version)
    values = msgspec.structs.asdict(recorded.disposition) | msgspec.structs.asdict(recorded)
    del values["disposition"]
    await unit.execute(insert(DispositionRow).values(**values))
    await unit.note(
        Audited(
            at=recorded.given_at,
            actor=recorded.given_by,
            action="record",
            kind="call",
            subject=recorded.disposition.uniqueid,
            detail={"agent": recorded.disposition.agent, "id": recorded.id},
        )
    )
    return recorded


def require_recorder(person: Principal, talked: Collection[str], team_of: Callable[[str], str | None]) -> None:
    """Let pass whoever may record calls of somebody who talked; where nobody did, whoever may record all.

    Raises:
        NotAllowed: It is not for this person.
    """
    mine = any(may(person, Right.RECORD_CALL, agent, team_of(agent)) for agent in talked)
    if not mine and not may(person, Right.RECORD_CALL):
        raise NotAllowed(person.role)
