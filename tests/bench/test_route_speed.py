"""The dialplan's question where a caller goes: 40 a second over a socket, on a floor of eighty agents."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from pydantic import SecretStr

from callcenter.domain.events import MemberSeen
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.files.rulebook import load_rulebook
from callcenter.tracker import RulesInForce, Tracker
from callcenter.web.application import make_application
from callcenter.web.server import web_server
from callcenter.web.service import Ports, build
from callcenter.web.settings import DialplanSettings, WebSettings
from callcenter.web.switchboard import Switchboard
from tests.bench.known import MANY, callers, number_of
from tests.integration.office import opened
from tests.support.databases import DATABASES

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300), pytest.mark.usefixtures("database")]

TOKEN = "a-token-of-sixteen"
ASKED, PER_SECOND = 800, 40
UNTOUCHED = "consumers/0/-"
"""What is known of the caller came too late."""


def floor() -> Floor:
    found, at = Floor(), 1_800_000_000 * SECOND
    for n in range(1001, 1081):
        for queue in ("consumers", "key_accounts", f"direct-{n}"):
            phone = f"PJSIP/{n}"
            found.apply(MemberSeen(at, n, queue, phone, f"Agent {n}", phone, 1, paused=False, reason=""))
    return found


async def test_where_a_caller_goes_is_answered_within_fifty_milliseconds(tmp_path: Path) -> None:
    in_force = RulesInForce(load_rulebook(), None)
    board = Switchboard(cast("Tracker", SimpleNamespace(floor=floor(), in_sync=True)), lambda: in_force)
    settings = WebSettings(enabled=True, port=0, dialplan=DialplanSettings(secret=SecretStr(TOKEN)))
    async with opened(tmp_path) as decisions, callers(decisions, tmp_path) as known:
        app = make_application(
            build(settings, decisions, lambda: in_force, Ports(route=known.prefer, switchboard=board))
        )
        server = web_server(settings, app)
        serving = asyncio.create_task(server.run())
        took: list[float] = []
        untouched: list[bool] = []
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}", headers={"X-Callcenter-Token": TOKEN}
        ) as http:

            async def ask(n: int) -> None:
                await asyncio.sleep(n / PER_SECOND)
                begun = time.perf_counter()
                answer = await http.get("/dialplan/route", params={"line": "consumers", "caller": number_of(n * 101)})
                took.append(time.perf_counter() - begun)
                assert answer.text in {"key_accounts/10/1080", UNTOUCHED}
                untouched.append(answer.text == UNTOUCHED)

            async with asyncio.TaskGroup() as group:
                for n in range(ASKED):
                    group.create_task(ask(n))
        serving.cancel()
        await asyncio.wait([serving])
    found = [1000 * one for one in statistics.quantiles(took, n=100)]
    print(
        f"\n{DATABASES.kind}: routing look-up among {MANY:,} customers, {PER_SECOND}/s: median {found[49]:.1f} ms, "
        f"p99 {found[98]:.1f} ms (limit 50 ms), {sum(untouched)} of {ASKED} told too late what the card says"
    )
