"""The service's own files taken away while it runs: nothing is acknowledged that is not on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from callcenter.errors import FileTaken, StoreError
from callcenter.journal import Entry, EntryKind, Journal, JournalSettings
from callcenter.journal.file import open_for_writing
from callcenter.ownfiles import OwnFile, watch_files
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, Store, upgrade
from callcenter.store.audit import Audited
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import hire, opened, settings_of
from tests.integration.service import at_home

PATIENCE = 30.0


def gone(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def log_of(path: Path) -> Path:
    real = path.resolve()
    return real.with_name(f"{real.name}-wal")


def without_its_log(path: Path) -> None:
    log_of(path).unlink()


def with_its_log_set_aside(path: Path) -> None:
    log_of(path).rename(path.with_name("set-aside"))


def with_its_log_replaced(path: Path) -> None:
    log = log_of(path)
    copy = path.with_name("copy")
    copy.write_bytes(log.read_bytes())
    copy.replace(log)


TAKEN = pytest.mark.parametrize(
    "take", [gone, replaced, without_its_log, with_its_log_set_aside, with_its_log_replaced]
)


def plain(folder: Path) -> Path:
    return folder


def linked_folder(folder: Path) -> Path:
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    return folder / "link"


def linked_files(folder: Path) -> Path:
    (folder / "real").mkdir()
    for name in ("callcenter.sqlite", "journal.sqlite"):
        (folder / "real" / name).touch()
        (folder / name).symlink_to(folder / "real" / name)
    return folder


LINKED = pytest.mark.parametrize("link", [plain, linked_folder, linked_files])
LOG_TAKEN = pytest.mark.parametrize("take", [without_its_log, with_its_log_set_aside, with_its_log_replaced])


async def write(decisions: DecisionStore, number: int) -> None:
    async with decisions.writing() as unit:
        await unit.note(Audited(at=number, actor="root", action="sign_in", kind="session", subject="root"))


@TAKEN
async def test_nothing_is_acknowledged_once_the_database_file_is_taken_away(tmp_path: Path, take: Any) -> None:
    async with opened(tmp_path) as decisions:
        await write(decisions, 1)
        await asyncio.to_thread(take, tmp_path / "callcenter.sqlite")
        for number in (2, 3):
            with pytest.raises(StoreError, match=r"removed or replaced|cannot be opened"):
                await write(decisions, number)


@LINKED
@LOG_TAKEN
async def test_nothing_is_acknowledged_once_a_log_is_gone_by_whatever_name_its_database_is_known(
    tmp_path: Path, link: Any, take: Any
) -> None:
    home = await asyncio.to_thread(link, tmp_path)
    async with opened(home) as decisions:
        await write(decisions, 1)
        await asyncio.to_thread(take, home / "callcenter.sqlite")
        for number in (2, 3):
            with pytest.raises(StoreError, match="removed or replaced"):
                await write(decisions, number)


@LOG_TAKEN
async def test_a_log_that_goes_before_anything_was_written_is_missed_too(tmp_path: Path, take: Any) -> None:
    async with opened(tmp_path) as decisions:
        await write(decisions, 1)
        again = await DecisionStore.open(settings_of(tmp_path))
        await asyncio.to_thread(take, tmp_path / "callcenter.sqlite")
        with pytest.raises(StoreError, match="removed or replaced"):
            await write(again, 2)
        await again.close()


async def test_no_new_database_appears_where_the_old_one_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        await write(decisions, 1)
        await asyncio.to_thread(gone, tmp_path / "callcenter.sqlite")
        results = await asyncio.gather(*(write(decisions, number) for number in range(20)), return_exceptions=True)
    assert {isinstance(result, StoreError) for result in results} == {True}
    assert not await asyncio.to_thread((tmp_path / "callcenter.sqlite").exists)


@TAKEN
async def test_the_record_acknowledges_nothing_either(tmp_path: Path, take: Any) -> None:
    await upgrade(settings_of(tmp_path))
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.write([], 1)
    await asyncio.to_thread(take, tmp_path / "callcenter.sqlite")
    with pytest.raises(StoreError, match="removed or replaced"):
        await store.write([], 2)
    assert store.position == 1
    await store.close()


@TAKEN
async def test_the_journal_tells_nothing_durable_once_its_file_is_taken_away(tmp_path: Path, take: Any) -> None:
    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    journal = await Journal.open(settings)
    await journal.committed((await journal.append([Entry(EntryKind.MARK, "pbx", 1, b"{}")]))[-1])
    await asyncio.to_thread(take, settings.path)
    with pytest.raises(StoreError, match="removed or replaced"):
        await journal.committed((await journal.append([Entry(EntryKind.MARK, "pbx", 2, b"{}")]))[-1])
    assert journal.durable_position == 1
    with pytest.raises(StoreError, match="removed or replaced"):
        await journal.close()


@LINKED
@LOG_TAKEN
async def test_a_quiet_journal_s_log_is_missed(tmp_path: Path, link: Any, take: Any) -> None:
    home = await asyncio.to_thread(link, tmp_path)
    journal = await Journal.open(JournalSettings(path=home / "journal.sqlite", min_free_bytes=0))
    await journal.committed((await journal.append([Entry(EntryKind.MARK, "pbx", 1, b"{}")]))[-1])
    await asyncio.to_thread(take, home / "journal.sqlite")
    with pytest.raises(FileTaken):
        await asyncio.wait_for(watch_files([journal.file], every=0.01), PATIENCE)
    await journal.close()


@pytest.mark.parametrize("take", [gone, replaced])
async def test_the_journal_reads_from_its_own_file_alone(tmp_path: Path, take: Any) -> None:
    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    async with await Journal.open(settings) as journal:
        await journal.committed((await journal.append([Entry(EntryKind.MARK, "pbx", 1, b"{}")]))[-1])
        assert await journal.seal_of(1)
        await asyncio.to_thread(take, settings.path)
        for read in (journal.seal_of(1), journal.read_one(1), journal.latest_state(), anext(aiter(journal.read()))):
            with pytest.raises(FileTaken):
                await read


async def test_a_journal_that_goes_while_it_is_opened_is_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    await (await Journal.open(settings)).close()
    monkeypatch.setattr("callcenter.journal.journal.check_disk", lambda settings: gone(settings.path))
    with pytest.raises(StoreError, match="No such file"):
        await Journal.open(settings, make=False)
    assert not await asyncio.to_thread(settings.path.exists)


@pytest.mark.parametrize("take", [gone, replaced])
async def test_a_journal_that_goes_behind_its_opening_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take: Any
) -> None:
    def open_and_take(path: Path) -> sqlite3.Connection:
        connection = open_for_writing(path)
        take(path)
        return connection

    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    monkeypatch.setattr("callcenter.journal.journal.open_for_writing", open_and_take)
    with pytest.raises(FileTaken):
        await Journal.open(settings)


async def test_a_file_that_was_never_there_is_no_file_of_ours(tmp_path: Path) -> None:
    with pytest.raises(FileTaken):
        OwnFile(tmp_path / "record.sqlite").require()


async def test_the_database_knows_of_its_journal_before_it_has_followed_any_of_it(tmp_path: Path) -> None:
    await upgrade(settings_of(tmp_path))
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.follow()
    await store.close()
    for node, follows in (("pbx", True), ("another", False)):
        store = await Store.open(settings_of(tmp_path), node)
        assert (store.follows, store.position) == (follows, 0)
        await store.close()


@TAKEN
async def test_a_file_that_nobody_writes_is_missed_all_the_same(tmp_path: Path, take: Any) -> None:
    async with opened(tmp_path) as decisions:
        await hire(decisions, "root", Role.ADMIN)
        watching = asyncio.create_task(watch_files([decisions.file], every=0.01))
        await asyncio.sleep(0.05)
        assert not watching.done()
        await asyncio.to_thread(take, tmp_path / "callcenter.sqlite")
        with pytest.raises(StoreError, match="removed or replaced"):
            await asyncio.wait_for(watching, PATIENCE)


async def test_a_log_that_sqlite_itself_has_begun_anew_is_no_loss(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        await write(decisions, 1)
        known = decisions.file
    assert isinstance(known, OwnFile)
    again = await DecisionStore.open(settings_of(tmp_path))
    await write(again, 2)
    known.require()
    await again.close()


@pytest.mark.parametrize("name", ["record.sqlite", "journal.sqlite"])
async def test_the_service_stops_when_a_file_is_taken_away_and_makes_no_new_one(tmp_path: Path, name: str) -> None:
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port) as service:
        await service.start()
        await asyncio.to_thread(gone, tmp_path / name)
        code, words = await service.ended()
        assert code == 4
        assert "removed or replaced" in words
        code, words = await service.run("serve")
        assert code == 4
        assert "backup" in words
        assert not await asyncio.to_thread((tmp_path / name).exists)
