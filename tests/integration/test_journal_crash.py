"""A writer is killed at random moments, runs out of disk, or loses its loop: what it promised is there."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import DiskFull, StoreError
from callcenter.journal import Entry, EntryKind, Journal, JournalReader, JournalSettings, verify
from callcenter.journal.file import open_for_writing
from tests.support.tally import TALLY

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

KILLED = "SIGKILL of the journal's writer"

WRITER = """
import asyncio, sys
from pathlib import Path
from callcenter.journal.file import open_for_writing
from callcenter.journal import Entry, Journal, JournalSettings, EntryKind

async def main() -> None:
    settings = JournalSettings(path=Path(sys.argv[1]), min_free_bytes=0, batch=200, queue_entries=2000)
    journal = await Journal.open(settings)
    promised = open(sys.argv[2], "a", buffering=1)
    journal.on_durable(lambda position: promised.write(f"{position}\\n"))
    while True:
        start = journal.appended_position + 1
        frames = [Entry(EntryKind.FRAME, "events", n, b"%d " % n * 60) for n in range(start, start + 37)]
        positions = await journal.append(frames)
        if positions[-1] % 10 == 0:
            await journal.save_state(positions[-1], b"floor at %d" % positions[-1])
            await journal.prune(positions[-1] - 5000)
        await asyncio.sleep(0)

asyncio.run(main())
"""


@pytest.fixture
def settings(tmp_path: Path) -> JournalSettings:
    return JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)


def frame(n: int, size: int = 100) -> Entry:
    return Entry(EntryKind.FRAME, "events", n, b"%0*d" % (size, n))


def kill_after(delay: float, settings: JournalSettings, promises: Path) -> int:
    """Let a writer go on from where the last one died, kill it, and give the last position it promised."""
    with subprocess.Popen([sys.executable, "-c", WRITER, settings.path, promises]) as writer:
        try:
            before = promises.stat().st_size if promises.exists() else 0
            while not promises.exists() or promises.stat().st_size == before:
                assert writer.poll() is None
                time.sleep(0.01)
            time.sleep(delay)
        finally:
            writer.kill()
    assert writer.returncode == -signal.SIGKILL
    complete, _, _ = promises.read_text().rpartition("\n")
    return int(complete.rpartition("\n")[2])


def survive(kills: int, settings: JournalSettings, promises: Path) -> None:
    moments = random.Random(20)
    for _ in range(kills):
        promised = kill_after(moments.uniform(0, 0.4), settings, promises)
        TALLY.happened(KILLED, say=True)
        with TALLY.holds(KILLED, "every promised entry is there in order, sealed, with its saved state"):
            everything_promised_is_there(settings, promised)


def everything_promised_is_there(settings: JournalSettings, promised: int) -> None:
    report = verify(settings.path)
    assert report.sound
    assert report.last >= promised
    with JournalReader(settings.path) as reader:
        kept = [(e.position, e.recorded_at, e.payload) for e in reader.read()]
        state = reader.latest_state()
    assert kept == [(n, n, b"%d " % n * 60) for n in range(report.first, report.last + 1)]
    assert state is None or (state.blob == b"floor at %d" % state.position and state.position <= report.last)


def test_a_writer_killed_at_random_moments_keeps_what_it_promised(settings: JournalSettings, tmp_path: Path) -> None:
    survive(5, settings, tmp_path / "promises")


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_writer_killed_fifty_times_keeps_what_it_promised(settings: JournalSettings, tmp_path: Path) -> None:
    survive(50, settings, tmp_path / "promises")


@pytest.fixture
def small_file(settings: JournalSettings, monkeypatch: pytest.MonkeyPatch) -> JournalSettings:
    """SQLite itself says SQLITE_FULL when the database would grow beyond 40 pages."""

    def open_small(path: Path) -> sqlite3.Connection:
        connection = open_for_writing(path)
        connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr("callcenter.journal.journal.open_for_writing", open_small)
    return settings


async def test_a_full_disk_stops_the_writer_and_nothing_promised_is_lost(small_file: JournalSettings) -> None:
    promised: list[int] = [0]
    journal = await Journal.open(small_file)
    journal.on_durable(promised.append)
    with pytest.raises(DiskFull, match="free some space"):
        await fill(journal)
    with pytest.raises(DiskFull):
        await journal.append([frame(0)])
    with pytest.raises(DiskFull):
        await journal.committed(journal.appended_position)
    with pytest.raises(DiskFull):
        await journal.save_state(1, b"")
    with pytest.raises(DiskFull):
        await journal.close()

    report = verify(small_file.path)
    assert report.sound
    assert report.last == promised[-1] > 100
    await go_on(small_file, report.last)


async def go_on(settings: JournalSettings, last: int) -> None:
    async with await Journal.open(settings) as journal:
        assert journal.durable_position == last


async def fill(journal: Journal) -> None:
    for n in range(1, 100_000):
        await journal.committed((await journal.append([frame(n)] * 50))[-1])


async def test_those_who_wait_for_room_or_for_a_commit_hear_of_the_full_disk(
    small_file: JournalSettings,
) -> None:
    journal = await Journal.open(small_file.model_copy(update={"queue_entries": 5000, "batch": 5000}))
    await journal.append([frame(1, size=1000)] * 5000)
    answers = await asyncio.gather(
        journal.append([frame(2)]), journal.committed(5000), journal.committed(1), return_exceptions=True
    )
    with pytest.raises(DiskFull):
        await journal.close()

    assert [type(answer) for answer in answers] == [DiskFull] * 3
    assert verify(small_file.path).last == 0


async def test_a_state_behind_entries_that_do_not_fit_is_refused_with_them(small_file: JournalSettings) -> None:
    journal = await Journal.open(small_file)
    gate = threading.Event()
    journal._writer.submit(lambda _: gate.wait())
    await journal.append([frame(1, size=10_000)] * 500)
    saving = asyncio.create_task(journal.save_state(500, b"floor"))
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(DiskFull):
        await saving
    with pytest.raises(DiskFull):
        await journal.close()

    assert verify(small_file.path).last == 0


async def test_a_state_that_does_not_fit_leaves_the_last_one(small_file: JournalSettings) -> None:
    async with await Journal.open(small_file) as journal:
        await journal.append([frame(1), frame(2)])
        await journal.save_state(1, b"small")
        with pytest.raises(DiskFull):
            await journal.save_state(2, bytes(10_000_000))
        await journal.append([frame(3)])
        state = await journal.latest_state()

    assert state is not None
    assert state.blob == b"small"
    assert verify(small_file.path).last == 3


async def test_too_little_free_disk_is_refused_at_the_start(settings: JournalSettings) -> None:
    with pytest.raises(DiskFull, match="bytes are free"):
        await Journal.open(settings.model_copy(update={"min_free_bytes": 2**62}))


async def test_disk_that_becomes_scarce_ends_acceptance_but_what_was_taken_is_written(
    settings: JournalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = await Journal.open(settings.model_copy(update={"min_free_bytes": 1000}))
    monkeypatch.setattr("callcenter.journal.writer.free_bytes", lambda _: 999)
    taken = await journal.append([frame(n) for n in range(5000)])
    await journal.committed(taken[-1])
    with pytest.raises(DiskFull, match="less than 1,000 bytes"):
        await journal.append([frame(1)])
    await journal.close()

    assert verify(settings.path).checked == 5000


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from callcenter.errors import StoreError
from callcenter.journal.file import open_for_writing
from callcenter.journal import Entry, Journal, JournalSettings, EntryKind

async def main() -> None:
    journal = await Journal.open(JournalSettings(path=Path(sys.argv[1]), min_free_bytes=0))
    try:
        while True:
            positions = await journal.append([Entry(EntryKind.FRAME, "events", 1, b"x" * 1000)] * 20)
            await journal.committed(positions[-1])
    except StoreError as error:
        print(f"{journal.durable_position}|{error}")

resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
asyncio.run(main())
"""


