"""Complaints received in a span, told apart by month, team, owner or class, for the figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.aftercare.figures import (
    ASKED_LINES,
    CaseContext,
    CaseOutcome,
    ComplaintTerms,
    NamedFigures,
    TakenLine,
    outcome_of,
)
from callcenter.cases.aftercare.follow_ups import CaseFollowUp
from callcenter.domain.frame import Micros
from callcenter.staff.dates import datetime_of
from callcenter.store.aftercare.follow_ups import follow_ups_of
from callcenter.store.complaints.cases import FiledCase, filed_case, taken_line
from callcenter.store.complaints.tables import CaseRow, CaseStepRow
from callcenter.store.customers.cards import kept_ids
from callcenter.store.tables import AccountRow

_PAGE = 500


class ComplaintGrouping(StrEnum):
    """By what figures of complaints are told apart."""

    MONTH = "month"
    TEAM = "team"
    OWNER = "owner"
    CLASS = "class"


class ComplaintSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Complaints received from `since` on and before `until`; `owners` None: whoever owns them."""

    since: Micros
    until: Micros
    owners: Collection[str] | None = None

    def clauses(self) -> list[ColumnElement[bool]]:
        """Return what the database is asked."""
        asked = [CaseRow.opened_at >= self.since, CaseRow.opened_at < self.until]
        return asked if self.owners is None else [*asked, CaseRow.owner.in_(sorted(self.owners))]


class CountedCase(NamedTuple):
    """A case and what became of it."""

    filed: FiledCase
    outcome: CaseOutcome


class _Around(NamedTuple):
    """What a case alone does not say: whose complaint came shortly before, and which were tied to an older one.

    Customers are told apart as they are now: whoever was merged is the one that was kept.
    """

    earlier: Mapping[str, list[Micros]]
    kept: Mapping[str, str]
    followed: frozenset[str]
    within: Micros

    def of(self, filed: FiledCase, follow_up: CaseFollowUp | None) -> CaseContext:
        return CaseContext(followed=filed.id in self.followed, repeat=self._repeat(filed), follow_up=follow_up)

    def _repeat(self, filed: FiledCase) -> bool | None:
        customer, at = filed.about.customer, filed.case.opened_at
        if customer is None:
            return None
        times = self.earlier.get(self.kept.get(customer, customer), [])
        return filed.case.follows is not None or any(at - self.within <= one < at for one in times)


async def complaint_figures(
    connection: AsyncConnection, asked: ComplaintSpan, by: ComplaintGrouping, terms: ComplaintTerms, zone: ZoneInfo
) -> NamedFigures:
    """Count complaints by what is asked; empty is the name where that is not known."""
    teams = await teams_of(connection) if by is ComplaintGrouping.TEAM else {}
    key = _key(by, zone, teams)
    found = NamedFigures()
    async for filed, outcome in counted_cases(connection, asked, terms):
        found.count(key(filed), outcome)
    return found


async def counted_cases(
    connection: AsyncConnection, asked: ComplaintSpan, terms: ComplaintTerms
) -> AsyncIterator[CountedCase]:
    """Yield the complaints of a span with what became of each, in the order in which they were received."""
    around = await _around(connection, asked, terms.repeat_within)
    after: tuple[Micros, str] = (asked.since - 1, "")
    while True:
        page = (
            select(CaseRow)
            .where(*asked.clauses(), tuple_(CaseRow.opened_at, CaseRow.id) > tuple_(*after))
            .order_by(CaseRow.opened_at, CaseRow.id)
            .limit(_PAGE)
        )
        rows = (await connection.execute(page)).all()
        here = [row.id for row in rows]
        lines, called = await _lines(connection, here), await follow_ups_of(connection, here)
        for filed in map(filed_case, rows):
            told, context = lines.get(filed.id, []), around.of(filed, called.get(filed.id))
            yield CountedCase(filed, outcome_of(filed.case, told, terms, context))
        if len(rows) < _PAGE:
            return
        after = rows[-1].opened_at, rows[-1].id
        await asyncio.sleep(0)  # whoever else shares the loop goes first


async def teams_of(connection: AsyncConnection) -> dict[str, str]:
    """Return the team of each account that is in one now."""
    rows = await connection.execute(select(AccountRow.name, AccountRow.team).where(AccountRow.team.is_not(None)))
    return {row.name: row.team for row in rows}


async def _around(connection: AsyncConnection, asked: ComplaintSpan, within: Micros) -> _Around:
    columns = select(CaseRow.customer, CaseRow.opened_at)
    span = (CaseRow.opened_at >= asked.since - within) & (CaseRow.opened_at < asked.until)
    earlier: dict[str, list[Micros]] = {}
    kept = await kept_ids(connection)
    for row in await connection.execute(columns.where(span, CaseRow.customer.is_not(None))):
        earlier.setdefault(kept.get(row.customer, row.customer), []).append(row.opened_at)
    tied = select(CaseRow.follows).where(CaseRow.follows.is_not(None), CaseRow.opened_at >= asked.since)
    followed = frozenset(case for case in await connection.scalars(tied) if case is not None)
    return _Around(earlier, kept, followed, within)


async def _lines(connection: AsyncConnection, cases: list[str]) -> dict[str, list[TakenLine]]:
    rows = select(CaseStepRow).where(CaseStepRow.case.in_(cases), CaseStepRow.move.in_(ASKED_LINES))
    found: dict[str, list[TakenLine]] = {}
    for row in await connection.execute(rows.order_by(CaseStepRow.case, CaseStepRow.n)):
        found.setdefault(row.case, []).append(taken_line(row))
    return found


def _key(by: ComplaintGrouping, zone: ZoneInfo, teams: Mapping[str, str]) -> Callable[[FiledCase], str]:
    def key(filed: FiledCase) -> str:
        match by:
            case ComplaintGrouping.MONTH:
                return datetime_of(filed.case.opened_at, zone).strftime("%Y-%m")
            case ComplaintGrouping.TEAM:
                return teams.get(filed.case.owner, "")
            case ComplaintGrouping.OWNER:
                return filed.case.owner
            case ComplaintGrouping.CLASS:
                return filed.about.case_class or ""

    return key
