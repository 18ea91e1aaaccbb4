"""A masked number shown in full to one who gives a reason: of a call, a lost call, a record, a case."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.numbers import PLAIN, read_number
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, reach, sight
from callcenter.store.complaints.cases import get_case
from callcenter.store.conflicts import Missing, NotAllowed
from callcenter.store.decisions.dispositions import caller_of, talked_in
from callcenter.store.decisions.lost_calls import lost_caller
from callcenter.store.decisions.violations import get_for
from callcenter.usecases.complaints.read_cases import reader_of
from callcenter.usecases.customers.show_customers import note_number
from callcenter.web.api.customers.shapes import require_patience
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Words
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/numbers", tags=["customers"])


class NumberOf(StrEnum):
    """What a number is shown with."""

    CALL = "call"
    LOST_CALL = "lost_call"
    RECORD = "record"
    CASE = "case"


_RIGHTS = {
    NumberOf.CALL: Right.SEE_CALLS,
    NumberOf.LOST_CALL: Right.SEE_LOST_CALLS,
    NumberOf.RECORD: Right.SEE,
    NumberOf.CASE: Right.SEE_CASES,
}
Reading = Annotated[Principal, Depends(allowed(*_RIGHTS.values()))]


class NumberToReveal(RequestBody):
    """Which number, and for what it is needed."""

    of: NumberOf
    id: Name
    reason: Words = Field(min_length=1)


class NumberRevealed(ResponseBody):
    """A number as the network told it."""

    number: str


@router.post("/reveal")
async def reveal_number(body: NumberToReveal, person: Reading, service: TheService) -> NumberRevealed:
    """Show one masked number in full to one who gives a reason; the log has it, and who asks too often has to wait."""
    if reach(person.role, _RIGHTS[body.of]) is Reach.NONE or sight(person.role, Part.CALLER) is Sight.HIDDEN:
        raise NotAllowed(person.role)
    viewer = service.viewer(person)
    async with service.decisions.writing() as unit:
        number = await _number(unit.connection, body, person, service)
        if not number:
            raise Missing("no number is known of it")
        key = read_number(number, service.in_force().numbering or PLAIN).key
        await require_patience(unit, key, viewer)
        await note_number(unit, key, (body.of, body.id), body.reason, viewer)
    return NumberRevealed(number=number)


async def _number(
    connection: AsyncConnection, asked: NumberToReveal, person: Principal, service: Service
) -> str | None:
    """Read the number of something that a person may see; what they may not is as if it were not there."""
    match asked.of:
        case NumberOf.LOST_CALL:
            return await lost_caller(connection, asked.id)
        case NumberOf.RECORD:
            record = await service.opened(connection, await get_for(connection, asked.id, person))
            return record.dossier.caller
        case NumberOf.CASE:
            filed = await get_case(connection, asked.id, await reader_of(connection, person))
            return None if filed.about.call is None else await caller_of(connection, filed.about.call)
        case NumberOf.CALL:
            if asked.id not in service.viewer(person).calls.values():
                mine = service.agents_of(person, Right.SEE_CALLS)
                if mine is not None and mine.isdisjoint(await talked_in(connection, asked.id)):
                    raise NotAllowed(person.role)
            return await caller_of(connection, asked.id)
