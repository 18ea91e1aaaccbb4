"""Tables as the files that people take away: as they are shown, in the columns asked for, audited, few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Any

from fastapi import Depends, Response
from pydantic import Field

from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.spreadsheet import Rows, csv_file, with_columns, workbook
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.web.api.fields import Name, RequestBody
from callcenter.web.auth import TheSession
from callcenter.web.service import Service, TheService

MOST_WRITTEN = 100_000
"""Rows of a file: they are kept in memory."""
_MOST_COLUMNS = 40


class FileKind(StrEnum):
    """What file a table is written to."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def _few_at_a_time(session: TheSession, service: TheService) -> AsyncIterator[None]:
    """Let an export wait for no other, and keep its place until it was read, or nobody reads it any more."""
    with service.exports.of(session.account.name):
        yield


EXPORT = Depends(_few_at_a_time)
"""Of every route that writes a file of many records."""


def require_few(count: int) -> None:
    """Pass if a file may have so many rows: one that lacks the rest would be taken for all.

    Raises:
        BadInput: It may not.
    """
    if count > MOST_WRITTEN:
        raise BadInput(f"a file has at most {MOST_WRITTEN} rows, and there are more: ask for a part of them")


async def note_export(service: Service, person: Principal, kind: str, subject: str = "all", **detail: Any) -> None:
    """Keep in the audit log what somebody takes away as a file."""
    noted = Audited(
        at=service.clock(), actor=person.account, action="export", kind=kind, subject=subject, detail=detail
    )
    async with service.decisions.writing() as unit:
        await unit.note(noted)


class FileAsked(RequestBody):
    """Which file, with which columns."""

    format: FileKind = FileKind.CSV
    columns: list[Name] = Field(default=[], max_length=_MOST_COLUMNS, description="In this order; all where none is.")

    async def answer(self, name: str, title: str, names: Sequence[str], rows: Rows, language: Language) -> Response:
        """Answer with a table as a file; what a spreadsheet would run is made inert.

        Args:
            name: The file's, without its ending.
            title: The sheet's.
            names: What the columns are asked for by, in the order of the rows.
            rows: The first is the heading.
            language: In which they are written.

        Raises:
            BadInput: A column that is asked for is not there.
        """
        chosen = with_columns(rows, names, self.columns)
        held = await asyncio.to_thread(self._held, chosen, title)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{self.format}"',
            "Content-Language": language,
            "Vary": "Accept-Language",
        }
        return Response(held, headers=headers, media_type=MEDIA[self.format])

    def _held(self, rows: Rows, title: str) -> bytes:
        return csv_file(rows) if self.format is FileKind.CSV else workbook([(title, rows)])
