"""A scrape of a large house: how long it takes, and by how much it delays what happens meanwhile."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from callcenter.domain import events as ev
from callcenter.exporter import exporter_server
from callcenter.exporter.told import Staffing
from tests.unit.test_exporter import House

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

AGENTS, QUEUES, SCRAPES = 1000, 50, 20
_TICK_SECONDS = 0.001


def house(*, per_agent: bool) -> House:
    """Make a house in which every agent has had a call."""
    found = House(per_agent=per_agent, port=0)
    found.exporter.staffing(Staffing(teams={f"Agent {n}": f"team {n % 40}" for n in range(AGENTS)}))
    for n in range(AGENTS):
        agent, queue, caller = f"Agent {n}", f"queue {n % QUEUES}", f"c{n}"
        found.sign_in(agent, queue)
        found.join(caller, queue)
        found.ring(caller, agent, queue)
        found.answer(caller, agent, queue, after=0.01)
        found.hang_up(caller, agent, queue, after=0.01)
    return found


async def delays(found: House, lags: list[float]) -> None:
    """Tell the exporter of events without a pause but a moment's, and note by how much each came late."""
    loop = asyncio.get_running_loop()
    n = 0
    while True:
        due = loop.time() + _TICK_SECONDS
        await asyncio.sleep(_TICK_SECONDS)
        agent = f"Agent {n % AGENTS}"
        found.sign_in(agent, f"queue {n % AGENTS % QUEUES}", paused=n // AGENTS % 2 == 0)
        found.tell(ev.Tick, after=0.001)
        lags.append(loop.time() - due)
        n += 1


@pytest.mark.parametrize("per_agent", [True, False], ids=["series of each agent", "none of agents"])
async def test_scrape_delays_no_event(*, per_agent: bool) -> None:
    found, lags, took = house(per_agent=per_agent), list[float](), list[float]()
    server = exporter_server(found.exporter.settings, found.exporter)
    serving = asyncio.create_task(server.run())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=60) as client:
        await client.get("/metrics")
        quiet = list[float]()
        telling = asyncio.create_task(delays(found, quiet))
        await asyncio.sleep(2)
        telling.cancel()
        telling = asyncio.create_task(delays(found, lags))
        size = 0
        for _ in range(SCRAPES):
            start = time.perf_counter()
            size = len((await client.get("/metrics")).content)
            took.append(time.perf_counter() - start)
        telling.cancel()
    serving.cancel()
    await asyncio.wait([serving, telling])
    took.sort()
    lags.sort()
    print(
        f"\n/metrics of {AGENTS} agents and {QUEUES} queues, {'with' if per_agent else 'without'} series of each: "
        f"{size / 1e6:.2f} MB, p50 {took[len(took) // 2] * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms; "
        f"an event is late by at most {max(lags) * 1000:.1f} ms, by {max(quiet) * 1000:.1f} ms without a scrape, "
        f"p99 {lags[int(len(lags) * 0.99)] * 1000:.1f} ms"
    )
    assert len(lags) > SCRAPES
