"""Whatever the umask, the service's own files are for its owner alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.cli.tables import write_new
from callcenter.errors import CallcenterError
from callcenter.files.roster_sheet import put_new
from callcenter.journal import Entry, EntryKind, Journal, JournalSettings
from callcenter.ownfiles import open_private
from callcenter.reports.backup import BackupContents, back_up, put_back
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings, upgrade
from callcenter.store.audit import append_head, sign
from callcenter.tape import TapeWriter
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import hire
from tests.integration.service import at_home
from tests.unit.rules.detection.people import MONDAY


@pytest.fixture(autouse=True)
def _open_to_everybody() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def exposed(folder: Path) -> dict[str, str]:
    """List what others may read, write or enter below a folder."""
    found = {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    return {name: oct(mode) for name, mode in found.items() if mode & 0o077}


async def made(folder: Path) -> None:
    settings = StoreSettings(url=f"sqlite:///{folder}/record.sqlite")
    await upgrade(settings)
    decisions = await DecisionStore.open(settings)
    await hire(decisions, "root", Role.ADMIN)
    journal = await Journal.open(JournalSettings(path=folder / "journal" / "journal.sqlite", min_free_bytes=0))
    await journal.committed((await journal.append([Entry(EntryKind.MARK, "pbx", 1, b"{}")]))[-1])
    async with decisions.reading() as connection:
        append_head(folder / "heads.jsonl", await sign(connection, b"k" * 32, MONDAY))
    assert exposed(folder) == {}
    await decisions.close()
    await journal.close()


async def test_database_journal_and_heads_are_for_their_owner_alone(tmp_path: Path) -> None:
    await made(tmp_path / "var" / "deeper")
    assert exposed(tmp_path) == {}
    assert len([*(tmp_path / "var" / "deeper").rglob("*")]) >= 5


async def test_a_file_that_an_older_version_left_open_is_closed(tmp_path: Path) -> None:
    await made(tmp_path / "var")
    for path in (tmp_path / "var").rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    folders = {"var", "var/journal"}
    settings = StoreSettings(url=f"sqlite:///{tmp_path}/var/record.sqlite")
    decisions = await DecisionStore.open(settings)
    journal = await Journal.open(JournalSettings(path=tmp_path / "var/journal/journal.sqlite", min_free_bytes=0))
    async with decisions.reading() as connection:
        append_head(tmp_path / "var/heads.jsonl", await sign(connection, b"k" * 32, MONDAY))
    assert exposed(tmp_path).keys() <= folders  # folders are the administrator's
    await decisions.close()
    await journal.close()


def test_tapes_scores_and_rosters_that_are_written_are_for_their_owner_alone(tmp_path: Path) -> None:
    tape = TapeWriter(tmp_path / "a.ami.gz")
    tape.write(b"x")
    tape.close()
    write_new(tmp_path / "scores.csv", b"x", "en")
    put_new({tmp_path / "roster" / "agents.csv": b"x"})
    with open_private(tmp_path / "rows.csv", "w", newline="", encoding="utf-8-sig") as file:
        file.write("x")
    assert exposed(tmp_path) == {}


async def test_a_backup_its_folder_and_what_is_restored_are_for_their_owner_alone(tmp_path: Path) -> None:
    await made(tmp_path / "var")
    store = StoreSettings(url=f"sqlite:///{tmp_path}/var/record.sqlite")
    kept = BackupContents(journal=tmp_path / "var/journal/journal.sqlite", store=store, node="pbx")
    place, manifest = await back_up(kept, tmp_path / "far" / "backups", MONDAY)
    put_back(
        place,
        manifest,
        BackupContents(
            journal=tmp_path / "new/journal/journal.sqlite",
            store=StoreSettings(url=f"sqlite:///{tmp_path}/new/deeper/record.sqlite"),
            node="pbx",
        ),
        MONDAY,
    )
    assert exposed(tmp_path) == {}


async def test_a_backup_that_fails_leaves_nothing(tmp_path: Path) -> None:
    await made(tmp_path / "var")
    await asyncio.to_thread((tmp_path / "none.sqlite").write_bytes, b"no journal at all" * 1000)
    store = StoreSettings(url=f"sqlite:///{tmp_path}/var/record.sqlite")
    with pytest.raises(CallcenterError):
        await back_up(
            BackupContents(journal=tmp_path / "none.sqlite", store=store, node="pbx"), tmp_path / "backups", MONDAY
        )
    assert await asyncio.to_thread(lambda: [*(tmp_path / "backups").iterdir()]) == []
    assert await asyncio.to_thread(lambda: (tmp_path / "backups").stat().st_mode & 0o777) == 0o700


async def test_the_service_as_a_process_leaves_nothing_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    await asyncio.to_thread(home.mkdir, 0o700)
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(home, switch.port) as service:
        service.settings.chmod(0o600)
        await service.start()
        found = await asyncio.to_thread(exposed, home)
        assert await service.stop() == 0
    assert found.keys() <= {"serve.log"}  # the test's own
