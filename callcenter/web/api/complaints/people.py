"""Who works on cases: departments that get notices, and who stands in for whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field, StringConstraints

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.complaints.people import Department, Deputy, departments, deputies
from callcenter.untrusted import CONTROLS, MOST_NAME
from callcenter.usecases.complaints.keep_people import add_department, close_department, set_deputy
from callcenter.web.api.fields import Name, RequestBody, ResponseBody
from callcenter.web.auth import allowed
from callcenter.web.service import TheService

router = APIRouter(tags=["cases"])

Working = Annotated[Principal, Depends(allowed(Right.WORK_ON_CASES))]
Changing = Annotated[Principal, Depends(allowed(Right.CHANGE_DEPARTMENTS))]
Deputising = Annotated[Principal, Depends(allowed(Right.SET_DEPUTIES))]
DepartmentName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=f"^[^{CONTROLS}/]+$")]


class NewDepartment(RequestBody):
    """Another department of the company; `contact` is where its links go."""

    name: DepartmentName
    full_name: Name
    contact: Annotated[str, StringConstraints(max_length=MOST_NAME, pattern=f"^[^{CONTROLS}]*$")] | None = None


class DepartmentShown(ResponseBody):
    """A department that gets notices."""

    name: str
    full_name: str
    contact: str | None


class DepartmentsShown(ResponseBody):
    """The departments, by name."""

    items: list[DepartmentShown]


class DeputyGiven(RequestBody):
    """Whether somebody is away, and who stands in meanwhile."""

    away: bool
    deputy: Name | None = Field(default=None, description="An account; null: nobody.")


class DeputyShown(ResponseBody):
    """Whether an account is away, and who stands in."""

    account: str
    away: bool
    deputy: str | None


class DeputiesShown(ResponseBody):
    """Those of whom it was ever said, by account."""

    items: list[DeputyShown]


@router.get("/departments")
async def list_departments(person: Working, service: TheService) -> DepartmentsShown:
    """List the departments that get notices."""
    del person
    async with service.decisions.reading() as connection:
        found = await departments(connection)
    return DepartmentsShown(items=[_department(one) for one in found])


@router.post("/departments", status_code=status.HTTP_201_CREATED)
async def open_department(body: NewDepartment, person: Changing, service: TheService) -> DepartmentShown:
    """Let a department get notices; a second one of its name is refused."""
    told = Department(name=body.name, full_name=body.full_name, contact=body.contact or None)
    async with service.decisions.writing() as unit:
        await add_department(unit, told, person.account, service.clock())
    return _department(told)


@router.delete("/departments/{name}", status_code=status.HTTP_204_NO_CONTENT)
async def shut_department(name: DepartmentName, person: Changing, service: TheService) -> Response:
    """Let a department get no notices any more; its cases stay, its links open nothing."""
    async with service.decisions.writing() as unit:
        await close_department(unit, name, person.account, service.clock())
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/deputies")
async def list_deputies(person: Working, service: TheService) -> DeputiesShown:
    """List who is away, and who stands in for whom."""
    del person
    async with service.decisions.reading() as connection:
        found = await deputies(connection)
    return DeputiesShown(items=[_deputy(one) for one in found])


@router.put("/deputies/{account}")
async def name_deputy(account: Name, body: DeputyGiven, person: Deputising, service: TheService) -> DeputyShown:
    """Say whether an account is away and who stands in: one's own, or a lead for whoever stands below."""
    told = Deputy(account=account, deputy=body.deputy, away=body.away)
    async with service.decisions.writing() as unit:
        await set_deputy(unit, told, person, service.clock())
    return _deputy(told)


def _department(told: Department) -> DepartmentShown:
    return DepartmentShown(name=told.name, full_name=told.full_name, contact=told.contact)


def _deputy(told: Deputy) -> DeputyShown:
    return DeputyShown(account=told.account, away=told.away, deputy=told.deputy)
