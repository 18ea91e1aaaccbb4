"""What people give an agent: the daily assessment, bonuses, adjustments; lists of them, and their withdrawal.

Nobody gives themselves anything, nor takes it back. A training specialist's own day is assessed by a supervisor.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Response, params, status
from pydantic import Field

from callcenter.rules.scores.score_lines import BonusKind
from callcenter.staff.rights import Right
from callcenter.store.decisions.score_entries import (
    ADJUSTMENTS,
    BONUSES,
    MARKS,
    ScoreEntry,
    ScoreEntryFilter,
    ScoreEntryKind,
    get,
    page,
)
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.give_score_entry import give_score_entry, withdraw_score_entry
from callcenter.web.api.fields import Cursor, Day, Limit, Name, RequestBody, Words, place_in, place_out
from callcenter.web.api.once import Once, TheOnce, etag
from callcenter.web.api.scores.routes import TheReader, knows
from callcenter.web.api.scores.shapes import GivenPage, GivenShown, ScoreReader
from callcenter.web.auth import allowed
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

Points = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=5, decimal_places=1)]


class _Collection(NamedTuple):
    """One kind of thing that is given."""

    name: str
    one: str
    kinds: frozenset[ScoreEntryKind]
    rights: tuple[Right, ...]

    @property
    def router(self) -> APIRouter:
        return APIRouter(prefix=f"/{self.name}", tags=[self.name])

    @property
    def for_givers(self) -> list[params.Depends]:
        return [Depends(allowed(*self.rights))]


_ASSESSMENTS = _Collection("assessments", "assessment", MARKS, (Right.ASSESS, Right.ASSESS_SPECIALIST))
_BONUSES = _Collection("bonuses", "bonus", BONUSES, (Right.GIVE_BONUS,))
_ADJUSTMENTS = _Collection("adjustments", "adjustment", ADJUSTMENTS, (Right.ADJUST,))
_assessments, _bonuses, _adjustments = ROUTERS = tuple(one.router for one in (_ASSESSMENTS, _BONUSES, _ADJUSTMENTS))


class _New(RequestBody):
    """What is said of anything that is given."""

    agent: Name
    day: Day = Field(description="What it is for; it counts in that day's month.")


class NewMark(_New):
    """A day's assessment: obedience to instructions, service quality, teamwork, order."""

    points: Points = Field(description="Of the points of the daily assessment (80).")
    note: Words = ""


class NewBonus(_New):
    """A bonus for the month's best, or for a proposal that worked."""

    kind: BonusKind
    note: Words = Field(min_length=1)


class NewAdjustment(_New):
    """Points that a group leader is given, or loses (below 0)."""

    points: Points = Field(description="At most so many in a month as the terms say (5), up or down.")
    note: Words = Field(min_length=1, description="The written reason.")


class Withdrawal(RequestBody):
    """Why something is taken back."""

    reason: Words = Field(min_length=1)


class AskedGiven(RequestBody):
    """Which ones are asked for; days inclusive."""

    agent: Name | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    limit: Limit = 50
    cursor: Cursor = None


@_assessments.post(
    "", status_code=status.HTTP_201_CREATED, response_model=GivenShown, dependencies=_ASSESSMENTS.for_givers
)
async def assess_day(body: NewMark, reader: TheReader, service: TheService, once: TheOnce) -> Response:
    """Assess an agent's day; a day is assessed once, until the mark is withdrawn."""
    return await _give(_said(body, body.note, ScoreEntryKind.MARK, once, body.points), reader, service, once)


@_bonuses.post("", status_code=status.HTTP_201_CREATED, response_model=GivenShown, dependencies=_BONUSES.for_givers)
async def give_bonus(body: NewBonus, reader: TheReader, service: TheService, once: TheOnce) -> Response:
    """Give an agent a bonus; what it is worth is in the terms of its month."""
    return await _give(_said(body, body.note, ScoreEntryKind(body.kind.value), once), reader, service, once)


