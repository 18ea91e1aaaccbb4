"""Enquiries as they are told and shown: moments with their zone, promises with their verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.enquiries import (
    MOST_TURNS,
    ContactMoments,
    ContactOutcome,
    ContactPromise,
    ContactTurn,
    EnquiryState,
    EnquiryStep,
    PromiseVerdict,
    contact_promises,
)
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.records.masks import worded
from callcenter.staff.roles import Field as Part
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.enquiries.enquiries import Enquiry, EnquiryFilter, EnquiryOrder, EnquiryStepTaken
from callcenter.usecases.enquiries.limits import contact_limits
from callcenter.web.api.customers.named import CustomerNamed
from callcenter.web.api.enquiries.offers import StepOffered
from callcenter.web.api.fields import (
    ClassCode,
    Cursor,
    Limit,
    Moment,
    Name,
    RequestBody,
    ResponseBody,
    Time,
    Words,
    moment_in,
    moment_out,
)
from callcenter.web.service import Service

_OWN_MOMENTS = ("arrived", "greeted", "first_answer", "closed")


class TurnTold(RequestBody):
    """Something that the customer said, by a name of its own, and when it was answered."""

    id: Name
    asked: Time | None = None
    answered: Time | None = None


class MomentsTold(RequestBody):
    """When a contact arrived, was greeted, first answered, closed; of each the earliest that was ever told stands."""

    arrived: Time | None = None
    greeted: Time | None = None
    first_answer: Time | None = None
    closed: Time | None = None
    turns: list[TurnTold] = Field(default=[], max_length=MOST_TURNS)

    def moments(self) -> ContactMoments:
        """Return them as microseconds."""
        return ContactMoments(
            **{name: moment_in(getattr(self, name)) for name in _OWN_MOMENTS},
            turns=tuple(
                ContactTurn(id=one.id, asked=moment_in(one.asked), answered=moment_in(one.answered))
                for one in self.turns
            ),
        )


class NewEnquiry(RequestBody):
    """A contact that somebody received; a phone call's record is its disposition."""

    channel: CaseChannel
    words: Words = Field(min_length=1, description="What it was about.")
    customer: Name | None = None
    address: Name | None = Field(default=None, description="An e-mail address, or a name in a chat.")
    case_class: ClassCode | None = None
    moments: MomentsTold = MomentsTold()

    def enquiry(self, number: str, now: Micros) -> Enquiry:
        """Return it as it is kept.

        Raises:
            BadInput: It is a phone call.
        """
        if self.channel is CaseChannel.PHONE:
            raise BadInput("a phone call is recorded by its disposition")
        moments = self.moments.moments()
        return Enquiry(
            id=number,
            channel=self.channel,
            received_at=now,
            words=self.words.strip(),
            customer=self.customer,
            address=None if self.address is None else self.address.strip().lower(),
            case_class=self.case_class,
            moments=moments,
        )


class StepTold(RequestBody):
    """A step and what it needs.

    classify: case_class; hand_over: owner; solve: words; plan: words, follow_up_at; follow_up: words; feedback:
    satisfaction; moments: moments; close: outcome; complain: words, wanted.
    """

    step: EnquiryStep
    words: Words | None = None
    wanted: Words | None = Field(default=None, description="What the customer asks for.")
    case_class: ClassCode | None = None
    owner: Name | None = Field(default=None, description="An account.")
    outcome: ContactOutcome | None = None
    follow_up_at: Time | None = None
    satisfaction: int | None = Field(default=None, ge=1, le=3, description="1 very satisfied, 2 satisfied, 3 not.")
    moments: MomentsTold | None = None

    def told(self) -> dict[str, Any]:
        """Return the step's fields."""
        same = {name: getattr(self, name) for name in ("words", "wanted", "case_class", "owner", "outcome")}
        return {
            **same,
            "satisfaction": self.satisfaction,
            "follow_up_at": moment_in(self.follow_up_at),
            "moments": None if self.moments is None else self.moments.moments(),
        }


class EnquiriesAsked(RequestBody):
    """Which enquiries; `from` is inclusive, `to` is not."""

    state: EnquiryState | None = None
    channel: CaseChannel | None = None
    owner: Name | None = None
    customer: Name | None = None
    case_class: ClassCode | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    follow_up_by: Moment | None = Field(default=None, description="Those whose follow-up is planned before this.")
    order: EnquiryOrder = Field(
        default=EnquiryOrder.NEWEST, description="due: only those that wait, what is due first."
    )
    limit: Limit = 50
    cursor: Cursor = None

    def filter(self, owners: tuple[str, ...] | None, customers: tuple[str, ...] | None = None) -> EnquiryFilter:
        """Return what the database is asked, within somebody's reach; `customers`: the customer and its aliases."""
        return EnquiryFilter(
            state=self.state,
            channel=self.channel,
            owner=self.owner,
            owners=owners,
            customers=customers,
            case_class=self.case_class,
            since=moment_in(self.since),
            until=moment_in(self.until),
            to_follow_up_by=moment_in(self.follow_up_by),
        )


class TurnShown(ResponseBody):
    """A turn of the customer."""

    id: str
    asked: datetime | None
    answered: datetime | None


