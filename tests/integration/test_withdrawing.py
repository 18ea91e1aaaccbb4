"""A record whose evidence does not carry it is withdrawn: the month that it counted in is right at once."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from callcenter import logs
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import Journal
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.steps import Action
from callcenter.rules.scores.accumulated import CODE
from callcenter.staff.months import month_of
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store import DecisionStore, Store, UnitOfWork
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState
from callcenter.store.decisions.scores import member_of, score_of
from callcenter.store.decisions.violations import RecordQuery, act, found
from callcenter.tracker import RecordKeeper
from callcenter.usecases.change_rules import Grounds, decide
from callcenter.usecases.change_rules import propose as propose_change
from callcenter.usecases.recount_month import recount_month
from tests.integration.filed import NODE, Home, journal_settings
from tests.integration.office import propose, settings_of
from tests.unit.rules.detection.people import HR, MANAGER, MONDAY, SHANGHAI, SUPERVISOR, TERMS, record, step

pytestmark = pytest.mark.usefixtures("database")

BASE = {"from": "2025-01", "base": "100"}
BOOK = load_rulebook()


class Month(NamedTuple):
    """An agent's month with four confirmed violations, the first of which the service derived, and what these make."""

    agent: str
    at: int
    derived: str


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # a command's stderr ends with the command
    made = Home(tmp_path)
    await made.fill()
    return made


@pytest.fixture
async def month(home: Home) -> Month:
    """Confirm enough for a V-ACCUMULATED, and that one, too."""
    late = (await home.record(home.id_of("V-LATE-ANSWER"))).dossier
    assert late.at is not None
    decisions = await DecisionStore.open(settings_of(home.folder))
    seen = record(agent=late.agent, proposed_by="li")
    others = [await propose(decisions, n, standing=seen, agent=late.agent, at=late.at + n) for n in range(1, 4)]
    change = Change(
        id="c1", kind=ChangeKind.AMOUNT, subject="score", content=BASE, reason="x", proposed_by="ma", proposed_at=0
    )
    async with decisions.writing() as unit:
        await propose_change(unit, change, MANAGER, Grounds(BOOK))
        await decide(unit, "c1", 1, ChangeState.APPROVED, HR, MONDAY, Grounds(BOOK))
        for number in (late.id, *others):
            await _confirm(unit, number, late.agent)
        (carried,) = await found(unit.connection, RecordQuery(rule=CODE))
        await _confirm(unit, carried.dossier.id, late.agent)
    await decisions.close()
    made = Month(late.agent, late.at, late.id)
    assert await accumulated(home, made) == ([RecordState.CONFIRMED], Decimal(100 - 4 * 2 - 20))
    return made


async def _confirm(unit: UnitOfWork, number: str, agent: str) -> None:
    whose = Principal(account="whose", role=Role.AGENT, agent=agent)
    for action, who in ((Action.NOTIFY, SUPERVISOR), (Action.EXPLAIN, whose), (Action.CONFIRM, SUPERVISOR)):
        taken = await act(unit, number, None, step(action, who), TERMS)
        await recount_month(unit, taken, BOOK, MONDAY)


async def accumulated(home: Home, month: Month) -> tuple[list[RecordState], Decimal]:
    """Read where the month's V-ACCUMULATED stands, and the month's score."""
    decisions = await DecisionStore.open(settings_of(home.folder))
    async with decisions.reading() as connection:
        records = await found(connection, RecordQuery(rule=CODE))
        member = await member_of(connection, month.agent)
        scored = await score_of(connection, member, month_of(month.at, SHANGHAI), SHANGHAI, month.at)
    await decisions.close()
    return [one.standing.state for one in records], scored.score.points


async def test_verify_puts_the_month_right_with_the_service_stopped(home: Home, month: Month) -> None:
    home.retell(month.derived, measured=99.0)
    result = await asyncio.to_thread(home.run, "verify")
    assert "1 were withdrawn" in str(result.exception)
    assert await accumulated(home, month) == ([RecordState.WITHDRAWN], Decimal(100 - 3 * 2))


async def test_record_that_the_journal_gives_otherwise_puts_the_month_right(home: Home, month: Month) -> None:
    home.retell(month.derived, measured=99.0)
    home.sql(home.base, "UPDATE position SET journal_position = journal_position - 1")
    store = await Store.open(settings_of(home.folder), NODE)
    async with await Journal.open(journal_settings(home.journal)) as journal:
        following = RecordKeeper(store, journal, home.in_force())
        running = asyncio.create_task(following.run())
        following.put(journal.durable_position, (), home.found, in_force=home.in_force())
        await following.reached(journal.durable_position)
        running.cancel()
        await asyncio.wait([running])
    await store.close()
    assert month.derived in home.withdrawn()
    assert await accumulated(home, month) == ([RecordState.WITHDRAWN], Decimal(100 - 3 * 2))