@_adjustments.post(
    "", status_code=status.HTTP_201_CREATED, response_model=GivenShown, dependencies=_ADJUSTMENTS.for_givers
)
async def adjust_score(body: NewAdjustment, reader: TheReader, service: TheService, once: TheOnce) -> Response:
    """Give a group leader points, or take some, with a written reason."""
    return await _give(_said(body, body.note, ScoreEntryKind.ADJUSTMENT, once, body.points), reader, service, once)


def _offer(router: APIRouter, collection: _Collection) -> None:
    """Make the routes that every collection has."""

    async def list_given(asked: Annotated[AskedGiven, Query()], reader: TheReader, service: TheService) -> GivenPage:
        sought = ScoreEntryFilter(kinds=collection.kinds, agent=asked.agent, first=asked.first, last=asked.last)
        return await _page(sought, asked, reader, service)

    async def read_given(number: str, reader: TheReader, service: TheService) -> GivenShown:
        async with service.decisions.reading() as connection:
            return reader.given(await get(connection, number, collection.kinds, reader.person))

    async def withdraw_given(number: str, body: Withdrawal, reader: TheReader, once: TheOnce) -> Response:
        return await _withdraw(number, body.reason, collection.kinds, reader, once)

    for function, name, told in (
        (list_given, f"list_{collection.name}", f"List {collection.name} that one may see, withdrawn ones, too."),
        (read_given, f"read_{collection.one}", f"Read one {collection.one}."),
        (withdraw_given, f"withdraw_{collection.one}", f"Take back one {collection.one}; it stays to be read."),
    ):
        function.__name__, function.__doc__ = name, told
    router.add_api_route("", list_given, methods=["GET"])
    router.add_api_route("/{number}", read_given, methods=["GET"])
    router.add_api_route(
        "/{number}/withdraw",
        withdraw_given,
        methods=["POST"],
        response_model=GivenShown,
        dependencies=collection.for_givers,
    )


for _router, _collection in zip(ROUTERS, (_ASSESSMENTS, _BONUSES, _ADJUSTMENTS), strict=True):
    _offer(_router, _collection)


async def _page(sought: ScoreEntryFilter, asked: AskedGiven, reader: ScoreReader, service: Service) -> GivenPage:
    place = place_in(asked.cursor)
    before = None if place is None else (_day(place[0]), place[1])
    async with service.decisions.reading() as connection:
        found = await page(connection, reader.person, sought, before, asked.limit + 1)
    shown = found[: asked.limit]
    more = place_out((shown[-1].day.toordinal(), shown[-1].id)) if len(found) > len(shown) else None
    return GivenPage(items=[reader.given(one) for one in shown], next=more)


async def _give(given: ScoreEntry, reader: ScoreReader, service: Service, once: Once) -> Response:
    async def work(unit: UnitOfWork) -> KeptAnswer:
        kept = await give_score_entry(unit, given, reader.person, reader.zone, lambda member: knows(service, member))
        return _answer(kept, reader, status.HTTP_201_CREATED)

    return await once.answer(work)


async def _withdraw(
    number: str, reason: str, kinds: Collection[ScoreEntryKind], reader: ScoreReader, once: Once
) -> Response:
    async def work(unit: UnitOfWork) -> KeptAnswer:
        given = await get(unit.connection, number, kinds, reader.person)
        taken = await withdraw_score_entry(unit, given, reader.person, once.asked.at, reason)
        return _answer(taken, reader, status.HTTP_200_OK)

    return await once.answer(work)


def _said(body: _New, words: str, kind: ScoreEntryKind, once: Once, points: Decimal | None = None) -> ScoreEntry:
    return ScoreEntry(
        id=once.new_id,
        kind=kind,
        agent=body.agent,
        day=body.day,
        points=points,
        note=words.strip(),
        given_by=once.asked.account,
        given_at=once.asked.at,
    )


def _day(ordinal: int) -> date:
    try:
        return date.fromordinal(ordinal)
    except (ValueError, OverflowError) as error:
        raise RequestRefused("malformed", "the cursor is not one that a page gave as `next`") from error


def _answer(given: ScoreEntry, reader: ScoreReader, code: int) -> KeptAnswer:
    version = 1 if given.withdrawn_at is None else 2
    return KeptAnswer(status=code, etag=etag(version), body=reader.given(given).model_dump_json())