class MomentsShown(ResponseBody):
    """Moments; null: nobody told."""

    arrived: datetime | None
    greeted: datetime | None
    first_answer: datetime | None
    closed: datetime | None
    turns: list[TurnShown]


class ContactPromiseShown(ResponseBody):
    """A promise to this customer; `unknown`: a moment is missing, or two contradict each other."""

    promise: str
    turn: str | None
    due: datetime | None
    verdict: PromiseVerdict


class EnquiryStepShown(ResponseBody):
    """A step, by whom and when."""

    n: int
    at: datetime | None
    by: str
    step: EnquiryStep
    state: EnquiryState
    fields: dict[str, Any]


class EnquiryShown(ResponseBody):
    """An enquiry as it stands; `case` is the complaint that it became."""

    id: str
    channel: CaseChannel
    system: str | None
    foreign_id: str | None
    state: EnquiryState
    owner: str | None
    customer: str | None
    address: str | None
    words: str
    case_class: str | None
    class_version: int | None
    outcome: ContactOutcome | None
    solution: str | None
    follow_up: str | None
    follow_up_at: datetime | None
    satisfaction: int | None
    case: str | None
    received_at: datetime | None
    moments: MomentsShown
    promises: list[ContactPromiseShown]
    version: int


class EnquiryWhole(EnquiryShown):
    """An enquiry with every step."""

    customer_card: CustomerNamed | None
    steps: list[EnquiryStepShown]
    offered: list[StepOffered] = Field(description="What can be done with it as it stands.")


class EnquiryPage(ResponseBody):
    """Enquiries, in the order that was asked for."""

    items: list[EnquiryShown]
    next: str | None


def promises_of(enquiry: Enquiry, service: Service) -> tuple[ContactPromise, ...]:
    """Judge what was promised to whom an enquiry is of, by the rulebook in force when it arrived."""
    limits = contact_limits(service.rulebook, enquiry.received_at)
    return contact_promises(enquiry.channel, enquiry.moments, limits, service.clock())


def enquiry_shown(enquiry: Enquiry, person: Principal, service: Service) -> EnquiryShown:
    """Show an enquiry; its owner reads it whole, anybody else as the field table says."""
    return EnquiryShown(**_told(enquiry, person, service))


def enquiry_whole(
    enquiry: Enquiry,
    steps: Iterable[EnquiryStepTaken],
    offered: list[StepOffered],
    customer: CustomerNamed | None,
    person: Principal,
    service: Service,
) -> EnquiryWhole:
    """Show an enquiry with its steps and those that can be taken."""
    zone, seen = service.rulebook.zone, _sight(enquiry, person)
    shown = [
        EnquiryStepShown(
            n=one.n,
            at=moment_out(one.at, zone),
            by=one.by,
            step=one.step,
            state=one.state,
            fields={name: _said(name, value, seen, service) for name, value in one.fields.items()},
        )
        for one in steps
    ]
    told = _told(enquiry, person, service)
    return EnquiryWhole(**told, customer_card=customer, steps=shown, offered=offered)


def _told(enquiry: Enquiry, person: Principal, service: Service) -> dict[str, Any]:
    zone, seen = service.rulebook.zone, _sight(enquiry, person)
    same = ("id", "channel", "system", "foreign_id", "state", "owner", "customer", "case_class", "class_version")
    also = ("outcome", "satisfaction", "case", "version")
    return {
        **{name: getattr(enquiry, name) for name in (*same, *also)},
        "address": enquiry.address if seen is Sight.FULL else None,
        "words": worded(enquiry.words, seen),
        "solution": None if enquiry.solution is None else worded(enquiry.solution, seen),
        "follow_up": None if enquiry.follow_up is None else worded(enquiry.follow_up, seen),
        "follow_up_at": moment_out(enquiry.follow_up_at, zone),
        "received_at": moment_out(enquiry.received_at, zone),
        "moments": _moments(enquiry.moments, service),
        "promises": [
            ContactPromiseShown(promise=one.code, turn=one.turn, due=moment_out(one.due, zone), verdict=one.verdict)
            for one in promises_of(enquiry, service)
        ],
    }


def _moments(moments: ContactMoments, service: Service) -> MomentsShown:
    zone = service.rulebook.zone
    turns = [
        TurnShown(id=one.id, asked=moment_out(one.asked, zone), answered=moment_out(one.answered, zone))
        for one in moments.turns
    ]
    return MomentsShown(**{name: moment_out(getattr(moments, name), zone) for name in _OWN_MOMENTS}, turns=turns)


def _said(name: str, value: Any, seen: Sight, service: Service) -> Any:
    """Show what was said with a step: moments with their zone, words as far as somebody reads them."""
    match name:
        case "follow_up_at":
            return moment_out(value, service.rulebook.zone)
        case "moments":
            return {own: moment_out(value.get(own), service.rulebook.zone) for own in _OWN_MOMENTS if value.get(own)}
        case _:
            return worded(value, seen) if isinstance(value, str) else value


def _sight(enquiry: Enquiry, person: Principal) -> Sight:
    return Sight.FULL if enquiry.owner == person.account else sight(person.role, Part.CALLER)
