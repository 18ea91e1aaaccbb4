"""Days that are worked or not, whatever the official calendar says: a change as any other, of days to come alone.

A deadline that was given stays as it was told; those given from then on are counted by the days as they are said.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of
from callcenter.staff.workdays import days_said
from callcenter.store import UnitOfWork
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.changes import Change, approved


def sound_days(change: Change, at: Micros, zone: ZoneInfo) -> dict[str, Any]:
    """Return the content of a change of the calendar as it is kept.

    Raises:
        BadInput: It could not be used, or one of its days has begun.
    """
    said, today = days_said(change.content), datetime_of(at, zone).date()
    begun = [day for day in said.days if day <= today]
    if begun:
        raise BadInput(f"{min(begun)} has begun: only days to come are said otherwise")
    kept: dict[str, Any] = msgspec.to_builtins(said, str_keys=True)
    return kept


async def require_unsaid(unit: UnitOfWork, change: Change) -> None:
    """Pass if nothing was approved of the same days since a change was proposed.

    Raises:
        Conflict: Something was.
    """
    days = {*days_said(change.content).days}
    for other in await approved(unit.connection, change.kind):
        if other.decided_at is not None and other.decided_at >= change.proposed_at and days & _days(other):
            raise Conflict(
                f"the change {other.id} of the same days was approved after this one was proposed: look at the "
                "calendar, and propose anew"
            )


def _days(change: Change) -> set[date]:
    return {*days_said(change.content).days}
