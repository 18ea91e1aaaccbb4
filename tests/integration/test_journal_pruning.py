"""Old entries are cut: the chain holds from there on, what is still needed is kept apart, and a kill does no harm."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli.service.journal import app
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput, JournalDamaged
from callcenter.journal import Entry, EntryKind, Journal, JournalReader, JournalSettings, verify

DAY: Micros = 86_400 * SECOND

PRUNER = """
import asyncio, sys
from pathlib import Path
from callcenter.journal import Journal, JournalSettings

async def main() -> None:
    async with await Journal.open(JournalSettings(path=Path(sys.argv[1]), min_free_bytes=0)) as journal:
        print("open", flush=True)
        await journal.prune(120_001, range(7, 120_000, 977))

asyncio.run(main())
"""


@pytest.fixture
def settings(tmp_path: Path) -> JournalSettings:
    return JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)


def frames(count: int, start: int = 1) -> list[Entry]:
    return [Entry(EntryKind.FRAME, "events", n, b"frame %d" % n) for n in range(start, start + count)]


async def filled(settings: JournalSettings, count: int, state: int) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append(frames(count))
        await journal.save_state(state, b"floor")


async def test_what_is_kept_of_the_part_that_was_cut_can_be_read_with_its_seal(settings: JournalSettings) -> None:
    await filled(settings, 25_000, 24_000)
    with JournalReader(settings.path) as reader:
        before = {position: reader.read_one(position) for position in (1, 2, 10_000, 10_001, 20_000)}
    async with await Journal.open(settings) as journal:
        await journal.prune(20_001, [*before, 20_500])
        assert {position: await journal.read_one(position) for position in before} == before
        with pytest.raises(BadInput, match="holds no entry 3"):
            await journal.read_one(3)
    with JournalReader(settings.path) as reader:
        assert reader.kept_positions() == set(before)
        assert [position for position in (1, 3, 20_000, 20_001, 25_001) if reader.keeps(position)] == [
            1,
            20_000,
            20_001,
        ]
    report = verify(settings.path)
    assert (report.sound, report.first, report.checked, report.kept) == (True, 20_001, 5000, 5)


async def test_later_cut_keeps_only_what_is_still_asked_for(settings: JournalSettings) -> None:
    await filled(settings, 1000, 1000)
    async with await Journal.open(settings) as journal:
        await journal.prune(301, [5, 100, 200])
        await journal.prune(601, [100, 400])
        await journal.prune(601, [100, 400])
    with JournalReader(settings.path) as reader:
        assert reader.kept_positions() == {100, 400}
        assert reader.read_one(100).payload == b"frame 100"


@pytest.mark.parametrize("column", ["payload = x'00'", "recorded_at = 7", "previous = x''", "hash = zeroblob(32)"])
async def test_damage_to_what_was_kept_is_found(settings: JournalSettings, column: str) -> None:
    await filled(settings, 100, 100)
    async with await Journal.open(settings) as journal:
        await journal.prune(51, [10, 20])
    with closing(sqlite3.connect(settings.path)) as file, file:
        file.execute(f"UPDATE kept SET {column} WHERE position = 20")  # noqa: S608 - ours
    report = verify(settings.path)
    assert (report.sound, report.damage, report.damaged_kept) == (False, None, [20])
    with JournalReader(settings.path) as reader:
        assert reader.read_one(10).position == 10
        with pytest.raises(JournalDamaged, match="entry 20"):
            reader.read_one(20)
    result = CliRunner().invoke(app, ["verify", str(settings.path)])
    assert "among those kept from what was cut: 20" in str(result.exception)


async def test_journal_of_an_earlier_version_has_nothing_kept(settings: JournalSettings, tmp_path: Path) -> None:
    await filled(settings, 100, 100)
    with closing(sqlite3.connect(settings.path)) as file, file:
        file.execute("DROP TABLE kept")
    with JournalReader(settings.path) as reader:
        assert (reader.kept_positions(), reader.keeps(1), reader.keeps(101), reader.damaged_kept()) == (
            set(),
            True,
            False,
            [],
        )
    async with await Journal.open(settings) as journal:
        await journal.prune(51, [10])
    with JournalReader(settings.path) as reader:
        assert reader.read_one(10).payload == b"frame 10"


async def test_states_from_before_the_cut_are_of_no_use_and_go(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        for n in (10, 20, 30):
            await journal.append(frames(10, start=n))
            await journal.save_state(n, b"floor")
        await journal.prune(21)
    with JournalReader(settings.path) as reader:
        assert [state.position for state in reader.saved_states()] == [30, 20]


async def test_states_some_time_apart_are_kept_where_old_entries_are_cut(settings: JournalSettings) -> None:
    days = settings.model_copy(update={"keep_days": 32})
    async with await Journal.open(days) as journal:
        for n in range(1, 100):  # a state every three hours
            await journal.append([Entry(EntryKind.FRAME, "events", n * DAY // 8, b"")])
            await journal.save_state(n, b"floor")
    with JournalReader(settings.path) as reader:
        assert [state.position for state in reader.saved_states()] == [99, 98, 97, *range(89, 0, -8)]


async def test_state_is_due_after_some_time_where_old_entries_are_cut(
    settings: JournalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("callcenter.journal.journal.time.monotonic", lambda: clock[0])
    async with await Journal.open(settings.model_copy(update={"keep_days": 32})) as journal:
        due = [journal.state_due]
        clock[0] += 86_400
        due.append(journal.state_due)  # nothing has come
        await journal.append(frames(1))
        due.append(journal.state_due)
        await journal.save_state(1, b"")
        await journal.append(frames(1))
        due.append(journal.state_due)
    assert due == [False, False, True, False]


async def test_first_young_entry_is_found_even_where_the_clock_was_set_back(settings: JournalSettings) -> None:
    async with await Journal.open(settings) as journal:
        await journal.append([Entry(EntryKind.FRAME, "events", at, b"") for at in (1, 2, 9, 3, 4, 9)])
    with JournalReader(settings.path) as reader:
        assert [reader.young_from(moment) for moment in (0, 2, 3, 9, 10)] == [1, 2, 3, 3, 7]


def test_pruning_that_is_killed_in_the_middle_leaves_a_whole_journal(settings: JournalSettings, tmp_path: Path) -> None:
    moments, wanted = random.Random(4), set(range(7, 120_000, 977))
    make(settings)
    seen, ends = set(), set()
    for n in range(4):
        copy = tmp_path / f"{n}.sqlite"
        shutil.copy(settings.path, copy)
        for delay in (moments.uniform(0, 0.1), moments.uniform(0, 0.3), None):
            run_pruner(copy, delay)
            report = verify(copy)
            assert report.sound
            assert report.first + report.checked == 130_001
            with JournalReader(copy) as reader:
                assert all(reader.keeps(position) for position in wanted)
                assert reader.latest_state() is not None
            seen.add(report.first)
        with JournalReader(copy) as reader:
            ends.add(reader.info().first)
    assert ends == {120_001}
    assert len(seen) > 2  # some were killed between two steps


def make(settings: JournalSettings) -> None:
    """Write a journal in another process, as its loop is not this one's."""
    text = PRUNER.replace("await journal.prune(120_001, range(7, 120_000, 977))", FILL)
    subprocess.run([sys.executable, "-c", text, settings.path], check=True, stdout=subprocess.DEVNULL)


FILL = """
        from callcenter.journal import Entry, EntryKind
        await journal.append([Entry(EntryKind.FRAME, "events", n, b"x" * 200) for n in range(130_000)])
        await journal.save_state(125_000, b"floor")
"""


def run_pruner(path: Path, delay: float | None) -> None:
    """Let it prune; kill it so long after it has opened the journal, or let it finish."""
    with subprocess.Popen([sys.executable, "-c", PRUNER, path], stdout=subprocess.PIPE) as pruner:
        assert pruner.stdout is not None
        assert pruner.stdout.readline() == b"open\n"
        if delay is None:
            assert pruner.wait() == 0
        else:
            time.sleep(delay)
            pruner.kill()
