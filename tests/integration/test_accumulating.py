"""V-ACCUMULATED follows what stands: proposed, renewed, withdrawn, proposed anew, left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from callcenter.files.rulebook import load_rulebook
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import Action
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity
from callcenter.rules.scores.accumulated import CODE
from callcenter.staff.roles import Principal
from callcenter.store import DecisionStore
from callcenter.store.audit import page as audit_page
from callcenter.store.audit import verify
from callcenter.store.conflicts import NotAllowed
from callcenter.store.decisions.violations import FiledRecord, RecordQuery, act, found, get, history
from callcenter.usecases.recount_month import recount_month
from callcenter.usecases.take_step import StepContext, take_step
from tests.integration.office import opened, propose
from tests.unit.rules.detection.people import (
    ALICE,
    BOB,
    DAY,
    LEADER,
    MANAGER,
    MONDAY,
    OTHER_SUPERVISOR,
    QA,
    SUPERVISOR,
    TERMS,
    record,
    step,
)

pytestmark = pytest.mark.usefixtures("database")

BOOK = load_rulebook()


def book(mode: Mode) -> Rulebook:
    (edition,) = BOOK.editions
    rule = msgspec.structs.replace(edition.violations[CODE], mode=mode)
    changed = msgspec.structs.replace(edition, violations={**edition.violations, CODE: rule})
    return msgspec.structs.replace(BOOK, editions=(changed,))


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as opened_one:
        yield opened_one


async def did(
    decisions: DecisionStore, number: str, *steps: tuple[Action, Principal], rulebook: Rulebook = BOOK
) -> None:
    for action, who in steps:
        async with decisions.writing() as unit:
            one = step(action, who)
            await recount_month(unit, await act(unit, number, None, one, TERMS), rulebook, one.at)


async def notified(decisions: DecisionStore, number: str, whose: Principal = ALICE, rulebook: Rulebook = BOOK) -> None:
    await did(decisions, number, (Action.NOTIFY, SUPERVISOR), (Action.EXPLAIN, whose), rulebook=rulebook)


async def confirmed(
    decisions: DecisionStore, *numbers: str, whose: Principal = ALICE, rulebook: Rulebook = BOOK
) -> None:
    for number in numbers:
        await notified(decisions, number, whose, rulebook)
        await did(decisions, number, (Action.CONFIRM, SUPERVISOR), rulebook=rulebook)


async def minors(decisions: DecisionStore, count: int, first: int = 0) -> list[str]:
    return [await propose(decisions, n) for n in range(first, first + count)]


async def derived(decisions: DecisionStore) -> list[FiledRecord]:
    async with decisions.reading() as connection:
        return await found(connection, RecordQuery(rule=CODE))


async def states(decisions: DecisionStore) -> list[RecordState]:
    return sorted(one.standing.state for one in await derived(decisions))


def names(one: FiledRecord) -> list[str]:
    return [named["subject"] for named in one.dossier.names]


async def test_fourth_confirmation_proposes_it_as_the_service(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers[:3])
    assert await derived(decisions) == []
    await confirmed(decisions, numbers[3])
    (one,) = await derived(decisions)
    assert (one.standing.state, one.standing.proposed_by, one.standing.points) == (RecordState.PROPOSED, SERVICE, 20)
    assert (one.dossier.agent, one.dossier.team, names(one)) == ("Alice", "hotline", numbers)


async def test_fifth_confirmation_is_added_while_nobody_was_told(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 5)
    await confirmed(decisions, *numbers)
    (one,) = await derived(decisions)
    assert (names(one), one.version) == (numbers, 2)


async def test_fifth_confirmation_leaves_what_the_agent_was_told(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 5)
    await confirmed(decisions, *numbers[:4])
    await notified(decisions, (await derived(decisions))[0].dossier.id)
    await confirmed(decisions, numbers[4])
    (one,) = await derived(decisions)
    assert (names(one), one.standing.state) == (numbers[:4], RecordState.EXPLAINED)


@pytest.mark.parametrize("far", [0, 1, 2, 3])
async def test_it_is_withdrawn_from_wherever_it_is_when_its_ground_goes(decisions: DecisionStore, far: int) -> None:
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers)
    (one,) = await derived(decisions)
    way = [(Action.NOTIFY, SUPERVISOR), (Action.EXPLAIN, ALICE), (Action.CONFIRM, SUPERVISOR)]
    await did(decisions, one.dossier.id, *way[:far])
    await did(decisions, numbers[0], (Action.APPEAL, ALICE))
    (one,) = await derived(decisions)
    assert (one.standing.state, one.standing.counted) == (RecordState.WITHDRAWN, 0)
    async with decisions.writing() as unit:
        (*_, last) = await history(unit.connection, one.dossier.id)
        (*_, told) = await audit_page(unit.connection, 0, 1000)
        assert await verify(unit.connection) > 0
    assert (last.by, "no longer add up" in last.note, "不复存在" in last.note) == (SERVICE, True, True)
    assert (told.told.actor, told.told.action, told.told.subject) == (SERVICE, "withdraw", one.dossier.id)


@pytest.mark.one_database
@pytest.mark.parametrize(("person", "appealed"), [(ALICE, False), (LEADER, False), (QA, False), (SUPERVISOR, True)])
async def test_nobody_takes_a_step_that_is_not_theirs_by_whatever_entrance(
    decisions: DecisionStore, person: Principal, appealed: bool
) -> None:
    (number,) = await minors(decisions, 1)
    await notified(decisions, number)
    if appealed:
        await did(decisions, number, (Action.APPEAL, ALICE))
    async with decisions.writing() as unit:
        record = await get(unit.connection, number)
        with pytest.raises(NotAllowed, match="may not do this here"):
            await take_step(
                unit, person, record, record.version, step(Action.CONFIRM, person), StepContext(BOOK, TERMS, None)
            )
        assert (await get(unit.connection, number)).version == record.version


async def test_refused_appeal_proposes_it_anew_and_the_withdrawn_one_stays(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers)
    await did(decisions, numbers[0], (Action.APPEAL, ALICE), (Action.CONFIRM, MANAGER))
    assert await states(decisions) == [RecordState.PROPOSED, RecordState.WITHDRAWN]
    await did(decisions, numbers[1], (Action.APPEAL, ALICE), (Action.CONFIRM, MANAGER))
    assert await states(decisions) == [RecordState.PROPOSED, RecordState.WITHDRAWN, RecordState.WITHDRAWN]
    assert len({one.dossier.id for one in await derived(decisions)}) == 3


async def test_confirmed_one_is_not_carried_by_what_the_agent_was_never_heard_on(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 5)
    await confirmed(decisions, *numbers[:4])
    await confirmed(decisions, (await derived(decisions))[0].dossier.id)
    await confirmed(decisions, numbers[4])
    await did(decisions, numbers[0], (Action.APPEAL, ALICE), (Action.OVERTURN, MANAGER))
    assert await states(decisions) == [RecordState.PROPOSED, RecordState.WITHDRAWN]
    (anew,) = [one for one in await derived(decisions) if one.standing.state is RecordState.PROPOSED]
    assert names(anew) == numbers[1:]


async def test_overturned_one_settles_its_month(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 6)
    await confirmed(decisions, *numbers[:4])
    await did(decisions, (await derived(decisions))[0].dossier.id, (Action.OVERTURN, MANAGER))
    await confirmed(decisions, *numbers[4:])
    await did(decisions, numbers[0], (Action.APPEAL, ALICE), (Action.OVERTURN, MANAGER))
    assert await states(decisions) == [RecordState.OVERTURNED]


async def test_deciding_on_it_moves_nothing_else(decisions: DecisionStore) -> None:
    await confirmed(decisions, *await minors(decisions, 4))
    number = (await derived(decisions))[0].dossier.id
    await confirmed(decisions, number)
    await did(decisions, number, (Action.APPEAL, ALICE), (Action.OVERTURN, OTHER_SUPERVISOR))
    assert await states(decisions) == [RecordState.OVERTURNED]


async def test_reduced_to_less_than_minor_counts_no_more(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers)
    await did(decisions, numbers[0], (Action.APPEAL, ALICE))
    async with decisions.writing() as unit:
        less = step(Action.REDUCE, MANAGER, points=0, severity=Severity.WARNING)
        await recount_month(unit, await act(unit, numbers[0], None, less, TERMS), BOOK, less.at)
    assert await states(decisions) == [RecordState.WITHDRAWN]


async def test_other_agents_and_other_months_are_counted_by_themselves(decisions: DecisionStore) -> None:
    await confirmed(decisions, *await minors(decisions, 3))
    april = await propose(decisions, 10, at=MONDAY + 30 * DAY)
    await confirmed(decisions, april)
    bobs = [await propose(decisions, n, agent="Bob", standing=record(agent="Bob")) for n in range(20, 23)]
    await confirmed(decisions, *bobs, whose=BOB)
    assert await derived(decisions) == []


async def test_month_is_counted_by_the_edition_that_held_when_it_began(decisions: DecisionStore) -> None:
    (edition,) = BOOK.editions
    figures = msgspec.structs.replace(edition.figures, accumulated_minor=2)
    changed = msgspec.structs.replace(edition, version="new", first=edition.first.replace(2026, 3, 2), figures=figures)
    old = msgspec.structs.replace(edition, last=edition.first.replace(2026, 3, 1))
    two = msgspec.structs.replace(BOOK, editions=(old, changed))
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers[:3], rulebook=two)
    assert await derived(decisions) == []
    await confirmed(decisions, numbers[3], rulebook=two)
    assert [one.dossier.rulebook for one in await derived(decisions)] == [edition.version]


async def test_record_without_a_time_moves_nothing(decisions: DecisionStore) -> None:
    await confirmed(decisions, *await minors(decisions, 3), await propose(decisions, 9, at=None))
    assert await derived(decisions) == []


async def test_rule_that_is_off_proposes_nothing_and_takes_nothing_back(decisions: DecisionStore) -> None:
    numbers = await minors(decisions, 4)
    await confirmed(decisions, *numbers, rulebook=book(Mode.OFF))
    assert await derived(decisions) == []
    await did(decisions, numbers[0], (Action.APPEAL, ALICE))
    await did(decisions, numbers[0], (Action.CONFIRM, MANAGER))
    await did(decisions, numbers[1], (Action.APPEAL, ALICE), rulebook=book(Mode.OFF))
    assert await states(decisions) == [RecordState.PROPOSED]


async def test_rule_in_shadow_proposes_in_the_shadow(decisions: DecisionStore) -> None:
    await confirmed(decisions, *await minors(decisions, 4), rulebook=book(Mode.SHADOW))
    assert [one.standing.mode for one in await derived(decisions)] == [Mode.SHADOW]
