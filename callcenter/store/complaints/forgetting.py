"""A customer goes out of its cases: who it was, and what was written; what was done, when and by whom stays.

So the story can still be told again: whatever a line needed has a mark in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.rules.records.masks import without_numbers
from callcenter.store.aftercare.tables import CaseFollowUpRow, CaseMeasureRow, CaseReviewRow
from callcenter.store.complaints.cases import OPEN
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from callcenter.store.customers.writes import ending_of
from callcenter.store.enquiries.attachments import AttachedTo, forget_attachments
from callcenter.store.enquiries.tables import EnquiryRow
from callcenter.store.idempotency import forget_answers
from callcenter.store.record.models import VisitRow
from callcenter.store.unit_of_work import UnitOfWork

FORGOTTEN = "***"
"""Stands in the place of what somebody wrote."""
WRITTEN = frozenset(
    {
        "content",
        "wanted",
        "cause",
        "notice",
        "reason",
        "solution",
        "contact",
        "what",
        "lesson",
        "improvement",
        "loss",
        "text",
    }
)
"""Fields of lines in which somebody writes in their own words."""
_OF_A_REMEDY = frozenset({"kind", "quantity"})
_AT_ONCE = 500
_json = msgspec.json.Encoder(order="deterministic").encode


async def forget_in_cases(unit: UnitOfWork, customers: Collection[str], keys: Collection[str]) -> int:
    """Forget customers, and whoever called from some numbers, in their cases; returns in how many.

    Args:
        unit: The transaction.
        customers: With their aliases.
        keys: Of numbers that are nobody's any more.
    """
    calls = select(VisitRow.uniqueid).where(VisitRow.caller_key.in_(sorted(keys)))
    contacts = select(EnquiryRow.case).where(EnquiryRow.address.in_(sorted(keys)), EnquiryRow.case.is_not(None))
    nobodys = CaseRow.customer.is_(None) & (CaseRow.call.in_(calls) | CaseRow.id.in_(contacts))
    theirs = or_(CaseRow.customer.in_(sorted(customers)), nobodys)
    cases = list(await unit.connection.scalars(select(CaseRow.id).where(theirs).order_by(CaseRow.id)))
    for start in range(0, len(cases), _AT_ONCE):
        some = cases[start : start + _AT_ONCE]
        await unit.execute(update(CaseRow).where(CaseRow.id.in_(some)).values(customer=None))
        await _rewrite(unit, CaseStepRow.case.in_(some), forgotten_fields)
        await _forget_afterwards(unit, some)
        await forget_attachments(unit, AttachedTo.CASE, some)
        await forget_answers(unit, some)
    if keys:
        having = or_(*(CaseStepRow.fields.contains(ending_of(key), autoescape=True) for key in sorted(keys)))
        await _rewrite(unit, having, without_numbers_in)
    return len(cases)


async def _forget_afterwards(unit: UnitOfWork, cases: Collection[str]) -> None:
    """Forget what was written when cases were followed up, reviewed, and their measures tracked."""
    measure = CaseMeasureRow
    for told in (
        update(CaseFollowUpRow).where(CaseFollowUpRow.case.in_(cases)).values(words=None),
        update(CaseReviewRow).where(CaseReviewRow.case.in_(cases)).values(words=FORGOTTEN),
        update(measure).where(measure.case.in_(cases), measure.reason.is_not(None)).values(reason=FORGOTTEN),
        update(measure).where(measure.case.in_(cases), measure.effect.is_not(None)).values(effect=FORGOTTEN),
    ):
        await unit.execute(told)


async def take_to(unit: UnitOfWork, customers: Collection[str], keys: Collection[str], new: str) -> None:
    """Let the cases that calls from some numbers of a customer began be another customer's."""
    calls = select(VisitRow.uniqueid).where(VisitRow.caller_key.in_(sorted(keys)))
    theirs = (CaseRow.customer.in_(sorted(customers)), CaseRow.call.in_(calls))
    await unit.execute(update(CaseRow).where(*theirs).values(customer=new))


async def with_cases(connection: AsyncConnection, customers: Collection[str]) -> set[str]:
    """Name those of some customers who have a case, open or not."""
    return {*await connection.scalars(select(CaseRow.customer).where(CaseRow.customer.in_(sorted(customers))))}


async def has_open_case(unit: UnitOfWork, customers: Collection[str]) -> bool:
    """Tell whether somebody still works on a case of one of some customers."""
    theirs = (CaseRow.customer.in_(sorted(customers)), CaseRow.state.in_(OPEN))
    return (await unit.execute(select(CaseRow.id).where(*theirs).limit(1))).first() is not None


def forgotten_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line's fields with a mark for whatever somebody wrote."""
    return {name: _forgotten(name, value) for name, value in fields.items()}


def without_numbers_in(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line's fields with numbers masked in whatever somebody wrote."""
    return {name: _masked(name, value) for name, value in fields.items()}


def _forgotten(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_forgotten(name, one) for one in value]
    if isinstance(value, dict):  # a remedy, whose kind is in somebody's own words
        return {inner: FORGOTTEN if inner in _OF_A_REMEDY else one for inner, one in value.items()}
    return FORGOTTEN if name in WRITTEN and isinstance(value, str) and value.strip() else value


def _masked(name: str, value: Any) -> Any:
    if name == "remedies" and isinstance(value, list):
        return [
            {inner: without_numbers(told) if inner in _OF_A_REMEDY else told for inner, told in one.items()}
            for one in value
        ]
    return without_numbers(value) if name in WRITTEN else value


async def _rewrite(unit: UnitOfWork, which: Any, told: Any) -> None:
    asked = select(CaseStepRow.case, CaseStepRow.n, CaseStepRow.fields).where(which)
    for row in (await unit.execute(asked)).all():
        fields = _json(told(msgspec.json.decode(row.fields))).decode()
        if fields != row.fields:
            one = (CaseStepRow.case == row.case) & (CaseStepRow.n == row.n)
            await unit.execute(update(CaseStepRow).where(one).values(fields=fields))
