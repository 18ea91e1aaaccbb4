"""The faults again and again, on a service at work: what each must leave standing, counted and printed at the end."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.journal import verify
from callcenter.listening import raise_open_files
from tests.faults.hostile_switch import MEGA, Flood, events, hostile
from tests.faults.test_connections_that_ask_nothing import FLOOD, WEB, answer, crowd
from tests.faults.test_files_taken_away import gone, replaced, without_its_log
from tests.faults.test_hostile_switch import (
    an_answer_to_the_login_without_end,
    events_before_the_answer,
    log_in,
)
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import Service, at_home
from tests.integration.test_crash import ended_rows, everything_adds_up, rebuilt, rows
from tests.support.tally import TALLY

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

SPEED = 8.0
DISK = 48 * MEGA
MEMORY = 400 * MEGA
WATCHED_ON = "the switch is watched and journalled on"
CATCHES_UP = "the record catches up by itself, and is ready"
ALL_THERE = "at the end: ledger, offers, joins add up; the journal gives every row again"
SILENT = "{} connections that ask nothing, on the {}"


@contextlib.asynccontextmanager
async def at_work(home: Path, **changes: Any) -> AsyncIterator[tuple[LoadedSwitch, Service]]:
    async with LoadedSwitch(stories(), SPEED) as switch, at_home(home, switch.port, **changes) as service:
        await service.start()
        yield switch, service


@contextlib.contextmanager
def small_disk(place: Path, fault: str) -> Iterator[None]:
    """Mount a disk of its own, which can really be full; where that is not allowed the fault is left out."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        TALLY.left_out(fault, done.stderr.strip())
        pytest.skip(done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> None:
    """Leave no byte free."""
    with contextlib.suppress(OSError), (place / "ballast").open("ab", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass


async def watched_on(service: Service) -> None:
    before = (await service.health())["frames"]["parsed"]
    await service.until("/healthz", lambda answer: answer.json()["frames"]["parsed"] > before + 100)


async def not_ready(service: Service) -> None:
    await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.SERVICE_UNAVAILABLE)


async def ready(service: Service) -> None:
    await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)


async def all_there(fault: str, service: Service) -> None:
    """Stop it, and see that everything adds up."""
    health = await service.health()
    with TALLY.holds(fault, ALL_THERE):
        assert await service.stop() == 0
        assert set(health["ledger"].values()) == {0}
        await everything_adds_up(service.home)
        assert await rebuilt(service.home / "journal.sqlite", service.home / "rebuilt") == rows(
            service.home / "record.sqlite"
        )


async def borne(fault: str, service: Service, begin: Callable[[], Any], end: Callable[[], Any]) -> None:
    """Bring a fault of the database about, and take it away."""
    begin()
    await not_ready(service)
    TALLY.happened(fault, say=True)
    with TALLY.holds(fault, WATCHED_ON):
        await watched_on(service)
    end()
    with TALLY.holds(fault, CATCHES_UP):
        await ready(service)


def altered(home: Path, statement: str) -> Callable[[], None]:
    def alter() -> None:
        with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection, connection:
            connection.execute(statement)

    return alter


async def test_a_database_that_takes_nothing(tmp_path: Path) -> None:
    fault = "database that refuses every write (as a read-only one does)"
    refuses = "CREATE TRIGGER no BEFORE UPDATE ON position BEGIN SELECT RAISE(FAIL, 'attempt to write'); END"
    async with at_work(tmp_path) as (_, service):
        for _ in range(10):
            await borne(fault, service, altered(tmp_path, refuses), altered(tmp_path, "DROP TRIGGER no"))
        await all_there(fault, service)


