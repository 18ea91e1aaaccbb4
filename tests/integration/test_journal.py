from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import BadInput, JournalDamaged, StoreError
from callcenter.journal import Entry, EntryKind, Journal, JournalReader, JournalSettings, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> JournalSettings:
    return JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)


def frames(count: int, start: int = 1) -> list[Entry]:
    return [Entry(EntryKind.FRAME, "events", n, b"Event: E%d\r\n\r\n" % n) for n in range(start, start + count)]


@contextlib.contextmanager
def paused(journal: Journal) -> Iterator[None]:
    """Keep the writer from its work for a while."""
    gate = threading.Event()
    journal._writer.submit(lambda _: gate.wait())
    try:
        yield
    finally:
        gate.set()


async def filled(settings: JournalSettings, count: int) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(count))


async def test_entries_come_back_in_order_as_they_were(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        positions = await journal.append([*frames(2), Entry(EntryKind.EVENT, "节点", -5, b"\0\xff")])
        await journal.committed(positions[-1])
        read = [entry async for entry in journal.read()]

    assert positions == range(1, 4)
    assert [entry.position for entry in read] == [1, 2, 3]
    assert [Entry(e.kind, e.source, e.recorded_at, e.payload) for e in read] == [
        *frames(2),
        Entry(EntryKind.EVENT, "节点", -5, b"\0\xff"),
    ]


async def test_positions_go_on_after_reopening(settings: JournalSettings) -> None:
    await filled(settings, 3)

    async with await Journal.open(settings) as journal:
        assert journal.durable_position == 3
        assert await journal.append(frames(2, start=4)) == range(4, 6)

    assert verify(settings.path).checked == 5


async def test_closing_writes_what_was_taken(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(25_000))

    report = verify(settings.path)
    assert (report.first, report.last, report.checked, report.sound) == (1, 25_000, 25_000, True)


async def test_reading_starts_at_any_position(settings: JournalSettings) -> None:
    await filled(settings, 2500)

    async with await Journal.open(settings) as journal:
        assert [entry.position async for entry in journal.read(2499)] == [2499, 2500]
        assert [entry.position async for entry in journal.read(2501)] == []
        assert len([entry async for entry in journal.read()]) == 2500


async def test_one_entry_is_given_with_its_hash_for_evidence(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.committed((await journal.append(frames(3)))[-1])
        entry = await journal.read_one(2)
        everything = [entry async for entry in journal.read()]

    assert entry == everything[1]
    assert len(entry.hash) == 32


async def test_an_entry_that_does_not_exist_is_refused_in_a_sentence(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        with pytest.raises(BadInput, match="holds no entry 1"):
            await journal.read_one(1)
        with pytest.raises(BadInput, match="holds no entry 0"):
            await journal.read_one(0)


async def test_callbacks_hear_of_every_commit_in_rising_order(settings: JournalSettings) -> None:
    heard: list[int] = []
    async with await Journal.open(settings) as journal:
        journal.on_durable(heard.append)
        await journal.append(frames(3500))
        await journal.committed(3500)
        assert journal.pending == 0

    assert heard == sorted(heard)
    assert heard[-1] == 3500
    assert len(heard) >= 4


async def test_a_full_queue_holds_the_appender_back(settings: JournalSettings) -> None:
    small = settings.model_copy(update={"queue_entries": 10})
    async with await Journal.open(small) as journal:
        with paused(journal):
            await journal.append(frames(10))
            held = asyncio.create_task(journal.append(frames(5, start=11)))
            await asyncio.sleep(0)
            before = (journal.appended_position, journal.pending)
        positions = await held
        await journal.committed(15)

    assert before == (10, 10)
    assert positions == range(11, 16)
    assert verify(settings.path).checked == 15


async def test_bytes_that_wait_hold_the_appender_back_too(settings: JournalSettings) -> None:
    small = settings.model_copy(update={"queue_bytes": 100_000})
    async with await Journal.open(small) as journal:
        with paused(journal):
            await journal.append([Entry(EntryKind.FRAME, "events", 1, b"x" * 100_000)])
            held = asyncio.create_task(journal.append(frames(1)))
            await asyncio.sleep(0)
            assert journal.appended_position == 1
        assert await held == range(2, 3)


async def test_a_giver_up_on_a_commit_disturbs_nobody(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        with paused(journal):
            await journal.append(frames(2))
            impatient = asyncio.create_task(journal.committed(1))
            await asyncio.sleep(0)
            impatient.cancel()
        await journal.committed(2)

    assert impatient.cancelled()


async def test_a_state_that_nobody_waits_for_any_more_is_not_stored(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(1))
        with paused(journal):
            impatient = asyncio.create_task(journal.save_state(1, b"floor"))
            await asyncio.sleep(0)
            impatient.cancel()
            await asyncio.wait([impatient])
        await journal.committed(1)
        assert await journal.latest_state() is None


async def test_a_journal_can_be_verified_while_it_is_written(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.committed((await journal.append(frames(5)))[-1])
        reports = []
        for _ in range(20):
            report, _ = await asyncio.gather(
                asyncio.to_thread(verify, settings.path), journal.append(frames(3000, start=1))
            )
            reports.append(report)

    assert all(report.sound for report in reports)
    assert reports[-1].checked > reports[0].checked
    assert verify(settings.path).checked == 60_005


async def test_many_appenders_keep_one_order(settings: JournalSettings) -> None:
    small = settings.model_copy(update={"queue_entries": 20})

    async def send(journal: Journal, name: str) -> list[range]:
        return [await journal.append([Entry(EntryKind.FRAME, name, n, b"")] * 3) for n in range(50)]

    async with await Journal.open(small) as journal:
        got = await asyncio.gather(*(send(journal, f"login{n}") for n in range(4)))

    assert sorted(p for positions in got for some in positions for p in some) == list(range(1, 601))
    assert verify(settings.path).checked == 600


async def test_no_entries_are_no_position(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        assert list(await journal.append([])) == []
        await journal.committed(0)


@pytest.mark.parametrize(
    "bad", [Entry(256, "events", 0, b""), Entry(-1, "events", 0, b""), Entry(1, "\udc80", 0, b"")], ids=repr
)
async def test_an_entry_that_cannot_be_held_is_refused_and_nothing_is_taken(
    settings: JournalSettings, bad: Entry
) -> None:
    async with await Journal.open(settings) as journal:
        with pytest.raises(ValueError, match=r"kind|surrogates"):
            await journal.append([*frames(1), bad])
        assert await journal.append(frames(1)) == range(1, 2)


async def test_a_position_never_given_out_cannot_be_awaited(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        with pytest.raises(ValueError, match="never given out"):
            await journal.committed(1)
        with pytest.raises(ValueError, match="never given out"):
            await journal.save_state(1, b"")


async def test_a_closed_journal_says_so(settings: JournalSettings) -> None:
    journal = await Journal.open(settings)
    await journal.close()
    await journal.close()

    with pytest.raises(StoreError, match="is closed"):
        await journal.append(frames(1))
    with pytest.raises(StoreError, match="is closed"):
        await journal.save_state(0, b"")


async def test_the_newest_state_is_found_and_old_ones_are_forgotten(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        assert await journal.latest_state() is None
        for n in range(1, 6):
            await journal.append(frames(1, start=n))
            await journal.save_state(n, b"state %d" % n)
        newest = await journal.latest_state()

    assert newest is not None
    assert (newest.position, newest.blob) == (5, b"state 5")
    with JournalReader(settings.path) as reader:
        assert reader.info().states == [5, 4, 3]


async def test_a_state_is_stored_only_after_the_entries_that_it_stands_for(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        positions = await journal.append(frames(20_000))
        await journal.save_state(positions[-1], b"floor")
        assert journal.durable_position == positions[-1]


async def test_a_damaged_state_gives_way_to_the_one_before(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(2))
        await journal.save_state(1, b"one")
        await journal.save_state(2, b"two")
    with closing(sqlite3.connect(settings.path)) as file, file:
        file.execute("UPDATE state SET blob = x'00' WHERE position = 2")
    file.close()

    async with await Journal.open(settings) as journal:
        state = await journal.latest_state()

    assert state is not None
    assert state.blob == b"one"
    assert verify(settings.path).damaged_states == [2]


async def test_a_state_is_due_after_so_many_entries(settings: JournalSettings) -> None:
    often = settings.model_copy(update={"snapshot_every": 10})
    async with await Journal.open(often) as journal:
        due = []
        for count in (9, 1):
            await journal.append(frames(count))
            due.append(journal.state_due)
        await journal.save_state(10, b"")
        due.append(journal.state_due)
        await journal.append(frames(4))
    assert due == [False, True, False]

    async with await Journal.open(often) as journal:
        await journal.append(frames(6))
        assert journal.state_due


async def test_what_stays_after_pruning_can_still_be_verified(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(25_000))
        await journal.save_state(24_000, b"floor")
        await journal.prune(23_456)
        kept = [entry.position async for entry in journal.read()]
        with pytest.raises(BadInput, match="holds no entry 23455"):
            await journal.read_one(23_455)
        assert (await journal.read_one(23_456)).position == 23_456

    assert kept == list(range(23_456, 25_001))
    assert verify(settings.path).sound
    async with await Journal.open(settings) as journal:
        assert await journal.append(frames(1)) == range(25_001, 25_002)


async def test_a_journal_can_be_pruned_to_nothing_and_goes_on(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(5))
        await journal.save_state(5, b"floor")
        await journal.prune(6)
        await journal.prune(3)

    async with await Journal.open(settings) as journal:
        assert await journal.append(frames(1)) == range(6, 7)
    report = verify(settings.path)
    assert (report.first, report.last, report.sound) == (6, 6, True)


async def test_entries_that_a_restart_needs_are_not_pruned(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(5))
        with pytest.raises(StoreError, match="no saved state"):
            await journal.prune(2)
        await journal.save_state(3, b"floor")
        with pytest.raises(StoreError, match="entries after 3"):
            await journal.prune(5)
        await journal.prune(4)

    assert verify(settings.path).first == 4


async def test_reading_goes_on_while_older_entries_are_cut(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(5000))
        await journal.save_state(5000, b"floor")
        with JournalReader(settings.path) as reader:
            pages = reader.pages()
            first = next(pages)
            await journal.prune(4001)
            rest = [entry.position for page in pages for entry in page]

    assert [entry.position for entry in first] == list(range(1, 1001))
    assert rest == list(range(4001, 5001))


WRITE_AND_READ = """
import asyncio, sys
from pathlib import Path
from callcenter.errors import StoreError
from callcenter.journal import Journal, JournalSettings, verify

settings = JournalSettings(path=Path(sys.argv[1]), min_free_bytes=0)
try:
    asyncio.run(Journal.open(settings))
except StoreError as error:
    print(error)
print(verify(settings.path).checked)
"""


async def test_a_second_writer_is_refused_and_a_reader_is_not(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.committed((await journal.append(frames(3)))[-1])
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITE_AND_READ, settings.path, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await other.communicate()

    refusal, beside = said.decode().splitlines()
    assert "already being written by process" in refusal
    assert beside == "3"


async def test_the_same_process_cannot_write_twice_either(settings: JournalSettings) -> None:
    async with await Journal.open(settings):
        with pytest.raises(StoreError, match=f"by process {os.getpid()}"):
            await Journal.open(settings)


async def test_the_journal_is_readable_by_its_owner_alone(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.committed((await journal.append(frames(1)))[-1])
        modes = {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in settings.path.parent.iterdir()}

    assert modes == {0}


async def test_a_copy_in_a_read_only_place_can_be_verified(
    settings: JournalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(settings, 10)
    monkeypatch.setattr("callcenter.journal.file.os.access", lambda *_: False)

    assert verify(settings.path).checked == 10
    assert {file.name for file in settings.path.parent.iterdir()} == {"journal.sqlite", "journal.sqlite-lock"}


async def test_a_file_that_is_no_database_is_refused(settings: JournalSettings) -> None:
    settings.path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(JournalDamaged, match="not a journal"):
        await Journal.open(settings)
    with pytest.raises(JournalDamaged, match="not a journal"):
        JournalReader(settings.path)


async def test_a_database_of_another_program_is_refused_and_not_touched(settings: JournalSettings) -> None:
    with closing(sqlite3.connect(settings.path)) as file, file:
        file.execute("CREATE TABLE notes (text)")
    file.close()
    before = settings.path.read_bytes()

    with pytest.raises(StoreError, match="another program"):
        await Journal.open(settings)
    assert settings.path.read_bytes() == before


async def test_a_journal_of_another_version_is_refused(settings: JournalSettings) -> None:
    await filled(settings, 1)
    with closing(sqlite3.connect(settings.path)) as file, file:
        file.execute("PRAGMA user_version = 9")
    file.close()

    with pytest.raises(StoreError, match="has version 9"):
        await Journal.open(settings)
    with pytest.raises(StoreError, match="has version 9"):
        verify(settings.path)


async def test_a_missing_journal_is_not_made_by_reading(settings: JournalSettings) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        JournalReader(settings.path)
    assert list(settings.path.parent.iterdir()) == []


async def test_a_directory_in_place_of_the_file_is_told(settings: JournalSettings) -> None:
    settings.path.mkdir()

    with pytest.raises(StoreError, match="cannot be opened"):
        await Journal.open(settings)


async def test_a_file_in_place_of_the_directory_is_told(settings: JournalSettings) -> None:
    settings.path.write_text("")

    with pytest.raises(StoreError, match="cannot be used"):
        await Journal.open(settings.model_copy(update={"path": settings.path / "journal.sqlite"}))


async def test_a_making_that_was_cut_off_is_made_good(settings: JournalSettings) -> None:
    file = sqlite3.connect(settings.path)
    file.execute("PRAGMA journal_mode = WAL")
    file.close()

    await filled(settings, 1)

    assert verify(settings.path).checked == 1


async def test_a_failed_opening_lets_the_lock_go(settings: JournalSettings) -> None:
    settings.path.write_bytes(b"x" * 100)
    with pytest.raises(StoreError):
        await Journal.open(settings)
    settings.path.unlink()

    await filled(settings, 1)

    assert verify(settings.path).checked == 1
