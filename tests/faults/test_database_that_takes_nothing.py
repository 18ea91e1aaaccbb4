"""A database that is full, broken, away or hanging: the switch is watched on, and the record catches up."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.ami.items import LoginOpened
from callcenter.errors import DiskFull, FileTaken, StoreError
from callcenter.store import StoreAway
from tests.integration.house import NOW, House, house, run_to_the_end, until_true
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import PASSWORD
from tests.integration.service import at_home

FAULTS = pytest.mark.parametrize(
    "fault",
    [DiskFull("the disk is full"), StoreError("disk I/O error"), StoreError("readonly"), StoreAway("away")],
    ids=["full", "fsync", "readonly", "away"],
)
OPENED = LoginOpened("pbx", NOW, 1, "11")


def rows(home: Path, table: str = "visits") -> list[Any]:
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - ours


async def all_seen(home: House, count: int) -> None:
    await until_true(lambda: len(home.watcher.facts) == count)
    await until_true(lambda: home.store.failed > 2)


@FAULTS
async def test_whatever_is_wrong_with_the_database_the_switch_is_watched_on(tmp_path: Path, fault: StoreError) -> None:
    async with house(tmp_path) as home:
        home.store.trouble = fault
        home.script.say(OPENED, home.script.joins(30))
        living = asyncio.create_task(home.live())
        await all_seen(home, 30)
        said = home.record.fault
        home.store.trouble = None
        home.script.end()
        await living
        assert (said, home.record.fault) == (str(fault), None)
    assert len(rows(tmp_path)) == 30


async def test_only_the_loss_of_its_file_ends_the_service(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.store.trouble = FileTaken("gone")
        home.script.say(OPENED, home.script.joins(5))
        with pytest.raises(ExceptionGroup) as caught:
            await home.live()
        assert caught.group_contains(FileTaken)


@FAULTS
async def test_what_may_not_wait_in_memory_is_read_from_the_journal_again(tmp_path: Path, fault: StoreError) -> None:
    (tmp_path / "undisturbed").mkdir()
    (tmp_path / "disturbed").mkdir()
    async with house(tmp_path / "undisturbed") as home:
        await run_to_the_end(home, OPENED, *(home.script.joins(10) for _ in range(20)))
    async with house(tmp_path / "disturbed", queue_events=20, batch=7) as home:
        home.store.trouble = fault
        home.script.say(OPENED, *(home.script.joins(10) for _ in range(10)))
        living = asyncio.create_task(home.live())
        await all_seen(home, 100)
        assert home.record.pending > 90
        assert home.record.lag_seconds > 0
        home.store.trouble = None
        home.script.say(*(home.script.joins(10) for _ in range(10)))
        home.script.end()
        await living
        assert (home.record.pending, home.record.position) == (0, home.journal.durable_position)
    assert rows(tmp_path / "disturbed") == rows(tmp_path / "undisturbed")


async def test_a_database_that_hangs_does_not_hold_up_the_switch(tmp_path: Path) -> None:
    async with house(tmp_path, queue_events=20) as home:
        home.store.hangs = asyncio.Event()
        home.script.say(OPENED, *(home.script.joins(10) for _ in range(10)))
        living = asyncio.create_task(home.live())
        await until_true(lambda: len(home.watcher.facts) == 100)
        home.store.hangs.set()
        home.script.end()
        await living
    assert len(rows(tmp_path)) == 100


async def test_callers_who_come_while_the_record_catches_up_are_recorded_once(tmp_path: Path) -> None:
    async with house(tmp_path, queue_events=20, batch=3) as home:
        home.store.trouble = StoreAway("away")
        home.script.say(OPENED, *(home.script.joins(10) for _ in range(10)))
        living = asyncio.create_task(home.live())
        await all_seen(home, 100)
        home.store.trouble = None
        for _ in range(40):
            home.script.say(home.script.joins(3))
            await asyncio.sleep(0.002)
        home.script.end()
        await living
    assert len(rows(tmp_path)) == len(home.watcher.facts) == 220


async def test_the_service_says_what_is_wrong_and_catches_up_when_it_is_mended(tmp_path: Path) -> None:
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port, more=WEB) as service:
        await service.add_account(PASSWORD, "sun", "--role", "supervisor")
        await service.start()
        alter(tmp_path, "CREATE TRIGGER full BEFORE UPDATE ON position BEGIN SELECT RAISE(FAIL, 'full'); END")
        alter(tmp_path, "CREATE TRIGGER ful2 BEFORE INSERT ON sessions BEGIN SELECT RAISE(FAIL, 'full'); END")
        told = await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.SERVICE_UNAVAILABLE)
        assert "nothing can be recorded" in told.text
        english = {"Accept-Language": "en"}
        async with httpx.AsyncClient(base_url=service.api(), trust_env=False, headers=english) as client:
            refused = await client.post("/api/v1/session", json={"name": "sun", "password": PASSWORD})
        assert (refused.status_code, "watched on" in refused.json()["detail"]) == (503, True)
        before = (await service.health())["frames"]["parsed"]
        await service.until("/healthz", lambda answer: answer.json()["frames"]["parsed"] > before + 50)
        alter(tmp_path, "DROP TRIGGER full")
        await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)
        assert await service.stop() == 0
        assert service.logged("store_away")
        assert service.logged("store_back")
    assert service.logged("gap_ended") == []


WEB = """
[web]
enabled = true
port = 0
"""


def alter(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection, connection:
        connection.execute(statement)
