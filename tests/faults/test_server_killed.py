"""The database's server is killed in the midst of writes: nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings, upgrade
from callcenter.store.audit import verify
from tests.integration.api import Browser
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import hire
from tests.integration.service import Service
from tests.integration.test_crash import TABLES, rebuilt
from tests.support.databases import DATABASES
from tests.support.postgres import PostgresServer

WEB = """
[web]
enabled = true
port = 0
"""
TERMS = {"kind": "amount", "subject": "score", "content": {"from": "2026-01", "base": "100"}}

SPEED = 2.0
"""What happens at the switch leaves room for people, and a journal that is soon read again, also on a busy machine."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    server = PostgresServer(durable=True)
    try:
        server.start()
        server.sql("CREATE DATABASE calls")
        yield server
    finally:
        server.remove()


@asynccontextmanager
async def opened(store: StoreSettings) -> AsyncIterator[DecisionStore]:
    decisions = await DecisionStore.open(store)
    try:
        yield decisions
    finally:
        await decisions.close()


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    try:
        await service.start()
        yield service
    finally:
        await service.close()


@asynccontextmanager
async def proposing(service: Service) -> AsyncIterator[set[str]]:
    """Let a manager propose changes all the time; gives the ids of those that were acknowledged, and 503s."""
    acknowledged: set[str] = set()
    http = httpx.AsyncClient(base_url=service.api(), trust_env=False, timeout=30, headers={"Accept-Language": "en"})
    browser = Browser(http)
    await browser.sign_in("ma")

    async def propose() -> None:
        while True:
            answer = await browser.send("POST", "/changes", TERMS | {"reason": f"the {len(acknowledged)}th"})
            if answer.status_code == httpx.codes.CREATED:
                acknowledged.add(answer.json()["id"])
            else:
                assert (answer.status_code, answer.json()["type"]) == (503, "urn:callcenter:problem:unavailable")

    working = asyncio.create_task(propose())
    try:
        yield acknowledged
    finally:
        working.cancel()
        await asyncio.wait([working])
        await http.aclose()
    assert working.cancelled(), working.exception()


async def more_than(acknowledged: set[str], count: int) -> None:
    """Wait until as many are acknowledged; raises TimeoutError where for a minute none is."""
    while (had := len(acknowledged)) <= count:
        async with asyncio.timeout(60):
            while len(acknowledged) == had:  # noqa: ASYNC110 - what another process acknowledges
                await asyncio.sleep(0.01)


async def some_ended(store: StoreSettings) -> set[tuple[Any, ...]]:
    """Wait until visits have ended on record, and return them."""
    async with asyncio.timeout(60):
        while not (ended := set(DATABASES.sql(store, "SELECT * FROM visits WHERE ended_position IS NOT NULL"))):  # noqa: ASYNC110 - as written by another process
            await asyncio.sleep(0.1)
    return ended


def rows(settings: StoreSettings) -> dict[str, set[tuple[Any, ...]]]:
    return {
        table: set(DATABASES.sql(settings, f"SELECT * FROM {table}"))  # noqa: S608 - our names
        for table in (*TABLES, "archived_facts")
    }


@pytest.mark.timeout(300)  # a journal is read again whole, beside whatever else the machine does
async def test_killed_in_the_midst_of_writes_it_has_all_that_was_acknowledged(
    tmp_path: Path, server: PostgresServer
) -> None:
    store = StoreSettings(url=server.url("calls"))
    await upgrade(store)
    async with opened(store) as decisions:
        await hire(decisions, "ma", Role.MANAGER)
    async with (
        LoadedSwitch(stories(), SPEED) as switch,
        running(Service(tmp_path, switch.port, more=WEB, store=store)) as service,
    ):
        async with proposing(service) as acknowledged:
            await more_than(acknowledged, 20)
            ended = await some_ended(store)
            await asyncio.to_thread(server.kill)
            told = await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.SERVICE_UNAVAILABLE)
            assert "nothing can be recorded" in told.text
            before = (await service.health())["frames"]["parsed"]
            await service.until("/healthz", lambda answer: answer.json()["frames"]["parsed"] > before + 50)
            await asyncio.to_thread(server.start)
            await service.until("/readyz", lambda answer: answer.status_code == httpx.codes.OK)
            await more_than(acknowledged, len(acknowledged) + 5)
        assert await service.stop() == 0
    assert service.logged("store_away")
    assert service.logged("store_back")
    assert service.logged("gap_ended") == []
    assert acknowledged <= {number for (number,) in DATABASES.sql(store, "SELECT id FROM changes")}
    assert ended <= rows(store)["visits"]
    assert await rebuilt(tmp_path / "journal.sqlite", tmp_path / "rebuilt") == rows(store)
    async with opened(store) as decisions, decisions.writing() as unit:
        assert await verify(unit.connection) > len(acknowledged)
