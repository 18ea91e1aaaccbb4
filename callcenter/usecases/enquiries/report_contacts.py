"""A chat or mail system reports contacts: the same again changes nothing, more moments of one are put to it.

Moments are taken whatever has become of the enquiry: they say what was, not what shall be.
What was said and who said it is taken with the first report alone, so that nothing comes back that was forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.enquiries import ContactMoments, EnquiryStep, merged_moments
from callcenter.domain.frame import Micros
from callcenter.numbers import Numbering, read_number
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import of_key
from callcenter.store.customers.tables import CustomerRow
from callcenter.store.enquiries.enquiries import (
    Enquiry,
    add_enquiry_step,
    keep_enquiry,
    make_enquiry,
    reported_as,
)
from callcenter.store.enquiries.systems import ContactSystem, used_system
from callcenter.store.enquiries.tables import EnquiryRow
from callcenter.store.tables import AccountRow
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.enquiries.take_enquiry import note_enquiry, require_past


class ReportedContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as a system tells it, under the system's own id.

    Attributes:
        email: The customer's address, or a name in a chat.
        reference: The company's own number of the customer.
        agent: The agent who serves the customer.
    """

    id: str
    channel: CaseChannel
    words: str = ""
    number: str | None = None
    email: str | None = None
    reference: str | None = None
    agent: str | None = None
    moments: ContactMoments = ContactMoments()


class ContactTaken(NamedTuple):
    """What a reported contact is here, and whether this report made it or changed it."""

    id: str
    enquiry: str
    created: bool
    changed: bool


async def report_contacts(
    unit: UnitOfWork, system: ContactSystem, told: Sequence[ReportedContact], numbering: Numbering, now: Micros
) -> list[ContactTaken]:
    """Keep what a system reports: all of it, or nothing.

    Raises:
        BadInput: A moment has not come yet, or a contact has too many turns.
        Conflict: The system was withdrawn meanwhile, or names another channel than before.
    """
    if not await used_system(unit, system.name, now):
        raise Conflict("this system was withdrawn")
    known = await reported_as(unit.connection, system.name, {one.id for one in told})
    taken = []
    for one in told:
        require_past(one.moments, now)
        filed = known.get(one.id)
        if filed is None:
            known[one.id] = await _made(unit, system, one, numbering, now)
            taken.append(ContactTaken(one.id, known[one.id].id, created=True, changed=True))
            continue
        known[one.id] = await _put_together(unit, system, filed, one, now)
        changed = known[one.id].version != filed.version
        taken.append(ContactTaken(one.id, filed.id, created=False, changed=changed))
    return taken


async def _made(
    unit: UnitOfWork, system: ContactSystem, told: ReportedContact, numbering: Numbering, now: Micros
) -> Enquiry:
    key = None if told.number is None else read_number(told.number, numbering).key
    address = key if told.email is None else told.email.strip().lower()
    new = Enquiry(
        id=hashlib.sha256(msgspec.json.encode([system.name, told.id])).hexdigest()[:32],
        channel=told.channel,
        received_at=told.moments.arrived if told.moments.arrived is not None else now,
        words=told.words.strip(),
        system=system.name,
        foreign_id=told.id,
        owner=await _account_of(unit.connection, told.agent),
        customer=await _customer(unit.connection, key, address, told.reference),
        address=address,
        moments=merged_moments(ContactMoments(), told.moments),
        changed_at=now,
    )
    await make_enquiry(unit, new)
    await _noted(unit, system, new, told, now)
    return new


async def _put_together(
    unit: UnitOfWork, system: ContactSystem, filed: Enquiry, told: ReportedContact, now: Micros
) -> Enquiry:
    if told.channel is not filed.channel:
        raise Conflict(f"the contact {told.id!r} was reported as {filed.channel} before")
    moments = merged_moments(filed.moments, told.moments)
    owner = filed.owner or await _account_of(unit.connection, told.agent)
    if moments == filed.moments and owner == filed.owner:
        return filed
    moved = await keep_enquiry(unit, msgspec.structs.replace(filed, moments=moments, owner=owner), now)
    await _noted(unit, system, moved, told, now)
    return moved


async def _noted(unit: UnitOfWork, system: ContactSystem, enquiry: Enquiry, told: ReportedContact, now: Micros) -> None:
    by = f"system:{system.name}"
    fields = {"moments": msgspec.to_builtins(told.moments), "agent": told.agent}
    await add_enquiry_step(unit, enquiry, EnquiryStep.REPORT, by, now, fields)
    await note_enquiry(unit, enquiry, EnquiryStep.REPORT, by, now)


async def _account_of(connection: AsyncConnection, agent: str | None) -> str | None:
    if agent is None:
        return None
    asked = select(AccountRow.name).where(AccountRow.agent == agent, AccountRow.disabled_at.is_(None))
    found: str | None = await connection.scalar(asked)
    return found


async def _customer(
    connection: AsyncConnection, key: str | None, address: str | None, reference: str | None
) -> str | None:
    """Find the one customer who is known by a number, a reference, or an address of contacts before; None: not one."""
    if reference is not None:
        asked = select(CustomerRow.id).where(CustomerRow.reference == reference, CustomerRow.merged_into.is_(None))
        found = (await connection.scalars(asked)).all()
        if len(found) == 1:
            return found[0]
    if key is not None:
        holders = await of_key(connection, key)
        return holders[0] if len(holders) == 1 else None
    if address is None:
        return None
    before = select(EnquiryRow.customer).where(EnquiryRow.address == address, EnquiryRow.customer.is_not(None))
    known = (await connection.scalars(before.distinct())).all()
    return known[0] if len(known) == 1 else None
