"""The service on a real Asterisk: what phones and callers did is what the record says, crashes included."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.journal import JournalReader
from callcenter.lab.diary import LabDiary
from callcenter.lab.settings import AgentSpec, LabSettings, QueueSpec
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import Lab
from tests.integration.page_phone import PagePhone
from tests.integration.service import PATIENCE, Service, at_home

pytestmark = [pytest.mark.live, pytest.mark.alone]

QUEUE = "recorded"
AGENT = AgentSpec(number="1500", name="Nora", queues=(QUEUE,))
PAGE = AgentSpec(number="1501", name="Pia", queues=(QUEUE,), page=True)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    settings = LabSettings(
        work_dir=tmp_path / "lab", for_tests=True, extra_queues=(QueueSpec(name=QUEUE),), extra_agents=(AGENT, PAGE)
    )
    running = Lab(settings)
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.discard)


@pytest.fixture
async def service(tmp_path: Path, lab: Lab) -> AsyncIterator[Service]:
    home = tmp_path / "home"
    await asyncio.to_thread(home.mkdir)
    async with at_home(home, lab.state.ami_port, secrets=lab.state.manager_secrets) as prepared:
        yield prepared


@pytest.fixture
async def nora(lab: Lab) -> AsyncIterator[SipPhone]:
    secret = lab.state.phone_secrets[AGENT.number]
    phone = SipPhone(AGENT.number, ("127.0.0.1", lab.state.sip_port), LabDiary(), secret=secret)
    await phone.open(PHONES_HOST)
    await phone.register()
    yield phone
    phone.close()


@pytest.fixture
async def trunk(lab: Lab) -> AsyncIterator[SipPhone]:
    phone = SipPhone("13912345678", ("127.0.0.1", lab.state.sip_port), LabDiary())
    await phone.open(lab.state.trunk_host)
    yield phone
    phone.close()


def select(service: Service, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(service.home / "record.sqlite", timeout=30)) as connection:
        return connection.execute(query).fetchall()


def ready(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.OK


def dial(trunk: SipPhone) -> SipCall:
    return trunk.dial(f"safe_q_{QUEUE}")


async def answered(trunk: SipPhone, nora: SipPhone) -> tuple[SipCall, SipCall]:
    caller = dial(trunk)
    call = await nora.next_call()
    call.ring()
    await asyncio.sleep(0.3)
    call.answer()
    await asyncio.sleep(0.5)
    return caller, call


def answers(service: Service) -> int:
    """Count the answers that a crash cannot take away: the journal has them."""
    with JournalReader(service.home / "journal.sqlite") as reader:
        return sum(entry.payload.startswith(b"Event: AgentConnect\r\n") for entry in reader.read())


async def told(service: Service, visits: int) -> None:
    """Wait until the walls have counted so many visits that ended."""
    counted = f'callcenter_visits_total{{outcome="abandoned",queue="{QUEUE}"}} {visits}.0'
    await service.until("/metrics", lambda answer: counted in answer.text)


async def test_calls_survive_a_crash_of_the_service(
    service: Service, lab: Lab, nora: SipPhone, trunk: SipPhone
) -> None:
    assert lab.state.pid
    await service.start()
    caller, call = await answered(trunk, nora)
    call.hang_up()
    await caller.over.wait()
    caller, call = await answered(trunk, nora)
    async with asyncio.timeout(PATIENCE):
        while answers(service) < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    await service.kill()
    await service.start()
    caller.hang_up()
    await call.over.wait()
    waiting = dial(trunk)
    ringing = await nora.next_call()
    ringing.ring()
    await asyncio.sleep(0.3)
    waiting.hang_up()
    await told(service, 1)
    health = await service.health()
    assert await service.stop() == 0

    assert set(health["ledger"].values()) == {0}
    assert health["evidence_grade"] is True
    visits = "SELECT outcome, agent, ended_by, in_gap FROM visits ORDER BY joined_at"
    assert select(service, visits) == [
        ("answered", "Nora", "agent", 0),
        ("answered", "Nora", "caller", 1),
        ("abandoned", None, "caller", 0),
    ]
    offers = "SELECT outcome, agent, rang_at < ended_at FROM offers ORDER BY offered_at"
    assert select(service, offers) == [("answered", "Nora", 1), ("answered", "Nora", 1), ("caller_left", "Nora", 1)]
    assert select(service, "SELECT cause FROM gaps") == [("link",)]


async def test_after_a_crash_of_the_switch_nobody_is_blamed(
    service: Service, lab: Lab, nora: SipPhone, trunk: SipPhone
) -> None:
    state = lab.state
    await service.start()
    dial(trunk)
    (await nora.next_call()).ring()
    dial(trunk)
    await service.until("/metrics", lambda answer: f'waiting_callers{{queue="{QUEUE}"}} 2.0' in answer.text)
    await asyncio.to_thread(lab.kill)
    await service.until("/readyz", lambda answer: not ready(answer))
    await asyncio.to_thread(lab.boot, state)
    await service.until("/readyz", ready)
    health = await service.health()
    assert await service.stop() == 0

    assert health["ledger"] == {QUEUE: 0}
    assert select(service, "SELECT outcome, ended_by FROM visits") == [("switch_down", "switch")] * 2
    assert select(service, "SELECT outcome, agent FROM offers") == [("switch_down", "Nora")]
    assert select(service, "SELECT cause FROM gaps") == [("restart",)]
    booted, synced = (service.logged(event)[-1]["timestamp"] for event in ("events_login_opened", "floor_resynced"))
    assert booted <= synced


async def test_after_a_restart_that_was_announced_nobody_is_blamed(
    service: Service, lab: Lab, nora: SipPhone, trunk: SipPhone
) -> None:
    await service.start()
    dial(trunk)
    (await nora.next_call()).ring()
    await service.until("/metrics", lambda answer: f'waiting_callers{{queue="{QUEUE}"}} 1.0' in answer.text)
    await asyncio.to_thread(lab.command, "core restart now")
    await service.until_logged("events_login_lost", "floor_resynced")
    await service.until("/readyz", ready)
    assert await service.stop() == 0
    assert select(service, "SELECT outcome, ended_by FROM visits") == [("switch_down", "switch")]
    assert select(service, "SELECT outcome, agent FROM offers") == [("switch_down", "Nora")]
    assert select(service, "SELECT cause FROM gaps") == [("restart",)]


async def test_agent_of_a_page_signs_in_is_called_and_is_believed_that_the_page_cannot_ring(
    tmp_path: Path, lab: Lab
) -> None:
    more = (
        f'[web]\nenabled = true\nport = 0\n[agents.names]\n"{PAGE.interface}" = "Pia"\n[desk]\nqueues = ["{QUEUE}"]\n'
        f'phones = "{lab.state.pages}"\nwebsocket = "ws://127.0.0.1:{lab.state.http_port}/ws"\n'
    )
    async with at_home(tmp_path, lab.state.ami_port, secrets=lab.state.manager_secrets, more=more) as service:
        await service.add_account("correct horse battery", "pia", "--role", "agent", "--agent", "Pia")
        await service.start()
        async with httpx.AsyncClient(base_url=f"{service.api()}/api/v1", trust_env=False, timeout=30) as pia:
            signed = await pia.post("/session", json={"name": "pia", "password": "correct horse battery"})
            pia.headers["X-CSRF-Token"] = signed.json()["csrf"]
            shown = (await pia.post("/desk/sign-in", json={})).json()
            assert (shown["reason"], shown["queues"]) == ("phone lost", [QUEUE])
            assert (await pia.post("/desk/state", json={"state": "ready"})).status_code == 409
            async with PagePhone(PAGE.number, lab.state.phone_secrets[PAGE.number]) as phone:
                await phone.open(lab.state.http_port)
                assert (await phone.register()).code == 200
                await until(pia, "paused", "sign-in")
                assert (await pia.post("/desk/state", json={"state": "ready"})).json()["state"] == "available"
                said = {"facts": [{"what": "could_not_ring"}]}
                assert (await pia.post("/desk/witness", json=said)).status_code == 204
                await until(pia, "system_paused", "page_cannot_ring")
                shown = (await pia.post("/desk/state", json={"state": "signed_out"})).json()
                assert (shown["state"], shown["queues"]) == ("offline", [])
        counted = 'callcenter_agent_page_failures_total{agent="Pia",what="could_not_ring"} 1.0'
        await service.until("/metrics", lambda answer: counted in answer.text)
        assert await service.stop() == 0
        with JournalReader(tmp_path / "journal.sqlite") as reader:
            assert sum(b'"PageTold"' in entry.payload for entry in reader.read()) == 1


async def until(pia: httpx.AsyncClient, state: str, reason: str) -> None:
    """Wait until the desk says so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = (await pia.get("/desk")).json()
            if (shown["state"], shown["reason"]) == (state, reason):
                return
            await asyncio.sleep(0.05)
