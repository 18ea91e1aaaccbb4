"""The record in a real database: all of a transaction or none of it, and a sentence for whatever is wrong."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event

import callcenter.store
from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from callcenter.errors import BadSetting, DiskFull, MigrationMissing, StoreError
from callcenter.store import (
    JournalledFacts,
    Store,
    StoreAway,
    StoreSettings,
    gaps,
    ledger,
    newest_revision,
    open_engine,
    revision_of,
    upgrade,
)
from callcenter.store.customers.names import tails
from callcenter.store.migrations.versions import (
    r0008_who_talked,
    r0009_all_who_vouch,
    r0024_record_due,
    r0032_notified_records,
    r0033_name_tails,
    r0034_draft_keys,
)
from callcenter.store.record.models import Base
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "record.sqlite"


@pytest.fixture
def settings(path: Path) -> StoreSettings:
    return DATABASES.of(path)


@pytest.fixture
def blank(path: Path) -> StoreSettings:
    """A database that nobody has made a table in."""
    return DATABASES.blank(path)


@pytest.fixture
async def store(settings: StoreSettings) -> AsyncIterator[Store]:
    await DATABASES.migrate(settings)
    opened = await Store.open(settings, "pbx")
    yield opened
    await opened.close()


def joined(uid: str, at: int = 10, queue: str = "consumers") -> fx.VisitJoined:
    return fx.VisitJoined(at=at, uniqueid=uid, queue=queue, n=1)


def ended(uid: str, outcome: VisitOutcome, queue: str | None = "consumers", **changes: Any) -> fx.VisitEnded:
    values: dict[str, Any] = {
        "call": uid,
        "uniqueid": uid,
        "queue": queue,
        "n": 1,
        "caller": "13800250001",
        "did": "400",
        "joined_at": 10,
        "left_at": 30,
        "position": 1,
        "outcome": outcome,
        "agent": None,
        "answered_at": None,
        "ended_at": None,
        "hold": None,
        "transferred": None,
        "ended_by": EndedBy.CALLER,
        "refused_at": None,
        "offers": (),
        "in_gap": False,
        "frames": (3,),
    }
    return fx.VisitEnded(at=30, visit=fx.Visit(**values | changes))


def talk(**changes: Any) -> fx.Talk:
    values: dict[str, Any] = {
        "call": "a",
        "uniqueid": "a",
        "agent": "Bob",
        "interface": "PJSIP/1002",
        "how": How.PARK,
        "queue": None,
        "start": 40,
        "end": None,
        "ended_by": None,
        "in_gap": False,
        "frames": (5,),
    }
    return fx.Talk(**values | changes)


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(callcenter.store.__path__[0]) / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
async def test_the_models_are_what_the_migrations_make(blank: StoreSettings) -> None:
    for module in pkgutil.walk_packages(callcenter.store.__path__, "callcenter.store."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    await upgrade(blank)
    engine = open_engine(blank)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
        )
    await engine.dispose()
    assert found == []


async def test_upgrading_twice_changes_nothing(blank: StoreSettings) -> None:
    assert await revision_of(blank) is None
    assert await upgrade(blank) == await upgrade(blank) == await revision_of(blank) == newest_revision()


@pytest.mark.one_database
async def test_a_database_that_was_never_made_is_said_so_and_not_made(settings: StoreSettings, path: Path) -> None:
    with pytest.raises(MigrationMissing, match="callcenter db upgrade"):
        await Store.open(settings, "pbx")
    assert not await asyncio.to_thread(path.exists)


@pytest.mark.one_database
async def test_an_empty_database_needs_an_upgrade(settings: StoreSettings, path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir)
    await asyncio.to_thread(path.touch)
    with pytest.raises(MigrationMissing, match=r"has schema none.*callcenter db upgrade"):
        await Store.open(settings, "pbx")


async def test_a_database_of_a_newer_version_is_left_alone(blank: StoreSettings) -> None:
    await upgrade(blank)
    DATABASES.sql(blank, "UPDATE alembic_version SET version_num = '9999'")
    for attempt in (Store.open(blank, "pbx"), upgrade(blank)):
        with pytest.raises(MigrationMissing, match="newer version"):
            await attempt


@pytest.mark.one_database
async def test_a_file_that_is_no_database_is_said_so(settings: StoreSettings, path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir)
    await asyncio.to_thread(path.write_bytes, b"not a database, but long enough to be looked at closely" * 40)
    with pytest.raises(StoreError, match="not a database"):
        await Store.open(settings, "pbx")


@pytest.mark.one_database
async def test_a_directory_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be reached"):
        await upgrade(StoreSettings(url=f"sqlite:///{tmp_path}/file/record.sqlite"))


@pytest.mark.one_database
def test_a_password_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    settings = StoreSettings(url="postgresql://me@127.0.0.1/calls", password_file=tmp_path / "none")
    with pytest.raises(BadSetting, match=r"store\.password_file"):
        settings.address()


@pytest.mark.one_database
def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    settings = StoreSettings(url="postgresql://me@127.0.0.1/calls", password_file=tmp_path / "secret")
    assert settings.address().password == "hush"
    assert settings.address().drivername == "postgresql+asyncpg"


@pytest.mark.one_database
async def test_every_commit_is_durable_and_readers_go_on(store: Store, settings: StoreSettings) -> None:
    await store.write([], 1)
    engine = open_engine(settings)
    async with engine.connect() as connection:
        found = [(await connection.exec_driver_sql(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous")]
    await engine.dispose()
    assert found == ["wal", 2]


async def test_rows_and_position_are_written_together(store: Store, settings: StoreSettings, path: Path) -> None:
    await store.write([JournalledFacts(3, [joined("a")]), JournalledFacts(7, [ended("a", VisitOutcome.ABANDONED)])], 9)
    assert DATABASES.sql(settings, "SELECT journal_position FROM position") == [(9,)]
    assert DATABASES.sql(settings, "SELECT uniqueid, outcome, joined_position, ended_position FROM visits") == [
        ("a", "abandoned", 3, 7)
    ]
    again = await Store.open(settings, "pbx")
    assert again.position == 9
    await again.close()


async def test_an_account_finds_its_row_after_a_restart(store: Store, settings: StoreSettings, path: Path) -> None:
    await store.write([JournalledFacts(3, [joined("a")])], 3)
    again = await Store.open(settings, "pbx")
    await again.write([JournalledFacts(7, [ended("a", VisitOutcome.TIMED_OUT)])], 7)
    await again.close()
    assert DATABASES.sql(settings, "SELECT outcome, joined_position FROM visits") == [("timed_out", 3)]


async def test_a_talk_finds_its_row_after_a_restart(store: Store, settings: StoreSettings, path: Path) -> None:
    await store.write([JournalledFacts(5, [fx.TalkBegan(at=40, talk=talk())])], 5)
    again = await Store.open(settings, "pbx")
    told = [JournalledFacts(8, [fx.TalkEnded(at=90, talk=talk(end=90, ended_by=EndedBy.AGENT))])]
    await again.write(told, 8)
    await again.close()
    columns = "agent, how, started_at, ended_at, ended_by, in_gap, began_position, ended_position"
    assert DATABASES.sql(settings, f"SELECT {columns} FROM talks") == [("Bob", "park", 40, 90, "agent", 0, 5, 8)]  # noqa: S608


async def test_a_database_of_before_talks_keeps_its_calls_and_has_none(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0008_who_talked.down_revision)
    await engine.dispose()
    DATABASES.sql(blank, "INSERT INTO calls VALUES ('i', 'pbx', 'a', 1, 10, 30, 7)")
    with pytest.raises(MigrationMissing, match="callcenter db upgrade"):
        await Store.open(blank, "pbx")
    await upgrade(blank)
    assert DATABASES.sql(blank, "SELECT call, visits FROM calls") == [("a", 1)]
    assert DATABASES.sql(blank, "SELECT count(*) FROM talks") == [(0,)]


async def test_who_vouched_before_all_of_them_were_remembered_still_does(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0009_all_who_vouch.down_revision)
    await engine.dispose()
    told = "name, full_name, role, password, created_at, version, vouched_by, vouched_at"
    for account in ("'mana', 'M', 'manager', 'x', 1, 1, 'root', 7", "'sun', 'S', 'agent', 'x', 1, 1, NULL, NULL"):
        DATABASES.sql(blank, f"INSERT INTO accounts ({told}) VALUES ({account})")  # noqa: S608
    await upgrade(blank)
    assert DATABASES.sql(blank, "SELECT account, vouched_by, vouched_at FROM vouchers") == [("mana", "root", 7)]


async def test_records_of_before_are_due_as_those_of_now(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0024_record_due.down_revision)
    await engine.dispose()
    told = "id, rule, agent, team, sort_at, verdict, mode, state, dossier, standing, created_at, version"
    standings: dict[str, dict[str, str | int]] = {
        "a": {},
        "b": {"state": "explained", "explain_until": 20},
        "c": {"state": "appealed", "decide_until": 30},
        "d": {"state": "confirmed", "appeal_until": 40},
        "e": {"state": "confirmed", "appeal_until": 50, "fine_yuan": 20},
        "f": {"state": "overturned"},
    }
    for number, more in standings.items():
        standing = json.dumps({"verdict": "proposed", "mode": "on", **more})
        row = f"'{number}', 'V-X', 'Alice', NULL, 1, 'proposed', 'on', 'proposed', '{{}}', '{standing}', 10, 1"
        DATABASES.sql(blank, f"INSERT INTO violations ({told}) VALUES ({row})")  # noqa: S608
    await upgrade(blank)
    found = DATABASES.sql(blank, "SELECT id, due_at FROM violations ORDER BY id")
    assert found == [("a", 10), ("b", 20), ("c", 30), ("d", None), ("e", 50), ("f", None)]


async def test_records_of_before_are_known_to_who_was_notified(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0032_notified_records.down_revision)
    await engine.dispose()
    told = "id, rule, agent, team, sort_at, verdict, mode, state, dossier, standing, created_at, version"
    standings = {
        "a": {},
        "b": {"notified_at": 20},
        "c": {"notified_at": "soon"},
        "d": {"notified_at": 2**63},
        "e": "no JSON",
        "f": "[1]",
        "g": '{"notified_at": 20',
        "h": "[" * 100_000,
    }
    for number, more in standings.items():
        known = json.dumps({"verdict": "proposed", "mode": "on", **more}) if isinstance(more, dict) else None
        standing = known or more
        row = f"'{number}', 'V-X', 'Alice', NULL, 1, 'proposed', 'on', 'proposed', '{{}}', '{standing}', 10, 1"
        DATABASES.sql(blank, f"INSERT INTO violations ({told}) VALUES ({row})")  # noqa: S608
    await upgrade(blank)
    found = DATABASES.sql(blank, "SELECT id, notified_at FROM violations ORDER BY id")
    assert found == [(number, 20 if number == "b" else None) for number in standings]


async def test_customers_of_before_are_found_by_their_names(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0033_name_tails.down_revision)
    await engine.dispose()
    told = "id, name, folded, key_account, merged_into, version, created_by, created_at, changed_by, changed_at"
    for number, (name, into) in {"a": ("王小明", "NULL"), "b": ("王", "'a'"), "c": ("xx" * 100, "NULL")}.items():
        row = f"'{number}', '{name}', '{name}', 1 = 0, {into}, 1, 'sun', 1, 'sun', 1"
        DATABASES.sql(blank, f"INSERT INTO customers ({told}) VALUES ({row})")  # noqa: S608
    await upgrade(blank)
    found = DATABASES.sql(blank, "SELECT tail, folded, customer FROM customer_name_tails")
    names = {"a": "王小明", "c": "xx" * 100}
    assert sorted(found) == sorted((tail, name, one) for one, name in names.items() for tail in tails(name))


async def test_accounts_of_before_have_a_key_of_their_own_for_what_is_typed(blank: StoreSettings) -> None:
    engine = open_engine(blank, make=True)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, r0034_draft_keys.down_revision)
    await engine.dispose()
    told = "name, full_name, role, password, created_at, version"
    for name in ("mana", "sun"):
        DATABASES.sql(blank, f"INSERT INTO accounts ({told}) VALUES ('{name}', 'M', 'agent', 'x', 1, 1)")  # noqa: S608
    await upgrade(blank)
    keys = [bytes.fromhex(key) for (key,) in DATABASES.sql(blank, "SELECT draft_key FROM accounts")]
    assert ({len(key) for key in keys}, len(set(keys))) == ({32}, 2)


async def test_what_is_recorded_already_is_passed_over(store: Store, settings: StoreSettings) -> None:
    await store.write([JournalledFacts(3, [joined("a")])], 5)
    await store.write([JournalledFacts(3, [joined("a")]), JournalledFacts(6, [joined("b")])], 6)
    await store.write([JournalledFacts(6, [joined("c")])], 6)
    assert DATABASES.sql(settings, "SELECT uniqueid FROM visits ORDER BY 1") == [("a",), ("b",)]


async def test_two_switches_have_positions_of_their_own(store: Store, settings: StoreSettings) -> None:
    await store.write([], 5)
    other = await Store.open(settings, "pbx2")
    assert other.position == 0
    await other.close()


@pytest.mark.one_database
async def test_a_full_disk_writes_nothing_of_a_transaction(store: Store, settings: StoreSettings) -> None:
    await store.write([JournalledFacts(3, [joined("a")])], 3)
    pages = DATABASES.sql(settings, "PRAGMA page_count")[0][0]
    event.listen(
        store._engine.sync_engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    )
    many = [JournalledFacts(position, [joined(f"{position}-{'x' * 500}")]) for position in range(4, 200)]
    with pytest.raises(DiskFull, match="free some space"):
        await store.write(many, 200)
    assert store.position == 3
    assert DATABASES.sql(settings, "SELECT uniqueid FROM visits") == [("a",)]
    assert DATABASES.sql(settings, "SELECT journal_position FROM position") == [(3,)]


@pytest.mark.one_database
async def test_a_locked_database_is_worth_another_try(
    settings: StoreSettings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.store.engine._BUSY_SECONDS", 0.05)
    await upgrade(settings)
    store = await Store.open(settings, "pbx")
    told = [JournalledFacts(3, [joined("a")]), JournalledFacts(4, [ended("a", VisitOutcome.ABANDONED)])]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreAway, match="not available now"):
            await store.write(told, 4)
    await store.write(told, 4)
    await store.close()
    assert DATABASES.sql(settings, "SELECT uniqueid, outcome, joined_position FROM visits") == [("a", "abandoned", 3)]


async def test_the_ledger_accounts_for_every_join(store: Store, settings: StoreSettings) -> None:
    await store.write(
        [
            JournalledFacts(1, [joined("a"), joined("b"), joined("c"), joined("d", queue="products")]),
            JournalledFacts(2, [ended("a", VisitOutcome.ANSWERED), ended("b", VisitOutcome.UNKNOWN)]),
            JournalledFacts(3, [ended("e", VisitOutcome.REFUSED, joined_at=None, refused_at=12)]),
        ],
        3,
    )
    engine = open_engine(settings)
    consumers, products = await ledger(engine)
    await engine.dispose()
    assert (consumers.queue, consumers.joined, consumers.waiting, consumers.refused) == ("consumers", 3, 1, 1)
    assert consumers.exits == {"answered": 1, "unknown": 1}
    assert (products.joined, products.waiting) == (1, 1)
    assert consumers.difference == products.difference == 0


async def test_the_ledger_shows_an_end_without_a_beginning(store: Store, settings: StoreSettings) -> None:
    await store.write([JournalledFacts(1, [ended("a", VisitOutcome.ANSWERED)])], 1)
    engine = open_engine(settings)
    (account,) = await ledger(engine)
    await engine.dispose()
    assert account.difference == -1


async def test_the_ledger_of_a_day_leaves_the_others_out(store: Store, settings: StoreSettings) -> None:
    early, late = ended("a", VisitOutcome.ANSWERED, joined_at=10), ended("b", VisitOutcome.ANSWERED, joined_at=99)
    await store.write([JournalledFacts(1, [joined("a", 10), joined("b", 99)]), JournalledFacts(2, [early, late])], 2)
    engine = open_engine(settings)
    (account,) = await ledger(engine, since=50, until=100)
    await engine.dispose()
    assert (account.joined, account.exits, account.difference) == (1, {"answered": 1}, 0)


async def test_gaps_are_kept(store: Store, settings: StoreSettings) -> None:
    await store.write([JournalledFacts(4, [fx.GapSeen(at=50, start=20, cause="restart")])], 4)
    engine = open_engine(settings)
    assert await gaps(engine, "pbx") == [(20, 50, "restart")]
    await engine.dispose()


@pytest.mark.one_database
async def test_a_write_that_is_cancelled_comes_to_its_end(store: Store, settings: StoreSettings, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write([JournalledFacts(3, [joined("a")])], 4))
        await asyncio.sleep(0.05)
        writing.cancel()
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await writing
        other.execute("BEGIN IMMEDIATE")
    assert store.position == 4
    assert DATABASES.sql(settings, "SELECT uniqueid FROM visits") == [("a",)]
