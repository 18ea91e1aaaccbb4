"""What goes wrong with files is done to real files: bits flip, rows vanish, ends are cut off."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from callcenter.cli.service.journal import app
from callcenter.errors import JournalDamaged, StoreError
from callcenter.journal import Entry, Journal, JournalReader, JournalSettings, Kind, Stored, verify
from callcenter.journal.reader import Damage

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 2500
PAYLOADS = [b"Event: QueueCallerJoin\r\nUniqueid: 1700000000.%d\r\n\r\n" % n for n in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    async def write(path: Path) -> None:
        settings = JournalSettings(path=path, min_free_bytes=0)
        async with await Journal.open(settings) as journal:
            await journal.append([Entry(Kind.FRAME, "events", 5, payload) for payload in PAYLOADS])
            await journal.save_state(2000, b"floor" * 100)

    path = tmp_path_factory.mktemp("original") / "journal.sqlite"
    asyncio.run(write(path))
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "journal.sqlite"
    shutil.copy(original, copy)
    return copy


@pytest.fixture(scope="module")
def truth(original: Path) -> list[Stored]:
    with JournalReader(original) as reader:
        return list(reader.read())


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(sql)
    file.close()


def flip(path: Path, offset: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 0x10
    path.write_bytes(raw)


@pytest.mark.parametrize("position", [1, 1000, 1001, COUNT])
def test_a_flipped_byte_in_a_payload_is_found_at_its_entry(path: Path, position: int) -> None:
    flip(path, path.read_bytes().index(PAYLOADS[position - 1]) + 30)

    report = verify(path)

    assert report.damage == Damage(position, "its bytes are not those that were recorded")
    assert report.checked == position - 1


def test_a_removed_entry_is_found(path: Path) -> None:
    change(path, "DELETE FROM entry WHERE position = 1234")

    assert verify(path).damage == Damage(1234, "it is missing")


def test_entries_renumbered_over_a_removed_one_are_found(path: Path) -> None:
    change(path, "DELETE FROM entry WHERE position = 1234")
    change(path, "UPDATE entry SET position = 1234 WHERE position = 1235")

    report = verify(path)

    assert report.damage is not None
    assert report.damage.position == 1234


def test_a_removed_end_is_found_and_nothing_is_written_after_it(path: Path) -> None:
    change(path, "DELETE FROM entry WHERE position > 2400")

    assert verify(path).damage == Damage(2401, "it is missing")
    with pytest.raises(JournalDamaged, match="lost its end"):
        asyncio.run(Journal.open(JournalSettings(path=path, min_free_bytes=0)))


def test_everything_removed_is_found(path: Path) -> None:
    change(path, "DELETE FROM entry")

    assert verify(path).damage == Damage(1, "it is missing")


def test_an_entry_added_behind_the_end_is_found(path: Path) -> None:
    change(path, "INSERT INTO entry SELECT 2501, kind, source, 5, payload, hash FROM entry LIMIT 1")

    assert verify(path).damage == Damage(COUNT + 1, "its bytes are not those that were recorded")


def test_a_lost_record_of_the_chain_is_told(path: Path) -> None:
    change(path, "DELETE FROM chain")

    with pytest.raises(JournalDamaged, match="where it begins and ends"):
        verify(path)


def test_what_comes_before_the_damage_is_still_given_out(path: Path, truth: list[Stored]) -> None:
    flip(path, path.read_bytes().index(PAYLOADS[1499]) + 30)
    given: list[Stored] = []

    with JournalReader(path) as reader, pytest.raises(JournalDamaged, match="at entry 1500"):
        given.extend(reader.read())

    assert given == truth[:1499]


@pytest.mark.parametrize("position", [1500, 1501])
def test_damaged_evidence_is_never_given_out(path: Path, position: int) -> None:
    change(path, "UPDATE entry SET hash = zeroblob(32) WHERE position = 1500")

    with JournalReader(path) as reader, pytest.raises(JournalDamaged, match=f"entry {position}"):
        reader.read_one(position)


def test_evidence_after_a_missing_entry_is_not_given_out(path: Path) -> None:
    change(path, "DELETE FROM entry WHERE position = 1500")

    with JournalReader(path) as reader:
        for position in (1500, 1501):
            with pytest.raises(JournalDamaged, match=f"entry {position}"):
                reader.read_one(position)
        assert reader.read_one(1499).position == 1499


def outcome(path: Path, truth: list[Stored]) -> bool:
    """Tell whether damage was told, or else did no harm."""
    try:
        report = verify(path)
        with JournalReader(path) as reader:
            return list(reader.read()) == truth and report.checked == COUNT
    except StoreError:
        return True


def test_wherever_a_byte_flips_nothing_false_is_ever_given_out(path: Path, truth: list[Stored]) -> None:
    whole = path.read_bytes()
    random_offsets = random.Random(7)
    offsets = [*range(120), *(random_offsets.randrange(len(whole)) for _ in range(150))]
    harmful = []
    for offset in offsets:
        path.write_bytes(whole)
        flip(path, offset)
        if not outcome(path, truth):
            harmful.append(offset)

    assert harmful == []


def test_wherever_the_file_is_cut_off_it_is_told(path: Path) -> None:
    whole = path.read_bytes()
    for kept in (1, 99, 100, 4096, 16_384, len(whole) // 2, len(whole) - 16_384, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(StoreError):
            run_verify(path)


def run_verify(path: Path) -> str:
    result = CliRunner().invoke(app, ["verify", str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_command_says_that_a_journal_is_sound(path: Path) -> None:
    assert run_verify(path) == f"{path}: 2,500 entries sound, positions 1 to 2500\n"


def test_the_command_says_the_first_damaged_position_and_exits_4(path: Path) -> None:
    change(path, "DELETE FROM entry WHERE position = 1234")

    with pytest.raises(JournalDamaged, match=r"damaged at entry 1234: it is missing; the 1,233 entries") as told:
        run_verify(path)
    assert told.value.exit_code == 4


def test_the_command_names_damaged_states(path: Path) -> None:
    change(path, "UPDATE state SET hash = x'00'")

    with pytest.raises(JournalDamaged, match="damaged saved states at 2000; its entries are sound"):
        run_verify(path)


def test_the_command_describes_a_journal(path: Path) -> None:
    result = CliRunner().invoke(app, ["info", str(path)], catch_exceptions=False)

    assert "entries   2,500, positions 1 to 2500" in result.stdout
    assert "recorded  1970-01-01T00:00:00+00:00 to" in result.stdout
    assert "states    2000" in result.stdout


def test_a_clock_beyond_any_calendar_is_described_as_unreadable(path: Path) -> None:
    change(path, "UPDATE entry SET recorded_at = 9223372036854775807 WHERE position = 1")

    assert "recorded  unreadable to" in CliRunner().invoke(app, ["info", str(path)]).stdout


def test_an_empty_journal_is_sound(tmp_path: Path) -> None:
    async def make() -> None:
        await (await Journal.open(settings)).close()

    settings = JournalSettings(path=tmp_path / "journal.sqlite", min_free_bytes=0)
    asyncio.run(make())

    assert "0 entries sound, no positions" in run_verify(settings.path)
    assert "never to never" in CliRunner().invoke(app, ["info", str(settings.path)]).stdout
