"""V-ACCUMULATED follows what stands: proposed, renewed, withdrawn, proposed anew, left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import Action
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity
from callcenter.rules.regulations.rulebook import load_rulebook
from callcenter.rules.scores.accumulated import CODE
from callcenter.staff.roles import Person
from callcenter.store import Office
from callcenter.store.audit import page as audit_page
from callcenter.store.audit import verify
from callcenter.store.violations import Record, Wanted, act, found, history
from callcenter.usecases.recount_month import recount_month
from tests.integration.office import opened, propose
from tests.unit.rules.detection.people import (
    ALICE,
    BOB,
    DAY,
    MANAGER,
    MONDAY,
    OTHER_SUPERVISOR,
    SUPERVISOR,
    TERMS,
    record,
    step,
)

BOOK = load_rulebook()


def book(mode: Mode) -> Rulebook:
    (edition,) = BOOK.editions
    rule = msgspec.structs.replace(edition.violations[CODE], mode=mode)
    changed = msgspec.structs.replace(edition, violations={**edition.violations, CODE: rule})
    return msgspec.structs.replace(BOOK, editions=(changed,))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as opened_one:
        yield opened_one


async def did(office: Office, number: str, *steps: tuple[Action, Person], rulebook: Rulebook = BOOK) -> None:
    for action, who in steps:
        async with office.writing() as desk:
            one = step(action, who)
            await recount_month(desk, await act(desk, number, None, one, TERMS), rulebook, one.at)


async def notified(office: Office, number: str, whose: Person = ALICE, rulebook: Rulebook = BOOK) -> None:
    await did(office, number, (Action.NOTIFY, SUPERVISOR), (Action.EXPLAIN, whose), rulebook=rulebook)


async def confirmed(office: Office, *numbers: str, whose: Person = ALICE, rulebook: Rulebook = BOOK) -> None:
    for number in numbers:
        await notified(office, number, whose, rulebook)
        await did(office, number, (Action.CONFIRM, SUPERVISOR), rulebook=rulebook)


async def minors(office: Office, count: int, first: int = 0) -> list[str]:
    return [await propose(office, n) for n in range(first, first + count)]


async def derived(office: Office) -> list[Record]:
    async with office.reading() as connection:
        return await found(connection, Wanted(rule=CODE))


async def states(office: Office) -> list[RecordState]:
    return sorted(one.standing.state for one in await derived(office))


def names(one: Record) -> list[str]:
    return [named["subject"] for named in one.dossier.names]


async def test_fourth_confirmation_proposes_it_as_the_service(office: Office) -> None:
    numbers = await minors(office, 4)
    await confirmed(office, *numbers[:3])
    assert await derived(office) == []
    await confirmed(office, numbers[3])
    (one,) = await derived(office)
    assert (one.standing.state, one.standing.proposed_by, one.standing.points) == (RecordState.PROPOSED, SERVICE, 20)
    assert (one.dossier.agent, one.dossier.team, names(one)) == ("Alice", "hotline", numbers)


async def test_fifth_confirmation_is_added_while_nobody_was_told(office: Office) -> None:
    numbers = await minors(office, 5)
    await confirmed(office, *numbers)
    (one,) = await derived(office)
    assert (names(one), one.version) == (numbers, 2)


async def test_fifth_confirmation_leaves_what_the_agent_was_told(office: Office) -> None:
    numbers = await minors(office, 5)
    await confirmed(office, *numbers[:4])
    await notified(office, (await derived(office))[0].dossier.id)
    await confirmed(office, numbers[4])
    (one,) = await derived(office)
    assert (names(one), one.standing.state) == (numbers[:4], RecordState.EXPLAINED)


@pytest.mark.parametrize("far", [0, 1, 2, 3])
async def test_it_is_withdrawn_from_wherever_it_is_when_its_ground_goes(office: Office, far: int) -> None:
    numbers = await minors(office, 4)
    await confirmed(office, *numbers)
    (one,) = await derived(office)
    way = [(Action.NOTIFY, SUPERVISOR), (Action.EXPLAIN, ALICE), (Action.CONFIRM, SUPERVISOR)]
    await did(office, one.dossier.id, *way[:far])
    await did(office, numbers[0], (Action.APPEAL, ALICE))
    (one,) = await derived(office)
    assert (one.standing.state, one.standing.counted) == (RecordState.WITHDRAWN, 0)
    async with office.writing() as desk:
        (*_, last) = await history(desk.connection, one.dossier.id)
        (*_, told) = await audit_page(desk.connection, 0, 1000)
        assert await verify(desk.connection) > 0
    assert (last.by, "no longer add up" in last.note, "不复存在" in last.note) == (SERVICE, True, True)
    assert (told.told.actor, told.told.action, told.told.subject) == (SERVICE, "withdraw", one.dossier.id)


async def test_refused_appeal_proposes_it_anew_and_the_withdrawn_one_stays(office: Office) -> None:
    numbers = await minors(office, 4)
    await confirmed(office, *numbers)
    await did(office, numbers[0], (Action.APPEAL, ALICE), (Action.CONFIRM, MANAGER))
    assert await states(office) == [RecordState.PROPOSED, RecordState.WITHDRAWN]
    await did(office, numbers[1], (Action.APPEAL, ALICE), (Action.CONFIRM, MANAGER))
    assert await states(office) == [RecordState.PROPOSED, RecordState.WITHDRAWN, RecordState.WITHDRAWN]
    assert len({one.dossier.id for one in await derived(office)}) == 3


async def test_confirmed_one_is_not_carried_by_what_the_agent_was_never_heard_on(office: Office) -> None:
    numbers = await minors(office, 5)
    await confirmed(office, *numbers[:4])
    await confirmed(office, (await derived(office))[0].dossier.id)
    await confirmed(office, numbers[4])
    await did(office, numbers[0], (Action.APPEAL, ALICE), (Action.OVERTURN, MANAGER))
    assert await states(office) == [RecordState.PROPOSED, RecordState.WITHDRAWN]
    (anew,) = [one for one in await derived(office) if one.standing.state is RecordState.PROPOSED]
    assert names(anew) == numbers[1:]


async def test_overturned_one_settles_its_month(office: Office) -> None:
    numbers = await minors(office, 6)
    await confirmed(office, *numbers[:4])
    await did(office, (await derived(office))[0].dossier.id, (Action.OVERTURN, MANAGER))
    await confirmed(office, *numbers[4:])
    await did(office, numbers[0], (Action.APPEAL, ALICE), (Action.OVERTURN, MANAGER))
    assert await states(office) == [RecordState.OVERTURNED]


async def test_deciding_on_it_moves_nothing_else(office: Office) -> None:
    await confirmed(office, *await minors(office, 4))
    number = (await derived(office))[0].dossier.id
    await confirmed(office, number)
    await did(office, number, (Action.APPEAL, ALICE), (Action.OVERTURN, OTHER_SUPERVISOR))
    assert await states(office) == [RecordState.OVERTURNED]


async def test_reduced_to_less_than_minor_counts_no_more(office: Office) -> None:
    numbers = await minors(office, 4)
    await confirmed(office, *numbers)
    await did(office, numbers[0], (Action.APPEAL, ALICE))
    async with office.writing() as desk:
        less = step(Action.REDUCE, MANAGER, points=0, severity=Severity.WARNING)
        await recount_month(desk, await act(desk, numbers[0], None, less, TERMS), BOOK, less.at)
    assert await states(office) == [RecordState.WITHDRAWN]


async def test_other_agents_and_other_months_are_counted_by_themselves(office: Office) -> None:
    await confirmed(office, *await minors(office, 3))
    april = await propose(office, 10, at=MONDAY + 30 * DAY)
    await confirmed(office, april)
    bobs = [await propose(office, n, agent="Bob", standing=record(agent="Bob")) for n in range(20, 23)]
    await confirmed(office, *bobs, whose=BOB)
    assert await derived(office) == []


async def test_month_is_counted_by_the_edition_that_held_when_it_began(office: Office) -> None:
    (edition,) = BOOK.editions
    figures = msgspec.structs.replace(edition.figures, accumulated_minor=2)
    changed = msgspec.structs.replace(edition, version="new", first=edition.first.replace(2026, 3, 2), figures=figures)
    old = msgspec.structs.replace(edition, last=edition.first.replace(2026, 3, 1))
    two = msgspec.structs.replace(BOOK, editions=(old, changed))
    numbers = await minors(office, 4)
    await confirmed(office, *numbers[:3], rulebook=two)
    assert await derived(office) == []
    await confirmed(office, numbers[3], rulebook=two)
    assert [one.dossier.rulebook for one in await derived(office)] == [edition.version]


async def test_record_without_a_time_moves_nothing(office: Office) -> None:
    await confirmed(office, *await minors(office, 3), await propose(office, 9, at=None))
    assert await derived(office) == []


async def test_rule_that_is_off_proposes_nothing_and_takes_nothing_back(office: Office) -> None:
    numbers = await minors(office, 4)
    await confirmed(office, *numbers, rulebook=book(Mode.OFF))
    assert await derived(office) == []
    await did(office, numbers[0], (Action.APPEAL, ALICE))
    await did(office, numbers[0], (Action.CONFIRM, MANAGER))
    await did(office, numbers[1], (Action.APPEAL, ALICE), rulebook=book(Mode.OFF))
    assert await states(office) == [RecordState.PROPOSED]


async def test_rule_in_shadow_proposes_in_the_shadow(office: Office) -> None:
    await confirmed(office, *await minors(office, 4), rulebook=book(Mode.SHADOW))
    assert [one.standing.mode for one in await derived(office)] == [Mode.SHADOW]
