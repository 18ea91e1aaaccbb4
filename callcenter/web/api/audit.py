"""The audit log, in its order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query

from callcenter.rules.records.masks import is_id, without_numbers, worded
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.audit import page
from callcenter.web.api.fields import Limit, ResponseBody, moment_out
from callcenter.web.auth import allowed
from callcenter.web.bounds import is_too_deep
from callcenter.web.service import TheService

router = APIRouter(prefix="/audit", tags=["audit"])

Reading = Annotated[Principal, Depends(allowed(Right.READ_AUDIT))]
After = Annotated[int, Query(ge=0, le=2**62, description="Number of the last entry that was read.")]

_UNREADABLE = {"unreadable": "not what was written"}
_TOO_DEEP = {"unreadable": "too deep to be shown"}


class Audit(ResponseBody):
    """An entry; `hash` covers it and the entry before."""

    seq: int
    at: datetime | None
    actor: str
    action: str
    kind: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditPage(ResponseBody):
    """Entries from the oldest on; `next` is the `after` of the page that follows, null at the end."""

    items: list[Audit]
    next: int | None


@router.get("")
async def read_audit(person: Reading, service: TheService, after: After = 0, limit: Limit = 100) -> AuditPage:
    """Read the audit log; numbers that people wrote are shown as far as one may see them, whatever the hash covers."""
    async with service.decisions.reading() as connection:
        found = await page(connection, after, limit + 1, damaged=_UNREADABLE)
    zone, shown = service.rulebook.zone, found[:limit]
    seen = sight(person.role, Delicate.CALLER)
    items = [
        Audit(
            seq=entry.seq,
            at=moment_out(entry.told.at, zone),
            actor=entry.told.actor,
            action=entry.told.action,
            kind=entry.told.kind,
            subject=_named(entry.told.subject, seen),
            hash=entry.hash,
            detail=_shown(entry.told.detail, seen),
        )
        for entry in shown
    ]
    return AuditPage(items=items, next=shown[-1].seq if len(found) > len(shown) else None)


def _named(subject: str, seen: Sight) -> str:
    return subject if is_id(subject) else worded(subject, seen)


def _shown(detail: dict[str, Any], seen: Sight) -> dict[str, Any]:
    if is_too_deep(detail):
        return _TOO_DEEP
    return detail if seen is Sight.FULL else cast("dict[str, Any]", without_numbers(detail))
