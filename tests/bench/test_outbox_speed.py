"""How fast what waits leaves, to somebody who takes it at once and to a webhook; and what of it is in memory."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path

import pytest

from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND
from callcenter.store import DecisionStore
from callcenter.store.outbox import OutboxEntry, put, put_all
from callcenter.store.outbox_progress import OutboxKey, took
from callcenter.tracker.outbox.publisher import Publisher
from callcenter.tracker.outbox.settings import WebhookSettings
from callcenter.tracker.outbox.sink import OutboxSink, SinkAway
from callcenter.tracker.outbox.webhook import WebhookSink
from tests.integration.leaving import KIND, FakeSink, leaving
from tests.integration.office import opened
from tests.integration.receiver import receiver
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.bench

COUNT = 5_000
KEYS = 500
WAITING, PUTS_A_SECOND, SECONDS = 300_000, 20, 20
AN_HOUR_AGO = MONDAY - 3_600 * SECOND


async def filled(decisions: DecisionStore, count: int = COUNT) -> None:
    for start in range(0, count, 1_000):
        async with decisions.writing() as unit:
            for n in range(start, start + 1_000):
                await put(unit.connection, KIND, f"k{n % KEYS}", {"told": "x" * 300}, MONDAY)


async def left(decisions: DecisionStore, sink: OutboxSink, name: str) -> float:
    """Let everything leave; gives how much a second, and says it."""
    publisher = Publisher(decisions, [sink], wall_clock)
    await publisher.enlist()
    await filled(decisions)
    begun = time.perf_counter()
    running = asyncio.create_task(publisher.run())
    while publisher.lanes[0].results["sent"] < COUNT:  # noqa: ASYNC110 - told by its own task
        await asyncio.sleep(0.01)
    pace = COUNT / (time.perf_counter() - begun)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    print(f"\noutbox to {name}: {pace:,.0f} entries/s")
    return pace


async def test_pace_of_a_sink_that_takes_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        await left(decisions, FakeSink(at_once=64), "a sink that takes at once")


async def test_pace_of_a_webhook(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 32)
    async with opened(tmp_path) as decisions, receiver() as other:
        settings = WebhookSettings.model_validate(
            {"name": "crm", "url": other.url, "secret_file": tmp_path / "key", "kinds": [KIND], "at_once": 16}
        )
        await left(decisions, WebhookSink(settings, "main", wall_clock), "a webhook")


@pytest.mark.usefixtures("database")
async def test_what_waits_for_a_dead_sink_holds_up_no_other(tmp_path: Path) -> None:
    dead, fake = FakeSink("dead", at_once=4), FakeSink(at_once=64)
    dead.answers = away
    late: list[float] = []
    async with opened(tmp_path) as decisions:
        async with leaving(decisions, dead, fake):
            pass
        await waits_for_one(decisions)
        async with leaving(decisions, dead, fake) as out:
            await asyncio.sleep(5)
            spent, begun = time.process_time(), time.perf_counter()
            for n in range(SECONDS * PUTS_A_SECOND):
                await asyncio.sleep(max(0.0, begun + n / PUTS_A_SECOND - time.perf_counter()))
                put_at, had = time.perf_counter(), len(fake.had)
                await out.puts(f"late-{n}")
                await out.until(lambda had=had: len(fake.had) > had)  # type: ignore[misc]
                late.append(time.perf_counter() - put_at)
            spent = (time.process_time() - spent) / (time.perf_counter() - begun)
    late.sort()
    print(
        f"\n{DATABASES.kind}: {WAITING:,} wait for a dead sink; of {PUTS_A_SECOND} entries a second to another half "
        f"leave within {late[len(late) // 2] * 1000:.0f} ms, 95 % within {late[len(late) * 95 // 100] * 1000:.0f} ms; "
        f"{spent:.0%} of a processor"
    )


async def waits_for_one(decisions: DecisionStore) -> None:
    """Let entries wait that all sinks but the dead one have."""
    for start in range(0, WAITING, 10_000):
        some = range(start, start + 10_000)
        async with decisions.adding() as unit:
            waiting = await put_all(unit.connection, KIND, [(f"w{n}", {"told": "x" * 300}) for n in some], AN_HOUR_AGO)
            await took(unit.connection, "fake", {OutboxKey(one.kind, one.key): one.n for one in waiting}, MONDAY)


def away(_entry: OutboxEntry) -> None:
    raise SinkAway("dead")


async def test_backlog_is_not_in_memory(tmp_path: Path) -> None:
    fake = FakeSink(at_once=16)
    async with opened(tmp_path) as decisions:
        async with leaving(decisions, fake):
            pass
        await filled(decisions)
        fake.open.clear()
        tracemalloc.start()
        async with leaving(decisions, fake) as out:
            await out.until(lambda: len(fake.tried) >= fake.at_once)
            await asyncio.sleep(1)
            held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"\noutbox: {held / 1e6:.1f} MB held while {COUNT} entries of {COUNT * 0.5 / 1e3:.1f} MB wait")
