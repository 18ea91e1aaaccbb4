"""Who works on complaints: departments that get notices, and who stands in for whom while they are away."""

from __future__ import annotations

import msgspec

from callcenter.cases.complaints.settings import People, Person
from callcenter.cases.complaints.vocabulary import SERVICE_ROLES, CaseRole
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.audit import Audited
from callcenter.store.complaints.people import Department, Deputy, department_named, departments, people
from callcenter.store.complaints.people import set_department as keep_department
from callcenter.store.complaints.people import set_deputy as keep_deputy
from callcenter.store.conflicts import Conflict, Missing, NotAllowed
from callcenter.store.unit_of_work import UnitOfWork


async def add_department(unit: UnitOfWork, told: Department, by: str, at: Micros) -> None:
    """Let a department get notices.

    Raises:
        Conflict: There is one of this name.
    """
    if any(one.name == told.name for one in await departments(unit.connection)):
        raise Conflict(f"there is a department {told.name!r} already")
    await keep_department(unit, told, by, at)
    await unit.note(_of("department", "add", told.name, by, at))


async def close_department(unit: UnitOfWork, name: str, by: str, at: Micros) -> None:
    """Let a department get no notices any more; its cases stay, its links open nothing.

    Raises:
        Missing: There is no such department.
    """
    await keep_department(unit, await department_named(unit.connection, name), by, at, closed=True)
    await unit.note(_of("department", "close", name, by, at))


async def set_deputy(unit: UnitOfWork, told: Deputy, person: Principal, at: Micros) -> None:
    """Say whether an account is away, and who stands in for it.

    One does so for oneself, a lead for whoever stands below them: for who stands beside or above, it would be a way to
    their rights.

    Raises:
        Missing: There is no such account among those who work on cases.
        NotAllowed: It is not for this person.
        BadInput: The deputy is no such account, or the account itself.
    """
    known = People(await people(unit.connection))
    whose = known.get(told.account)
    if whose is None or whose.role is CaseRole.DEPARTMENT:
        raise Missing("nobody of this name works on cases")
    if told.account != person.account and not _leads(person, whose):
        raise NotAllowed(person.role)
    deputy = None if told.deputy is None else known.get(told.deputy)
    if told.deputy is not None and (deputy is None or deputy.role is CaseRole.DEPARTMENT):
        raise BadInput(f"{told.deputy!r} is no account that works on cases: name another deputy")
    if told.deputy == told.account:
        raise BadInput("nobody stands in for themselves: name another deputy")
    await keep_deputy(unit, told, person.account, at)
    detail = {"away": told.away, "deputy": told.deputy}
    noted = _of("deputy", "set", told.account, person.account, at)
    await unit.note(msgspec.structs.replace(noted, detail=detail))


def _leads(person: Principal, whose: Person) -> bool:
    ranks = [role.value for role in SERVICE_ROLES]
    if whose.role.value not in ranks or person.role.value not in ranks:
        return False
    below = ranks.index(whose.role.value) < ranks.index(person.role.value)
    return below and may(person, Right.SET_DEPUTIES, None, whose.team)


def _of(kind: str, action: str, subject: str, by: str, at: Micros) -> Audited:
    return Audited(at=at, actor=by, action=action, kind=kind, subject=subject)
