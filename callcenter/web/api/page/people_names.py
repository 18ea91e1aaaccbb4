"""What people are called, for whoever reads of an account."""

from __future__ import annotations

from fastapi import APIRouter

from callcenter.staff.roles import Field, Sight, sight
from callcenter.store.sign_in.accounts import names_of_people
from callcenter.web.api.fields import ResponseBody
from callcenter.web.auth import TheSession
from callcenter.web.service import TheService

router = APIRouter(prefix="/people", tags=["page"])


class PersonName(ResponseBody):
    """An account, and the name of its person."""

    account: str
    name: str


class PeopleNames(ResponseBody):
    """All whose names one may read."""

    items: list[PersonName]


@router.get("")
async def list_people_names(session: TheSession, service: TheService) -> PeopleNames:
    """List what people are called, as far as one reads names; whoever does not, is told the own one."""
    account = session.account
    only = None if sight(account.role, Field.NAMES) is Sight.FULL else account.name
    async with service.decisions.reading() as connection:
        found = await names_of_people(connection, only)
    return PeopleNames(items=[PersonName(account=account, name=name) for account, name in found.items()])
