"""A contact is received by somebody's form, and people take its steps; whoever takes the first one owns it.

One that becomes a complaint opens its case in the same transaction, and its owner is the case's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import SERVICE_ROLES
from callcenter.cases.enquiries import (
    ContactMoments,
    ContactOutcome,
    EnquiryState,
    EnquiryStep,
    filled_moments,
    merged_moments,
    require_step,
)
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.roles import Principal
from callcenter.store.audit import Audited
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.conflicts import Conflict, Outdated
from callcenter.store.customers.cards import get
from callcenter.store.enquiries.attachments import hand_attachments
from callcenter.store.enquiries.classes import class_in_force
from callcenter.store.enquiries.enquiries import Enquiry, add_enquiry_step, get_enquiry, keep_enquiry, make_enquiry
from callcenter.store.sign_in.accounts import find_account
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.complaints.move_case import open_case
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.enquiries.whose import require_within_reach

_AHEAD: Micros = 60 * SECOND
"""A clock that is ahead of ours by no more than this is taken to show our time."""
_OWNERS = frozenset(role.value for role in SERVICE_ROLES)


class EnquiryMove(NamedTuple):
    """Who takes which step with an enquiry and what they tell; `seen` is the version that they have read."""

    step: EnquiryStep
    told: Mapping[str, Any]
    person: Principal
    now: Micros
    seen: int | None = None


async def receive_enquiry(unit: UnitOfWork, new: Enquiry, person: Principal) -> Enquiry:
    """Keep a contact that somebody received; it is theirs.

    Raises:
        Missing: There is no such customer.
        BadInput: There is no such class, it is closed, or a moment has not come yet.
    """
    require_past(new.moments, new.received_at)
    if new.customer is not None:
        new = msgspec.structs.replace(new, customer=(await get(unit.connection, new.customer)).id)
    if new.case_class is not None:
        new = await _classified(unit.connection, new, new.case_class)
    new = msgspec.structs.replace(new, owner=person.account, changed_at=new.received_at)
    await make_enquiry(unit, new)
    fields = {"channel": new.channel, "case_class": new.case_class}
    await add_enquiry_step(unit, new, EnquiryStep.RECEIVE, person.account, new.received_at, fields)
    await note_enquiry(unit, new, EnquiryStep.RECEIVE, person.account, new.received_at)
    return new


async def take_enquiry_step(unit: UnitOfWork, office: CaseOffice, number: str, move: EnquiryMove) -> Enquiry:
    """Take a step with an enquiry.

    Raises:
        Missing: There is no such enquiry.
        NotAllowed: It is somebody else's.
        Outdated: Somebody changed it since that version.
        BadInput: The step cannot be taken, or a field of it cannot be.
        Conflict: A complaint cannot be opened.
    """
    enquiry = await get_enquiry(unit.connection, number)
    await require_within_reach(unit.connection, move.person, enquiry.owner)
    if move.seen not in {None, enquiry.version}:
        raise Outdated("somebody else changed this enquiry since it was read", enquiry.version)
    require_step(move.step, enquiry.state, move.told)
    if enquiry.owner is None:
        enquiry = msgspec.structs.replace(enquiry, owner=move.person.account)
    enquiry = await _stepped(unit, office, enquiry, move)
    kept = await keep_enquiry(unit, enquiry, move.now)
    fields = {name: msgspec.to_builtins(value) for name, value in move.told.items() if value is not None}
    await add_enquiry_step(unit, kept, move.step, move.person.account, move.now, fields)
    await note_enquiry(unit, kept, move.step, move.person.account, move.now)
    return kept


async def _stepped(unit: UnitOfWork, office: CaseOffice, enquiry: Enquiry, move: EnquiryMove) -> Enquiry:
    told = move.told
    match move.step:
        case EnquiryStep.CLASSIFY:
            return await _classified(unit.connection, enquiry, told["case_class"])
        case EnquiryStep.HAND_OVER:
            return msgspec.structs.replace(enquiry, owner=await _owner(unit.connection, told["owner"]))
        case EnquiryStep.COMPLAIN:
            return await _complained(unit, office, enquiry, move)
        case _:  # `require_step` lets no other pass
            return msgspec.structs.replace(enquiry, **_CHANGES[move.step](enquiry, told, move.now))


def _solved(_enquiry: Enquiry, told: Mapping[str, Any], _now: Micros) -> dict[str, Any]:
    return {"solution": told["words"].strip()}


def _planned(_enquiry: Enquiry, told: Mapping[str, Any], now: Micros) -> dict[str, Any]:
    if told["follow_up_at"] <= now:
        raise BadInput("a follow-up is planned for a time that is still to come")
    return {"follow_up_at": told["follow_up_at"], "follow_up": told["words"].strip()}


def _followed_up(enquiry: Enquiry, _told: Mapping[str, Any], _now: Micros) -> dict[str, Any]:
    if enquiry.follow_up_at is None:
        raise BadInput("no follow-up is planned")
    return {"follow_up_at": None, "follow_up": None}


def _judged(_enquiry: Enquiry, told: Mapping[str, Any], _now: Micros) -> dict[str, Any]:
    return {"satisfaction": told["satisfaction"]}


def _timed(enquiry: Enquiry, told: Mapping[str, Any], now: Micros) -> dict[str, Any]:
    require_past(told["moments"], now)
    put = merged_moments if enquiry.system is None else filled_moments
    return {"moments": put(enquiry.moments, told["moments"])}


def _closed(enquiry: Enquiry, told: Mapping[str, Any], now: Micros) -> dict[str, Any]:
    """Close an enquiry; that the contact itself ended is true by now, where nobody told when."""
    outcome = ContactOutcome(told["outcome"])
    if enquiry.case_class is None:
        raise BadInput("give the enquiry its class before it is closed")
    if outcome is ContactOutcome.COMPLAINT:
        raise BadInput("an enquiry becomes a complaint by the step complain")
    if outcome is ContactOutcome.FOLLOW_UP and enquiry.follow_up_at is None:
        raise BadInput("plan the follow-up before the enquiry is closed with it")
    moments = enquiry.moments
    if moments.closed is None:
        moments = msgspec.structs.replace(moments, closed=now)
    return {"state": EnquiryState.CLOSED, "outcome": outcome, "moments": moments}


_CHANGES: dict[EnquiryStep, Callable[[Enquiry, Mapping[str, Any], Micros], dict[str, Any]]] = {
    EnquiryStep.SOLVE: _solved,
    EnquiryStep.PLAN: _planned,
    EnquiryStep.FOLLOW_UP: _followed_up,
    EnquiryStep.FEEDBACK: _judged,
    EnquiryStep.MOMENTS: _timed,
    EnquiryStep.CLOSE: _closed,
}
"""What a step changes of an enquiry alone."""


async def _complained(unit: UnitOfWork, office: CaseOffice, enquiry: Enquiry, move: EnquiryMove) -> Enquiry:
    about = CaseAbout(channel=enquiry.channel, customer=enquiry.customer, case_class=enquiry.case_class)
    told = {
        "by": move.person.account,
        "owner": enquiry.owner,
        "content": move.told["words"],
        "wanted": move.told["wanted"],
    }
    moved = await open_case(unit, office, enquiry.id, about, told, move.now)
    await hand_attachments(unit, enquiry.id, moved.filed.id)
    ended = {"state": EnquiryState.COMPLAINT, "outcome": ContactOutcome.COMPLAINT, "case": moved.filed.id}
    return msgspec.structs.replace(enquiry, **ended, follow_up_at=None, follow_up=None)  # the case goes on with it


async def _classified(connection: AsyncConnection, enquiry: Enquiry, code: str) -> Enquiry:
    filed = await class_in_force(connection, code)
    return msgspec.structs.replace(enquiry, case_class=filed.told.code, class_version=filed.version)


async def _owner(connection: AsyncConnection, name: str) -> str:
    account = await find_account(connection, name)
    if account is None or account.disabled_at is not None or account.role not in _OWNERS:
        raise Conflict(f"{name!r} is no account that owns enquiries")
    return account.name


def require_past(moments: ContactMoments, now: Micros) -> None:
    """Pass if every moment has come.

    Raises:
        BadInput: One is later than our clock.
    """
    if any(moment > now + _AHEAD for moment in moments.all):
        raise BadInput("a moment has not come yet: it is later than the service's clock")


async def note_enquiry(unit: UnitOfWork, enquiry: Enquiry, step: EnquiryStep, by: str, at: Micros) -> None:
    """Tell the audit log that a step was taken, and none of its words."""
    detail = {"state": enquiry.state, "channel": enquiry.channel} | ({"case": enquiry.case} if enquiry.case else {})
    await unit.note(Audited(at=at, actor=by, action=step, kind="enquiry", subject=enquiry.id, detail=detail))
