"""The archive of facts in a real database: the same rows however they came into it, and readable from anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState
from callcenter.errors import StoreError
from callcenter.rules.detection.gist import gists
from callcenter.rules.detection.pages import ArchivedPage, unpacked
from callcenter.store import JournalledFacts, Store, StoreSettings, open_engine, upgrade
from callcenter.store.record.archive import CHAPTER, Extent, extent, pages
from callcenter.tracker import Follower
from tests.integration.house import house, run_to_the_end
from tests.properties.recorded import recorded

END = 3 * CHAPTER // 2


def states(positions: Iterable[int]) -> list[JournalledFacts]:
    """An agent is here and there, a state each position, a second each."""
    kinds = (AgentState.AVAILABLE, AgentState.RINGING, AgentState.TALKING)
    return [
        JournalledFacts(
            position,
            [
                fx.AgentStateChanged(
                    at=position * SECOND,
                    agent=f"agent-{position % 7}",
                    interface=f"PJSIP/{position % 7}",
                    ended=None,
                    state=kinds[position % 3],
                    reason=None,
                    queues=("support",),
                )
            ],
        )
        for position in positions
    ]


@pytest.fixture
async def settings(tmp_path: Path) -> StoreSettings:
    made = StoreSettings(url=f"sqlite:///{tmp_path}/record.sqlite")
    await upgrade(made)
    return made


async def write(settings: StoreSettings, told: list[JournalledFacts], upto: int, *, at_once: int = 10_000) -> None:
    store = await Store.open(settings, "pbx")
    for n in range(0, len(told), at_once):
        some = told[n : n + at_once]
        await store.write(some, upto if some[-1] is told[-1] else some[-1].position)
    await store.close()


def archived(settings: StoreSettings) -> list[tuple[Any, ...]]:
    assert settings.path is not None
    with closing(sqlite3.connect(settings.path)) as connection:
        return connection.execute("SELECT * FROM archived_facts ORDER BY first_position").fetchall()


async def read(settings: StoreSettings, start: int = 0, end: int = 1 << 60) -> list[ArchivedPage]:
    engine = open_engine(settings)
    found = [unpacked(shelved.page) async for shelved in pages(engine, "pbx", start, end)]
    await engine.dispose()
    return found


def positions(found: Iterable[ArchivedPage]) -> list[int]:
    return [moment.position for page in found for moment in page.moments]


async def test_facts_come_back_in_order_and_slim(settings: StoreSettings) -> None:
    told = states(range(1, END))
    await write(settings, told, END)
    moments = [moment for page in await read(settings) for moment in page.moments]
    assert [(m.position, m.facts) for m in moments] == [(one.position, gists(one.facts)) for one in told]


async def test_rows_are_the_same_however_they_were_written(settings: StoreSettings, tmp_path: Path) -> None:
    other = StoreSettings(url=f"sqlite:///{tmp_path}/other.sqlite")
    await upgrade(other)
    told = states(range(1, END))
    await write(settings, told, END)
    await write(other, told, END, at_once=997)
    assert archived(settings) == archived(other)
    assert len(archived(settings)) == 1 + END - CHAPTER


async def test_a_chapter_without_facts_binds_nothing(settings: StoreSettings) -> None:
    await write(settings, states([3, 4 * CHAPTER + 1]), 9 * CHAPTER)
    assert positions(await read(settings)) == [3, 4 * CHAPTER + 1]


async def test_a_write_that_failed_and_is_made_again_archives_once(settings: StoreSettings) -> None:
    told, calls = states(range(1, END)), iter((True, False))

    def fails_once(*_: object) -> None:
        if next(calls):
            raise OSError(5, "Input/output error")

    store = await Store.open(settings, "pbx")
    event.listen(store._engine.sync_engine, "commit", fails_once)
    with pytest.raises(StoreError):
        await store.write(told, END)
    assert archived(settings) == []
    await store.write(told, END)
    await store.close()
    assert positions(await read(settings)) == list(range(1, END))


async def test_reading_in_the_middle_begins_with_what_lasted(settings: StoreSettings) -> None:
    await write(settings, states(range(1, 2 * CHAPTER + 9)), 2 * CHAPTER + 9)
    first = (await read(settings, start=(CHAPTER + 5) * SECOND))[0]
    assert positions([first])[0] == CHAPTER
    assert [fact.at for fact in first.before] == [position * SECOND for position in range(CHAPTER - 7, CHAPTER)]


async def test_reading_ends_soon_after_the_time_asked_for(settings: StoreSettings) -> None:
    await write(settings, states(range(1, END)), END)
    assert positions(await read(settings, end=2 * SECOND))[-1] == CHAPTER - 1


async def test_a_time_without_facts_reads_nothing(settings: StoreSettings) -> None:
    await write(settings, states(range(1, 9)), 9)
    assert await read(settings, start=20 * SECOND) == []


async def test_another_switchs_facts_are_left_out(settings: StoreSettings) -> None:
    store = await Store.open(settings, "pbx2")
    await store.write(states([5]), 5)
    await store.close()
    assert await read(settings) == []


async def test_extent_is_from_the_first_to_the_last_time(settings: StoreSettings) -> None:
    await write(settings, states(range(2, 9)), 9)
    engine = open_engine(settings)
    found = [await extent(engine, node) for node in ("pbx", "none")]
    await engine.dispose()
    assert found == [Extent(2 * SECOND, 8 * SECOND), None]


async def test_live_and_rebuilt_from_the_journal_archive_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, home.script.joins(400))
        await run_to_the_end(home)
    settings = StoreSettings(url=f"sqlite:///{tmp_path}/record.sqlite")
    live = archived(settings)
    (tmp_path / "record.sqlite").rename(tmp_path / "live.sqlite")
    async with house(tmp_path, batch=7) as again:
        await run_to_the_end(again)
    assert len(live) == 400
    assert live == archived(settings)


@pytest.mark.parametrize("login", ["two_callers/board", "kill_9/board"])
async def test_archive_of_a_recorded_login_holds_what_its_facts_say(settings: StoreSettings, login: str) -> None:
    follower = Follower()
    told = [JournalledFacts(n, follower.follow(None, event).facts) for n, event in enumerate(recorded(login), 1)]
    await write(settings, told, len(told), at_once=11)
    kept = [fact for page in await read(settings) for moment in page.moments for fact in moment.facts]
    assert kept == gists(fact for one in told for fact in one.facts)
