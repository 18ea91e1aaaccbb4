"""A department answers a notice by its link: no account, no cookie, nobody's number; every use is kept.

The token is the right. Whoever has none that opens anything is answered alike, and as seldom as whoever signs in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field

from callcenter.cases.complaints.vocabulary import CaseState, Move, MoveWhy
from callcenter.store.complaints.people import department_account
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.department_links import BY_LINK, OpenNotice, open_notice
from callcenter.usecases.complaints.move_case import MoveRefused, move_case
from callcenter.usecases.complaints.offered_moves import OfferedMove, offered_moves
from callcenter.web.api.complaints.given import MoveGiven
from callcenter.web.api.complaints.offers import MoveOffered, form_shown
from callcenter.web.api.complaints.shapes import CaseMoved, moved_answer, text_without_numbers
from callcenter.web.api.fields import ResponseBody, moment_out
from callcenter.web.api.once import Once, SeenVersion, etag, keyed
from callcenter.web.limits import address_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/notices", tags=["notices"])

Token = Annotated[str, Path(max_length=128, description="What a link ends with.")]


class NoticeShown(ResponseBody):
    """What a department needs to know of a case; numbers of telephones are masked."""

    number: str | None
    state: CaseState
    department: str
    notice: str | None
    content: str | None
    wanted: str | None
    due: datetime | None
    expires_at: datetime | None
    may: list[Move]
    moves: list[MoveOffered] = Field(description="What the link may answer, each with its form.")
    version: int


@router.get("/{token}")
async def read_notice(token: Token, request: Request, service: TheService, response: Response) -> NoticeShown:
    """Read the notice that a link opens."""
    _require_slow(request, service)
    at = service.clock()
    async with service.decisions.writing() as unit:
        found = await open_notice(unit, token, at, "look")
        desk = await service.case_office.desk(unit.connection, at)
        offered = offered_moves(found.filed, department_account(found.link.department), desk, at, ())
    response.headers["ETag"] = etag(found.filed.version)
    return _shown(found, [one for one in offered if one.move in BY_LINK and one.why is None], service)


@router.post("/{token}", response_model=CaseMoved)
async def answer_notice(
    token: Token,
    body: MoveGiven,
    request: Request,
    service: TheService,
    seen: SeenVersion,
    idempotency_key: Annotated[str | None, Header(description="8 to 128 characters, new for every intent.")] = None,
) -> Response:
    """Answer a notice: return it, propose a solution, say what was carried out, or name a corrective measure."""
    _require_slow(request, service)
    at = service.clock()
    async with service.decisions.writing() as unit:
        found = await open_notice(unit, token, at, "use")
    account = department_account(found.link.department)
    if body.do not in BY_LINK:
        raise MoveRefused(MoveWhy.NOT_ALLOWED)
    asked = await keyed(request, idempotency_key, account, "department", at)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        line = body.told() | {"by": account, "link_by": found.link.made_by}
        moved = await move_case(unit, service.case_office, found.filed.id, body.do, line, at, seen)
        return moved_answer(moved, service.rulebook.zone)

    answer = await Once(request, service, asked).answer(work)
    service.case_moved()
    return answer


def _require_slow(request: Request, service: Service) -> None:
    """Count a try of an address, whatever its token is worth.

    Raises:
        RequestRefused: It comes too soon after the others.
    """
    service.link_rate.require(address_of(request), service.steady())


def _shown(found: OpenNotice, moves: list[OfferedMove], service: Service) -> NoticeShown:
    zone, case = service.rulebook.zone, found.filed.case
    return NoticeShown(
        number=case.number,
        state=case.state,
        department=found.link.department,
        notice=text_without_numbers(found.last("notice", Move.ASSIGN)),
        content=text_without_numbers(found.last("content", Move.OPEN, Move.RECORD)),
        wanted=text_without_numbers(found.last("wanted", Move.OPEN, Move.RECORD)),
        due=moment_out(case.clock.due, zone),
        expires_at=moment_out(found.link.expires_at, zone),
        may=[one.move for one in moves],
        moves=[
            MoveOffered(move=one.move, to=one.to, hands=[], why=None, roles=[], accounts=[], form=form_shown(one.form))
            for one in moves
        ],
        version=found.filed.version,
    )
