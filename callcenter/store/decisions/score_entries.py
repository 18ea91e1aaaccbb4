"""What people gave an agent beside violations: a day's mark, a bonus, an adjustment; withdrawn ones stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, false, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.rules.scores.score import MonthRecords
from callcenter.rules.scores.score_lines import Adjustment, Bonus, BonusKind, DailyMark
from callcenter.staff.dates import day_start
from callcenter.staff.months import Month, month_days
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, reach
from callcenter.store.conflicts import Missing
from callcenter.store.tables import AccountRow, GivenRow


class ScoreEntryKind(StrEnum):
    """What is given."""

    MARK = "mark"
    BEST = "best"
    PROPOSAL = "proposal"
    ADJUSTMENT = "adjustment"


MARKS = frozenset({ScoreEntryKind.MARK})
BONUSES = frozenset({ScoreEntryKind.BEST, ScoreEntryKind.PROPOSAL})
ADJUSTMENTS = frozenset({ScoreEntryKind.ADJUSTMENT})


class ScoreEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was given.

    Attributes:
        day: What it is for; it belongs to that day's month.
        points: None for a bonus, whose worth is in the terms.
    """

    id: str
    kind: ScoreEntryKind
    agent: str
    day: date
    points: Decimal | None
    note: str
    given_by: str
    given_at: Micros
    withdrawn_by: str | None = None
    withdrawn_at: Micros | None = None
    withdrawn_why: str | None = None

    @property
    def month(self) -> Month:
        """The month it belongs to."""
        return self.day.year, self.day.month


class ScoreEntryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which ones are asked for; days inclusive, None: any."""

    kinds: Collection[ScoreEntryKind]
    agent: str | None = None
    first: date | None = None
    last: date | None = None


async def get(
    connection: AsyncConnection, number: str, kinds: Collection[ScoreEntryKind], person: Principal
) -> ScoreEntry:
    """Read one that a person may see.

    Raises:
        Missing: There is none, or it is not theirs to see.
    """
    found = select(GivenRow).where(GivenRow.id == number, GivenRow.kind.in_(kinds), _visible(person))
    row = (await connection.execute(found)).mappings().one_or_none()
    if row is None:
        raise Missing("there is no such record")
    return _given(row)


async def page(
    connection: AsyncConnection,
    person: Principal,
    sought: ScoreEntryFilter,
    before: tuple[date, str] | None,
    limit: int,
) -> list[ScoreEntry]:
    """Read what a person may see, the newest day first, from the one before a place in that order; withdrawn, too."""
    clauses: list[ColumnElement[bool]] = [GivenRow.kind.in_(sought.kinds), _visible(person)]
    if sought.agent is not None:
        clauses.append(GivenRow.agent == sought.agent)
    if sought.first is not None:
        clauses.append(GivenRow.day >= sought.first)
    if sought.last is not None:
        clauses.append(GivenRow.day <= sought.last)
    if before is not None:
        clauses.append(tuple_(GivenRow.day, GivenRow.id) < tuple_(*before))
    order = (GivenRow.day.desc(), GivenRow.id.desc())
    rows = await connection.execute(select(GivenRow).where(*clauses).order_by(*order).limit(limit))
    return [_given(row) for row in rows.mappings()]


async def of_month(connection: AsyncConnection, month: Month, agent: str | None = None) -> list[ScoreEntry]:
    """Read what counts in a month, of one agent or of all, in the order of the days."""
    clauses: list[ColumnElement[bool]] = [GivenRow.withdrawn_at.is_(None), GivenRow.day.between(*month_days(month))]
    if agent is not None:
        clauses.append(GivenRow.agent == agent)
    rows = await connection.execute(select(GivenRow).where(*clauses).order_by(GivenRow.day, GivenRow.id))
    return [_given(row) for row in rows.mappings()]


async def months_from(connection: AsyncConnection, first: Month) -> list[Month]:
    """Name the months, from one on, in which something that was given counts, in order."""
    since = month_days(first)[0]
    days = select(GivenRow.day).where(GivenRow.withdrawn_at.is_(None), GivenRow.day >= since).distinct()
    return sorted({(day.year, day.month) for day in await connection.scalars(days)})


def records_of(given: Iterable[ScoreEntry], zone: ZoneInfo) -> MonthRecords:
    """Hand what was given to the score."""
    marks, bonuses, adjustments = [], [], []
    for one in given:
        at, points = day_start(one.day, zone), one.points or Decimal(0)
        match one.kind:
            case ScoreEntryKind.MARK:
                marks.append(DailyMark(id=one.id, agent=one.agent, day=one.day, points=points, by=one.given_by))
            case ScoreEntryKind.BEST | ScoreEntryKind.PROPOSAL:
                kind = BonusKind(one.kind.value)
                bonuses.append(Bonus(id=one.id, agent=one.agent, kind=kind, at=at, by=one.given_by))
            case ScoreEntryKind.ADJUSTMENT:
                adjustments.append(
                    Adjustment(id=one.id, agent=one.agent, points=points, reason=one.note, at=at, by=one.given_by)
                )
    return MonthRecords(marks=marks, bonuses=bonuses, adjustments=adjustments)


def _visible(person: Principal) -> ColumnElement[bool]:
    own = false() if person.agent is None else GivenRow.agent == person.agent
    match reach(person.role, Right.SEE_SCORES):
        case Reach.ALL:
            return true()
        case Reach.TEAM:
            team = select(AccountRow.agent).where(AccountRow.team == person.team, AccountRow.agent.is_not(None))
            return own if person.team is None else or_(own, GivenRow.agent.in_(team))
        case Reach.OWN:
            return own
        case Reach.NONE:
            return false()


def _given(row: Mapping[Any, Any]) -> ScoreEntry:
    return msgspec.convert(dict(row), ScoreEntry)
