"""Who works on complaints: accounts with their deputies, and the departments that answer by a link."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.settings import Person
from callcenter.cases.complaints.vocabulary import CaseRole
from callcenter.domain.frame import Micros
from callcenter.store.complaints.tables import DepartmentRow, DeputyRow
from callcenter.store.conflicts import Missing
from callcenter.store.tables import AccountRow
from callcenter.store.unit_of_work import UnitOfWork

_DEPARTMENT = "department:"
_ROLES = {role.value for role in CaseRole}


class Deputy(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands in for an account while it is away."""

    account: str
    deputy: str | None
    away: bool


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """Another department of the company; `contact` is where its link goes."""

    name: str
    full_name: str
    contact: str | None = None


def department_account(name: str) -> str:
    """Return the account under which a department's lines stand; nobody signs in with it."""
    return _DEPARTMENT + name


async def people(connection: AsyncConnection) -> tuple[Person, ...]:
    """Read everybody who may move cases."""
    away = {row.account: row for row in await connection.execute(select(DeputyRow))}
    found = []
    for row in await connection.execute(select(AccountRow).where(AccountRow.disabled_at.is_(None))):
        if row.role not in _ROLES:
            continue
        deputy = away.get(row.name)
        found.append(
            Person(
                account=row.name,
                role=CaseRole(row.role),
                agent=row.agent,
                team=row.team,
                away=deputy is not None and deputy.away,
                deputy=None if deputy is None else deputy.deputy,
            )
        )
    found += [
        Person(account=department_account(one.name), role=CaseRole.DEPARTMENT, department=one.name)
        for one in await departments(connection)
    ]
    known = {person.account for person in found}
    return tuple(
        msgspec.structs.replace(one, deputy=None) if one.deputy is not None and one.deputy not in known else one
        for one in found
    )


async def people_gone(connection: AsyncConnection, names: Collection[str]) -> list[Person]:
    """Read accounts and departments by the names that lines have, whether they are still there or not."""
    rows = await connection.execute(select(AccountRow).where(AccountRow.name.in_(sorted(names))))
    found = [
        Person(account=row.name, role=CaseRole(row.role), agent=row.agent, team=row.team)
        for row in rows
        if row.role in _ROLES
    ]
    closed = {one.removeprefix(_DEPARTMENT) for one in names if one.startswith(_DEPARTMENT)}
    return found + [
        Person(account=department_account(one), role=CaseRole.DEPARTMENT, department=one) for one in sorted(closed)
    ]


async def deputies(connection: AsyncConnection) -> list[Deputy]:
    """Read who is away or has somebody who stands in, by account."""
    rows = await connection.execute(select(DeputyRow).order_by(DeputyRow.account))
    return [Deputy(account=row.account, deputy=row.deputy, away=row.away) for row in rows]


async def department_named(connection: AsyncConnection, name: str) -> Department:
    """Read a department that gets notices.

    Raises:
        Missing: There is none, or it is closed.
    """
    found = next((one for one in await departments(connection) if one.name == name), None)
    if found is None:
        raise Missing("there is no such department")
    return found


async def departments(connection: AsyncConnection) -> list[Department]:
    """Read the departments that get notices."""
    rows = select(DepartmentRow).where(DepartmentRow.closed_at.is_(None)).order_by(DepartmentRow.name)
    return [
        Department(name=row.name, full_name=row.full_name, contact=row.contact)
        for row in await connection.execute(rows)
    ]


async def set_deputy(unit: UnitOfWork, told: Deputy, by: str, at: Micros) -> None:
    """Say who stands in for an account, and whether it is away."""
    await unit.execute(delete(DeputyRow).where(DeputyRow.account == told.account))
    await unit.execute(insert(DeputyRow).values(**msgspec.structs.asdict(told), changed_by=by, changed_at=at))


async def set_department(unit: UnitOfWork, told: Department, by: str, at: Micros, *, closed: bool = False) -> None:
    """Keep a department, or close it: its cases stay."""
    values = {**msgspec.structs.asdict(told), "changed_by": by, "changed_at": at, "closed_at": at if closed else None}
    await unit.execute(delete(DepartmentRow).where(DepartmentRow.name == told.name))
    await unit.execute(insert(DepartmentRow).values(**values))
