"""An older journal that has grown on under another database is not the one that this database follows."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from callcenter.ami.items import LoginOpened
from callcenter.errors import StoreError
from callcenter.tracker import recover
from tests.integration.house import NOW, house, run_to_the_end

OPENED = LoginOpened("pbx", NOW, 1, "11")


async def follow(home: Path, joins: int, skip: int = 0) -> None:
    async with house(home) as found:
        for _ in range(skip):
            found.script.joins(1)
        await run_to_the_end(found, OPENED, found.script.joins(joins))


def take(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for name in ("journal.sqlite", "record.sqlite"):
        shutil.copy(source / name, target / name)


async def test_a_journal_that_has_grown_on_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    await follow(tmp_path / "old", 5)
    take(tmp_path / "old", tmp_path / "own")
    take(tmp_path / "old", tmp_path / "other")
    await follow(tmp_path / "own", 10, skip=5)
    await follow(tmp_path / "other", 40, skip=100)
    shutil.copy(tmp_path / "other" / "journal.sqlite", tmp_path / "own" / "journal.sqlite")
    async with house(tmp_path / "own") as mixed:
        with pytest.raises(StoreError, match="another journal"):
            await recover(mixed.journal, mixed.record)


async def test_its_own_journal_is_known_again_however_it_was_cut(tmp_path: Path) -> None:
    await follow(tmp_path, 20)
    async with house(tmp_path) as home:
        await home.journal.prune(home.record.position + 1)
        await recover(home.journal, home.record)
    async with house(tmp_path) as again:
        await run_to_the_end(again, OPENED, again.script.joins(3))


async def test_a_database_of_an_older_version_has_no_seal_and_gets_one(tmp_path: Path) -> None:
    await follow(tmp_path, 5)
    with closing(sqlite3.connect(tmp_path / "record.sqlite")) as connection, connection:
        connection.execute("UPDATE position SET seal = NULL")
    await follow(tmp_path, 5, skip=5)
    async with house(tmp_path) as home:
        with closing(sqlite3.connect(tmp_path / "record.sqlite")) as connection:
            ((position, seal),) = connection.execute("SELECT journal_position, seal FROM position").fetchall()
        assert (await home.journal.read_one(position)).hash.hex() == seal
