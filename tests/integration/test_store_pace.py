"""The record behind a real journal: never ahead of it, never in the way of the live views, never without bound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from callcenter.ami.items import HeartbeatSeen, LoginLost, LoginOpened, SnapshotTaken
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.errors import DiskFull, StoreError
from callcenter.store import StoreAway
from callcenter.tracker import recover
from tests.integration.house import NOW, SNAPSHOT, house, run_to_the_end, until_true
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")


def recorded(home: Path) -> int:
    ((count,),) = DATABASES.sql(DATABASES.of(home / "record.sqlite"), "SELECT count(*) FROM visits")
    return int(count)


async def test_the_record_has_everything_when_the_client_ends(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), home.script.joins(50))
        home.script.end()
        await home.live()
        assert home.record.position == home.journal.durable_position
    assert recorded(tmp_path) == 50


async def test_live_views_do_not_wait_for_a_database_that_is_away(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.store.trouble = StoreAway("the database is away")
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), home.script.joins(50))
        living = asyncio.create_task(home.live())
        await until_true(lambda: len(home.watcher.facts) == 50)
        await until_true(lambda: home.store.failed > 2)
        assert home.tracker is not None
        behind = home.tracker.health()
        assert recorded(tmp_path) == 0
        home.store.trouble = None
        home.script.end()
        await living
    assert behind.store_pending == 50
    assert behind.store_lag_seconds > 0
    assert recorded(tmp_path) == 50


async def test_small_transactions_come_to_the_same_record(tmp_path: Path) -> None:
    async with house(tmp_path, batch=3) as home:
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), home.script.joins(50))
        home.script.end()
        await home.live()
    assert recorded(tmp_path) == 50


async def test_what_the_record_lacked_at_a_crash_is_replayed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.store.trouble = StoreAway("the database is away")
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), home.script.joins(50))
        living = asyncio.create_task(home.live())
        await until_true(lambda: len(home.watcher.facts) == 50)
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
    async with house(tmp_path, queue_events=7) as again:
        again.script.end()
        await again.live()
        assert again.follower.floor.state.digest()
        assert [fact for fact in again.watcher.facts if isinstance(fact, fx.VisitJoined)] == []
    assert recorded(tmp_path) == 50


async def test_no_state_is_saved_before_the_record_has_passed_it(tmp_path: Path) -> None:
    async with house(tmp_path, journal={"snapshot_every": 10}) as home:
        home.store.trouble = StoreAway("the database is away")
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), home.script.joins(30))
        living = asyncio.create_task(home.live())
        await until_true(lambda: home.store.failed > 5)
        await home.journal.committed(home.journal.appended_position)
        assert await home.journal.latest_state() is None
        home.store.trouble = None
        home.script.end()
        await living
        state = await home.journal.latest_state()
        assert state is not None
        assert state.position == home.record.position


async def test_health_tells_the_link_the_lag_and_the_gap(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        script = home.script
        script.say(LoginOpened("pbx", NOW, 1, "11"), script.joins(2), SnapshotTaken("pbx", NOW, SNAPSHOT))
        script.say(HeartbeatSeen("pbx", NOW, NOW + 5000, 2000))
        living = asyncio.create_task(home.live())
        await until_true(lambda: home.watcher.looks == 2)
        assert home.tracker is not None
        up = home.tracker.health()
        script.say(LoginLost("pbx", NOW, "gone"))
        await until_true(lambda: home.follower.seen.lost)
        lost = home.tracker.health()
        script.say(LoginOpened("pbx", NOW, 2, "11"), script.joins(1))
        await until_true(lambda: not home.follower.seen.lost)
        found = home.tracker.health()
        script.end()
        await living
    assert (up.ami_up, up.ready, up.lag_seconds, up.clock_skew_seconds) == (True, True, 0.001, 0.006)
    assert (up.last_seen_at, up.evidence_grade, up.gap_open_at, up.ledger) == (NOW, True, None, {"consumers": 0})
    assert (lost.ami_up, lost.ready, lost.gap_open_at) == (False, False, 1_800_000_002 * SECOND)
    assert (found.gap_open_at, found.gap_seconds, found.ready) == (None, 1.0, False)


async def test_a_saved_state_that_cannot_be_read_is_passed_over_for_the_journal(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        digest = home.follower.floor.state.digest()
        await home.journal.save_state(home.record.position, b"of another version")
    async with house(tmp_path) as again:
        recovered = await recover(again.journal, again.record)
    assert recovered.floor.state.digest() == digest


async def test_a_database_older_than_what_the_journal_keeps_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        await home.journal.prune(10)
    DATABASES.lose(tmp_path / "record.sqlite")
    async with house(tmp_path) as again:
        with pytest.raises(StoreError, match="begins at entry 10, the database needs it from 1 on"):
            await recover(again.journal, again.record)


async def test_a_database_of_another_journal_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.store.write([], 99)
        with pytest.raises(StoreError, match="it is another journal"):
            await recover(home.journal, home.record)


async def test_a_lost_database_is_rebuilt_from_the_journal(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
    DATABASES.lose(tmp_path / "record.sqlite")
    async with house(tmp_path) as again:
        await run_to_the_end(again)
    assert recorded(tmp_path) == 20


async def test_a_stop_does_not_wait_for_ever_for_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.tracker.loop._DRAIN_SECONDS", 0.05)
    async with house(tmp_path) as home:
        home.store.trouble = StoreAway("the database is away")
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        assert await home.journal.latest_state() is None
    async with house(tmp_path) as again:
        await run_to_the_end(again)
    assert recorded(tmp_path) == 20


async def test_a_full_disk_of_the_journal_ends_the_service_and_what_it_took_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as home:
        home.script.say(LoginOpened("pbx", NOW, 1, "11"))
        living = asyncio.create_task(home.live())
        monkeypatch.setattr("callcenter.journal.writer.free_bytes", lambda _path: -1)
        while not living.done():
            home.script.say(home.script.joins(1))
            await asyncio.sleep(0.005)
        with pytest.raises(ExceptionGroup) as caught:
            await living
        assert caught.group_contains(DiskFull, match="free some space")
    monkeypatch.undo()
    async with house(tmp_path) as again:
        await run_to_the_end(again)
    assert recorded(tmp_path) == len(home.watcher.facts)
