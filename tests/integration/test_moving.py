"""The database moves from its file to a server: all of it, whenever it was interrupted, in the place of nothing."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callcenter.cli.service.db import app
from callcenter.errors import BadInput, MigrationMissing, StoreError
from callcenter.journal.file import claim
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings
from callcenter.store.audit import verify
from callcenter.store.moving import MoveProgress, move
from tests.integration.office import hire, opened, propose, settings_of
from tests.support.databases import DATABASES

pytestmark = pytest.mark.postgresql

RECORDS = 40
NAMES = ("a-b", "a1", "a_b", "aa")
"""In the order of the bytes, which is not the server's."""


@pytest.fixture
async def source(tmp_path: Path) -> StoreSettings:
    async with opened(tmp_path) as decisions:
        for name, role in zip(NAMES, Role, strict=False):
            await hire(decisions, name, role)
        for number in range(1, RECORDS + 1):
            await propose(decisions, number)
    return settings_of(tmp_path)


@pytest.fixture
def target() -> StoreSettings:
    return DATABASES.blank_on_server()


def quietly(_: MoveProgress) -> None:
    """Nobody looks."""


def rows(settings: StoreSettings) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("accounts", "audit", "audit_head", "violations", "vouchers", "alembic_version")
    return {table: sorted(DATABASES.sql(settings, f"SELECT * FROM {table}")) for table in tables}  # noqa: S608 - ours


def run(folder: Path, *arguments: str) -> Result:
    (folder / "callcenter.toml").write_text(
        '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n[ami.control]\nusername = "c"\nsecret_file = "c"\n'
        f'[journal]\npath = "{folder}/journal.sqlite"\n[store]\nurl = "{settings_of(folder).url}"\n'
    )
    return CliRunner().invoke(app, ["move", "--settings", str(folder / "callcenter.toml"), *arguments])


async def test_everything_comes_over_and_the_service_goes_on_there(
    source: StoreSettings, target: StoreSettings, tmp_path: Path
) -> None:
    before = rows(source)
    done = await asyncio.to_thread(run, tmp_path, "--to", target.url)
    assert done.exit_code == 0, done.exception
    assert f"violations: {RECORDS} rows" in done.stdout
    assert rows(target) == rows(source) == before
    decisions = await DecisionStore.open(target)
    await propose(decisions, RECORDS + 1)
    async with decisions.writing() as unit:
        assert await verify(unit.connection) == len(before["audit"]) + 1
    await decisions.close()


def killed(source: StoreSettings, target: StoreSettings, moment: int) -> int:
    """Move in a process that is killed when it has shown so often how far it is; gives by which signal it ended."""
    steps = itertools.count(1)

    def told(_: MoveProgress) -> None:
        if next(steps) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    process = os.fork()
    if not process:
        with contextlib.suppress(BaseException):
            asyncio.run(move(source, target, told))
        os._exit(1)
    return os.WTERMSIG(os.waitpid(process, 0)[1])


def test_killed_at_several_moments_it_goes_on_where_it_was(
    source: StoreSettings, target: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.store.moving._AT_ONCE", 3)
    held = []
    for moment in (2, 4, 9, 14, 20):
        assert killed(source, target, moment) == signal.SIGKILL
        held.append(sum(len(told) for told in rows(target).values()))
        with pytest.raises(MigrationMissing, match="go on by: callcenter db move"):
            asyncio.run(DecisionStore.open(target))
    assert held == sorted(set(held))
    assert len(asyncio.run(move(source, target, quietly))) > 20
    assert rows(target) == rows(source)


async def test_what_cannot_be_moved_is_said_so(source: StoreSettings, target: StoreSettings, tmp_path: Path) -> None:
    lock = claim(tmp_path / "journal.sqlite")
    running = await asyncio.to_thread(run, tmp_path, "--to", target.url)
    os.close(lock)
    assert "already being written by process" in str(running.exception)
    nowhere = await asyncio.to_thread(run, tmp_path, "--to", "postgresql://me:hush@host/calls")
    assert str(nowhere.exception) == "--to: leave the password out of the URL; give password_file"
    with pytest.raises(BadInput, match="goes from an SQLite file to a PostgreSQL server"):
        await move(source, source, quietly)
    DATABASES.sql(target, "CREATE TABLE somebody_elses (id integer)")
    with pytest.raises(BadInput, match="holds something already, the table somebody_elses"):
        await move(source, target, quietly)
    DATABASES.sql(target, "DROP TABLE somebody_elses")
    await move(source, target, quietly)
    with pytest.raises(BadInput, match="holds something already"):
        await move(source, target, quietly)


def stop_at(table: str) -> Callable[[MoveProgress], None]:
    def told(reached: MoveProgress) -> None:
        if (reached.table, reached.rows) == (table, reached.of):
            raise InterruptedError

    return told


async def test_a_source_that_changed_since_and_a_copy_that_differs_are_refused(
    source: StoreSettings, target: StoreSettings, tmp_path: Path
) -> None:
    with pytest.raises(StoreError):
        await move(source, target, stop_at("violations"))
    DATABASES.sql(target, "UPDATE violations SET rule = 'V-OTHER' WHERE id LIKE '%01'")
    with pytest.raises(StoreError, match=f"the table violations is not what it was: {RECORDS} rows were there"):
        await move(source, target, quietly)
    decisions = await DecisionStore.open(source)
    await propose(decisions, RECORDS + 1)
    await decisions.close()
    with pytest.raises(BadInput, match="or this one before it was changed"):
        await move(source, target, quietly)
