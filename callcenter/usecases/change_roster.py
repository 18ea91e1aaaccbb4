"""A change of the roster: proposed and approved as any other, on top of what holds when it is decided."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import zone_named
from callcenter.staff.roster import roster_of
from callcenter.staff.roster_days import RosterSaid, days_of, roster_said
from callcenter.staff.roster_form import Form
from callcenter.store import UnitOfWork
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.changes import Change, ChangeKind, roster_changes, roster_said_by


class RosterFiled(NamedTuple):
    """The roster's file as it says itself (None: there is none), and the zone that the site is in."""

    form: Form | None
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return zone_named(self.timezone)


async def require_sound_roster(unit: UnitOfWork, change: Change, filed: RosterFiled) -> dict[str, Any]:
    """Return the content of a change as it is kept, if the roster can be used with it.

    Raises:
        BadInput: It could not be, and why.
    """
    if change.kind is ChangeKind.ROSTER:
        content = change.content
    else:
        content = msgspec.to_builtins(days_of(change.content, filed.zone))
    approved = roster_said_by(await roster_changes(unit.connection))
    said = [*approved, RosterSaid(change.kind is ChangeKind.ROSTER, content)]
    try:
        roster = roster_of(roster_said(lambda: filed.form, said, filed.zone), filed.timezone)
    except BadInput as error:
        raise BadInput(f"the roster cannot be used like that: {error}") from error
    if roster.timezone != filed.timezone:
        raise BadInput(f"the roster names the time zone {roster.timezone}, the site's is {filed.timezone}")
    plain: dict[str, Any] = content
    return plain


async def require_unmet(unit: UnitOfWork, change: Change, filed: RosterFiled) -> None:
    """Pass if nothing was approved, since a change of the roster was proposed, that it would take back.

    Raises:
        Conflict: Something was.
    """
    for other in await roster_changes(unit.connection):
        if _since(other.decided_at, change.proposed_at) and _meet(change, other, filed.zone):
            raise Conflict(
                f"the change {other.id} of the same days was approved after this one was proposed: look at the roster, "
                "and propose anew"
            )


def _since(decided: Micros | None, proposed: Micros) -> bool:
    return decided is not None and decided >= proposed


def _meet(change: Change, other: Change, zone: ZoneInfo) -> bool:
    if ChangeKind.ROSTER in {change.kind, other.kind}:
        return True
    return days_of(change.content, zone).meets(days_of(other.content, zone))
