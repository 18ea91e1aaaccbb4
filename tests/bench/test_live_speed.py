"""From a phone's first ring to the agent's page with the caller's card, over real sockets, while others read all."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from callcenter.web.server import serve_web, web_server
from callcenter.web.settings import WebSettings
from tests.bench.known import CALLS_EACH, MANY, callers, number_of
from tests.integration.api import department
from tests.integration.lively import Lively
from tests.integration.test_live_stream import Office, Stream
from tests.support.databases import DATABASES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300), pytest.mark.usefixtures("database")]

A_SECOND, CALLS, PAGES_EACH = 40, 400, 2
WATCH = ("sun", "shen", "ma", "qian", "tian", "li-leads")
"""Who has pages open that are told of every call."""


class Popped:
    """When each call's pop came after its ring: the first, and the one with the card."""

    def __init__(self) -> None:
        self.rang: dict[str, float] = {}
        self.first: dict[str, float] = {}
        self.card: dict[str, float] = {}

    async def read(self, page: Stream) -> None:
        """Take the times from a page, until the last call has popped."""
        while len(self.first) < CALLS:
            said = await page.until("pops")
            call = said["visit"]["uniqueid"]
            late = time.monotonic() - self.rang[call]
            self.first.setdefault(call, late)
            if said["customer"] is not None:
                assert (len(said["cards"]), len(said["contacts"])) == (1, CALLS_EACH)
                self.card.setdefault(call, late)


def told(times: dict[str, float]) -> str:
    late = sorted(times.values())
    half, most = late[len(late) // 2], late[len(late) * 99 // 100]
    return f"{len(late)}, half within {half * 1000:.0f} ms, 99 % within {most * 1000:.0f} ms"


async def reads(page: Stream) -> None:
    while not page.over:
        await page.next()


async def test_pops_at_forty_calls_a_second(tmp_path: Path) -> None:
    house, popped = Lively(), Popped()
    house.sign_in()
    async with department(tmp_path, house.feed) as work, callers(work.decisions, tmp_path) as found:
        house.feed.pops._book = found
        server = web_server(WebSettings(port=0), work.app)
        serving = asyncio.create_task(serve_web(server, work.service))
        office = Office(work, house, server.port)
        page = await office.follows(await office.signed_in("alice"))
        await page.until("snapshot")
        others = [
            await office.follows(browser) for name in WATCH for browser in [await office.signed_in(name)] * PAGES_EACH
        ]
        reading = [asyncio.create_task(reads(other)) for other in others]
        popping = asyncio.create_task(popped.read(page))
        begun = time.monotonic()
        for n in range(CALLS):
            await asyncio.sleep(max(0.0, begun + n / A_SECOND - time.monotonic()))
            popped.rang[f"c{n}"] = time.monotonic()
            house.join(f"c{n}", number=number_of(n * 211))
            house.ring(f"c{n}")
            if n >= A_SECOND:
                house.give_up(f"c{n - A_SECOND}")
        async with asyncio.timeout(30):
            await popping
        serving.cancel()
        await asyncio.wait([serving, *reading])
        await office.close()
    print(
        f"\n{DATABASES.kind}: {CALLS} calls of {MANY:,} customers, {A_SECOND} a second, {len(others) + 1} pages (limit "
        f"300 ms)\n  pops: {told(popped.first)}\n  with the card: {told(popped.card)}"
    )
    assert len(popped.first) == CALLS
