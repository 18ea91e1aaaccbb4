"""`serve` is killed in the middle of 200 openings at once: numbers have no holes and no doubles, nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings
from callcenter.store.audit import verify
from tests.integration.api import Browser
from tests.integration.cases_over_api import SAID
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import hire
from tests.integration.service import Service
from tests.support.databases import DATABASES
from tests.support.tally import TALLY

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.timeout(180)]

WEB = """
[web]
enabled = true
port = 0
"""
AT_ONCE = 200
KILLED = "SIGKILL of serve in the middle of 200 openings at once"
Acknowledged = dict[str, tuple[str, str]]


@asynccontextmanager
async def signed_in(service: Service) -> AsyncIterator[Browser]:
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=service.api(), trust_env=False, limits=limits, timeout=60) as http:
        browser = Browser(http)
        await browser.sign_in("ma")
        yield browser


async def open_one(browser: Browser, key: str, acknowledged: Acknowledged) -> None:
    """Open a case, and remember it if that was acknowledged."""
    try:
        answer = await browser.send("POST", "/cases", SAID, Idempotency_Key=key)
    except httpx.TransportError:
        return
    assert answer.status_code == httpx.codes.CREATED, answer.text
    acknowledged[key] = answer.json()["id"], answer.json()["number"]


async def killed_while_opening(service: Service, after: int, keys: list[str], acknowledged: Acknowledged) -> None:
    """Kill the service once so many openings more were acknowledged."""
    await service.start()
    async with signed_in(service) as browser:
        before = len(acknowledged)
        opening = [asyncio.create_task(open_one(browser, key, acknowledged)) for key in keys]
        while len(acknowledged) < before + after:  # noqa: ASYNC110 - what another process acknowledges
            await asyncio.sleep(0.001)
        await service.kill()
        await asyncio.gather(*opening)
    TALLY.happened(KILLED, say=True)


async def cases_killed(folder: Path, kills: int) -> None:
    store, moments = DATABASES.of(folder / "record.sqlite"), random.Random(kills)
    await DATABASES.migrate(store)
    decisions = await DecisionStore.open(store)
    await hire(decisions, "ma", Role.MANAGER)
    acknowledged: Acknowledged = {}
    async with LoadedSwitch(stories()[:1], 1.0) as switch:
        service = Service(folder, switch.port, more=WEB, store=store)
        try:
            for n in range(kills):
                keys = [f"opening-{n}-{k}" for k in range(AT_ONCE)]
                await killed_while_opening(service, moments.randrange(5, 100), keys, acknowledged)
                with TALLY.holds(KILLED, "numbers run from 1 without holes or doubles"):
                    require_numbered(store, acknowledged)
            await service.start()
            async with signed_in(service) as browser:
                again: Acknowledged = {}
                for key in [*acknowledged][-10:]:
                    await open_one(browser, key, again)
            with TALLY.holds(KILLED, "what was acknowledged is answered alike when it is sent again"):
                assert again.items() <= acknowledged.items()
        finally:
            await service.close()
    async with decisions.writing() as unit:
        assert await verify(unit.connection) > len(acknowledged)
    await decisions.close()


def require_numbered(store: StoreSettings, acknowledged: Acknowledged) -> None:
    rows = DATABASES.sql(store, "SELECT id, number FROM cases")
    assert sorted(int(number[-4:]) for _, number in rows) == list(range(1, len(rows) + 1))
    assert {*acknowledged.values()} <= {(one, number) for one, number in rows}
    assert DATABASES.sql(store, "SELECT count(*) FROM case_steps") == [(len(rows),)]
    assert len({number[:7] for _, number in rows}) == 1, "months changed while this ran: run it again"


async def test_serve_killed_while_200_cases_are_opened_has_all_that_were_acknowledged(tmp_path: Path) -> None:
    await cases_killed(tmp_path, 1)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_serve_killed_fifty_times_while_cases_are_opened_has_all_that_were_acknowledged(tmp_path: Path) -> None:
    await cases_killed(tmp_path, 50)
