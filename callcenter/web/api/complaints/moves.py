"""A case is opened and moved, each move whole or refused with its reason; departments are let in by a link."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response, status

from callcenter.cases.complaints.vocabulary import CaseChannel, Move, MoveWhy
from callcenter.domain.frame import Micros
from callcenter.numbers import PLAIN
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.complaints.cases import CaseAbout, FiledCase, get_case
from callcenter.store.complaints.links import CaseLink, links_of
from callcenter.store.complaints.people import people
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import get
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.department_links import make_link, take_link_back
from callcenter.usecases.complaints.move_case import MoveRefused, move_case, open_case
from callcenter.usecases.complaints.open_from_call import (
    CallTold,
    CallToOpen,
    call_told,
    first_responder,
    open_cases,
)
from callcenter.usecases.complaints.read_cases import reader_of
from callcenter.web.api.complaints.given import MoveGiven, NewCase
from callcenter.web.api.complaints.shapes import CaseId, CaseMoved, moved_answer
from callcenter.web.api.fields import Name, ResponseBody, moment_out
from callcenter.web.api.once import TheOnce, version_of
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/cases", tags=["cases"])

Opening = Annotated[Principal, Depends(allowed(Right.OPEN_CASES))]
Working = Annotated[Principal, Depends(allowed(Right.WORK_ON_CASES))]
SeenIfRead = Annotated[
    str | None, Header(alias="If-Match", description="ETag of the case; only who does not read it may leave it out.")
]
_NO_CALL = CallTold(customer=None, queue=None, words=None, agents=())


class LinkShown(ResponseBody):
    """A link of a case, for one department."""

    id: str
    department: str
    made_by: str
    made_at: datetime | None
    expires_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class LinkGiven(LinkShown):
    """A new link; its token is told this once."""

    token: str
    path: str


class LinksShown(ResponseBody):
    """The links of a case, the newest first."""

    items: list[LinkShown]


@router.post("", status_code=status.HTTP_201_CREATED, response_model=CaseMoved)
async def open_one(body: NewCase, person: Opening, service: TheService, once: TheOnce) -> Response:
    """Open a case, from a call in one action; the open cases of the same customer or call are offered first."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        office, at = service.case_office, once.asked.at
        told = _NO_CALL if body.call is None else await call_told(unit.connection, _call(body.call, service), person)
        customer = told.customer if body.customer is None else (await get(unit.connection, body.customer)).id
        if not body.new:
            _offer(await open_cases(unit.connection, customer, body.call), service)
        first = first_responder(told, await people(unit.connection)) if told.agents else None
        line: dict[str, Any] = {"owner": first, "content": told.words}
        line = {name: value for name, value in line.items() if value is not None} | body.told()
        _require_known(service, about=body.about)
        moved = await open_case(
            unit, office, once.new_id, _about(body, customer, told), line | {"by": person.account}, at
        )
        return moved_answer(moved, service.rulebook.zone, status.HTTP_201_CREATED)

    answer = await once.answer(work)
    service.case_moved()
    return answer


@router.post("/{number}/moves", response_model=CaseMoved)
async def move_one(
    number: CaseId, body: MoveGiven, person: Working, service: TheService, once: TheOnce, seen: SeenIfRead = None
) -> Response:
    """Move a case; where it cannot be, `why` says the first reason that fits, and nothing is changed."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        version = await _seen(unit, number, person, seen)
        line = body.told() | {"by": person.account}
        try:
            moved = await move_case(unit, service.case_office, number, body.do, line, once.asked.at, version)
        except Missing:
            raise MoveRefused(MoveWhy.UNKNOWN_CASE) from None
        responsible = None if body.responsible is None else body.responsible.agent
        _require_known(service, about=body.about, responsible=responsible)
        return moved_answer(moved, service.rulebook.zone)

    if body.do is Move.OPEN:
        raise MoveRefused(MoveWhy.WRONG_STATE)
    answer = await once.answer(work)
    service.case_moved()
    return answer


@router.get("/{number}/links")
async def list_links(number: CaseId, person: Working, service: TheService) -> LinksShown:
    """List the links by which departments answer a case's notices."""
    async with service.decisions.reading() as connection:
        filed = await get_case(connection, number, await reader_of(connection, person))
        found = await links_of(connection, filed.id)
    return LinksShown(items=[LinkShown(**_link(one, service)) for one in found])


