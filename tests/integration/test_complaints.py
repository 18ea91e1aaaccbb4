"""Complaints in the database: moves, numbers, what comes by itself, records for people to decide on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from callcenter.cases.complaints.replay import replay_lines
from callcenter.cases.complaints.vocabulary import CaseState, Move, MoveWhy
from callcenter.domain.frame import SECOND
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Severity
from callcenter.staff.rights import Role
from callcenter.store.audit import page
from callcenter.store.complaints.cases import CaseFilter, all_steps, get_case, list_cases
from callcenter.store.conflicts import Conflict, Missing, Outdated
from callcenter.store.decisions.violations import RecordQuery, found
from callcenter.store.outbox import OutboxKind, OutboxRow
from callcenter.store.outbox_progress import enlist, ready
from callcenter.usecases.complaints.move_case import MoveRefused, move_case
from callcenter.usecases.complaints.tell_story import every_line, story_of
from tests.integration.complaints import HOUR, OFFICE, UPHELD, Desk, complaints
from tests.integration.office import hire
from tests.support.asyncapi import require_leaving_described
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with complaints(tmp_path) as opened:
        yield opened


async def test_complaint_goes_the_whole_way_by_six_accounts(desk: Desk) -> None:
    opened = await desk.open("a" * 32)
    await desk.walk("a" * 32)

    async with desk.decisions.reading() as connection:
        filed = await get_case(connection, opened.filed.case.number or "")
        (record,) = await found(connection, RecordQuery())
    assert (filed.case.state, filed.case.kept, filed.case.owner) == (CaseState.ARCHIVED, True, "alice")
    assert (record.dossier.rule, record.dossier.agent, record.standing.fine_yuan) == ("LADDER", "Bob", 30)
    assert (record.standing.verdict, record.standing.state) == (Verdict.PROPOSED, RecordState.PROPOSED)


async def test_what_the_database_holds_is_what_its_lines_give_when_they_are_told_again(desk: Desk) -> None:
    await desk.open("a" * 32)
    await desk.open("b" * 32, by="bob", at=0.5, channel="phone")
    await desk.walk("a" * 32)
    await desk.pass_time(60)
    await desk.move("b" * 32, Move.CHASE, "alice", 60, {"channel": "chat"})

    async with desk.decisions.reading() as connection:
        lines = [line async for line in every_line(connection, OFFICE, MONDAY + 60 * HOUR)]
        filed = {one.id: one for one in await list_cases(connection, CaseFilter())}
    told = replay_lines(json.dumps(line) for line in lines)

    assert [one.why for one in told.results] == [None] * 12
    for case in told.cases:
        live = filed[case.case].case
        assert (case.state, case.number, case.kept) == (live.state, live.number, live.kept)
        assert case.chases == live.chases
        assert [one.percent for one in case.warnings] == [one.percent for one in live.warnings]
    assert {(one.rule, one.agent) for one in told.violations} == {("LADDER", "Bob"), ("V-APPEAL-SLOW", "Bob")}


async def test_refused_move_changes_nothing(desk: Desk) -> None:
    opened = await desk.open("a" * 32)

    with pytest.raises(MoveRefused) as refused:
        await desk.move("a" * 32, Move.ASSIGN, "alice", 1, {"department": "warehouse", "notice": "x"})

    assert refused.value.why is MoveWhy.WRONG_STATE
    async with desk.decisions.reading() as connection:
        filed = await get_case(connection, "a" * 32)
        assert len(await all_steps(connection)) == 1
    assert msgspec.to_builtins(filed) == msgspec.to_builtins(opened.filed)


async def test_second_of_two_who_read_one_version_is_told(desk: Desk) -> None:
    opened = await desk.open("a" * 32)
    told = {"by": "alice", "channel": "phone"}

    async def chase() -> None:
        async with desk.decisions.writing() as unit:
            await move_case(unit, OFFICE, "a" * 32, Move.CHASE, told, MONDAY + HOUR, opened.filed.version)

    came = await asyncio.gather(chase(), chase(), return_exceptions=True)

    assert [type(one) for one in came if one is not None] == [Outdated]


async def test_200_opened_at_once_are_numbered_without_holes_or_doubles(desk: Desk) -> None:
    moved = await asyncio.gather(*(desk.open(f"{n:032x}") for n in range(200)))

    numbers = sorted(one.filed.case.number or "" for one in moved)
    assert [int(number[-4:]) for number in numbers] == list(range(1, 201))


async def test_every_move_leaves_by_role_without_a_word_of_it(desk: Desk) -> None:
    async with desk.decisions.writing() as unit:
        await enlist(unit.connection, "mqtt", [OutboxKind.COMPLAINT], MONDAY)
    await desk.open("a" * 32)
    await desk.move("a" * 32, Move.WITHDRAW, "alice", 1, {"contact": "called", "reason": "solved"})

    async with desk.decisions.reading() as connection:
        opened, withdrawn = next(iter((await ready(connection, "mqtt", MONDAY, 9, 9)).values()))
    require_leaving_described(opened, withdrawn)
    assert (opened.payload["from"], opened.payload["to"], opened.payload["role"]) == (None, "recorded", "agent")
    assert withdrawn.payload == {
        "case": "a" * 32,
        "number": opened.payload["number"],
        "move": "withdraw",
        "at": MONDAY + HOUR,
        "from": "recorded",
        "to": "withdrawn",
        "role": "agent",
    }


async def test_warnings_are_told_once_and_the_breach_is_proposed(desk: Desk) -> None:
    async with desk.decisions.writing() as unit:
        await enlist(unit.connection, "mqtt", [OutboxKind.CASE_WARNING], MONDAY)
    await desk.open("a" * 32)

    first = await desk.pass_time(30)
    again = await desk.pass_time(30)
    rest = await desk.pass_time(48.01)

    assert [(one.warning.percent, one.owner) for one in first] == [(50, "alice")]
    assert again == []
    assert [one.warning.percent for one in rest] == [80, 100]
    async with desk.decisions.reading() as connection:
        (record,) = await found(connection, RecordQuery())
        leaving = (await connection.execute(select(OutboxRow).order_by(OutboxRow.n))).all()
        require_leaving_described(*next(iter((await ready(connection, "mqtt", MONDAY, 9, 9)).values())))
    assert [(one.kind, one.key, one.n, one.made_at) for one in leaving] == [
        (OutboxKind.CASE_WARNING, "a" * 32, n, MONDAY + int(hours * HOUR)) for n, hours in ((1, 24), (2, 38.4), (3, 48))
    ]
    assert (record.dossier.rule, record.dossier.agent) == ("V-APPEAL-SLOW", "Alice")
    assert record.standing.verdict is Verdict.UNDETERMINED, "there is no roster"


async def test_move_that_comes_late_first_lets_the_breach_come(desk: Desk) -> None:
    await desk.open("a" * 32)

    moved = await desk.move("a" * 32, Move.WITHDRAW, "alice", 49, {"contact": "called", "reason": "solved"})

    assert moved.filed.case.kept is False
    assert len(moved.filed.case.warnings) == 3


async def test_ladder_step_that_is_withdrawn_moves_the_later_ones_down(desk: Desk) -> None:
    for n, number in enumerate(("a" * 32, "b" * 32, "c" * 32)):
        await desk.open(number, at=n)
        await desk.move(number, Move.ANALYSE, "sue", n, UPHELD)
    async with desk.decisions.reading() as connection:
        before = {one.dossier.at: one.standing for one in await found(connection, RecordQuery())}
    await desk.move("a" * 32, Move.ANALYSE, "sue", 4, {**UPHELD, "upheld": False})

    async with desk.decisions.reading() as connection:
        after = {one.dossier.at: one.standing for one in await found(connection, RecordQuery())}
    assert [(one.fine_yuan, one.severity) for _, one in sorted(before.items())] == [
        (30, Severity.WARNING),
        (60, Severity.WARNING),
        (None, Severity.DISMISSAL),
    ]
    assert [(one.state, one.fine_yuan) for _, one in sorted(after.items())] == [
        (RecordState.WITHDRAWN, 30),
        (RecordState.PROPOSED, 30),
        (RecordState.PROPOSED, 60),
    ]


async def test_clock_that_was_set_back_takes_no_move_before_the_last_one(desk: Desk) -> None:
    await desk.open("a" * 32, at=10)

    moved = await desk.move("a" * 32, Move.CHASE, "alice", 10 - 0.01, {"channel": "chat"})
    with pytest.raises(Conflict, match="clock"):
        await desk.move("a" * 32, Move.CHASE, "alice", 9, {"channel": "chat"})

    assert moved.step.at == MONDAY + 10 * HOUR


async def test_unknown_case_is_missing(desk: Desk) -> None:
    with pytest.raises(Missing):
        await desk.move("d" * 32, Move.CHASE, "alice", 1, {"channel": "chat"})


async def test_audit_log_holds_none_of_the_words(desk: Desk) -> None:
    await desk.open("a" * 32, content="张三的电话13800138000坏了")

    async with desk.decisions.reading() as connection:
        entries = await page(connection, 0, 100)
    told = [entry.told for entry in entries if entry.told.kind == "case"]
    assert [(one.action, one.actor) for one in told] == [("open", "alice")]
    assert "张三" not in str(told)


async def test_general_manager_gets_the_report(desk: Desk) -> None:
    await hire(desk.decisions, "gus", Role.GENERAL_MANAGER)
    await desk.open("a" * 32)
    await desk.move("a" * 32, Move.ANALYSE, "sue", 1, UPHELD)

    moved = await desk.move("a" * 32, Move.REPORT, "alice", 2, {"text": "what we found", "to": "gus"})

    assert moved.filed.case.reported_at == MONDAY + 2 * HOUR


@pytest.mark.one_database
async def test_clock_that_is_set_back_a_little_lets_nothing_be_said_before_the_breach_that_came(desk: Desk) -> None:
    await desk.open("a" * 32)
    await desk.pass_time(48.01)
    await desk.move("a" * 32, Move.WITHDRAW, "alice", 47.995, {"contact": "called", "reason": "it was found"})

    async with desk.decisions.reading() as connection:
        filed = await get_case(connection, "a" * 32)
        story = await story_of(connection, OFFICE, filed, MONDAY + 50 * HOUR)
    (told,) = replay_lines(json.dumps(line) for line in story).cases
    assert (told.kept, filed.case.kept) == (False, False)
    assert told.turns["ours"] == filed.case.turns["ours"] / SECOND
