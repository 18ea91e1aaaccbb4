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

A_SECOND, CALLS = 40, 400
WATCH = ("sun", "shen", "ma", "qian", "tian", "li-leads")
"""Who has pages open that are told of every call."""


async def pops(page: Stream, rang: dict[str, float]) -> list[float]:
    """Take the time of each pop from its ring on."""
    late: list[float] = []
    while len(late) < CALLS:
        said = await page.until("pops")
        if said["customer"] is None:
            continue  # it comes again, with the card
        assert (len(said["cards"]), len(said["contacts"])) == (1, CALLS_EACH)
        late.append(time.monotonic() - rang[said["visit"]["uniqueid"]])
    return late


async def reads(page: Stream) -> None:
    while not page.over:
        await page.next()


async def test_pops_at_forty_calls_a_second(tmp_path: Path) -> None:
    house, rang = Lively(), dict[str, float]()
    house.sign_in()
    async with department(tmp_path, house.feed) as work, callers(work.decisions, tmp_path) as found:
        house.feed.pops._who_calls = found.who_calls
        server = web_server(WebSettings(port=0), work.app)
        serving = asyncio.create_task(serve_web(server, work.service))
        office = Office(work, house, server.port)
        page = await office.follows(await office.signed_in("alice"))
        await page.until("snapshot")
        others = [await office.follows(browser) for name in WATCH for browser in [await office.signed_in(name)] * 4]
        reading = [asyncio.create_task(reads(other)) for other in others]
        popping = asyncio.create_task(pops(page, rang))
        begun = time.monotonic()
        for n in range(CALLS):
            await asyncio.sleep(max(0.0, begun + n / A_SECOND - time.monotonic()))
            rang[f"c{n}"] = time.monotonic()
            house.join(f"c{n}", number=number_of(n * 211))
            house.ring(f"c{n}")
            if n >= A_SECOND:
                house.give_up(f"c{n - A_SECOND}")
        late = sorted(await popping)
        serving.cancel()
        await asyncio.wait([serving, *reading])
        await office.close()
    print(
        f"\n{DATABASES.kind}: pops with cards of {MANY:,} customers at {A_SECOND} calls a second, {len(others) + 1} "
        f"pages: half within {late[CALLS // 2] * 1000:.1f} ms, 99 % within {late[CALLS * 99 // 100] * 1000:.1f} ms, "
        f"the last after {late[-1] * 1000:.1f} ms (limit 300 ms)"
    )
    assert len(late) == CALLS
