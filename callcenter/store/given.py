"""What people give an agent beside violations: a day's mark, a bonus, an adjustment; withdrawn, and never deleted.

Whatever could not be part of a score is not taken: its points are measured against the terms of its month (those of
the regulations while none are approved), the day must have come, and there may be no other where there is only one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, false, insert, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.scores.score import MonthRecords, Subject, month_score
from callcenter.rules.scores.score_lines import Adjustment, Bonus, BonusKind, DailyMark, ScoreTerms
from callcenter.staff.dates import datetime_of, day_start
from callcenter.staff.months import Month, month_days, month_name
from callcenter.staff.roles import Person, Reach, Right, reach
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, Missing, NoTerms
from callcenter.store.office import Desk
from callcenter.store.office_tables import AccountRow, GivenRow
from callcenter.store.score_terms import terms_in_force

_USUAL = ScoreTerms(base=Decimal(80))
"""Limits while no terms are approved; the base is not used."""


class GivenKind(StrEnum):
    """What is given."""

    MARK = "mark"
    BEST = "best"
    PROPOSAL = "proposal"
    ADJUSTMENT = "adjustment"


MARKS = frozenset({GivenKind.MARK})
BONUSES = frozenset({GivenKind.BEST, GivenKind.PROPOSAL})
ADJUSTMENTS = frozenset({GivenKind.ADJUSTMENT})


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was given.

    Attributes:
        day: What it is for; it belongs to that day's month.
        points: None for a bonus, whose worth is in the terms.
    """

    id: str
    kind: GivenKind
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


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which ones are asked for; days inclusive, None: any."""

    kinds: Collection[GivenKind]
    agent: str | None = None
    first: date | None = None
    last: date | None = None


async def give(desk: Desk, given: Given, zone: ZoneInfo, *, group_leader: bool) -> Given:
    """Keep what somebody gives.

    Raises:
        BadInput: It could not be part of a score.
        Conflict: The day is assessed already, or the month has its best already.
    """
    if given.day > datetime_of(given.given_at, zone).date():
        raise BadInput(f"{given.day} has not come yet")
    others = await of_month(desk.connection, given.month, given.agent)
    _refuse_second(given, others)
    beside = [one for one in others if one.kind is GivenKind.ADJUSTMENT and given.kind is one.kind]
    told = msgspec.structs.replace(given, id=f"of {given.day}")
    subject = Subject(agent=given.agent, group_leader=group_leader)
    month_score(subject, given.month, records_of([*beside, told], zone), await _limits(desk.connection, given), zone)
    values = msgspec.structs.asdict(given) | {"points": None if given.points is None else str(given.points)}
    await desk.execute(insert(GivenRow).values(**values))
    detail = {key: values[key] for key in ("agent", "day", "points", "note")}
    await desk.note(_audited("give", given, given.given_by, given.given_at, **detail))
    return given


async def withdraw(desk: Desk, given: Given, by: str, at: Micros, why: str) -> Given:
    """Take back what was given; it stays to be read, and counts no more.

    Raises:
        BadInput: No reason is given.
        Conflict: It was withdrawn already.
    """
    if not why.strip():
        raise BadInput("a withdrawal needs its reason")
    if given.withdrawn_at is not None:
        raise Conflict("it was withdrawn already")
    taken: dict[str, Any] = {"withdrawn_by": by, "withdrawn_at": at, "withdrawn_why": why.strip()}
    await desk.execute(update(GivenRow).where(GivenRow.id == given.id).values(**taken))
    await desk.note(_audited("withdraw", given, by, at, why=why.strip()))
    return msgspec.structs.replace(given, **taken)


async def get(connection: AsyncConnection, number: str, kinds: Collection[GivenKind], person: Person) -> Given:
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
    connection: AsyncConnection, person: Person, sought: Sought, before: tuple[date, str] | None, limit: int
) -> list[Given]:
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


async def of_month(connection: AsyncConnection, month: Month, agent: str | None = None) -> list[Given]:
    """Read what counts in a month, of one agent or of all, in the order of the days."""
    clauses: list[ColumnElement[bool]] = [GivenRow.withdrawn_at.is_(None), GivenRow.day.between(*month_days(month))]
    if agent is not None:
        clauses.append(GivenRow.agent == agent)
    rows = await connection.execute(select(GivenRow).where(*clauses).order_by(GivenRow.day, GivenRow.id))
    return [_given(row) for row in rows.mappings()]


def records_of(given: Iterable[Given], zone: ZoneInfo) -> MonthRecords:
    """Hand what was given to the score."""
    marks, bonuses, adjustments = [], [], []
    for one in given:
        at, points = day_start(one.day, zone), one.points or Decimal(0)
        match one.kind:
            case GivenKind.MARK:
                marks.append(DailyMark(id=one.id, agent=one.agent, day=one.day, points=points, by=one.given_by))
            case GivenKind.BEST | GivenKind.PROPOSAL:
                kind = BonusKind(one.kind.value)
                bonuses.append(Bonus(id=one.id, agent=one.agent, kind=kind, at=at, by=one.given_by))
            case GivenKind.ADJUSTMENT:
                adjustments.append(
                    Adjustment(id=one.id, agent=one.agent, points=points, reason=one.note, at=at, by=one.given_by)
                )
    return MonthRecords(marks=marks, bonuses=bonuses, adjustments=adjustments)


def _refuse_second(given: Given, others: list[Given]) -> None:
    same = [one for one in others if one.kind is given.kind]
    if given.kind is GivenKind.MARK and (earlier := next((one for one in same if one.day == given.day), None)):
        raise Conflict(f"{given.agent}'s {given.day} is assessed: withdraw {earlier.id} before another mark is given")
    if given.kind is GivenKind.BEST and same:
        raise Conflict(f"{given.agent} has the bonus for {month_name(given.month)}'s best: {same[0].id}")


async def _limits(connection: AsyncConnection, given: Given) -> ScoreTerms:
    try:
        return (await terms_in_force(connection, given.month)).terms
    except NoTerms:
        return _USUAL


def _visible(person: Person) -> ColumnElement[bool]:
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


def _given(row: Mapping[Any, Any]) -> Given:
    return msgspec.convert(dict(row), Given)


def _audited(action: str, given: Given, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind=given.kind, subject=given.id, detail=detail)
