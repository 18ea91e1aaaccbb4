"""What happens with cases, in the order in which it was kept: lines, warnings, breaches; for whoever follows them.

Each of the three has numbers that grow in the order of the transactions, for these stand in line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.complaints.vocabulary import CaseRule, CaseState, Move
from callcenter.domain.frame import Micros
from callcenter.store.complaints.tables import (
    CaseRecordRow,
    CaseReportRow,
    CaseRow,
    CaseStepRow,
    CaseWarningRow,
    DeputyRow,
)
from callcenter.store.tables import AccountRow

AT_ONCE = 500


class NewsKind(StrEnum):
    """What happened with a case."""

    OPENED = "opened"
    MOVED = "moved"
    WARNED = "warned"
    BREACHED = "breached"


class NewsPlace(NamedTuple):
    """Up to which line, warning and record everything is told."""

    step: int
    warning: int
    record: int


class CaseNews(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened with a case, and whom it concerns.

    Attributes:
        by: Who moved it; None: the time did.
        percent: Of the time, of a warning.
        team: The owner's.
        deputies: Who acts for the owner, who is away.
        reported_to: Accounts that the case was reported to.
    """

    what: NewsKind
    at: Micros
    case: str
    number: str | None
    state: CaseState
    owner: str
    by: str | None = None
    move: Move | None = None
    percent: float | None = None
    team: str | None = None
    remedies: int = 0
    deputies: frozenset[str] = frozenset()
    reported_to: frozenset[str] = frozenset()


async def newest_place(connection: AsyncConnection) -> NewsPlace:
    """Return the place behind all that has happened."""
    columns = (CaseStepRow.seq, CaseWarningRow.seq, CaseRecordRow.seq)
    return NewsPlace(*[await connection.scalar(select(func.max(column))) or 0 for column in columns])


async def news_after(connection: AsyncConnection, place: NewsPlace) -> tuple[list[CaseNews], NewsPlace]:
    """Read what happened after a place, warnings and breaches first; at most so much of each, and the place behind."""
    warnings = await _rows(connection, CaseWarningRow, place.warning)
    records = await _rows(connection, CaseRecordRow, place.record)
    steps = await _rows(connection, CaseStepRow, place.step)
    found = [_warned(row) for row in warnings]
    found += [_breached(row) for row in records if row.rule == CaseRule.SLOW]
    found += [_moved(row) for row in steps]
    ends = [rows[-1].seq if rows else last for rows, last in zip((steps, warnings, records), place, strict=True)]
    return await _addressed(connection, found), NewsPlace(*ends)


async def _rows(connection: AsyncConnection, told: type[Any], after: int) -> Sequence[Any]:
    case = (CaseRow.number, CaseRow.owner.label("owned_by"), CaseRow.state.label("stands"), CaseRow.remedies)
    asked = select(told, *case, AccountRow.team).join(CaseRow, CaseRow.id == told.case)
    asked = asked.outerjoin(AccountRow, AccountRow.name == CaseRow.owner)
    return (await connection.execute(asked.where(told.seq > after).order_by(told.seq).limit(AT_ONCE))).all()


def _news(row: Any, what: NewsKind, **told: Any) -> CaseNews:
    said = {"state": CaseState(row.stands), "owner": row.owned_by} | told
    return CaseNews(
        what=what, at=row.at, case=row.case, number=row.number, team=row.team, remedies=row.remedies or 0, **said
    )


def _moved(row: Any) -> CaseNews:
    what = NewsKind.OPENED if row.move == Move.OPEN else NewsKind.MOVED
    return _news(row, what, state=CaseState(row.state), by=row.by, move=Move(row.move))


def _warned(row: Any) -> CaseNews:
    return _news(row, NewsKind.WARNED, percent=row.percent)


def _breached(row: Any) -> CaseNews:
    return _news(row, NewsKind.BREACHED)


async def _addressed(connection: AsyncConnection, news: list[CaseNews]) -> list[CaseNews]:
    """Say whom news concern beside the owner and those above."""
    if not news:
        return []
    told, away = CaseReportRow, DeputyRow
    reports = select(told.case, told.account).where(told.case.in_({one.case for one in news}))
    reported = _together(await connection.execute(reports))
    owners = (away.account.in_({one.owner for one in news}), away.away.is_(True), away.deputy.is_not(None))
    deputies = _together(await connection.execute(select(away.account, away.deputy).where(*owners)))
    return [msgspec.structs.replace(one, deputies=deputies[one.owner], reported_to=reported[one.case]) for one in news]


def _together(rows: Iterable[Any]) -> defaultdict[str, frozenset[str]]:
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for key, value in rows:
        found[key] |= {value}
    return found