@router.post("/{number}/links", status_code=status.HTTP_201_CREATED)
async def give_link(number: CaseId, person: Working, service: TheService) -> LinkGiven:
    """Make a link by which the department that the case is assigned to answers, without an account, for a while."""
    lasts = service.ports.complaints.link_lasts
    async with service.decisions.writing() as unit:
        made = await make_link(unit, service.case_office, number, person, service.clock(), lasts)
    return LinkGiven(**_link(made.link, service), token=made.token, path=f"/api/v1/notices/{made.token}")


@router.delete("/{number}/links/{link}")
async def withdraw_link(number: CaseId, link: Name, person: Working, service: TheService) -> LinkShown:
    """Let a link open nothing any more."""
    async with service.decisions.writing() as unit:
        taken = await take_link_back(unit, service.case_office, number, link, person, service.clock())
    return LinkShown(**_link(taken, service))


def _call(uniqueid: str, service: Service) -> CallToOpen:
    live, now = service.ports.live, service.clock()
    return CallToOpen(
        uniqueid=uniqueid,
        numbering=service.in_force().numbering or PLAIN,
        team_of=lambda agent: service.team_of(agent, now),
        now_with=set() if live is None else live.pops.agents_of(uniqueid),
    )


def _about(body: NewCase, customer: str | None, told: CallTold) -> CaseAbout:
    channel = body.channel or (None if body.call is None else CaseChannel.PHONE)
    if channel is None:
        raise MoveRefused(MoveWhy.INCOMPLETE, "channel")
    return CaseAbout(
        channel=channel, customer=customer, call=body.call, queue=told.queue, case_class=body.case_class or None
    )


def _offer(found: list[FiledCase], service: Service) -> None:
    """Pass where there is no open case of the same customer or call.

    Raises:
        RequestRefused: There is.
    """
    if not found:
        return
    cases = [
        {
            "id": one.id,
            "number": one.case.number,
            "state": one.case.state.value,
            "owner": one.case.owner,
            "opened_at": _written(one.case.opened_at, service),
            "due": _written(one.case.clock.due, service),
            "version": one.version,
        }
        for one in found
    ]
    raise RequestRefused("case-open", "go on with the open case, or send new: true to open another", {"cases": cases})


async def _seen(unit: UnitOfWork, number: str, person: Principal, seen: str | None) -> int | None:
    """Return the version that whoever moves a case has read; who may not read it names none, or one that was offered.

    Raises:
        RequestRefused: None was named, or none of ours.
    """
    if seen is not None:
        return version_of(seen)
    try:
        await get_case(unit.connection, number, await reader_of(unit.connection, person))
    except Missing:
        return None
    return version_of(None)


def _require_known(service: Service, **agents: str | None) -> None:
    """Pass where every agent is one whom the roster has.

    Raises:
        MoveRefused: One is not: a record would be nobody's.
    """
    unknown = [field for field, agent in agents.items() if agent is not None and not service.knows(agent)]
    if unknown:
        raise MoveRefused(MoveWhy.NOT_POSSIBLE, *unknown)


def _link(link: CaseLink, service: Service) -> dict[str, Any]:
    zone = service.rulebook.zone
    return {
        "id": link.id,
        "department": link.department,
        "made_by": link.made_by,
        "made_at": moment_out(link.made_at, zone),
        "expires_at": moment_out(link.expires_at, zone),
        "withdrawn_by": link.withdrawn_by,
        "withdrawn_at": moment_out(link.withdrawn_at, zone),
    }


def _written(at: Micros, service: Service) -> str:
    told = moment_out(at, service.rulebook.zone)
    assert told is not None
    return told.isoformat()
