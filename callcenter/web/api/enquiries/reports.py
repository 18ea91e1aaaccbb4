"""Chat and mail systems report contacts, by a token of their own, and may do nothing else; who keeps these systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.errors import BadInput
from callcenter.numbers import PLAIN
from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.systems import ContactSystem, contact_systems, system_of
from callcenter.usecases.enquiries.keep_systems import make_system, withdraw_system
from callcenter.usecases.enquiries.report_contacts import ReportedContact, report_contacts
from callcenter.web.api.enquiries.shapes import MomentsTold
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, Words, moment_out
from callcenter.web.auth import Proven, allowed, known_by
from callcenter.web.limits import address_of
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(tags=["contacts"])

Keeping = Annotated[Principal, Depends(allowed(Right.KEEP_CONTACT_SYSTEMS))]
Letting = Annotated[Principal, Depends(Proven(Right.KEEP_CONTACT_SYSTEMS))]

MOST_AT_ONCE = 100
_bearer = HTTPBearer(scheme_name="system", auto_error=False)


async def _system(
    request: Request,
    service: TheService,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> ContactSystem:
    """Return the system that has the token.

    Raises:
        RequestRefused: None has, it was withdrawn, or it reports too often.
    """
    found = await known_by(given, system_of, service)
    who = f"? {address_of(request)}" if found is None else f"system {found.name}"
    service.report_rate.require(who, service.steady())
    if found is None:
        raise RequestRefused("not-signed-in", "send the system's token as Authorization: Bearer")
    return found


class ContactTold(RequestBody):
    """A contact under the system's own id; what is sent again is the same contact."""

    id: Name
    channel: CaseChannel
    words: Words = ""
    number: str | None = Field(default=None, max_length=40)
    email: Name | None = Field(default=None, description="An e-mail address, or a name in a chat.")
    reference: Name | None = Field(default=None, description="The company's own number of the customer.")
    agent: Name | None = Field(default=None, description="The agent who serves the customer.")
    moments: MomentsTold = MomentsTold()

    def contact(self) -> ReportedContact:
        """Return it as it is reported.

        Raises:
            BadInput: It is a phone call.
        """
        if self.channel is CaseChannel.PHONE:
            raise BadInput("phone calls are seen on the switch: report no contact of the channel phone")
        return ReportedContact(
            id=self.id,
            channel=self.channel,
            words=self.words,
            number=self.number,
            email=self.email,
            reference=self.reference,
            agent=self.agent,
            moments=self.moments.moments(),
        )


class ContactsTold(RequestBody):
    """A batch of contacts: all of it is taken, or nothing."""

    contacts: list[ContactTold] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ReportedContactShown(ResponseBody):
    """A contact that was reported, and the enquiry that it is."""

    id: str
    enquiry: str
    created: bool
    changed: bool


class ContactsTaken(ResponseBody):
    """What was reported, in its order."""

    items: list[ReportedContactShown]


class NewSystem(RequestBody):
    """A system that shall report contacts."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9._-]{0,39}$", description="Small letters, digits, dots and dashes.")


class SystemMade(ResponseBody):
    """A system and its token, which is told this once."""

    name: str
    token: str


class SystemShown(ResponseBody):
    """A system that reports contacts, or did until it was withdrawn."""

    name: str
    made_by: str
    made_at: datetime | None
    last_used_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class SystemsShown(ResponseBody):
    """Systems, by name."""

    items: list[SystemShown]


@router.post("/contacts")
async def take_reports(
    body: ContactsTold, system: Annotated[ContactSystem, Depends(_system)], service: TheService
) -> ContactsTaken:
    """Report contacts of a chat or mail system, by its token; the same again changes nothing."""
    told = [one.contact() for one in body.contacts]
    numbering = service.in_force().numbering or PLAIN
    async with service.decisions.writing() as unit:
        taken = await report_contacts(unit, system, told, numbering, service.clock())
    return ContactsTaken(items=[ReportedContactShown(**one._asdict()) for one in taken])


@router.get("/contact-systems")
async def list_systems(person: Keeping, service: TheService) -> SystemsShown:
    """List the systems that report contacts, and when each did last."""
    del person
    async with service.decisions.reading() as connection:
        found = await contact_systems(connection)
    return SystemsShown(items=[_shown(one, service) for one in found])


@router.post("/contact-systems", status_code=status.HTTP_201_CREATED)
async def add_system(body: NewSystem, person: Letting, service: TheService) -> SystemMade:
    """Make a system that reports contacts; its token is told this once."""
    async with service.decisions.writing() as unit:
        token = await make_system(unit, body.name, Touch(by=person.account, at=service.clock()))
    return SystemMade(name=body.name, token=token)


@router.post("/contact-systems/{name}/withdraw")
async def take_system_away(name: Name, person: Letting, service: TheService) -> SystemsShown:
    """Withdraw a system: its token is worth nothing any more, what it reported stays."""
    async with service.decisions.writing() as unit:
        await withdraw_system(unit, name, Touch(by=person.account, at=service.clock()))
        found = await contact_systems(unit.connection)
    return SystemsShown(items=[_shown(one, service) for one in found if one.name == name])


def _shown(one: ContactSystem, service: Service) -> SystemShown:
    zone = service.rulebook.zone
    return SystemShown(
        name=one.name,
        made_by=one.made_by,
        made_at=moment_out(one.made_at, zone),
        last_used_at=moment_out(one.last_used_at, zone),
        withdrawn_by=one.withdrawn_by,
        withdrawn_at=moment_out(one.withdrawn_at, zone),
    )
