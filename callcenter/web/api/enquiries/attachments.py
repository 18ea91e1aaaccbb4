"""Files of cases and enquiries: sent as they are, told by their content, and only ever served to be saved."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, model_validator

from callcenter.cases.file_kinds import MOST_NAME, MediaType, kind_named
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.enquiries.attachments import AttachedTo, Attachment, attachments_of
from callcenter.store.enquiries.file_folder import FileFolder, IncomingFile
from callcenter.usecases.enquiries.attach import NewAttachment, attach, fetch_attachment, require_room, subject_of
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.auth import TheSession, allowed, require_there
from callcenter.web.problems import RequestRefused
from callcenter.web.sent_files import FileTurns
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/attachments", tags=["attachments"])

FILES = ("/attachments",)
"""Routes to which a file is sent."""

Recording = Annotated[Principal, Depends(allowed(Right.RECORD_ENQUIRIES))]

_SERVED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class SubjectAsked(RequestBody):
    """A case, by its number or id, or an enquiry."""

    case: Name | None = None
    enquiry: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> SubjectAsked:
        if (self.case is None) == (self.enquiry is None):
            raise ValueError("name a case or an enquiry")
        return self

    @property
    def named(self) -> tuple[AttachedTo, str]:
        """What is named, and its number."""
        if self.case is not None:
            return AttachedTo.CASE, self.case
        return AttachedTo.ENQUIRY, self.enquiry or ""


class FileGiven(SubjectAsked):
    """To what a file is attached, and its name, whose ending says its kind."""

    name: str = Field(max_length=MOST_NAME)


class AttachmentShown(ResponseBody):
    """A file; `served`: it can be fetched, `refused`: the virus scanner found something in it."""

    id: str
    case: str | None
    enquiry: str | None
    name: str
    media_type: MediaType
    size: int
    sha256: str
    added_by: str
    added_at: datetime | None
    served: bool
    refused: bool


class AttachmentsShown(ResponseBody):
    """Files, in the order in which they came."""

    items: list[AttachmentShown]


@router.get("")
async def list_attachments(
    asked: Annotated[SubjectAsked, Query()], person: Recording, service: TheService
) -> AttachmentsShown:
    """List the files of a case or an enquiry."""
    kind, number = asked.named
    async with service.decisions.reading() as connection:
        found = await attachments_of(connection, kind, await subject_of(connection, kind, number, person))
    return AttachmentsShown(items=[_shown(one, service) for one in found])


@router.post("", openapi_extra=_BODY)
async def add_attachment(
    request: Request,
    given: Annotated[FileGiven, Query()],
    person: Recording,
    session: TheSession,
    service: TheService,
) -> AttachmentShown:
    """Attach a file to a case or an enquiry; the same file again is the one that is there."""
    kind_named(given.name)
    kind, number = given.named
    settings = service.ports.attachments
    async with service.decisions.reading() as connection:
        subject = await subject_of(connection, kind, number, person)
        await require_room(connection, settings, kind, subject)
    new = NewAttachment(secrets.token_hex(16), kind, subject, given.name, person, service.clock())
    with service.uploads.of(person.account):
        incoming = FileFolder(settings.folder).begin()
        try:
            await _receive(request, incoming, settings.most_bytes, service.uploads)
            async with service.decisions.reading() as connection:
                await require_there(connection, session)
            async with service.keeping:
                made = await attach(service.decisions, settings, incoming, new)
        finally:
            incoming.drop()
    return _shown(made, service)


@router.get("/{number}/content", response_class=Response)
async def fetch_content(number: Name, person: Recording, service: TheService) -> Response:
    """Fetch a file to save it; that somebody did is kept in the audit log."""
    async with service.decisions.writing() as unit:
        found = await fetch_attachment(unit, number, person, service.clock())
    place = FileFolder(service.ports.attachments.folder).place(found.sha256)
    return FileResponse(place, headers=_SERVED, media_type="application/octet-stream", filename=found.name)


async def _receive(request: Request, incoming: IncomingFile, most: int, turns: FileTurns) -> None:
    """Write what is sent to the disk, as it comes.

    Raises:
        RequestRefused: It is empty, too large, does not end, or made room for another.
    """
    async with turns.sent_in_time() as file:
        async for chunk in request.stream():
            incoming.write(chunk)
            file.came(len(chunk))
            if incoming.size > most:
                raise RequestRefused("too-large", f"a file has at most {most} bytes")
    if not incoming.size:
        raise RequestRefused("invalid", "the file is empty")


def _shown(one: Attachment, service: Service) -> AttachmentShown:
    return AttachmentShown(
        id=one.id,
        case=one.subject if one.kind is AttachedTo.CASE else None,
        enquiry=one.subject if one.kind is AttachedTo.ENQUIRY else None,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256,
        added_by=one.added_by,
        added_at=moment_out(one.added_at, service.rulebook.zone),
        served=one.scanned_at is not None and not one.refused,
        refused=one.refused,
    )
