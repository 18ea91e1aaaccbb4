"""The first account: made on the page, by the code that the service shows where it was started."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response, status
from pydantic import StringConstraints

from callcenter.staff.rights import Role
from callcenter.store.conflicts import Conflict
from callcenter.store.sign_in.accounts import NewAccount
from callcenter.store.sign_in.vouching import CONSOLE
from callcenter.usecases.keep_accounts import add_account
from callcenter.web.api.fields import RequestBody, ResponseBody
from callcenter.web.api.session import Password
from callcenter.web.limits import address_of
from callcenter.web.pages.first_account import somebody
from callcenter.web.problems import RequestRefused
from callcenter.web.service import TheService

router = APIRouter(prefix="/first-account", tags=["first account"])


class FirstAccountOpen(ResponseBody):
    """Whether the first account can be made here."""

    open: bool


class FirstAccountAsked(RequestBody):
    """The code, and who the administrator is."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    full_name: Annotated[str, StringConstraints(max_length=64)] = ""
    password: Password


@router.get("")
async def ask_first_account(service: TheService) -> FirstAccountOpen:
    """Say whether there is no account yet, and the service shows a code by which the first one is made."""
    return FirstAccountOpen(open=await service.first.open(service.decisions))


@router.post("", status_code=status.HTTP_201_CREATED)
async def make_first_account(body: FirstAccountAsked, request: Request, service: TheService) -> Response:
    """Make the first account, an administrator's, by the code that the service shows where it was started."""
    service.rate.require(address_of(request), service.steady())
    if not service.first.fits(body.code):
        raise RequestRefused("forbidden", "this is not the code; the service shows it in its log where it starts")
    hashed = await service.accounts.hashed(body.name, body.password)
    new = NewAccount(name=body.name, full_name=body.full_name or body.name, role=Role.ADMIN)
    async with service.decisions.writing() as unit:
        if await somebody(unit.connection):
            raise Conflict("there is an account already: an administrator adds others")
        await add_account(unit, new, hashed, f"{CONSOLE}first-account", service.clock(), None)
    service.first.code = None
    return Response(status_code=status.HTTP_201_CREATED)
