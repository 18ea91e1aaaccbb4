"""Somebody changes the tree of classes: each change is a new version, and the audit log says whose."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from callcenter.cases.classes import CaseClass, FiledClass, require_class
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.classes import classes_in_force, put_class
from callcenter.store.unit_of_work import UnitOfWork


async def make_class(unit: UnitOfWork, told: CaseClass, touch: Touch) -> FiledClass:
    """Keep a new class.

    Raises:
        Conflict: There is one of this code.
        BadInput: It has no place in the tree, or a text is not within its bounds.
    """
    known = await classes_in_force(unit.connection)
    if told.code in known:
        raise Conflict(f"there is a class {told.code!r} already")
    return await _put(unit, told, known, touch.doing("create"))


async def change_class(unit: UnitOfWork, told: CaseClass, seen: int | None, touch: Touch) -> FiledClass:
    """Keep a class as its next version; where nothing differs, it stays as it is.

    Args:
        unit: The transaction.
        told: The whole class, as it shall be.
        seen: The version that whoever changes it has read; None: the console, which reads and writes at once.
        touch: By whom.

    Raises:
        Missing: There is no such class.
        Outdated: Somebody changed it meanwhile.
        BadInput: It has no place in the tree, or a text is not within its bounds.
    """
    known = await classes_in_force(unit.connection)
    filed = known.get(told.code)
    if filed is None:
        raise Missing("there is no such class")
    if seen not in {None, filed.version}:
        raise Outdated("somebody else changed this class since it was read", filed.version)
    if filed.told == told:
        return filed
    return await _put(unit, told, known, touch.doing("close" if told.closed and not filed.told.closed else "change"))


async def close_class(unit: UnitOfWork, code: str, touch: Touch) -> FiledClass:
    """Close a class: contacts keep it, no new one is given it.

    Raises:
        Missing: There is no such class.
        BadInput: What is below it is open.
    """
    filed = (await classes_in_force(unit.connection)).get(code)
    if filed is None:
        raise Missing("there is no such class")
    return await change_class(unit, msgspec.structs.replace(filed.told, closed=True), None, touch)


async def import_classes(unit: UnitOfWork, told: Iterable[CaseClass], touch: Touch) -> dict[str, int]:
    """Keep a list of classes, each new or as its next version; those that it does not name stay.

    All or nothing. Returns how many were created, changed and the same.

    Raises:
        BadInput: One has no place in the tree, or a text is not within its bounds.
    """
    counts = {"created": 0, "changed": 0, "same": 0}
    known = await classes_in_force(unit.connection)
    for one in told:
        if one.code not in known:
            known[one.code] = await _put(unit, one, known, touch.doing("create"))
            counts["created"] += 1
        elif known[one.code].told == one:
            counts["same"] += 1
        else:
            known[one.code] = await _put(unit, one, known, touch.doing("change"))
            counts["changed"] += 1
    return counts


async def _put(unit: UnitOfWork, told: CaseClass, known: dict[str, FiledClass], touch: Touch) -> FiledClass:
    require_class(told, {code: one.told for code, one in known.items()})
    version = known[told.code].version + 1 if told.code in known else 1
    filed = FiledClass(told=told, version=version, changed_by=touch.by, changed_at=touch.at)
    await put_class(unit, filed)
    detail = {"version": version}
    await unit.note(
        Audited(at=touch.at, actor=touch.by, action=touch.action, kind="case_class", subject=told.code, detail=detail)
    )
    return filed
