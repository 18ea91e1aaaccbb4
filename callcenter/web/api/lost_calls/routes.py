"""Lost calls: who is to be called back; one agent claims a caller, a lead closes many, a phone calls one back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status

from callcenter.domain.vocabulary import CALL_BACK
from callcenter.numbers import dialled_as
from callcenter.reports.lost_calls import LOST_COLUMNS, WORDS, lost_calls_listed
from callcenter.staff.rights import Right
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, sight
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict
from callcenter.store.decisions.lost_calls import LostCallFilter, entries, entry_of
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.claim_lost_call import claim_lost_call, release_lost_call
from callcenter.usecases.close_lost_calls import close_lost_calls
from callcenter.web.api.customers.shapes import number_sought
from callcenter.web.api.fields import moment_out, place_in, place_out
from callcenter.web.api.lost_calls.shapes import (
    CallBackGiven,
    ClaimShown,
    LostCallId,
    LostCallPage,
    LostCallPageAsked,
    LostCallsAsked,
    LostCallsClosed,
    LostCallsGone,
    LostCallsSought,
    LostCallTaken,
    claim_shown,
    lost_call_shown,
)
from callcenter.web.api.once import TheOnce
from callcenter.web.api.written import EXPORT, MOST_WRITTEN, FileAsked, note_export, require_few
from callcenter.web.auth import TheSession, allowed
from callcenter.web.one_time_codes import CODE_LASTS, CallBack, CodeGrounds
from callcenter.web.problems import RequestRefused, language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/lost-calls", tags=["lost calls"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE_LOST_CALLS))]
Claiming = Annotated[Principal, Depends(allowed(Right.CLAIM_LOST_CALLS))]
Closing = Annotated[Principal, Depends(allowed(Right.CLOSE_LOST_CALLS))]


class LostCallsToWrite(LostCallsAsked, FileAsked):
    """Which lost calls are written to a file."""


@router.get("")
async def list_lost_calls(
    asked: Annotated[LostCallPageAsked, Query()], person: Seeing, service: TheService
) -> LostCallPage:
    """List lost calls, an entry a number: open ones first and of them the oldest first, or the latest lost first."""
    return await _page(asked, None, person, service)


@router.post("/search")
async def find_lost_calls(body: LostCallsSought, person: Seeing, service: TheService) -> LostCallPage:
    """List the lost calls of one number."""
    key = await number_sought(body.number, person, service)
    if key is None:
        return LostCallPage(items=[], next=None)
    return await _page(body, key, person, service)


@router.get("/export", response_class=Response, dependencies=[EXPORT])
async def export_lost_calls(
    request: Request, asked: Annotated[LostCallsToWrite, Query()], person: Closing, service: TheService
) -> Response:
    """Write lost calls to a file; what a spreadsheet would run is made inert."""
    now, language = service.clock(), language_of(request.headers.get("accept-language"))
    async with service.decisions.reading() as connection:
        found = [one for _, one in await entries(connection, _filter(asked), now, limit=MOST_WRITTEN + 1)]
    require_few(len(found))
    await note_export(service, person, "lost_call", entries=len(found))
    rows = lost_calls_listed(found, sight(person.role, Part.CALLER), service.rulebook.zone, language)
    title = WORDS.say("lost_calls", language)
    return await asked.answer("lost-calls", title, LOST_COLUMNS, rows, language)


@router.post("/{number}/claim", response_model=ClaimShown)
async def claim(
    number: LostCallId, body: LostCallTaken, person: Claiming, service: TheService, once: TheOnce
) -> Response:
    """Claim all lost calls of a number, for a while; a lead takes them over from somebody else with a reason."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        lasts, at = service.settings.claim_lasts, once.asked.at
        claimed = await claim_lost_call(unit, number, person, at, lasts, body.reason or None)
        shown = claim_shown(claimed, service.rulebook.zone)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=shown.model_dump_json())

    answer = await once.answer(work)
    _tell(service, "claimed", number, person)
    return answer


@router.post("/{number}/release", status_code=status.HTTP_200_OK, response_model=dict[str, str])
async def release(number: LostCallId, person: Claiming, service: TheService, once: TheOnce) -> Response:
    """Give a claim back; a lead gives back anybody's."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        await release_lost_call(unit, number, person, once.asked.at)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body='{"state":"released"}')

    answer = await once.answer(work)
    _tell(service, "released", number, person)
    return answer


@router.post("/close", response_model=LostCallsGone)
async def close(body: LostCallsClosed, person: Closing, service: TheService, once: TheOnce) -> Response:
    """Close lost calls that nobody needs to call back, with all of the same numbers; what is closed stays so."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        gone = await close_lost_calls(unit, body.ids, body.reason, person, once.asked.at)
        return KeptAnswer(status=status.HTTP_200_OK, etag="", body=LostCallsGone(closed=gone).model_dump_json())

    answer = await once.answer(work)
    for number in body.ids:
        _tell(service, "closed_by_hand", number, person)
    return answer


@router.post("/{number}/call")
async def call_back(number: LostCallId, session: TheSession, person: Claiming, service: TheService) -> CallBackGiven:
    """Claim a lost call, and get what the agent's own phone dials once, within a minute, to call it back."""
    board, codes = service.ports.switchboard, service.codes
    if board is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    phones = board.phones_of(person.agent) if person.agent is not None else frozenset()
    if not phones:
        raise Conflict("no phone of yours is seen at the switch: sign it in first")
    now = service.clock()
    async with service.decisions.writing() as unit:
        claimed = await claim_lost_call(unit, number, person, now, service.settings.claim_lasts)
        entry = await entry_of(unit.connection, number)
        if entry == number:
            raise Conflict("this caller gave no number that can be called")
        await unit.note(Audited(at=now, actor=person.account, action="call_back", kind="lost_call", subject=number))
    grounds = CodeGrounds(account=person.account, session=session.id, right=Right.CLAIM_LOST_CALLS)
    given = codes.give(grounds, phones, CallBack(number=dialled_as(entry), lost_call=number))
    _tell(service, "claimed", number, person)
    shown = claim_shown(claimed, service.rulebook.zone)
    until = moment_out(now + CODE_LASTS, service.rulebook.zone)
    return CallBackGiven(dial=CALL_BACK + given.code, until=until, claim=shown)


async def _page(asked: LostCallPageAsked, key: str | None, person: Principal, service: Service) -> LostCallPage:
    after, now = place_in(asked.cursor), service.clock()
    async with service.decisions.reading() as connection:
        found = await entries(connection, _filter(asked, key), now, after=after, limit=asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out(shown[-1][0]) if len(found) > len(shown) else None
    return LostCallPage(items=[lost_call_shown(one, person, service.rulebook.zone) for _, one in shown], next=more)


def _filter(asked: LostCallsAsked, key: str | None = None) -> LostCallFilter:
    return LostCallFilter(state=asked.state, queue=asked.queue, key=key, claimed_by=asked.claimed_by, order=asked.order)


def _tell(service: Service, what: str, number: str, person: Principal) -> None:
    """Let those who look at the list know at once."""
    if service.ports.live is not None:
        said: dict[str, Any] = {"what": what, "id": number, "who": person.agent or person.account}
        service.ports.live.lost_call(said)
