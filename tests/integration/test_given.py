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
from callcenter.files.rulebook import load_rulebook
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store import DecisionStore
from callcenter.store.audit import page as audit_page
from callcenter.store.audit import verify
from callcenter.store.conflicts import Conflict, Missing, NoTerms
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState
from callcenter.store.decisions.score_entries import ScoreEntry, ScoreEntryKind, get, of_month
from callcenter.store.decisions.score_terms import terms_in_force
from callcenter.store.tables import GivenRow
from callcenter.usecases.change_rules import Grounds, decide, propose
from callcenter.usecases.give_score_entry import give, withdraw
from tests.integration.office import hire, opened
from tests.unit.rules.detection.people import ALICE, BOB, HR, LEADER, MANAGER, MONDAY, QA, SHANGHAI

pytestmark = pytest.mark.usefixtures("database")

BOOK = load_rulebook()

MARCH = (2026, 3)


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as found:
        yield found


def given(
    number: str = "g1", kind: ScoreEntryKind = ScoreEntryKind.MARK, points: str | None = "78", **other: Any
) -> ScoreEntry:
    said: dict[str, Any] = {
        "id": number,
        "kind": kind,
        "agent": "Alice",
        "day": date(2026, 3, 2),
        "note": "well done",
        "points": None if points is None else Decimal(points),
        "given_by": "tian",
        "given_at": MONDAY,
    }
    return ScoreEntry(**said | other)


async def gave(decisions: DecisionStore, *those: ScoreEntry, group_leader: bool = False) -> None:
    for one in those:
        async with decisions.writing() as unit:
            await give(unit, one, SHANGHAI, group_leader=group_leader)


async def approve(decisions: DecisionStore, number: str, at: int = MONDAY, **content: str) -> None:
    told = Change(
        id=number,
        kind=ChangeKind.AMOUNT,
        subject="score",
        content={"from": "2026-01", "base": "100", **content},
        reason="agreed",
        proposed_by="ma",
        proposed_at=at,
    )
    async with decisions.writing() as unit:
        await propose(unit, told, MANAGER, Grounds(BOOK))
        await decide(unit, number, 1, ChangeState.APPROVED, HR, at, Grounds(BOOK))


async def counting(decisions: DecisionStore) -> list[str]:
    async with decisions.reading() as connection:
        return [one.id for one in await of_month(connection, MARCH)]


async def test_what_was_given_is_read_as_it_was_given(decisions: DecisionStore) -> None:
    told = given(points="78.5")
    await gave(decisions, told)
    async with decisions.reading() as connection:
        assert await of_month(connection, MARCH, "Alice") == [told]
        assert await of_month(connection, (2026, 2)) == await of_month(connection, MARCH, "Bob") == []


async def test_day_is_assessed_once_and_again_after_a_withdrawal(decisions: DecisionStore) -> None:
    await gave(decisions, given())
    with pytest.raises(Conflict, match="withdraw g1 before another mark"):
        await gave(decisions, given("g2"))
    async with decisions.writing() as unit:
        await withdraw(unit, given(), "tian", MONDAY + 1, " wrong day ")
    await gave(decisions, given("g2"))
    assert await counting(decisions) == ["g2"]


async def test_database_itself_holds_one_mark_a_day(decisions: DecisionStore) -> None:
    await gave(decisions, given())
    row = {"id": "g2", "kind": "mark", "agent": "Alice", "day": date(2026, 3, 2), "note": "", "given_by": "x"}
    with pytest.raises(StoreError) as refused:
        async with decisions.writing() as unit:
            await unit.execute(insert(GivenRow).values(**row, given_at=0))
    assert isinstance(refused.value.__cause__, IntegrityError)


async def test_terms_that_do_not_go_with_what_was_given_are_not_approved(decisions: DecisionStore) -> None:
    await gave(decisions, given(points="78"), given("g2", agent="Bob", points="60", day=date(2026, 2, 27)))
    with pytest.raises(Conflict, match=r"of Alice 2026-03 \(the mark g1 must be from 0 to 70, not 78\)"):
        await approve(decisions, "c1", assessment="70")
    with pytest.raises(Conflict, match=r"of Bob 2026-02, Alice 2026-03 \(the mark g2"):
        await approve(decisions, "c1", assessment="50")
    await approve(decisions, "c2", assessment="78")
    await approve(decisions, "c3", MONDAY + 1, **{"from": "2026-04", "assessment": "50"})  # a month nobody has marks of


async def test_withdrawn_once_with_a_reason_and_still_there(decisions: DecisionStore) -> None:
    await gave(decisions, given())
    with pytest.raises(BadInput, match="needs its reason"):
        async with decisions.writing() as unit:
            await withdraw(unit, given(), "tian", MONDAY, " ")
    async with decisions.writing() as unit:
        taken = await withdraw(unit, given(), "tian", MONDAY + 1, "wrong day")
    with pytest.raises(Conflict, match="already"):
        async with decisions.writing() as unit:
            await withdraw(unit, taken, "tian", MONDAY, "again")
    async with decisions.reading() as connection:
        kept = await get(connection, "g1", {ScoreEntryKind.MARK}, ALICE)
    assert (kept.withdrawn_by, kept.withdrawn_at, kept.withdrawn_why) == ("tian", MONDAY + 1, "wrong day")


