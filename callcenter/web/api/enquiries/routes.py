"""Enquiries: received by a form, listed within one's reach, moved on step by step."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, status

from callcenter.cases.enquiries import PromiseVerdict, counted_promises
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.enquiries.enquiries import (
    Enquiry,
    EnquiryFilter,
    EnquiryOrder,
    enquiry_steps,
    get_enquiry,
    list_enquiries,
    place_of,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.enquiries.take_enquiry import EnquiryMove, receive_enquiry, take_enquiry_step
from callcenter.usecases.enquiries.whose import owners_for, require_within_reach
from callcenter.web.api.customers.named import customer_named, family_named
from callcenter.web.api.enquiries.offers import StepOffered, choices_now, receiving_offered, steps_offered
from callcenter.web.api.enquiries.shapes import (
    EnquiriesAsked,
    EnquiryPage,
    EnquiryShown,
    EnquiryWhole,
    NewEnquiry,
    StepTold,
    enquiry_shown,
    enquiry_whole,
    promises_of,
)
from callcenter.web.api.fields import Moment, Name, RequestBody, ResponseBody, moment_in, place_in, place_out
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.auth import allowed
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/enquiries", tags=["enquiries"])

Recording = Annotated[Principal, Depends(allowed(Right.RECORD_ENQUIRIES))]

_LONGEST: Micros = 93 * 86_400 * SECOND
_AT_ONCE = 500


class ContactSpan(RequestBody):
    """Of which contacts, by when they were received; `from` is inclusive, `to` is not."""

    since: Moment
    until: Moment


class ContactPromiseCount(ResponseBody):
    """How often a promise was kept; what is not known stands beside it, never inside."""

    promise: str
    kept: int
    broken: int
    open: int
    unknown: int
    rate: float | None


class ContactPromises(ResponseBody):
    """Promises to contacts within one's reach."""

    items: list[ContactPromiseCount]


@router.get("")
async def list_all(asked: Annotated[EnquiriesAsked, Query()], person: Recording, service: TheService) -> EnquiryPage:
    """List enquiries within one's reach, the newest first, or by what is due; what nobody has taken is everybody's."""
    async with service.decisions.reading() as connection:
        customers = None if asked.customer is None else await family_named(connection, asked.customer)
        wanted, after = asked.filter(await owners_for(connection, person), customers), place_in(asked.cursor)
        found = await list_enquiries(connection, wanted, order=asked.order, after=after, limit=asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out(place_of(shown[-1], asked.order)) if len(found) > len(shown) else None
    return EnquiryPage(items=[enquiry_shown(one, person, service) for one in shown], next=more)


@router.get("/promises")
async def count_contact_promises(
    span: Annotated[ContactSpan, Query()], person: Recording, service: TheService
) -> ContactPromises:
    """Say how often promises to chats and e-mails were kept, within one's reach; at most 93 days."""
    since, until = moment_in(span.since), moment_in(span.until)
    assert since is not None
    assert until is not None
    if not since < until <= since + _LONGEST:
        raise BadInput("`until` must be after `since`, by at most 93 days")
    judged = []
    async with service.decisions.reading() as connection:
        wanted = EnquiryFilter(owners=await owners_for(connection, person), since=since, until=until)
        after = None
        while page := await list_enquiries(connection, wanted, after=after, limit=_AT_ONCE):
            judged += [one for enquiry in page for one in promises_of(enquiry, service)]
            after = place_of(page[-1], EnquiryOrder.NEWEST)
    return ContactPromises(items=[_count(code, told) for code, told in sorted(counted_promises(judged).items())])


@router.get("/form")
async def read_enquiry_form(person: Recording, service: TheService) -> StepOffered:
    """Say what is asked of whoever records a contact."""
    del person
    async with service.decisions.reading() as connection:
        return receiving_offered(await choices_now(connection))


@router.get("/{number}")
async def read_enquiry(number: Name, person: Recording, service: TheService, response: Response) -> EnquiryWhole:
    """Read one enquiry with its steps and those that can be taken now."""
    async with service.decisions.reading() as connection:
        found = await get_enquiry(connection, number)
        await require_within_reach(connection, person, found.owner)
        steps = await enquiry_steps(connection, number)
        offered = steps_offered(found, await choices_now(connection))
    customer = await customer_named(found.customer, person, service)
    response.headers["ETag"] = etag(found.version)
    return enquiry_whole(found, steps, offered, customer, person, service)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=EnquiryShown)
async def receive(body: NewEnquiry, person: Recording, service: TheService, once: TheOnce) -> Response:
    """Record a contact that is no phone call; whoever records it owns it."""
    new = body.enquiry(once.new_id, once.asked.at)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        kept = await receive_enquiry(unit, new, person)
        return _answer(kept, person, service, status.HTTP_201_CREATED)

    return await once.answer(work)


@router.post("/{number}/steps", response_model=EnquiryShown)
async def take_step(
    number: Name, body: StepTold, person: Recording, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Take a step with an enquiry; one that nobody owned is then one's own."""
    move = EnquiryMove(body.step, body.told(), person, once.asked.at, seen)

    async def work(unit: UnitOfWork) -> KeptAnswer:
        kept = await take_enquiry_step(unit, service.case_office, number, move)
        return _answer(kept, person, service, status.HTTP_200_OK)

    return await once.answer(work)


def _answer(kept: Enquiry, person: Principal, service: Service, code: int) -> KeptAnswer:
    shown = enquiry_shown(kept, person, service).model_dump_json()
    return KeptAnswer(status=code, etag=etag(kept.version), body=shown)


def _count(code: str, told: dict[PromiseVerdict, int]) -> ContactPromiseCount:
    kept, broken = told[PromiseVerdict.KEPT], told[PromiseVerdict.BROKEN]
    return ContactPromiseCount(
        promise=code,
        **{verdict.value: count for verdict, count in told.items()},
        rate=kept / (kept + broken) if kept + broken else None,
    )
