"""MQTT on a real broker: all agents changing at once, and the outbox at 500 entries a second."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.clock import wall_clock
from callcenter.store.outbox import OutboxKind, put_all
from callcenter.tracker.bus.events import MqttSink
from callcenter.tracker.outbox.publisher import Publisher
from tests.integration.office import opened
from tests.integration.on_air import OnAir
from tests.support.databases import DATABASES
from tests.support.mosquitto import Listener, Mosquitto

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

AGENTS, ROUNDS = 1_000, 10
A_SECOND, SECONDS = 500, 20


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    found = Mosquitto(tmp_path)
    found.start()
    yield found
    found.kill()


def taken(topic: str, said: object) -> None:
    """Take every message: what they hold is asked elsewhere."""


async def test_states_of_a_thousand_agents_who_change_at_once(broker: Mosquitto) -> None:
    house, late, held = OnAir(broker.url), [0.0], 0.0
    async with Listener(broker.port, taken).listening() as listener, house.running():
        await house.bus._there.wait()
        longest = spent = 0.0
        for round_ in range(ROUNDS):
            listener.heard.clear()
            begun, spent = time.monotonic(), time.process_time()
            for n in range(AGENTS):
                house.sign_in(f"agent {n}", paused=round_ % 2 == 1)
            held = max(held, time.monotonic() - begun)
            at = time.monotonic()
            while len({one.topic for one in listener.heard if "/agent/" in one.topic}) < AGENTS:
                await asyncio.sleep(0.01)
                longest, at = max(longest, time.monotonic() - at), time.monotonic()
            spent = time.process_time() - spent
            first: dict[str, float] = {}
            for one in listener.heard:
                first.setdefault(one.topic, one.at - begun)
            late += [at for topic, at in first.items() if "/agent/" in topic]
            await asyncio.sleep(1.1)
    late.sort()
    print(
        f"\n{AGENTS:,} agents at once, {ROUNDS} times (limit 1 s at 99 %): half within {late[len(late) // 2]:.3f} s, "
        f"99 % within {late[len(late) * 99 // 100]:.3f} s, all within {late[-1]:.3f} s; "
        f"{spent:.2f} s of a processor, who listens included; the floor's own part {held:.3f} s; the loop was never "
        f"held for longer than {longest * 1000:.0f} ms"
    )


@pytest.mark.usefixtures("database")
async def test_outbox_at_500_a_second(broker: Mosquitto, tmp_path: Path) -> None:
    house = OnAir(broker.url)
    async with Listener(broker.port, taken).listening() as listener, opened(tmp_path) as decisions, house.running():
        publisher = Publisher(decisions, [MqttSink(house.bus, "main", ("call",))], wall_clock)
        await publisher.enlist()
        decisions.on_put = publisher.wake
        leaving = asyncio.create_task(publisher.run())
        begun, grown, late = time.monotonic(), [memory()], 0.0
        for n in range(SECONDS * 10):
            await asyncio.sleep(max(0.0, begun + n / 10 - time.monotonic()))
            async with decisions.adding() as unit:
                said = {"event": "queued", "node": "pbx", "at": n, "queue": "q", "visit": 1}
                told = [(f"{n}.{m}", said | {"uniqueid": f"{n}.{m}"}) for m in range(A_SECOND // 10)]
                await put_all(unit.connection, OutboxKind.CALL, told, wall_clock())
            late = max(late, time.monotonic() - begun - n / 10)
            if n % 50 == 49:
                grown.append(memory())
        put_in = time.monotonic() - begun
        await listener.until(lambda: len(listener.on("/call/")) >= A_SECOND * SECONDS, 60)
        took = time.monotonic() - begun
        leaving.cancel()
        await asyncio.wait([leaving])
    print(
        f"\n{DATABASES.kind}: {A_SECOND * SECONDS:,} entries put in {put_in:.1f} s ({A_SECOND} a second, at most "
        f"{late:.2f} s late), all with the broker and a listener after {took:.1f} s: "
        f"{'met' if took - put_in < 1 else 'NOT met'}; memory {' '.join(grown)}"
    )


def memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