def test_a_system_that_refuses_to_write_is_told_and_nothing_promised_is_lost(
    settings: JournalSettings,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, settings.path], capture_output=True, text=True, check=True, timeout=60
    )
    promised, _, sentence = done.stdout.partition("|")

    report = verify(settings.path)
    assert report.sound
    assert report.last >= int(promised) > 0
    assert str(settings.path) in sentence


async def test_an_unforeseen_error_in_the_writer_reaches_the_appender(
    settings: JournalSettings,
) -> None:
    journal = await Journal.open(settings)
    with pytest.raises(StoreError, match="stopped: "):
        await journal.committed((await journal.append([Entry(EntryKind.FRAME, "events", 2**70, b"")]))[-1])
    with pytest.raises(StoreError, match="stopped: "):
        await journal.close()


def test_a_loop_that_ends_without_closing_leaves_a_sound_journal(settings: JournalSettings) -> None:
    async def forget() -> Journal:
        journal = await Journal.open(settings)
        await journal.append([frame(n) for n in range(3000)])
        return journal

    journal = asyncio.run(forget())
    journal._writer.close()
    journal._writer.join()

    assert verify(settings.path).checked == 3000
    for lock in journal._locks:
        os.close(lock)


async def test_no_thread_is_left_behind(settings: JournalSettings) -> None:
    await (await Journal.open(settings)).close()

    assert "journal-writer" not in {thread.name for thread in threading.enumerate()}
