"""How many frames a second become durable, alone and beside an event loop that never rests."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from callcenter.journal import Entry, EntryKind, Journal, JournalReader, JournalSettings, verify

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.bench

COUNT = 200_000
CHUNK = 60
PAYLOADS = [
    b"Event: Newexten\r\nPrivilege: dialplan,all\r\nTimestamp: 1700000000.%06d\r\n" % n + b"AppData: x\r\n" * 45
    for n in range(1000)
]
"""About 600 bytes, as Asterisk 22's frames are on average."""


def chunks() -> list[list[Entry]]:
    frames = [Entry(EntryKind.FRAME, "events", n, PAYLOADS[n % 1000]) for n in range(COUNT)]
    return [frames[n : n + CHUNK] for n in range(0, COUNT, CHUNK)]


def say(what: str, count: int, seconds: float) -> None:
    print(f"\n{what}: {count / seconds:,.0f} entries/s")


async def test_entries_a_second(tmp_path: Path) -> None:
    handed_over = chunks()
    async with await Journal.open(JournalSettings(path=tmp_path / "journal.sqlite")) as journal:
        start = time.perf_counter()
        for chunk in handed_over:
            await journal.append(chunk)
        await journal.committed(COUNT)
        say("appended and durable", COUNT, time.perf_counter() - start)
    assert verify(tmp_path / "journal.sqlite").checked == COUNT


async def test_entries_a_second_beside_a_busy_loop(tmp_path: Path) -> None:
    """Every entry costs the loop some 20 µs of parsing, so that both want the interpreter all the time."""
    handed_over = chunks()
    loop_seconds = 0.0
    async with await Journal.open(JournalSettings(path=tmp_path / "journal.sqlite")) as journal:
        start = time.perf_counter()
        for chunk in handed_over:
            before = time.thread_time()
            for entry in chunk:
                dict(line.partition(b": ")[::2] for line in entry.payload.split(b"\r\n"))
            await journal.append(chunk)
            loop_seconds += time.thread_time() - before
        await journal.committed(COUNT)
        took = time.perf_counter() - start
    say("parsed, appended and durable", COUNT, took)
    say("the loop's own part alone", COUNT, loop_seconds)
    assert verify(tmp_path / "journal.sqlite").checked == COUNT


async def test_entries_a_second_read_back_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with await Journal.open(JournalSettings(path=path)) as journal:
        for chunk in chunks():
            await journal.append(chunk)
    start = time.perf_counter()
    with JournalReader(path) as reader:
        assert sum(len(page) for page in reader.pages()) == COUNT
    say("read back", COUNT, time.perf_counter() - start)
    start = time.perf_counter()
    assert verify(path).checked == COUNT
    say("verified", COUNT, time.perf_counter() - start)
    print(f"{path.stat().st_size / COUNT:,.0f} bytes of file an entry")


async def test_from_append_to_durable_when_idle(tmp_path: Path) -> None:
    async with await Journal.open(JournalSettings(path=tmp_path / "journal.sqlite")) as journal:
        waits = []
        for n in range(500):
            start = time.perf_counter()
            await journal.committed((await journal.append([Entry(EntryKind.FRAME, "events", n, PAYLOADS[n])]))[-1])
            waits.append(time.perf_counter() - start)
            await asyncio.sleep(0)
    assert verify(tmp_path / "journal.sqlite").checked == len(waits)
    waits.sort()
    print(f"\none frame to durable: p50 {waits[250] * 1000:.2f} ms, p99 {waits[495] * 1000:.2f} ms")
