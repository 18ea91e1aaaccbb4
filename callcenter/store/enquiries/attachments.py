"""Attachments as rows: which file belongs to which case or enquiry, and whether it may be served."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.file_kinds import MediaType
from callcenter.domain.frame import Micros
from callcenter.store.conflicts import Missing
from callcenter.store.enquiries.tables import AttachmentRow
from callcenter.store.unit_of_work import UnitOfWork


class AttachedTo(StrEnum):
    """What a file belongs to."""

    CASE = "case"
    ENQUIRY = "enquiry"


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody added; `refused`: the scanner found a virus, and its bytes are gone."""

    id: str
    kind: AttachedTo
    subject: str
    name: str
    media_type: MediaType
    size: int
    sha256: str
    added_by: str
    added_at: Micros
    scanned_at: Micros | None = None
    refused: bool = False


async def attachments_of(connection: AsyncConnection, kind: AttachedTo, subject: str) -> list[Attachment]:
    """Read the files of a case or an enquiry, in the order in which they came."""
    a = AttachmentRow
    rows = select(a).where(a.kind == kind, a.subject == subject).order_by(a.added_at, a.id)
    return [_attachment(row) for row in await connection.execute(rows)]


async def get_attachment(connection: AsyncConnection, number: str) -> Attachment:
    """Read one.

    Raises:
        Missing: There is none.
    """
    row = (await connection.execute(select(AttachmentRow).where(AttachmentRow.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such attachment")
    return _attachment(row)


async def unscanned(connection: AsyncConnection, limit: int = 100) -> list[Attachment]:
    """Read files in which nobody has looked for viruses yet, the oldest first."""
    a = AttachmentRow
    rows = select(a).where(a.scanned_at.is_(None), ~a.refused).order_by(a.added_at, a.id).limit(limit)
    return [_attachment(row) for row in await connection.execute(rows)]


async def hashes_in_use(connection: AsyncConnection) -> set[str]:
    """Name the files that rows need."""
    return set(await connection.scalars(select(AttachmentRow.sha256).where(~AttachmentRow.refused).distinct()))


async def count_attachments(connection: AsyncConnection, kind: AttachedTo, subject: str) -> int:
    """Count the files of a case or an enquiry."""
    a = AttachmentRow
    asked = select(func.count()).where(a.kind == kind, a.subject == subject)
    return await connection.scalar(asked) or 0


async def put_attachment(unit: UnitOfWork, new: Attachment) -> None:
    """Keep a new one."""
    await unit.execute(insert(AttachmentRow).values(**msgspec.structs.asdict(new)))


async def tell_scanned(unit: UnitOfWork, sha256: str, at: Micros, *, refused: bool) -> None:
    """Note what the scanner said of a file, wherever it is attached; what it finds wins over what it missed before."""
    told = update(AttachmentRow).where(AttachmentRow.sha256 == sha256)
    if not refused:
        told = told.where(AttachmentRow.scanned_at.is_(None))
    await unit.execute(told.values(scanned_at=at, refused=refused))


async def hand_attachments(unit: UnitOfWork, enquiry: str, case: str) -> None:
    """Let the files of an enquiry be those of the case that it became."""
    a = AttachmentRow
    theirs = (a.kind == AttachedTo.ENQUIRY) & (a.subject == enquiry)
    await unit.execute(update(a).where(theirs).values(kind=AttachedTo.CASE, subject=case))


async def forget_attachments(unit: UnitOfWork, kind: AttachedTo, subjects: Collection[str]) -> None:
    """Delete the files of cases or enquiries: the rows now, the bytes when files are swept next."""
    a = AttachmentRow
    await unit.execute(delete(a).where(a.kind == kind, a.subject.in_(subjects)))


def _attachment(row: Any) -> Attachment:
    same = {name: getattr(row, name) for name in Attachment.__struct_fields__}
    return Attachment(**same | {"kind": AttachedTo(row.kind), "media_type": MediaType(row.media_type)})
