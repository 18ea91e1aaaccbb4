"""From a busy switch's bytes to durable frames and facts, beside panoramisk that only counts the same events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from callcenter.ami.logins import Logins
from callcenter.ami.names import NEEDED
from callcenter.ami.wire import Wire
from callcenter.doctor.by_call import CONNECTIONS
from callcenter.domain.floor import Floor
from callcenter.journal import Entry, EntryKind, Journal, JournalSettings
from tests.bench.stream import chunks

pytestmark = pytest.mark.bench

EVENTS = 200_000
ROUNDS = 3


def by_panoramisk(data: Iterable[bytes]) -> int:
    seen = 0

    def count(_: object, __: object) -> None:
        nonlocal seen
        seen += 1

    manager = Manager()
    manager.register_event("*", count)
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = manager, "utf8"
    for chunk in data:
        protocol.data_received(chunk)
    return seen


def by_wire(data: Iterable[bytes]) -> int:
    wire = Wire()
    for chunk in data:
        wire.feed(chunk)
    assert not wire.quarantined
    return sum(wire.frames_total.values())


def by_floor(data: Iterable[bytes]) -> int:
    """Go on to facts, without a journal; returns how many there were."""
    wire, logins, floor = Wire(), Logins(), Floor()
    return sum(
        len(floor.apply(event)) for chunk in data for frame in wire.feed(chunk) for event in logins.events(frame)
    )


def by_decoder(data: Iterable[bytes]) -> int:
    wire, logins = Wire(), Logins()
    return sum(1 for chunk in data for frame in wire.feed(chunk) for _ in logins.events(frame))


UNCONNECTED = tuple(name for name in NEEDED if name not in CONNECTIONS)
"""What was needed before it mattered who is connected to whom."""


async def journalled(data: Iterable[bytes], folder: Path, wanted: Container[str] = NEEDED) -> int:
    """Go all the way, facts only of what is appended, and everything durable at the end."""
    wire, logins, floor = Wire(wanted), Logins(), Floor()
    facts = last = 0
    async with await Journal.open(JournalSettings(path=folder / "journal.sqlite")) as journal:
        for chunk in data:
            frames = wire.feed(chunk)
            if frames:
                entries = [Entry(EntryKind.FRAME, "events", 0, raw) for raw in wire.raw]
                last = (await journal.append(entries))[-1]
            facts += sum(len(floor.apply(event)) for frame in frames for event in logins.events(frame))
        await journal.committed(last)
    return facts


class Took(NamedTuple):
    """Seconds of this process's CPUs, which other work on the machine does not change, and by the clock."""

    cpu: float
    clock: float


def took(reader: Callable[[list[bytes]], int], data: list[bytes]) -> Took:
    cpu, clock = time.process_time(), time.perf_counter()
    assert reader(data) > 0
    return Took(time.process_time() - cpu, time.perf_counter() - clock)


def test_bytes_to_journalled_facts_beside_panoramisk(tmp_path: Path) -> None:
    data = list(chunks(EVENTS))
    folders = iter([tmp_path / str(n) for n in range(2 * ROUNDS)])

    def whole(login: list[bytes], wanted: Container[str] = NEEDED) -> int:
        folder = next(folders)
        folder.mkdir()
        return asyncio.run(journalled(login, folder, wanted))

    readers: dict[str, Callable[[list[bytes]], int]] = {
        "panoramisk, counting": by_panoramisk,
        "wire": by_wire,
        "wire, decode": by_decoder,
        "wire, decode, floor": by_floor,
        "wire, decode, floor, journal": whole,
        "the same, unconnected": lambda login: whole(login, UNCONNECTED),
    }
    rounds = [{name: took(reader, data) for name, reader in readers.items()} for _ in range(ROUNDS)]
    best = {name: min(one[name] for one in rounds) for name in readers}
    panoramisk, wire, *_, all_of_it, unconnected = best.values()

    assert by_panoramisk(data) == by_wire(data) == EVENTS
    print(
        f"\n{EVENTS:,} events of {sum(map(len, data)) / EVENTS:.0f} bytes, best of {ROUNDS}; seconds of CPU, by clock"
    )
    for name, (cpu, clock) in best.items():
        ratio = panoramisk.cpu / cpu
        print(f"  {name:<30}{cpu:6.2f} {clock:6.2f} {EVENTS / cpu:10,.0f} events/s of CPU, {ratio:5.2f} x panoramisk")
    before = 0.0
    for name, (cpu, _) in list(best.items())[1:-1]:
        print(f"  time goes to {name.rpartition(', ')[2]:<17}{(cpu - before) / all_of_it.cpu:6.0%}")
        before = cpu
    print(f"  the events that say who hears whom cost {all_of_it.cpu / unconnected.cpu - 1:.0%} more of the whole")
    assert panoramisk.cpu / wire.cpu > 1
    assert panoramisk.cpu / all_of_it.cpu > 1
