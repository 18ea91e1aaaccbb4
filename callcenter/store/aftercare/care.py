"""Care plans, house calls and call-backs, ratings of customers, and when each customer was heard last."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.care import CareContactState, CareHistory, ContactKind, CreditRating, PlanState
from callcenter.domain.frame import Micros
from callcenter.store.aftercare.care_tables import CareContactRow, CarePlanRow, CustomerRatingRow
from callcenter.store.complaints.tables import CaseRow
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import kept_ids
from callcenter.store.customers.tables import CustomerNumberRow, CustomerRow, VisitPickRow
from callcenter.store.idempotency import forget_answers
from callcenter.store.record.models import VisitRow
from callcenter.store.unit_of_work import UnitOfWork

_P, _C, _R = CarePlanRow, CareContactRow, CustomerRatingRow


class CarePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it stands; `cost` in yuan, as it is written."""

    id: str
    customer: str
    year: int
    method: str
    owner: str
    cost: str
    state: PlanState
    filed_by: str
    filed_at: Micros
    endorsed_by: str | None = None
    decided_by: str | None = None
    decided_at: Micros | None = None
    reason: str | None = None


class CareContact(msgspec.Struct, frozen=True, kw_only=True):
    """A house call or call-back as it stands; `evaluation` is the form's JSON."""

    id: str
    customer: str
    kind: ContactKind
    day: date
    owner: str
    purpose: str
    state: CareContactState
    planned_by: str
    planned_at: Micros
    approved_by: str | None = None
    done_by: str | None = None
    done_at: Micros | None = None
    evaluation: str | None = None
    reason: str | None = None


