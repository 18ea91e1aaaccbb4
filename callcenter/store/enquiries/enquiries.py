"""Enquiries read and written: where each stands, the steps that led there, lists of them."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.enquiries import ContactMoments, ContactOutcome, ContactTurn, EnquiryState, EnquiryStep
from callcenter.domain.frame import Micros
from callcenter.store.conflicts import Missing, Outdated
from callcenter.store.enquiries.attachments import AttachedTo, forget_attachments
from callcenter.store.enquiries.tables import ENQUIRY_DUE, ENQUIRY_WAITS, EnquiryRow, EnquiryStepRow
from callcenter.store.idempotency import forget_answers
from callcenter.store.rarest import beside, rarest
from callcenter.store.unit_of_work import UnitOfWork

_json = msgspec.json.Encoder(order="deterministic").encode
_turns = msgspec.json.Decoder(tuple[ContactTurn, ...]).decode
_fields = msgspec.json.Decoder(dict[str, Any]).decode


class Enquiry(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that is no phone call, as it stands.

    Attributes:
        system: The system that reported it, under its own `foreign_id`; None: somebody's form.
        owner: The account of the first responder; None: nobody has taken it yet.
        address: An e-mail address or a name in a chat, as it was told.
        words: What it was about.
        class_version: The version of the class that it was given.
        case: The complaint that it became.
    """

    id: str
    channel: CaseChannel
    received_at: Micros
    words: str = ""
    system: str | None = None
    foreign_id: str | None = None
    state: EnquiryState = EnquiryState.OPEN
    owner: str | None = None
    customer: str | None = None
    address: str | None = None
    case_class: str | None = None
    class_version: int | None = None
    outcome: ContactOutcome | None = None
    solution: str | None = None
    follow_up_at: Micros | None = None
    follow_up: str | None = None
    satisfaction: int | None = None
    case: str | None = None
    moments: ContactMoments = ContactMoments()
    changed_at: Micros = 0
    version: int = 1


class EnquiryStepTaken(msgspec.Struct, frozen=True, kw_only=True):
    """One step: who took it when; by a reporting system, `system:` and its name."""

    n: int
    at: Micros
    by: str
    step: EnquiryStep
    state: EnquiryState
    fields: dict[str, Any]


class EnquiryOrder(StrEnum):
    """In which order enquiries are read: the newest first, or only those that wait, by what is due."""

    NEWEST = "newest"
    DUE = "due"


class EnquiryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which enquiries; None: any. `owners` takes in those that nobody has taken yet."""

    state: EnquiryState | None = None
    channel: CaseChannel | None = None
    owner: str | None = None
    owners: tuple[str, ...] | None = None
    customers: tuple[str, ...] | None = None
    case_class: str | None = None
    since: Micros | None = None
    until: Micros | None = None
    to_follow_up_by: Micros | None = None

    def told(self) -> dict[str, ColumnElement[bool]]:
        """Say what is asked for that has an index, what is mostly rarest first."""
        row = EnquiryRow
        asked: dict[str, tuple[object, ColumnElement[bool]]] = {
            "customers": (self.customers, row.customer.in_(self.customers or ())),
            "follow_up": (self.to_follow_up_by, row.follow_up_at < (self.to_follow_up_by or 0)),
            "owner": (self.owner, row.owner == self.owner),
            "case_class": (self.case_class, row.case_class == self.case_class),
            "state": (self.state, row.state == self.state),
            "channel": (self.channel, row.channel == self.channel),
            "owners": (self.owners, row.owner.in_(self.owners or ()) | row.owner.is_(None)),
        }
        return {name: clause for name, (given, clause) in asked.items() if given is not None}

    def within(self) -> list[ColumnElement[bool]]:
        """Say in which spans of time."""
        row = EnquiryRow
        asked: list[tuple[object, ColumnElement[bool]]] = [
            (self.since, row.received_at >= (self.since or 0)),
            (self.until, row.received_at < (self.until or 0)),
        ]
        return [clause for given, clause in asked if given is not None]


async def get_enquiry(connection: AsyncConnection, number: str) -> Enquiry:
    """Read an enquiry.

    Raises:
        Missing: There is none.
    """
    row = (await connection.execute(select(EnquiryRow).where(EnquiryRow.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such enquiry")
    return _enquiry(row)


async def reported_as(connection: AsyncConnection, system: str, ids: Collection[str]) -> dict[str, Enquiry]:
    """Read what a system has reported under ids of its own, by these."""
    asked = select(EnquiryRow).where(EnquiryRow.system == system, EnquiryRow.foreign_id.in_(ids))
    return {row.foreign_id: _enquiry(row) for row in await connection.execute(asked)}


async def list_enquiries(
    connection: AsyncConnection,
    asked: EnquiryFilter,
    *,
    order: EnquiryOrder = EnquiryOrder.NEWEST,
    after: tuple[Micros, str] | None = None,
    limit: int = 50,
) -> list[Enquiry]:
    """Read enquiries in an order, from after a place on (`place_of`)."""
    row, due, told = EnquiryRow, order is EnquiryOrder.DUE, asked.told()
    by = await rarest(connection, told)
    # few are found, and then put in order; of many, what is due and what is of many owners is met in the list's order
    name = by.name if by.few or not (due or by.name == "owners") else None
    page = select(row).where(*(clause if one == name else beside(clause) for one, clause in told.items()))
    page = page.where(*asked.within()).limit(limit)
    at: ColumnElement[int] = ENQUIRY_DUE if due else row.received_at.expression
    place = at + 0 if by.few else at
    if due:
        waits = row.follow_up_at.is_not(None) | (row.state == EnquiryState.OPEN) if by.few else ENQUIRY_WAITS
        page = page.where(waits, row.state != EnquiryState.COMPLAINT).order_by(place, row.id)
    else:
        page = page.order_by(place.desc(), row.id.desc())
    if after is not None:
        page = page.where(tuple_(place, row.id) > tuple_(*after) if due else tuple_(place, row.id) < tuple_(*after))
        # SQLite enters an index of an expression by the expression alone
        page = page.where(place >= after[0] if due else place <= after[0])
    return [_enquiry(one) for one in await connection.execute(page)]


def place_of(enquiry: Enquiry, order: EnquiryOrder) -> tuple[Micros, str]:
    """Return where an enquiry stands in a list."""
    waits = order is EnquiryOrder.DUE and enquiry.follow_up_at is not None
    return (enquiry.follow_up_at or 0 if waits else enquiry.received_at, enquiry.id)


async def enquiry_steps(connection: AsyncConnection, number: str) -> list[EnquiryStepTaken]:
    """Read the steps of an enquiry, in order."""
    rows = select(EnquiryStepRow).where(EnquiryStepRow.enquiry == number).order_by(EnquiryStepRow.n)
    return [
        EnquiryStepTaken(
            n=row.n,
            at=row.at,
            by=row.by,
            step=EnquiryStep(row.step),
            state=EnquiryState(row.state),
            fields=_fields(row.fields),
        )
        for row in await connection.execute(rows)
    ]


async def make_enquiry(unit: UnitOfWork, new: Enquiry) -> None:
    """Keep a new enquiry."""
    await unit.execute(insert(EnquiryRow).values(**_values(new)))


async def keep_enquiry(unit: UnitOfWork, enquiry: Enquiry, at: Micros) -> Enquiry:
    """Keep an enquiry that moved, as its next version.

    Raises:
        Outdated: Somebody else moved it since it was read.
    """
    moved = msgspec.structs.replace(enquiry, version=enquiry.version + 1, changed_at=at)
    same = (EnquiryRow.id == enquiry.id) & (EnquiryRow.version == enquiry.version)
    if (await unit.execute(update(EnquiryRow).where(same).values(**_values(moved)))).rowcount != 1:
        raise Outdated("somebody else changed this enquiry since it was read", enquiry.version)
    return moved


async def add_enquiry_step(
    unit: UnitOfWork, enquiry: Enquiry, step: EnquiryStep, by: str, at: Micros, fields: dict[str, Any]
) -> None:
    """Keep a step that was taken."""
    taken = select(func.count()).where(EnquiryStepRow.enquiry == enquiry.id)
    n = (await unit.connection.scalar(taken) or 0) + 1
    told = {"enquiry": enquiry.id, "n": n, "at": at, "by": by, "step": step, "state": enquiry.state}
    await unit.execute(insert(EnquiryStepRow).values(**told, fields=_json(fields).decode()))


async def forget_enquirers(unit: UnitOfWork, whose: ColumnElement[bool]) -> list[str]:
    """Take what was said, and by whom, out of enquiries; what was counted stays; names these."""
    gone = list(await unit.connection.scalars(select(EnquiryRow.id).where(whose)))
    for number in gone:
        blank = {"customer": None, "address": None, "words": "", "solution": None, "follow_up": None}
        await unit.execute(update(EnquiryRow).where(EnquiryRow.id == number).values(**blank))
        await unit.execute(update(EnquiryStepRow).where(EnquiryStepRow.enquiry == number).values(fields="{}"))
        await forget_attachments(unit, AttachedTo.ENQUIRY, [number])
    await forget_answers(unit, gone)
    return gone


def _values(enquiry: Enquiry) -> dict[str, Any]:
    values = msgspec.structs.asdict(enquiry)
    moments: ContactMoments = values.pop("moments")
    told = {name: getattr(moments, name) for name in ("arrived", "greeted", "first_answer", "closed")}
    return values | told | {"turns": _json(moments.turns).decode()}


def _enquiry(row: Any) -> Enquiry:
    same = set(Enquiry.__struct_fields__) - {"moments", "channel", "state", "outcome"}
    moments = ContactMoments(
        arrived=row.arrived,
        greeted=row.greeted,
        first_answer=row.first_answer,
        closed=row.closed,
        turns=_turns(row.turns),
    )
    return Enquiry(
        **{name: getattr(row, name) for name in same},
        moments=moments,
        channel=CaseChannel(row.channel),
        state=EnquiryState(row.state),
        outcome=None if row.outcome is None else ContactOutcome(row.outcome),
    )
