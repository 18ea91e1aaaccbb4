"""A person lets what leaves the service go on: tries again, passes over an entry, enables a sink, lets one go."""

from __future__ import annotations

from typing import Any

from callcenter.domain.frame import Micros
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.outbox import OutboxKind
from callcenter.store.outbox_progress import ParkedKey, enable_sink, forget_sink, let_go, parked, sink_states, take_up
from callcenter.store.unit_of_work import UnitOfWork


async def retry_parked(
    unit: UnitOfWork, sink: str, by: str, at: Micros, key: str | None = None, kind: OutboxKind | None = None
) -> int:
    """Let a sink's parked entries be tried again, those of one key (and kind) or all; returns how many.

    Raises:
        Missing: None is parked there.
    """
    found = await _parked(unit, sink, key, kind)
    for one in found:
        await take_up(unit.connection, one)
        await _note(unit, "retry", one, by, at)
    return len(found)


async def skip_parked(
    unit: UnitOfWork, sink: str, key: str, reason: str, by: str, at: Micros, kind: OutboxKind | None = None
) -> ParkedKey:
    """Let a key go on behind the entry that a sink cannot take, which that sink never has; returns what it was.

    Raises:
        Missing: None of that key is parked there.
        Conflict: Entries of several kinds are, and none is named.
    """
    one, *others = await _parked(unit, sink, key, kind)
    if others:
        raise Conflict("entries of several kinds are parked there: say which by --kind")
    await take_up(unit.connection, one, done=one.n)
    await let_go(unit.connection, at)
    await _note(unit, "skip", one, by, at, reason=reason)
    return one


async def enable(unit: UnitOfWork, sink: str, by: str, at: Micros) -> None:
    """Let a sink be tried again at once, whatever failed.

    Raises:
        Missing: None is known by the name.
    """
    if not await enable_sink(unit.connection, sink):
        raise await _unknown(unit, sink)
    await unit.note(Audited(at=at, actor=by, action="enable", kind="outbox", subject=sink))


async def forget(unit: UnitOfWork, sink: str, by: str, at: Micros) -> None:
    """Let a sink go: nothing waits for it any more.

    Raises:
        Missing: None is known by the name.
    """
    if not await forget_sink(unit.connection, sink, at):
        raise await _unknown(unit, sink)
    await unit.note(Audited(at=at, actor=by, action="forget", kind="outbox", subject=sink))


async def _parked(unit: UnitOfWork, sink: str, key: str | None, kind: OutboxKind | None = None) -> list[ParkedKey]:
    found = [one for one in await parked(unit.connection) if one.sink == sink and key in {None, one.key.key}]
    found = [one for one in found if kind in {None, one.key.kind}]
    if not found:
        raise Missing("nothing of the kind is parked: callcenter outbox list names what is")
    return found


async def _unknown(unit: UnitOfWork, sink: str) -> Missing:
    known = ", ".join(await sink_states(unit.connection)) or "-"
    return Missing(f"there is no sink {sink}; known are: {known}")


async def _note(unit: UnitOfWork, action: str, one: ParkedKey, by: str, at: Micros, **detail: Any) -> None:
    told = {"kind": one.key.kind, "key": one.key.key, "n": one.n, "why": one.why} | detail
    await unit.note(Audited(at=at, actor=by, action=action, kind="outbox", subject=one.sink, detail=told))
