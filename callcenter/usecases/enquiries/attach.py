"""A file is attached to a case or an enquiry, read again, and gone when nothing needs it any more.

Its bytes are on the disk before its row is written. What the scanner has not called clean is not served; it is asked
again each time that files are looked after.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.file_kinds import has_signature, kind_named, require_kind
from callcenter.clock import wall_clock
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput, CallcenterError, StoreError
from callcenter.rules.records.standing import SERVICE
from callcenter.staff.roles import Principal
from callcenter.store import DecisionStore
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import get_case
from callcenter.store.conflicts import Conflict
from callcenter.store.enquiries.attachments import (
    AttachedTo,
    Attachment,
    attachments_of,
    count_attachments,
    get_attachment,
    hashes_in_use,
    put_attachment,
    tell_scanned,
    unscanned,
)
from callcenter.store.enquiries.enquiries import get_enquiry
from callcenter.store.enquiries.file_folder import FileFolder, IncomingFile
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.enquiries.attachment_settings import AttachmentsSettings
from callcenter.usecases.enquiries.scanning import Scanned, scan
from callcenter.usecases.enquiries.whose import require_within_reach

EVERY_SECONDS = 600.0

log = structlog.get_logger()


class NewAttachment(NamedTuple):
    """Who attaches a file of which name to what, under which id, and when."""

    id: str
    kind: AttachedTo
    subject: str
    name: str
    person: Principal
    now: Micros


class Infected(BadInput):
    """A virus was found in a file."""


async def subject_of(connection: AsyncConnection, kind: AttachedTo, number: str, person: Principal) -> str:
    """Return the id of a case or an enquiry whose files somebody may see.

    Raises:
        Missing: There is none.
        NotAllowed: It is not within this person's reach.
    """
    if kind is AttachedTo.CASE:
        filed = await get_case(connection, number)
        await require_within_reach(connection, person, filed.case.owner)
        return filed.id
    enquiry = await get_enquiry(connection, number)
    await require_within_reach(connection, person, enquiry.owner)
    return enquiry.id


async def attach(
    decisions: DecisionStore, settings: AttachmentsSettings, incoming: IncomingFile, new: NewAttachment
) -> Attachment:
    """Keep a file that has come whole; the same file of the same case again is the one that is there.

    Raises:
        BadInput: It is not what its name says, or empty.
        Infected: The scanner found a virus.
        Conflict: The case has as many files as it may have.
    """
    kind = kind_named(new.name)
    require_kind(kind, incoming.head if has_signature(kind) else await asyncio.to_thread(incoming.whole))
    size, sha256 = incoming.size, await asyncio.to_thread(incoming.keep)
    said = await scan(settings, settings.folder / sha256)
    if said is Scanned.FOUND:
        await _refuse(decisions, settings, sha256, new.person.account, new.now)
        raise Infected("the virus scanner found something in this file: it was not kept")
    made = Attachment(
        id=new.id,
        kind=new.kind,
        subject=new.subject,
        name=new.name,
        media_type=kind,
        size=size,
        sha256=sha256,
        added_by=new.person.account,
        added_at=new.now,
        scanned_at=new.now if said is Scanned.CLEAN else None,
    )
    async with decisions.writing() as unit:
        return await _put(unit, settings, made)


async def _put(unit: UnitOfWork, settings: AttachmentsSettings, made: Attachment) -> Attachment:
    for one in await attachments_of(unit.connection, made.kind, made.subject):
        if one.sha256 == made.sha256:
            return one
    await require_room(unit.connection, settings, made.kind, made.subject)
    await put_attachment(unit, made)
    detail = {made.kind.value: made.subject, "sha256": made.sha256}
    await unit.note(_noted("add", made.id, made.added_by, made.added_at, **detail))
    return made


async def require_room(
    connection: AsyncConnection, settings: AttachmentsSettings, kind: AttachedTo, subject: str
) -> None:
    """Pass if one more file may be attached.

    Raises:
        Conflict: There are as many as there may be.
    """
    if await count_attachments(connection, kind, subject) >= settings.most:
        raise Conflict(f"there are {settings.most} files already: a case or an enquiry has no more")


async def fetch_attachment(unit: UnitOfWork, number: str, person: Principal, now: Micros) -> Attachment:
    """Return a file that may be served to somebody; that they fetched it is in the audit log.

    Raises:
        Missing: There is none.
        NotAllowed: What it belongs to is not within this person's reach.
        Conflict: Nobody has scanned it yet, or a virus was found.
    """
    found = await get_attachment(unit.connection, number)
    await subject_of(unit.connection, found.kind, found.subject, person)
    if found.refused:
        raise Conflict("the virus scanner found something in this file: it is gone")
    if found.scanned_at is None:
        raise Conflict("the virus scanner has not looked into this file yet: try again later")
    await unit.note(_noted("fetch", found.id, person.account, now))
    return found


async def look_after_attachments(
    decisions: DecisionStore, settings: AttachmentsSettings, every: float = EVERY_SECONDS
) -> None:
    """Scan what was not scanned, and sweep what no row needs, until cancelled; a fault is told, and tried again."""
    while True:
        try:
            await tend_attachments(decisions, settings, wall_clock())
        except (CallcenterError, OSError) as error:
            log.warning("attachments_not_looked_after", error=str(error))
        await asyncio.sleep(every)


async def tend_attachments(decisions: DecisionStore, settings: AttachmentsSettings, now: Micros) -> list[str]:
    """Scan and sweep once; returns the names of the files that went."""
    folder = FileFolder(settings.folder)
    async with decisions.reading() as connection:
        waiting = {one.sha256 for one in await unscanned(connection)}
    for sha256 in sorted(waiting):
        try:
            said = await scan(settings, folder.place(sha256))
        except StoreError as error:
            log.warning("attachment_gone", sha256=sha256, error=str(error))
            continue
        if said is Scanned.FOUND:
            await _refuse(decisions, settings, sha256, SERVICE, now)
        elif said is Scanned.CLEAN:
            async with decisions.writing() as unit:
                await tell_scanned(unit, sha256, now, refused=False)
    async with decisions.reading() as connection:
        needed = await hashes_in_use(connection)
    return await asyncio.to_thread(folder.sweep, needed, now)


async def _refuse(decisions: DecisionStore, settings: AttachmentsSettings, sha256: str, by: str, now: Micros) -> None:
    """Delete a file in which something was found; where it is attached already, its rows say so."""
    async with decisions.writing() as unit:
        await tell_scanned(unit, sha256, now, refused=True)
        needed = sha256 in await hashes_in_use(unit.connection)
        await unit.note(_noted("refuse", sha256, by, now))
    if not needed:
        await asyncio.to_thread(FileFolder(settings.folder).remove, sha256)


def _noted(action: str, subject: str, by: str, at: Micros, **detail: str) -> Audited:
    return Audited(at=at, actor=by, action=action, kind="attachment", subject=subject, detail=detail)
