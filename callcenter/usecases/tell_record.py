"""A record leaves once its agent was notified, then with what becomes of it: nobody acts on what holds no more."""

from __future__ import annotations

from typing import Any

from callcenter.domain.frame import Micros
from callcenter.rules.records.sealed import is_sealed
from callcenter.rules.records.steps import Action
from callcenter.store import UnitOfWork
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.decisions.withdrawals import withdraw
from callcenter.store.outbox import OutboxKind, put

_TOLD = frozenset({Action.NOTIFY, Action.CONFIRM, Action.REDUCE, Action.OVERTURN, Action.WITHDRAW})


async def tell_record(unit: UnitOfWork, record: FiledRecord, action: Action, at: Micros) -> None:
    """Let others know where a record stands after a step; of one whose agent was not notified nobody hears."""
    if action in _TOLD and record.standing.notified_at is not None:
        await put(unit.connection, OutboxKind.VIOLATION, record.dossier.agent, _told(record), at)


async def take_back(unit: UnitOfWork, number: str, why: str, at: Micros) -> FiledRecord:
    """Withdraw a record as the service, and let those know who heard of it."""
    taken = await withdraw(unit, number, why, at)
    await tell_record(unit, taken, Action.WITHDRAW, at)
    return taken


def _told(record: FiledRecord) -> dict[str, Any]:
    """Say what may leave of a record: no sentence, and of the caller what is sealed alone."""
    dossier, standing = record.dossier, record.standing
    caller = dossier.caller if is_sealed(dossier.caller) else None
    said = {name: getattr(dossier, name) for name in ("id", "rule", "agent", "team", "at", "rulebook")}
    stands = ("state", "verdict", "severity", "points", "decided_severity", "decided_points")
    return said | {"caller": caller} | {name: getattr(standing, name) for name in stands}
