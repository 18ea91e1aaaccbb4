"""Marks, bonuses and adjustments in the database: what is taken, what is refused, what the audit log says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from callcenter.errors import BadInput, StoreError
from callcenter.rules.regulations.rulebook import load_rulebook
from callcenter.staff.roles import Person, Role
from callcenter.store import Office
from callcenter.store.audit import page as audit_page
from callcenter.store.audit import verify
from callcenter.store.conflicts import Conflict, Missing, NoTerms
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState
from callcenter.store.decisions.score_entries import Given, GivenKind, get, of_month
from callcenter.store.decisions.score_terms import terms_in_force
from callcenter.store.tables import GivenRow
from callcenter.usecases.change_rules import decide, propose
from callcenter.usecases.give_score_entry import give, withdraw
from tests.integration.office import hire, opened
from tests.unit.rules.detection.people import ALICE, BOB, LEADER, MANAGER, MONDAY, QA, SHANGHAI

BOOK = load_rulebook()

MARCH = (2026, 3)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as found:
        yield found


def given(number: str = "g1", kind: GivenKind = GivenKind.MARK, points: str | None = "78", **other: Any) -> Given:
    said: dict[str, Any] = {
        "id": number, "kind": kind, "agent": "Alice", "day": date(2026, 3, 2), "note": "well done",
        "points": None if points is None else Decimal(points), "given_by": "tian", "given_at": MONDAY,
    }  # fmt: skip
    return Given(**said | other)


async def gave(office: Office, *those: Given, group_leader: bool = False) -> None:
    for one in those:
        async with office.writing() as desk:
            await give(desk, one, SHANGHAI, group_leader=group_leader)


async def approve(office: Office, number: str, at: int = MONDAY, **content: str) -> None:
    told = Change(
        id=number, kind=ChangeKind.AMOUNT, subject="score", content={"from": "2026-01", "base": "100", **content},
        reason="agreed", proposed_by="ma", proposed_at=at,
    )  # fmt: skip
    async with office.writing() as desk:
        await propose(desk, told, BOOK)
        await decide(desk, number, 1, ChangeState.APPROVED, "hua", at, BOOK)


async def counting(office: Office) -> list[str]:
    async with office.reading() as connection:
        return [one.id for one in await of_month(connection, MARCH)]


async def test_what_was_given_is_read_as_it_was_given(office: Office) -> None:
    told = given(points="78.5")
    await gave(office, told)
    async with office.reading() as connection:
        assert await of_month(connection, MARCH, "Alice") == [told]
        assert await of_month(connection, (2026, 2)) == await of_month(connection, MARCH, "Bob") == []


async def test_day_is_assessed_once_and_again_after_a_withdrawal(office: Office) -> None:
    await gave(office, given())
    with pytest.raises(Conflict, match="withdraw g1 before another mark"):
        await gave(office, given("g2"))
    async with office.writing() as desk:
        await withdraw(desk, given(), "tian", MONDAY + 1, " wrong day ")
    await gave(office, given("g2"))
    assert await counting(office) == ["g2"]


async def test_database_itself_holds_one_mark_a_day(office: Office) -> None:
    await gave(office, given())
    row = {"id": "g2", "kind": "mark", "agent": "Alice", "day": date(2026, 3, 2), "note": "", "given_by": "x"}
    with pytest.raises(StoreError) as refused:
        async with office.writing() as desk:
            await desk.execute(insert(GivenRow).values(**row, given_at=0))
    assert isinstance(refused.value.__cause__, IntegrityError)


async def test_withdrawn_once_with_a_reason_and_still_there(office: Office) -> None:
    await gave(office, given())
    with pytest.raises(BadInput, match="needs its reason"):
        async with office.writing() as desk:
            await withdraw(desk, given(), "tian", MONDAY, " ")
    async with office.writing() as desk:
        taken = await withdraw(desk, given(), "tian", MONDAY + 1, "wrong day")
    with pytest.raises(Conflict, match="already"):
        async with office.writing() as desk:
            await withdraw(desk, taken, "tian", MONDAY, "again")
    async with office.reading() as connection:
        kept = await get(connection, "g1", {GivenKind.MARK}, ALICE)
    assert (kept.withdrawn_by, kept.withdrawn_at, kept.withdrawn_why) == ("tian", MONDAY + 1, "wrong day")


async def test_everything_is_in_the_audit_log(office: Office) -> None:
    await gave(office, given())
    async with office.writing() as desk:
        await withdraw(desk, given(), "sun", MONDAY, "wrong day")
        assert await verify(desk.connection) == 2
        entries = [entry.told for entry in await audit_page(desk.connection, 0, 10)]
    assert [(e.actor, e.action, e.kind, e.subject) for e in entries] == [
        ("tian", "give", "mark", "g1"),
        ("sun", "withdraw", "mark", "g1"),
    ]
    assert entries[0].detail == {"agent": "Alice", "day": "2026-03-02", "points": "78", "note": "well done"}


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (given(points="80.1"), "the mark of 2026-03-02 must be from 0 to 80, not 80.1"),
        (given(points="-1"), "must be from 0 to 80"),
        (given(day=date(2026, 3, 3)), "2026-03-03 has not come yet"),
        (given(kind=GivenKind.BEST, points=None), "has no figure: configure what the best of a month is worth"),
        (given(kind=GivenKind.ADJUSTMENT, points="2"), "is for group leaders, which Alice is not"),
    ],
)
async def test_what_could_not_be_part_of_a_score_is_not_taken(office: Office, other: Given, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        await gave(office, other)
    assert sentence in str(refused.value)
    assert await counting(office) == []


async def test_adjustments_of_a_month_stay_within_five_points_together(office: Office) -> None:
    kind, other_day = GivenKind.ADJUSTMENT, date(2026, 3, 1)
    await gave(office, given("g1", kind, "3", day=other_day), given("g2", kind, "2"), group_leader=True)
    with pytest.raises(BadInput, match="more than 5 points in the month"):
        await gave(office, given("g3", kind, "0.1"), group_leader=True)
    with pytest.raises(BadInput, match="needs a written reason"):
        await gave(office, given("g4", kind, "-1", note=" "), group_leader=True)
    await gave(office, given("g5", kind, "-1"), given("g6", kind, "5", agent="Bob"), group_leader=True)


async def test_month_has_one_best(office: Office) -> None:
    await approve(office, "c1", best="3")
    await gave(office, given("g1", GivenKind.BEST, None))
    with pytest.raises(Conflict, match="2026-03's best: g1"):
        await gave(office, given("g2", GivenKind.BEST, None, day=date(2026, 3, 1)))
    await gave(office, *(given(number, GivenKind.PROPOSAL, None) for number in ("p1", "p2")))


async def test_limits_are_those_of_the_approved_terms(office: Office) -> None:
    await approve(office, "c1", assessment="70")
    with pytest.raises(BadInput, match="from 0 to 70"):
        await gave(office, given(points="71"))


@pytest.mark.parametrize("person", [ALICE, LEADER, MANAGER])
async def test_who_may_see_a_score_may_see_what_it_is_made_of(office: Office, person: Person) -> None:
    await hire(office, "alice", Role.AGENT, "Alice", "hotline")
    await gave(office, given())
    async with office.reading() as connection:
        assert (await get(connection, "g1", {GivenKind.MARK}, person)).id == "g1"


@pytest.mark.parametrize("person", [BOB, QA, msgspec.structs.replace(LEADER, team="orders")])
async def test_for_everybody_else_it_is_not_there(office: Office, person: Person) -> None:
    await hire(office, "alice", Role.AGENT, "Alice", "hotline")
    await gave(office, given())
    with pytest.raises(Missing, match="there is no such record"):
        async with office.reading() as connection:
            await get(connection, "g1", {GivenKind.MARK}, person)


class TestTerms:
    async def base(self, office: Office, month: tuple[int, int]) -> str:
        async with office.reading() as connection:
            found = await terms_in_force(connection, month)
        return f"{found.change} {found.terms.base}"

    async def test_nobody_has_set_any(self, office: Office) -> None:
        with pytest.raises(NoTerms, match="no base has been set for 2026-03: propose a change of kind amount"):
            await self.base(office, MARCH)

    async def test_latest_beginning_holds_whatever_the_order_of_approval(self, office: Office) -> None:
        await approve(office, "c1", MONDAY, **{"from": "2026-03", "base": "90"})
        await approve(office, "c2", MONDAY + 1, **{"from": "2026-01", "base": "100"})
        assert [await self.base(office, (2026, n)) for n in (1, 2, 3, 4)] == ["c2 100", "c2 100", "c1 90", "c1 90"]
        with pytest.raises(NoTerms):
            await self.base(office, (2025, 12))

    async def test_later_approval_corrects_the_same_month(self, office: Office) -> None:
        await approve(office, "c9", MONDAY, base="90")
        await approve(office, "c1", MONDAY + 1, base="95")
        assert await self.base(office, MARCH) == "c1 95"

    async def test_proposed_and_rejected_ones_hold_nothing(self, office: Office) -> None:
        told = Change(
            id="c1", kind=ChangeKind.AMOUNT, subject="score", content={"from": "2026-01", "base": "100"},
            reason="agreed", proposed_by="ma", proposed_at=MONDAY,
        )  # fmt: skip
        async with office.writing() as desk:
            await propose(desk, told, BOOK)
        with pytest.raises(NoTerms):
            await self.base(office, MARCH)
        async with office.writing() as desk:
            await decide(desk, "c1", 1, ChangeState.REJECTED, "hua", MONDAY, BOOK)
        with pytest.raises(NoTerms):
            await self.base(office, MARCH)

    async def test_terms_that_cannot_be_used_are_not_even_proposed(self, office: Office) -> None:
        with pytest.raises(BadInput, match="the base must be from 80"):
            await approve(office, "c1", base="70")
