"""What the live stream costs the service: 200 readers, ten changes a second, by the process's own account."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.integration.api import Browser
from tests.integration.fed import Fed, fed
from tests.integration.test_live_stream import PATH

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

READERS, OF_EACH, AGENTS, CHANGES, SECONDS = 200, 4, 50, 10, 20
LIMIT = 0.30


class Reader:
    """One page that follows, as cheaply as can be: it counts."""

    def __init__(self) -> None:
        self.events = 0
        self.begun = asyncio.Event()

    async def follow(self, machine: str, port: int, cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(machine, 0))
        asked = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
        writer.write(asked.encode())
        try:
            while data := await reader.read(1 << 16):
                self.begun.set()
                self.events += data.count(b"\nevent: floor")
        finally:
            writer.close()


async def cookie_of(there: Fed, account: str) -> str:
    async with httpx.AsyncClient(base_url=there.service.api(), trust_env=False, timeout=30) as http:
        assert (await Browser(http).sign_in(account)).is_success
        return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


async def test_two_hundred_pages_at_ten_changes_a_second(tmp_path: Path) -> None:
    async with fed(tmp_path, AGENTS, READERS // OF_EACH) as there:
        port = int(there.service.api().rpartition(":")[2])
        cookies = [await cookie_of(there, f"sun-{n + 1}") for n in range(READERS // OF_EACH)]
        readers = [Reader() for _ in range(READERS)]
        reading = [
            asyncio.create_task(one.follow(f"127.0.1.{n % len(cookies)}", port, cookies[n % len(cookies)]))
            for n, one in enumerate(readers)
        ]
        await asyncio.wait_for(asyncio.gather(*(one.begun.wait() for one in readers)), 60)
        quiet = await used(there, 0)
        events = sum(one.events for one in readers)
        busy = await used(there, CHANGES)
        events = sum(one.events for one in readers) - events
        for one in reading:
            one.cancel()
        await asyncio.wait(reading)
    print(
        f"\n{READERS} pages, {CHANGES} changes a second (limit {LIMIT:.0%} of a core): {busy:.0%}, {quiet:.0%} when "
        f"nothing changes; {events / READERS / SECONDS:.1f} events a second to each: "
        f"{'met' if busy < LIMIT else 'NOT met'}"
    )
    assert events


async def used(there: Fed, changes: int) -> float:
    """Return which part of a core the service uses while agents go into pauses and out, so many a second."""
    (spent, _), begun = there.used(), time.monotonic()
    for n in range(SECONDS * changes or 1):
        await asyncio.sleep(max(0.0, begun + (n / changes if changes else SECONDS) - time.monotonic()))
        agent = there.agents[n % len(there.agents)]
        there.switch.tell([there.member(agent, paused=n // len(there.agents) % 2 == 0)])
    return (there.used()[0] - spent) / (time.monotonic() - begun)
