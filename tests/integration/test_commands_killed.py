"""`db upgrade` and `backup` are killed at random moments: the one is done or not begun, the other is whole or none."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.config import Config

from callcenter.reports.backup import verified
from callcenter.store import StoreSettings, newest_revision, schema, upgrade
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import PATIENCE, Service, at_home
from tests.support.forked import ForkedCommand
from tests.support.tally import TALLY

OLDEST = "0001"
ROWS = 300
UPGRADE = "SIGKILL of db upgrade"
BACKUP = "SIGKILL of backup beside a running service"

Held = dict[str, list[tuple[object, ...]]]


def of_the_oldest_version(database: Path) -> None:
    """Make a database with the first schema, and rows of made-up values in each of its tables."""
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema._SCRIPTS))
        config.attributes["connection"] = connection
        alembic.upgrade(config, OLDEST)
        made = sa.MetaData()
        made.reflect(connection)
        for table in made.tables.values():
            if table.name not in {"alembic_version", "position"}:
                connection.execute(table.insert(), [made_up(table, number) for number in range(ROWS)])
    engine.dispose()


def made_up(table: sa.Table, number: int) -> dict[str, object]:
    whole = (sa.Integer, sa.Boolean)
    return {
        column.name: (number % 2 if isinstance(column.type, sa.Boolean) else number)
        if isinstance(column.type, whole)
        else f"{column.name}{number}"
        for column in table.columns
    }


def held(database: Path, columns: dict[str, list[str]]) -> Held:
    """Read the rows of these columns, in order."""
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - ours
            for table, names in columns.items()
        }


def columns_of(database: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {n: [f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({n})")] for n in names}
    return {name: columns for name, columns in found.items() if name not in {"alembic_version", "position"}}


def schema_of(database: Path) -> tuple[str, set[tuple[str, str, str]]]:
    """Read which schema it says it has, and what it has; finds damage."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return revision, set(connection.execute("SELECT type, name, sql FROM sqlite_master"))


async def until_open(process: ForkedCommand, path: Path) -> None:
    """Wait until a process has a file open, or ends."""
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None and not has_open(process.pid, path):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.002)


def has_open(pid: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(link.readlink() == path for link in Path(f"/proc/{pid}/fd").iterdir())
    return False


async def killed_while_it_has(service: Service, path: Path, seconds: float, *words: str) -> bool:
    """Run a command and kill it so long after it has opened a file; whether it was killed before it had ended."""
    nowhere = Path(os.devnull)
    process = ForkedCommand((*words, "--settings", service.settings), service.environment, nowhere, nowhere)
    await until_open(process, path)
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return await process.wait() == -signal.SIGKILL


async def upgrade_killed(folder: Path, kills: int) -> None:
    fresh, old, database = folder / "fresh.sqlite", folder / "old.sqlite", folder / "record.sqlite"
    await upgrade(StoreSettings(url=f"sqlite:///{fresh}"))
    await asyncio.to_thread(of_the_oldest_version, old)
    columns, ends = columns_of(old), {OLDEST: schema_of(old), newest_revision(): schema_of(fresh)}
    rows, moments = held(old, columns), random.Random(kills)
    service, done = Service(folder, 1), 0
    while done < kills:
        for name in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + name).unlink(missing_ok=True)
        shutil.copy(old, database)
        if not await killed_while_it_has(service, database, moments.uniform(0, 0.25), "db", "upgrade"):
            continue
        done += 1
        TALLY.happened(UPGRADE, say=True)
        with TALLY.holds(UPGRADE, "it has the old schema whole or the new one whole, and every row"):
            found = schema_of(database)
            assert found == ends[found[0]]
            assert held(database, columns) == rows
        with TALLY.holds(UPGRADE, "a second upgrade brings it to the newest schema"):
            assert (await service.run("db", "upgrade"))[0] == 0
            assert schema_of(database) == ends[newest_revision()]


async def backup_killed(folder: Path, kills: int) -> None:
    moments, backups, done = random.Random(kills), folder / "backups", 0
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(folder, switch.port) as service:
        await service.start()
        await asyncio.sleep(3)
        while done < kills:
            seconds = moments.uniform(0, 0.4)
            if not await killed_while_it_has(service, folder / "record.sqlite", seconds, "backup", str(backups)):
                continue
            done += 1
            TALLY.happened(BACKUP, say=True)
            with TALLY.holds(BACKUP, "what has a backup's name is a whole backup"):
                for place in backups.glob("callcenter-*Z"):
                    verified(place)
            with TALLY.holds(BACKUP, "the service goes on, ready"):
                await service.until("/readyz", lambda answer: answer.status_code == 200)
        with TALLY.holds(BACKUP, "after all kills: a backup is made, verified, and half made ones go"):
            await asyncio.sleep(1.1)  # a backup is named by its second
            code, errors = await service.run("backup", str(backups), "--keep", "1")
            assert code == 0, errors
            (place,) = backups.iterdir()
            verified(place)
        assert await service.stop() == 0


async def test_an_upgrade_that_is_killed_is_done_or_not_begun(tmp_path: Path) -> None:
    await upgrade_killed(tmp_path, 2)


async def test_a_backup_that_is_killed_is_whole_or_none(tmp_path: Path) -> None:
    await backup_killed(tmp_path, 2)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_an_upgrade_that_is_killed_twenty_times_is_done_or_not_begun(tmp_path: Path) -> None:
    await upgrade_killed(tmp_path, 20)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_backup_that_is_killed_twenty_times_is_whole_or_none(tmp_path: Path) -> None:
    await backup_killed(tmp_path, 20)
