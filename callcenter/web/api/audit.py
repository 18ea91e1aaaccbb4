"""The audit log: read, searched, held against its hashes."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from callcenter.rules.records.masks import is_id, without_numbers, worded
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.audit import (
    AuditAsked,
    AuditDamaged,
    AuditEntry,
    SignedHead,
    page,
    read_heads,
    read_key,
    require_recent,
    verify_part,
)
from callcenter.web.api.audit_words import ACTIONS, KINDS, besides, code_of, said_of
from callcenter.web.api.fields import Moment, Name, RequestBody, ResponseBody, moment_in, moment_out
from callcenter.web.auth import allowed
from callcenter.web.bounds import is_too_deep
from callcenter.web.problems import in_words_of, language_of
from callcenter.web.service import TheService
from callcenter.web.settings import WebSettings

router = APIRouter(prefix="/audit", tags=["audit"])

Reading = Annotated[Principal, Depends(allowed(Right.READ_AUDIT))]

_UNREADABLE = {"unreadable": "not what was written"}
_TOO_DEEP = {"unreadable": "too deep to be shown"}


class AuditSought(RequestBody):
    """Which entries are sought; `from` is inclusive, `to` is not."""

    after: int = Field(default=0, ge=0, le=2**62, description="Number of the last entry that was read.")
    limit: int = Field(default=100, ge=1, le=200, description="Entries of a page.")
    order: Literal["oldest", "newest"] = "oldest"
    actor: Name | None = Field(default=None, description="Who did it.")
    action: Name | None = Field(default=None, description="What was done: its code, or its word in any language.")
    kind: Name | None = Field(default=None, description="To what kind of thing it was done; as `action`.")
    subject: Name | None = Field(default=None, description="To which one.")
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")

    def asked(self, person: Principal) -> AuditAsked:
        """The same, as the log is asked for a person."""
        return AuditAsked(
            actor=self.actor,
            action=code_of(ACTIONS, self.action),
            kind=code_of(KINDS, self.kind),
            subject=self.subject,
            since=moment_in(self.since),
            until=moment_in(self.until),
            newest=self.order == "newest",
            reader=person.agent,
        )


class AuditVerified(ResponseBody):
    """How far the log is what was written; `fault` says what is wrong behind that."""

    upto: int = Field(description="Every entry up to this number is what was written; ask again with it as `after`.")
    of: int = Field(description="Number of the newest entry.")
    heads: int = Field(description="Signed heads that were held against it.")
    sound: bool
    fault: str | None


class AuditSaid(ResponseBody):
    """An entry in the reader's words."""

    action: str
    kind: str
    detail: str = Field(description="In one line, cut where it is long.")


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
    said: AuditSaid


class AuditPage(ResponseBody):
    """Entries in their order; `next` is the `after` of the page that follows, null at the end."""

    items: list[Audit]
    next: int | None


@router.get("")
async def read_audit(
    sought: Annotated[AuditSought, Query()], person: Reading, service: TheService, request: Request
) -> AuditPage:
    """Read the audit log, but of records about oneself before one was told; numbers are shown as far as one may see."""
    limit = sought.limit
    async with service.decisions.reading() as connection:
        found = await page(connection, sought.after, limit + 1, damaged=_UNREADABLE, asked=sought.asked(person))
    zone, shown = service.rulebook.zone, found[:limit]
    seen = sight(person.role, Delicate.CALLER)
    language = language_of(request.headers.get("accept-language"))

    def item(entry: AuditEntry) -> Audit:
        told, detail = entry.told, _shown(entry.told.detail, seen)
        action, kind = said_of(ACTIONS, told.action, language), said_of(KINDS, told.kind, language)
        return Audit(
            seq=entry.seq,
            at=moment_out(told.at, zone),
            actor=told.actor,
            action=told.action,
            kind=told.kind,
            subject=_named(told.subject, seen),
            hash=entry.hash,
            detail=detail,
            said=AuditSaid(action=action, kind=kind, detail=besides(detail, language)),
        )

    items = [item(entry) for entry in shown]
    return AuditPage(items=items, next=shown[-1].seq if len(found) > len(shown) else None)


@router.post("/verify")
async def verify_audit(
    _: Reading, request: Request, service: TheService, after: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> AuditVerified:
    """Check some thousand entries behind a number against hashes and signed heads; ask until `upto` is `of`."""
    heads: list[SignedHead] = []
    try:
        heads = await asyncio.to_thread(_heads, service.settings)
        async with service.decisions.reading() as connection:
            part = await verify_part(connection, after, heads)
        if part.upto == part.of and service.settings.audit_key_file is not None:
            require_recent(heads, service.clock())
    except AuditDamaged as error:
        told = in_words_of(request, str(error))
        return AuditVerified(upto=after, of=after, heads=len(heads), sound=False, fault=told)
    return AuditVerified(upto=part.upto, of=part.of, heads=len(heads), sound=True, fault=None)


def _heads(settings: WebSettings) -> list[SignedHead]:
    key, path = settings.audit_key_file, settings.audit_heads
    return [] if key is None or not path.exists() else read_heads(path, read_key(key))


def _named(subject: str, seen: Sight) -> str:
    return subject if is_id(subject) else worded(subject, seen)


def _shown(detail: dict[str, Any], seen: Sight) -> dict[str, Any]:
    if is_too_deep(detail):
        return _TOO_DEEP
    return detail if seen is Sight.FULL else cast("dict[str, Any]", without_numbers(detail))