async def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    fault = "database locked by another program for 3 s"
    async with at_work(tmp_path) as (_, service):
        for _ in range(10):
            with closing(sqlite3.connect(tmp_path / "record.sqlite", timeout=30, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                TALLY.happened(fault, say=True)
                with TALLY.holds(fault, WATCHED_ON):
                    await asyncio.gather(watched_on(service), asyncio.sleep(3))
                other.execute("ROLLBACK")
            with TALLY.holds(fault, CATCHES_UP):
                await ready(service)
        await all_there(fault, service)


async def test_a_disk_of_the_database_that_is_full(tmp_path: Path) -> None:
    fault, disk = "disk of the database really full (ENOSPC)", tmp_path / "disk"
    with small_disk(disk, fault):
        (tmp_path / "record.sqlite").symlink_to(disk / "record.sqlite")
        environment = {"CALLCENTER_STORE__URL": f"sqlite:///{disk}/record.sqlite"}
        async with LoadedSwitch(stories(), SPEED) as switch, at_home(tmp_path, switch.port) as service:
            service.environment |= environment
            assert (await service.run("db", "upgrade"))[0] == 0
            await service.start()
            for _ in range(10):
                await borne(fault, service, lambda: fill(disk), (disk / "ballast").unlink)
            await all_there(fault, service)


async def test_a_disk_of_the_journal_that_is_full(tmp_path: Path) -> None:
    fault, disk = "disk of the journal really full (ENOSPC)", tmp_path / "disk"
    with small_disk(disk, fault):
        (tmp_path / "journal.sqlite").symlink_to(disk / "journal.sqlite")
        async with LoadedSwitch(stories(), SPEED) as switch, at_home(tmp_path, switch.port) as service:
            service.environment |= {"CALLCENTER_JOURNAL__PATH": str(disk / "journal.sqlite")}
            for _ in range(5):
                await service.start()
                await watched_on(service)
                promised = ended_rows(tmp_path / "record.sqlite")
                fill(disk)
                code, words = await service.ended()
                TALLY.happened(fault, say=True)
                with TALLY.holds(fault, "the service stops and says why, with code 4"):
                    assert (code, "full" in words) == (4, True), words
                (disk / "ballast").unlink()
                with TALLY.holds(fault, "every seal is right, every closed account is there"):
                    assert verify(disk / "journal.sqlite").sound
                    kept = ended_rows(tmp_path / "record.sqlite")
                    assert all(promised[table] <= kept[table] for table in promised)
            await service.start()
            await all_there(fault, service)


async def test_files_that_are_taken_away(tmp_path: Path) -> None:
    for turn in range(12):
        name, take = ("record.sqlite", "journal.sqlite")[turn % 2], (gone, replaced, without_its_log)[turn // 2 % 3]
        fault = f"{name}: {take.__name__.replace('_', ' ')}"
        home = tmp_path / str(turn)
        home.mkdir()
        async with at_work(home) as (_, service):
            take(home / name)
            TALLY.happened(fault, say=True)
            with TALLY.holds(fault, "the service stops within seconds, says so, and makes no new file"):
                code, words = await service.ended()
                assert (code, "removed or replaced" in words) == (4, True), words
                assert (home / name).exists() == (take is not gone)


async def test_connections_that_ask_nothing(tmp_path: Path) -> None:
    assert raise_open_files() > FLOOD + 200
    async with at_work(tmp_path, more=WEB) as (switch, service):
        for _ in range(10):
            ports = {"exporter": service.exporter_port, "API": int(service.api().rpartition(":")[2])}
            for name, port in ports.items():
                fault = SILENT.format(FLOOD, name)
                async with crowd(port, FLOOD):
                    TALLY.happened(fault, say=True)
                    with TALLY.holds(fault, "a lost login comes back, the switch is watched on"):
                        await switch.vanish()
                        await switch.listen()
                        await service.until("/healthz", lambda page: page.json()["gap_open_at"] is None)
                        await watched_on(service)
                    with TALLY.holds(fault, "others are answered, on both ports"):
                        assert await answer(service.exporter_port, "/metrics") == httpx.codes.OK
                        assert await answer(ports["API"], "/api/v1/session") == httpx.codes.UNAUTHORIZED
        await all_there(SILENT.format(FLOOD, "API"), service)


async def test_a_switch_that_vanishes_and_comes_back(tmp_path: Path) -> None:
    fault, moments = "switch away for 0 to 2 s, every third time restarted", random.Random(7)
    async with at_work(tmp_path) as (switch, service):
        for turn in range(30):
            await switch.vanish()
            if turn % 3 == 2:
                switch.restart()
            await asyncio.sleep(moments.uniform(0, 2))
            await switch.listen()
            TALLY.happened(fault, say=True)
            with TALLY.holds(fault, "the gap is closed, and the switch is watched again"):
                await service.until("/healthz", lambda page: page.json()["gap_open_at"] is None)
                await watched_on(service)
        with TALLY.holds(fault, "at the end: each is one gap"):
            assert len(rows(tmp_path / "record.sqlite")["gaps"]) == 30
        await all_there(fault, service)


def channels_without_end() -> Iterator[bytes]:
    """Yield channels that begin and end at once: no floor has to remember them."""
    sequence = b"SequenceNumber: %d\r\n"
    for number, one in enumerate(events(), 1):
        yield one.replace(sequence % number, sequence % (2 * number - 1))
        ended = one.replace(b"Event: Newchannel", b"Event: Hangup").replace(sequence % number, sequence % (2 * number))
        yield ended.replace(b"\r\n\r\n", b"\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n")


async def channels_behind_the_answer(flood: Flood) -> None:
    await log_in(flood)
    await flood.pour(channels_without_end())


def memory_of(pid: int | None) -> int:
    """Bytes that a process has held at most; 0 once it has ended."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024


async def most_held(service: Service, seconds: float) -> int:
    """Run it so long, starting it again wherever it ends because of the switch (3); gives the most memory it held."""
    most, ends = 0, time.monotonic() + seconds
    await service.launch()
    while time.monotonic() < ends:
        if service.over:
            code, words = await service.ended()
            assert code == 3, words
            await service.launch()
        most = max(most, memory_of(service.pid))
        await asyncio.sleep(0.05)
    return most


@pytest.mark.parametrize(
    ("told", "act"),
    [
        ("events without end before the login's answer", events_before_the_answer),
        ("channels without end that begin and end", channels_behind_the_answer),
        ("an answer to the login without end", an_answer_to_the_login_without_end),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_switch_that_means_harm(tmp_path: Path, told: str, act: Any) -> None:
    fault = f"hostile switch: {told}"
    async with hostile(act) as (settings, floods):
        secrets = {"events": "es", "control": "cs"}
        async with at_home(tmp_path, settings.port, secrets=secrets, ami="wait_at_start = true") as service:
            with TALLY.holds(
                fault, f"in 20 s of it less than {MEMORY // MEGA} MB are held, and it ends by 3 if at all"
            ):
                most = await most_held(service, 20)
                assert most < MEMORY
            for _ in [flood for flood in floods if flood.sent > MEGA]:
                TALLY.happened(fault)
            print(f"{fault}: {len(floods)} logins, {most // MEGA} MB held at most", flush=True)
            with TALLY.holds(fault, "it still stops when asked"):
                assert await service.stop() == 0 if not service.over else (await service.ended())[0] == 3
