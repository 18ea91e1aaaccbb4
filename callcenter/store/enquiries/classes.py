"""Classes read and written: the newest version of each is in force, older ones are what old contacts were given."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.classes import CannedText, CaseClass, FiledClass
from callcenter.errors import BadInput
from callcenter.store.conflicts import Missing
from callcenter.store.enquiries.tables import ClassVersionRow
from callcenter.store.unit_of_work import UnitOfWork

_json = msgspec.json.Encoder(order="deterministic").encode
_texts = msgspec.json.Decoder(tuple[CannedText, ...]).decode


async def classes_in_force(connection: AsyncConnection) -> dict[str, FiledClass]:
    """Read the newest version of every class, closed ones too, by code."""
    c = ClassVersionRow
    newest = select(c.code, func.max(c.version)).group_by(c.code)
    rows = await connection.execute(select(c).where(tuple_(c.code, c.version).in_(newest)).order_by(c.code))
    return {row.code: _filed(row) for row in rows}


async def class_versions(connection: AsyncConnection, code: str) -> list[FiledClass]:
    """Read every version of a class, the newest first.

    Raises:
        Missing: There is no such class.
    """
    c = ClassVersionRow
    rows = await connection.execute(select(c).where(c.code == code).order_by(c.version.desc()))
    found = [_filed(row) for row in rows]
    if not found:
        raise Missing("there is no such class")
    return found


async def class_in_force(connection: AsyncConnection, code: str) -> FiledClass:
    """Read the class that a contact is given now.

    Raises:
        BadInput: There is none of this code, or it is closed.
    """
    c = ClassVersionRow
    asked = select(c).where(c.code == code).order_by(c.version.desc()).limit(1)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise BadInput(f"there is no class {code!r}")
    if row.closed:
        raise BadInput(f"the class {code!r} is closed: take another one")
    return _filed(row)


async def put_class(unit: UnitOfWork, filed: FiledClass) -> None:
    """Keep a version."""
    told = filed.told
    await unit.execute(
        insert(ClassVersionRow).values(
            code=told.code,
            version=filed.version,
            parent=told.parent,
            zh=told.zh,
            en=told.en,
            texts=_json(told.texts).decode(),
            closed=told.closed,
            changed_by=filed.changed_by,
            changed_at=filed.changed_at,
        )
    )


def _filed(row: Any) -> FiledClass:
    told = CaseClass(code=row.code, zh=row.zh, en=row.en, parent=row.parent, texts=_texts(row.texts), closed=row.closed)
    return FiledClass(told=told, version=row.version, changed_by=row.changed_by, changed_at=row.changed_at)
