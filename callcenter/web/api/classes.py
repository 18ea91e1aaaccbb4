"""The tree of what contacts are about: read by everybody, changed by those who lead, a version a change."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field

from callcenter.cases.classes import MOST_TEXTS, CannedText, CaseClass, FiledClass, tree
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.classes import class_versions, classes_in_force
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.enquiries.keep_classes import change_class, make_class
from callcenter.web.api.fields import ClassCode, Name, RequestBody, ResponseBody, Words, moment_out
from callcenter.web.api.once import Once, SeenVersion, TheOnce, etag
from callcenter.web.auth import TheSession, allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/classes", tags=["classes"])

Changing = Annotated[Principal, Depends(allowed(Right.CHANGE_CLASSES))]


class CannedTextTold(RequestBody):
    """A text that is ready to be sent, in both languages."""

    name: Name
    zh: Words = Field(min_length=1)
    en: Words = Field(min_length=1)


class ClassTold(RequestBody):
    """A class as it shall be; one below another is a reason of it."""

    zh: Name
    en: Name
    parent: ClassCode | None = None
    texts: list[CannedTextTold] = Field(default=[], max_length=MOST_TEXTS)
    closed: bool = Field(default=False, description="No contact is given it any more.")


class NewClass(ClassTold):
    """A new class; its code stays."""

    code: ClassCode


class CannedTextShown(ResponseBody):
    """A text that is ready to be sent."""

    name: str
    zh: str
    en: str


class CaseClassShown(ResponseBody):
    """One version of a class; `level` is its place in the tree, from 0, null of an old version."""

    code: str
    version: int
    level: int | None
    parent: str | None
    zh: str
    en: str
    texts: list[CannedTextShown]
    closed: bool
    changed_by: str
    changed_at: datetime | None


class CaseClassesShown(ResponseBody):
    """Classes, each before what is below it; or the versions of one, the newest first."""

    items: list[CaseClassShown]


@router.get("")
async def list_classes(
    _: TheSession,
    service: TheService,
    closed: Annotated[bool, Query(description="Closed ones, too.")] = False,
) -> CaseClassesShown:
    """List the classes of contacts as a tree, with their texts."""
    async with service.decisions.reading() as connection:
        found = tree((await classes_in_force(connection)).values())
    return CaseClassesShown(
        items=[_shown(one, service, level) for level, one in found if closed or not one.told.closed]
    )


@router.get("/{code}/versions")
async def list_class_versions(code: ClassCode, _: TheSession, service: TheService) -> CaseClassesShown:
    """List the versions of a class, the newest first."""
    async with service.decisions.reading() as connection:
        found = await class_versions(connection, code)
    return CaseClassesShown(items=[_shown(one, service) for one in found])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=CaseClassShown)
async def add_class(body: NewClass, person: Changing, service: TheService, once: TheOnce) -> Response:
    """Add a class of contacts."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        filed = await make_class(unit, _told(body.code, body), _touch(person, once))
        return _answer(filed, service, status.HTTP_201_CREATED)

    return await once.answer(work)


@router.put("/{code}", response_model=CaseClassShown)
async def replace_class(
    code: ClassCode, body: ClassTold, person: Changing, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Change or close a class of contacts: a new version, contacts keep the one that they were given."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        filed = await change_class(unit, _told(code, body), seen, _touch(person, once))
        return _answer(filed, service, status.HTTP_200_OK)

    return await once.answer(work)


def _told(code: str, body: ClassTold) -> CaseClass:
    texts = tuple(CannedText(name=one.name, zh=one.zh, en=one.en) for one in body.texts)
    return CaseClass(code=code, zh=body.zh, en=body.en, parent=body.parent, texts=texts, closed=body.closed)


def _touch(person: Principal, once: Once) -> Touch:
    return Touch(by=person.account, at=once.asked.at)


def _answer(filed: FiledClass, service: Service, code: int) -> KeptAnswer:
    return KeptAnswer(status=code, etag=etag(filed.version), body=_shown(filed, service).model_dump_json())


def _shown(filed: FiledClass, service: Service, level: int | None = None) -> CaseClassShown:
    told = filed.told
    return CaseClassShown(
        code=told.code,
        version=filed.version,
        level=level,
        parent=told.parent,
        zh=told.zh,
        en=told.en,
        texts=[CannedTextShown(**msgspec.structs.asdict(one)) for one in told.texts],
        closed=told.closed,
        changed_by=filed.changed_by,
        changed_at=moment_out(filed.changed_at, service.rulebook.zone),
    )