class CustomerRating(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody found of a customer."""

    id: str
    customer: str
    credit: CreditRating
    words: str
    by: str
    at: Micros


class CareFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which plans or contacts; None: any. `customers` are one and its aliases."""

    customers: Collection[str] | None = None
    state: str | None = None

    def clauses(self, row: type[CarePlanRow | CareContactRow]) -> list[ColumnElement[bool]]:
        """Return what the database is asked."""
        asked = [(self.customers, row.customer.in_(self.customers or ())), (self.state, row.state == self.state)]
        return [clause for given, clause in asked if given is not None]


class HeardCustomer(NamedTuple):
    """A customer and what is known of their dealings with us."""

    customer: str
    key_account: bool
    owner: str | None
    history: CareHistory


async def care_plans(
    connection: AsyncConnection, asked: CareFilter, *, before: tuple[Micros, str] | None, limit: int
) -> list[CarePlan]:
    """Read plans, the newest first."""
    rows = select(_P).where(*asked.clauses(_P)).order_by(_P.filed_at.desc(), _P.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(tuple_(_P.filed_at, _P.id) < tuple_(*before))
    return [_plan(row) for row in await connection.execute(rows)]


async def care_plan(connection: AsyncConnection, number: str) -> CarePlan:
    """Read a plan.

    Raises:
        Missing: There is none.
    """
    row = (await connection.execute(select(_P).where(_P.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such care plan")
    return _plan(row)


async def plans_of_year(connection: AsyncConnection, year: int) -> list[CarePlan]:
    """Read the plans of a year that were not rejected, in the order of filing."""
    rows = select(_P).where(_P.year == year, _P.state != PlanState.REJECTED).order_by(_P.filed_at, _P.id)
    return [_plan(row) for row in await connection.execute(rows)]


async def keep_plan(unit: UnitOfWork, plan: CarePlan) -> None:
    """Keep a plan as it stands."""
    await unit.execute(delete(_P).where(_P.id == plan.id))
    await unit.execute(insert(_P).values(**msgspec.structs.asdict(plan)))


async def care_contacts(
    connection: AsyncConnection, asked: CareFilter, *, before: tuple[Micros, str] | None, limit: int
) -> list[CareContact]:
    """Read house calls and call-backs, the newest plan first."""
    rows = select(_C).where(*asked.clauses(_C)).order_by(_C.planned_at.desc(), _C.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(tuple_(_C.planned_at, _C.id) < tuple_(*before))
    return [_contact(row) for row in await connection.execute(rows)]


async def care_contact(connection: AsyncConnection, number: str) -> CareContact:
    """Read a house call or call-back.

    Raises:
        Missing: There is none.
    """
    row = (await connection.execute(select(_C).where(_C.id == number))).one_or_none()
    if row is None:
        raise Missing("there is no such house call or call-back")
    return _contact(row)


async def contacts_between(connection: AsyncConnection, first: date, last: date) -> list[CareContact]:
    """Read the house calls and call-backs of some days, dropped ones left out."""
    rows = select(_C).where(_C.day >= first, _C.day <= last, _C.state != CareContactState.DROPPED)
    return [_contact(row) for row in await connection.execute(rows.order_by(_C.day, _C.id))]


async def keep_contact(unit: UnitOfWork, contact: CareContact) -> None:
    """Keep a house call or call-back as it stands."""
    await unit.execute(delete(_C).where(_C.id == contact.id))
    await unit.execute(insert(_C).values(**msgspec.structs.asdict(contact)))


async def ratings_of(connection: AsyncConnection, family: Collection[str]) -> list[CustomerRating]:
    """Read what was found of a customer and its aliases, the newest first."""
    rows = select(_R).where(_R.customer.in_(family)).order_by(_R.at.desc(), _R.id)
    return [_rating(row) for row in await connection.execute(rows)]


async def keep_rating(unit: UnitOfWork, rating: CustomerRating) -> None:
    """Keep what somebody found of a customer."""
    await unit.execute(insert(_R).values(**msgspec.structs.asdict(rating)))


async def forget_care(unit: UnitOfWork, family: Collection[str]) -> None:
    """Delete all that was planned, done and found of a customer and its aliases."""
    for row in (_P, _C, _R):
        await unit.execute(delete(row).where(row.customer.in_(family)))
    await forget_answers(unit, family)


async def heard_customers(connection: AsyncConnection) -> list[HeardCustomer]:
    """Read when each customer was heard last, by a call, a complaint or a contact that was made, and the complaints."""
    heard: dict[str, Micros] = {}
    kept = await kept_ids(connection)
    for question in _heard():
        for alias, at in await connection.execute(question):
            customer = kept.get(alias, alias)
            heard[customer] = max(at, heard.get(customer, at))
    complaints: dict[str, list[Micros]] = {}
    complained = select(CaseRow.customer, CaseRow.opened_at).where(CaseRow.customer.is_not(None))
    for row in await connection.execute(complained):
        complaints.setdefault(kept.get(row.customer, row.customer), []).append(row.opened_at)
    columns = (CustomerRow.id, CustomerRow.key_account, CustomerRow.owner, CustomerRow.created_at)
    rows = select(*columns).where(CustomerRow.merged_into.is_(None)).order_by(CustomerRow.id)
    return [
        HeardCustomer(
            row.id,
            row.key_account,
            row.owner,
            CareHistory(heard_at=heard.get(row.id), complaints=complaints.get(row.id, ()), known_since=row.created_at),
        )
        for row in await connection.execute(rows)
    ]


def _heard() -> list[Any]:
    """Ask when customers were heard: by number, by an agent's word, by a complaint, by a contact that was made."""
    v, n, p, c = VisitRow, CustomerNumberRow, VisitPickRow, CaseRow
    return [
        select(n.customer, func.max(v.joined_at))
        .join(v, v.caller_key == n.key)
        .where(n.key.is_not(None), v.joined_at.is_not(None))
        .group_by(n.customer),
        select(p.customer, func.max(v.joined_at))
        .join(v, v.uniqueid == p.uniqueid)
        .where(v.joined_at.is_not(None))
        .group_by(p.customer),
        select(c.customer, func.max(c.opened_at)).where(c.customer.is_not(None)).group_by(c.customer),
        select(_C.customer, func.max(_C.done_at)).where(_C.done_at.is_not(None)).group_by(_C.customer),
    ]


def _plan(row: Any) -> CarePlan:
    told = {name: getattr(row, name) for name in CarePlan.__struct_fields__}
    return CarePlan(**told | {"state": PlanState(row.state)})


def _contact(row: Any) -> CareContact:
    told = {name: getattr(row, name) for name in CareContact.__struct_fields__}
    return CareContact(**told | {"state": CareContactState(row.state), "kind": ContactKind(row.kind)})


def _rating(row: Any) -> CustomerRating:
    told = {name: getattr(row, name) for name in CustomerRating.__struct_fields__}
    return CustomerRating(**told | {"credit": CreditRating(row.credit)})
