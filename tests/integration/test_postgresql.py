"""What only a server can be or do: several of them, its locks, its encoding, texts that it cannot have."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.errors import BadInput, StoreError
from callcenter.reports.backup import BackupContents, back_up
from callcenter.store import StoreAway, StoreSettings, newest_revision, revision_of, upgrade
from callcenter.store.alone import DatabaseTaken, ServiceLock
from callcenter.store.decisions.violations import RecordQuery, get, page
from tests.integration.office import opened, propose
from tests.support.databases import DATABASES, POSTGRESQL, SQLITE
from tests.unit.rules.detection.people import SUPERVISOR

pytestmark = pytest.mark.postgresql

HELD = (
    "FROM pg_locks WHERE locktype = 'advisory' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture(autouse=True)
def on_the_server() -> Iterator[None]:
    DATABASES.begin(POSTGRESQL)
    yield
    DATABASES.begin(SQLITE)


async def test_of_several_servers_the_one_that_takes_what_is_written_is_found(tmp_path: Path) -> None:
    name, _, folder = DATABASES.of(tmp_path).url.partition("?host=")
    several = StoreSettings(url=f"{name}?host={folder}:1&host={folder}:5432&target_session_attrs=read-write")
    assert await revision_of(several) == await revision_of(DATABASES.of(tmp_path))
    none = StoreSettings(url=f"{name}?host={folder}:1&host={folder}:2&target_session_attrs=read-write")
    with pytest.raises(StoreAway, match="cannot be reached"):
        await revision_of(none)


async def test_a_server_that_is_silent_does_not_keep_from_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.store.engine._CONNECT_SECONDS", 0.3)
    name, _, folder = DATABASES.of(tmp_path).url.partition("?host=")
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(f"{tmp_path}/.s.PGSQL.5432")
    silent.listen()
    assert await revision_of(StoreSettings(url=f"{name}?host={tmp_path}:5432&host={folder}:5432")) is not None
    with pytest.raises(StoreAway, match="it does not answer"):
        await revision_of(StoreSettings(url=f"{name}?host={tmp_path}:5432&host={tmp_path}:5432"))
    silent.close()


async def test_a_server_none_of_which_takes_what_is_written_may_do_later(tmp_path: Path) -> None:
    settings = DATABASES.of(tmp_path)
    name = settings.url.partition("?")[0].rpartition("/")[2]
    DATABASES.server.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreAway, match="not available now"):
        await revision_of(StoreSettings(url=f"{settings.url}&target_session_attrs=read-write"))
    DATABASES.server.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")


async def test_a_database_that_cannot_hold_every_character_is_refused() -> None:
    DATABASES.server.sql("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc TEMPLATE template0")
    with pytest.raises(StoreError, match="keeps text as SQL_ASCII: make it anew by createdb"):
        await upgrade(StoreSettings(url=DATABASES.server.url("bytes")))


async def test_a_database_that_is_not_there_is_said_so() -> None:
    with pytest.raises(StoreError, match='database "none" does not exist'):
        await upgrade(StoreSettings(url=DATABASES.server.url("none")))


async def test_its_backup_is_left_to_its_own_program(tmp_path: Path) -> None:
    kept = BackupContents(journal=tmp_path / "journal.sqlite", store=DATABASES.of(tmp_path), node="pbx")
    with pytest.raises(BadInput, match="is a server's database: back it up by pg_dump"):
        await back_up(kept, tmp_path / "backups", 0)


async def test_a_lock_that_is_kept_is_worth_another_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.store.engine._BUSY_SECONDS", 0.05)
    async with opened(tmp_path) as decisions:
        async with decisions.writing():
            with pytest.raises(StoreAway, match="not available now"):
                await propose(decisions)
        number = await propose(decisions)
        async with decisions.reading() as connection:
            assert (await get(connection, number)).version == 1


async def test_a_text_that_no_server_can_have_is_written_and_found_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        number = await propose(decisions, agent="Al\0ice")
        async with decisions.reading() as connection:
            asked = RecordQuery(agent="Al\0ice")
            assert [one.dossier.id for one in await page(connection, SUPERVISOR, asked, None, 10)] == [number]
            assert await page(connection, SUPERVISOR, RecordQuery(agent="\ud800"), None, 10) == []


async def test_of_two_services_the_second_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    settings = DATABASES.of(tmp_path)
    first = await ServiceLock.take(settings)
    with pytest.raises(StoreError, match=r"another service uses the database .*: stop it first"):
        await ServiceLock.take(settings)
    await first.close()
    second = await ServiceLock.take(settings)
    await second.close()


async def test_a_service_that_was_cut_off_takes_its_lock_again_unless_another_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = DATABASES.of(tmp_path)
    lock = await ServiceLock.take(settings)
    DATABASES.sql(settings, f"SELECT pg_terminate_backend(pid, 5000) {HELD}")
    other = await ServiceLock.take(settings)
    with pytest.raises(DatabaseTaken):
        await asyncio.wait_for(lock.keep(0.01, 0.05), 10)
    await other.close()
    keeping, took, take = asyncio.create_task(lock.keep(0.01)), asyncio.Event(), lock._take

    async def taking() -> None:
        await take()
        took.set()

    monkeypatch.setattr(lock, "_take", taking)
    await asyncio.wait_for(took.wait(), 10)
    keeping.cancel()
    await asyncio.wait([keeping])
    held = DATABASES.sql(settings, f"SELECT count(*) {HELD}")
    await lock.close()
    assert (held, DATABASES.sql(settings, f"SELECT count(*) {HELD}")) == ([(1,)], [(0,)])


async def test_of_two_upgrades_at_once_the_second_waits_for_the_first() -> None:
    blank = DATABASES.blank_on_server()
    assert await asyncio.gather(*(upgrade(blank) for _ in range(3))) == [newest_revision()] * 3
