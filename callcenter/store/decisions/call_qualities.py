"""What calls were like in agents' pages: kept as their browsers measured it, shown with the calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.store.tables import CallQualityRow
from callcenter.store.unit_of_work import UnitOfWork

_AT_ONCE = 500


class CallDirection(StrEnum):
    """Who dialled, as the page sees it."""

    IN = "in"
    OUT = "out"


class MeasuredCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call in an agent's page; it says something of the agent's own part alone.

    Attributes:
        uniqueid: The caller's channel; None where the page did not know it.
        at: When it was told, by our clock.
        lasted: How long it was measured.
        loss: Share of the sound that did not arrive, of the whole call.
        worst_loss: The same of the worst few seconds.
    """

    id: str
    uniqueid: str | None
    agent: str
    at: Micros
    direction: CallDirection
    lasted: Micros
    loss: float
    worst_loss: float
    jitter_ms: float | None
    round_trip_ms: float | None
    codec: str | None


async def keep_measured(unit: UnitOfWork, measured: MeasuredCall) -> None:
    """Keep what a page measured of a call."""
    await unit.execute(insert(CallQualityRow).values(**msgspec.structs.asdict(measured)))


async def measured_in(
    connection: AsyncConnection, uniqueids: Collection[str]
) -> dict[tuple[str, str], list[MeasuredCall]]:
    """Read what pages measured of calls, by call and agent, in the order in which it was told."""
    found: dict[tuple[str, str], list[MeasuredCall]] = {}
    for some in _pieces(sorted(uniqueids)):
        rows = select(CallQualityRow).where(CallQualityRow.uniqueid.in_(some))
        for row in await connection.execute(rows.order_by(CallQualityRow.at, CallQualityRow.id)):
            found.setdefault((row.uniqueid, row.agent), []).append(_measured(row))
    return found


def _pieces(names: Sequence[str]) -> Iterator[list[str]]:
    left = iter(names)
    while some := [*islice(left, _AT_ONCE)]:
        yield some


def _measured(row: Any) -> MeasuredCall:
    told = {name: getattr(row, name) for name in MeasuredCall.__struct_fields__}
    return MeasuredCall(**told | {"direction": CallDirection(row.direction)})
