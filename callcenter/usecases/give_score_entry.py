"""People give an agent a day's mark, a bonus or an adjustment, and take it back; nothing is deleted.

Whatever could not be part of a score is not taken: its points are measured against the terms of its month (those of
the regulations while none are approved), the day must have come, and there may be no other where there is only one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.rules.scores.score import Subject, month_score
from callcenter.rules.scores.score_lines import ScoreTerms
from callcenter.staff.dates import datetime_of
from callcenter.staff.months import month_name
from callcenter.staff.rights import Right, Role
from callcenter.staff.roles import Principal, may
from callcenter.store import UnitOfWork
from callcenter.store.audit import Audited
from callcenter.store.conflicts import Conflict, NotAllowed, NoTerms
from callcenter.store.decisions.score_entries import MARKS, ScoreEntry, ScoreEntryKind, of_month, records_of
from callcenter.store.decisions.score_terms import terms_in_force
from callcenter.store.decisions.scores import Member, member_of
from callcenter.store.tables import GivenRow

_USUAL = ScoreTerms(base=Decimal(80))
"""Limits while no terms are approved; the base is not used."""
_RIGHTS = {
    ScoreEntryKind.MARK: Right.ASSESS,
    ScoreEntryKind.BEST: Right.GIVE_BONUS,
    ScoreEntryKind.PROPOSAL: Right.GIVE_BONUS,
    ScoreEntryKind.ADJUSTMENT: Right.ADJUST,
}


async def give_score_entry(
    unit: UnitOfWork, given: ScoreEntry, person: Principal, zone: ZoneInfo, known: Callable[[Member], bool]
) -> ScoreEntry:
    """Keep what a person gives an agent.

    Raises:
        NotAllowed: It is not for this person to give it to this agent.
        BadInput: There is no such agent, or it could not be part of a score.
        Conflict: The day is assessed already, or the month has its best already.
    """
    member = await member_of(unit.connection, given.agent)
    _require_right(person, given.kind, member)
    if not known(member):
        raise BadInput(f"there is no agent {given.agent!r}")
    leads = member.account is not None and member.account.role is Role.GROUP_LEADER
    return await give(unit, given, zone, group_leader=leads)


async def withdraw_score_entry(
    unit: UnitOfWork, given: ScoreEntry, person: Principal, at: Micros, why: str
) -> ScoreEntry:
    """Take back what somebody gave.

    Raises:
        NotAllowed: It is not for this person to take it from this agent.
        BadInput: No reason is given.
        Conflict: It was withdrawn already.
    """
    _require_right(person, given.kind, await member_of(unit.connection, given.agent))
    return await withdraw(unit, given, person.account, at, why)


def _require_right(person: Principal, kind: ScoreEntryKind, member: Member) -> None:
    specialist = member.account is not None and member.account.role is Role.TRAINING_SPECIALIST
    right = Right.ASSESS_SPECIALIST if specialist and kind in MARKS else _RIGHTS[kind]
    if person.agent == member.agent or not may(person, right, member.agent, member.team):
        raise NotAllowed(person.role)


async def give(unit: UnitOfWork, given: ScoreEntry, zone: ZoneInfo, *, group_leader: bool) -> ScoreEntry:
    """Keep what somebody gives.

    Raises:
        BadInput: It could not be part of a score.
        Conflict: The day is assessed already, or the month has its best already.
    """
    if given.day > datetime_of(given.given_at, zone).date():
        raise BadInput(f"{given.day} has not come yet")
    others = await of_month(unit.connection, given.month, given.agent)
    _refuse_second(given, others)
    beside = [one for one in others if one.kind is ScoreEntryKind.ADJUSTMENT and given.kind is one.kind]
    told = msgspec.structs.replace(given, id=f"of {given.day}")
    subject = Subject(agent=given.agent, group_leader=group_leader)
    month_score(subject, given.month, records_of([*beside, told], zone), await _limits(unit.connection, given), zone)
    values = msgspec.structs.asdict(given) | {"points": None if given.points is None else str(given.points)}
    await unit.execute(insert(GivenRow).values(**values))
    detail = {key: values[key] for key in ("agent", "day", "points", "note")}
    await unit.note(_audited("give", given, given.given_by, given.given_at, **detail))
    return given


async def withdraw(unit: UnitOfWork, given: ScoreEntry, by: str, at: Micros, why: str) -> ScoreEntry:
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
    await unit.execute(update(GivenRow).where(GivenRow.id == given.id).values(**taken))
    await unit.note(_audited("withdraw", given, by, at, why=why.strip()))
    return msgspec.structs.replace(given, **taken)


def _refuse_second(given: ScoreEntry, others: list[ScoreEntry]) -> None:
    same = [one for one in others if one.kind is given.kind]
    if given.kind is ScoreEntryKind.MARK and (earlier := next((one for one in same if one.day == given.day), None)):
        raise Conflict(f"{given.agent}'s {given.day} is assessed: withdraw {earlier.id} before another mark is given")
    if given.kind is ScoreEntryKind.BEST and same:
        raise Conflict(f"{given.agent} has the bonus for {month_name(given.month)}'s best: {same[0].id}")


async def _limits(connection: AsyncConnection, given: ScoreEntry) -> ScoreTerms:
    try:
        return (await terms_in_force(connection, given.month)).terms
    except NoTerms:
        return _USUAL


def _audited(action: str, given: ScoreEntry, actor: str, at: Micros, **detail: Any) -> Audited:
    return Audited(at=at, actor=actor, action=action, kind=given.kind, subject=given.id, detail=detail)