async def test_everything_is_in_the_audit_log(decisions: DecisionStore) -> None:
    await gave(decisions, given())
    async with decisions.writing() as unit:
        await withdraw(unit, given(), "sun", MONDAY, "wrong day")
        assert await verify(unit.connection) == 2
        entries = [entry.told for entry in await audit_page(unit.connection, 0, 10)]
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
        (given(kind=ScoreEntryKind.BEST, points=None), "has no figure: configure what the best of a month is worth"),
        (given(kind=ScoreEntryKind.ADJUSTMENT, points="2"), "is for group leaders, which Alice is not"),
    ],
)
async def test_what_could_not_be_part_of_a_score_is_not_taken(
    decisions: DecisionStore, other: ScoreEntry, sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await gave(decisions, other)
    assert sentence in str(refused.value)
    assert await counting(decisions) == []


async def test_adjustments_of_a_month_stay_within_five_points_together(decisions: DecisionStore) -> None:
    kind, other_day = ScoreEntryKind.ADJUSTMENT, date(2026, 3, 1)
    await gave(decisions, given("g1", kind, "3", day=other_day), given("g2", kind, "2"), group_leader=True)
    with pytest.raises(BadInput, match="more than 5 points in the month"):
        await gave(decisions, given("g3", kind, "0.1"), group_leader=True)
    with pytest.raises(BadInput, match="needs a written reason"):
        await gave(decisions, given("g4", kind, "-1", note=" "), group_leader=True)
    await gave(decisions, given("g5", kind, "-1"), given("g6", kind, "5", agent="Bob"), group_leader=True)


async def test_month_has_one_best(decisions: DecisionStore) -> None:
    await approve(decisions, "c1", best="3")
    await gave(decisions, given("g1", ScoreEntryKind.BEST, None))
    with pytest.raises(Conflict, match="2026-03's best: g1"):
        await gave(decisions, given("g2", ScoreEntryKind.BEST, None, day=date(2026, 3, 1)))
    await gave(decisions, *(given(number, ScoreEntryKind.PROPOSAL, None) for number in ("p1", "p2")))


async def test_limits_are_those_of_the_approved_terms(decisions: DecisionStore) -> None:
    await approve(decisions, "c1", assessment="70")
    with pytest.raises(BadInput, match="from 0 to 70"):
        await gave(decisions, given(points="71"))


@pytest.mark.parametrize("person", [ALICE, LEADER, MANAGER])
async def test_who_may_see_a_score_may_see_what_it_is_made_of(decisions: DecisionStore, person: Principal) -> None:
    await hire(decisions, "alice", Role.AGENT, "Alice", "hotline")
    await gave(decisions, given())
    async with decisions.reading() as connection:
        assert (await get(connection, "g1", {ScoreEntryKind.MARK}, person)).id == "g1"


@pytest.mark.parametrize("person", [BOB, QA, msgspec.structs.replace(LEADER, team="orders")])
async def test_for_everybody_else_it_is_not_there(decisions: DecisionStore, person: Principal) -> None:
    await hire(decisions, "alice", Role.AGENT, "Alice", "hotline")
    await gave(decisions, given())
    with pytest.raises(Missing, match="there is no such record"):
        async with decisions.reading() as connection:
            await get(connection, "g1", {ScoreEntryKind.MARK}, person)


class TestTerms:
    async def base(self, decisions: DecisionStore, month: tuple[int, int]) -> str:
        async with decisions.reading() as connection:
            found = await terms_in_force(connection, month)
        return f"{found.change} {found.terms.base}"

    async def test_nobody_has_set_any(self, decisions: DecisionStore) -> None:
        with pytest.raises(NoTerms, match="no base has been set for 2026-03, so no scores are counted yet: one person"):
            await self.base(decisions, MARCH)

    async def test_latest_beginning_holds_whatever_the_order_of_approval(self, decisions: DecisionStore) -> None:
        await approve(decisions, "c1", MONDAY, **{"from": "2026-03", "base": "90"})
        await approve(decisions, "c2", MONDAY + 1, **{"from": "2026-01", "base": "100"})
        assert [await self.base(decisions, (2026, n)) for n in (1, 2, 3, 4)] == ["c2 100", "c2 100", "c1 90", "c1 90"]
        with pytest.raises(NoTerms):
            await self.base(decisions, (2025, 12))

    async def test_later_approval_corrects_the_same_month(self, decisions: DecisionStore) -> None:
        await approve(decisions, "c9", MONDAY, base="90")
        await approve(decisions, "c1", MONDAY + 1, base="95")
        assert await self.base(decisions, MARCH) == "c1 95"

    async def test_proposed_and_rejected_ones_hold_nothing(self, decisions: DecisionStore) -> None:
        told = Change(
            id="c1",
            kind=ChangeKind.AMOUNT,
            subject="score",
            content={"from": "2026-01", "base": "100"},
            reason="agreed",
            proposed_by="ma",
            proposed_at=MONDAY,
        )
        async with decisions.writing() as unit:
            await propose(unit, told, MANAGER, Grounds(BOOK))
        with pytest.raises(NoTerms):
            await self.base(decisions, MARCH)
        async with decisions.writing() as unit:
            await decide(unit, "c1", 1, ChangeState.REJECTED, HR, MONDAY, Grounds(BOOK))
        with pytest.raises(NoTerms):
            await self.base(decisions, MARCH)

    async def test_terms_that_cannot_be_used_are_not_even_proposed(self, decisions: DecisionStore) -> None:
        with pytest.raises(BadInput, match="the base must be from 80"):
            await approve(decisions, "c1", base="70")
