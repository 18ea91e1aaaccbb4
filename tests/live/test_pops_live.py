"""Who calls, on a real Asterisk with the real service beside: pops by the phones' own clocks, key accounts' groups."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.cases.customers import card_of, number_of
from callcenter.lab.sipphone import SipCall, SipPhone
from callcenter.numbers import PLAIN
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore, StoreSettings
from callcenter.store.customers.writes import Touch
from callcenter.usecases.customers.save_customer import create_customer
from tests.integration.api import Browser
from tests.integration.office import hire
from tests.integration.test_live_stream import PATH, Stream
from tests.live.hotline import Hotline, hotline
from tests.live.test_after_live import serving
from tests.support.asyncapi import require_described
from tests.support.mosquitto import Listener, Mosquitto

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(240)]

THIRD_RING_SECONDS, PATIENT = 10.0, 60.0
AGENTS = {"1001": "Alice", "1002": "Bob", "1003": "Carol", "1004": "Dave", "1005": "Eve", "1006": "Frank"}
CUSTOMERS: tuple[tuple[str, list[str], dict[str, Any]], ...] = (
    ("known", ["13800138000"], {}),
    ("one of two", ["0571-88881234"], {}),
    ("other of two", ["(0571) 8888 1234"], {}),
    ("by +86", ["13700137000"], {}),
    ("by 0086", ["+86 136-0013-6000"], {}),
    ("by trunk 0", ["13500135000"], {}),
    ("switchboard", ["0571-88880000转801"], {}),
    ("hotline", ["400-800-1234"], {}),
    ("abroad", ["+1 202 555 0123"], {}),
    ("key account", ["13100131000"], {"key_account": True, "group": "vip"}),
)
CALLERS: Mapping[str, tuple[str, str, str, list[str]]] = {
    "13800138000": ("1", "mobile", "known", ["known"]),
    "057188881234": ("3", "landline", "several", ["one of two", "other of two"]),
    "13900139000": ("5", "mobile", "none", []),
    "anonymous": ("1", "anonymous", "anonymous", []),
    "+8613700137000": ("3", "mobile", "known", ["by +86"]),
    "008613600136000": ("5", "mobile", "known", ["by 0086"]),
    "013500135000": ("1", "mobile", "known", ["by trunk 0"]),
    "057188880000": ("3", "landline", "known", ["switchboard"]),
    "4008001234": ("5", "service", "known", ["hotline"]),
    "+12025550123": ("1", "foreign", "known", ["abroad"]),
}
"""Who calls from which number: the key pressed, the kind, how it matches, whose cards the agent sees."""


class Page:
    """An agent's page, open on the live stream; times are by the same clock as the phones'."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def pop(self) -> tuple[float, dict[str, Any]]:
        """Wait for the next pop with what is known, and say when it came."""
        while True:
            said = await self._stream.until("pops")
            if said["customer"] is not None:
                return time.time(), said


async def with_customers(work_dir: Path) -> None:
    decisions = await DecisionStore.open(StoreSettings(url=f"sqlite:///{work_dir}/record.sqlite"))
    touch = Touch(by="live", at=0)
    try:
        async with decisions.writing() as unit:
            for n, (name, raw, told) in enumerate(CUSTOMERS):
                numbers = tuple(number_of(one, None, PLAIN) for one in raw)
                await create_customer(unit, f"{n:032x}", card_of({"name": name, "numbers": numbers, **told}), touch)
        for agent in AGENTS.values():
            await hire(decisions, agent.lower() * 2, Role.AGENT, agent)
    finally:
        await decisions.close()


def with_roster(work_dir: Path) -> Path:
    now = datetime.now(UTC)
    shift = {"from": (now - timedelta(hours=4)).isoformat(), "to": (now + timedelta(hours=4)).isoformat()}
    teams = {"Carol": "vip"}
    agents = [
        {"agent": name, "interface": f"PJSIP/{number}", "team": teams.get(name, "hotline")}
        for number, name in AGENTS.items()
    ]
    shifts = [{"agent": name, **shift} for name in AGENTS.values()]
    path = work_dir / "roster.json"
    path.write_text(json.dumps({"timezone": "Asia/Shanghai", "agents": agents, "shifts": shifts}))
    return path


@asynccontextmanager
async def pages(line: Hotline) -> AsyncIterator[dict[str, Page]]:
    """Open each agent's page on the live stream."""
    async with AsyncExitStack() as opened:
        found = {}
        for number, name in AGENTS.items():
            address = f"http://127.0.0.1:{line.lab.state.lookup_port}"
            http = await opened.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False, timeout=60))
            await Browser(http).sign_in(name.lower() * 2)
            answer = await opened.enter_async_context(http.stream("GET", f"{PATH}?topics=pops"))
            found[number] = Page(Stream(answer))
        yield found


class Callers:
    """Everybody who calls, and what the agents were told of them: how long after the ring, and what."""

    def __init__(self, line: Hotline) -> None:
        self._line = line
        self._calls: dict[str, SipCall] = {}
        self.told: dict[str, tuple[float, dict[str, Any]]] = {}

    async def call(self, number: str, key: str) -> None:
        """Call, and wait until it is over."""
        self._calls[number] = await self._line.call(key, number=number)
        await asyncio.wait_for(self._calls[number].over.wait(), PATIENT)

    def answered(self, number: str, late: float, said: dict[str, Any]) -> None:
        """An agent has answered whoever has this number, who hangs up."""
        self.told[number] = late, said
        self._calls[number].hang_up()


async def agent(phone: SipPhone, page: Page, callers: Callers) -> None:
    """Let every call ring until the page says who calls, and take it."""
    while True:
        ring = await phone.next_call(PATIENT)
        ring.ring()
        came_at, said = await asyncio.wait_for(page.pop(), PATIENT)
        ring.answer()
        shown = re.search(r"sip:([^@>]*)@", ring.dialog.remote)
        assert ring.rang_at is not None
        await asyncio.sleep(0.2)
        callers.answered("anonymous" if shown is None else shown[1], came_at - ring.rang_at, said)


@asynccontextmanager
async def recorded(tmp_path: Path) -> AsyncIterator[tuple[Mosquitto, Listener]]:
    """Give a broker, and somebody who records all that the service tells there and holds it against its description."""
    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        async with Listener(broker.port, require_described).listening() as listener:
            yield broker, listener
    finally:
        broker.kill()


async def test_agents_are_told_who_calls_before_the_third_ring(tmp_path: Path) -> None:
    async with hotline(tmp_path / "lab", direct_seconds=3) as line, recorded(tmp_path) as (broker, listener):
        phones = {number: await line.phone(number) for number in AGENTS}
        callers = Callers(line)
        more = {"CALLCENTER_RULES__ROSTER": str(with_roster(tmp_path)), "CALLCENTER_MQTT__URL": broker.url}
        async with serving(line, **more):
            await with_customers(tmp_path / "lab")
            async with pages(line) as open_pages:
                agents = [asyncio.create_task(agent(phones[n], open_pages[n], callers)) for n in AGENTS]
                await asyncio.gather(*(callers.call(number, key) for number, (key, *_) in CALLERS.items()))
                rung = {n: phone.incoming.qsize() for n, phone in phones.items()}
                for task in agents:
                    task.cancel()
                await asyncio.wait(agents)
                key_account = await who_is_rung_first(line, phones, "13100131000")
            await listener.until(lambda: len(listener.on("/call/ended")) > len(CALLERS))
        switched_off = await who_is_rung_first(line, phones, "13100131000")
    told = callers.told
    print(f"\npops after {sorted(round(late, 3) for late, _ in told.values())} s, by the phones' clocks")
    assert rung == dict.fromkeys(AGENTS, 0)
    seen = {number: (said["kind"], said["customer"]["match"], names(said)) for number, (_, said) in told.items()}
    assert seen == {number: (kind, match, cards) for number, (_, kind, match, cards) in CALLERS.items()}
    assert max(late for late, _ in told.values()) < THIRD_RING_SECONDS
    assert (key_account, switched_off in {"1001", "1002", "1006"}) == ("1003", True)
    told_over_mqtt(listener)


def told_over_mqtt(listener: Listener) -> None:
    """Hold the session that was recorded against the calls: each pop is there, no name and no number of a customer."""
    print(f"{len(listener.heard)} messages over MQTT, on {len(listener.latest)} topics")
    assert len(listener.on("/pop/")) > len(CALLERS)
    assert {event: len(listener.on(f"/call/{event}")) for event in ("queued", "answered", "ended")} == dict.fromkeys(
        ("queued", "answered", "ended"), len(CALLERS) + 1
    )
    assert listener.latest["callcenter/v1/lab/node/pbx/status"]["why"] == "stopped"
    assert {*AGENTS.values()} <= {topic.split("/")[4] for topic in listener.latest if "/agent/" in topic}
    session = "\n".join(f"{one.topic} {json.dumps(one.said, ensure_ascii=False)}" for one in listener.heard)
    numbers = [number.lstrip("+0")[-8:] for number in (*CALLERS, "13100131000") if number != "anonymous"]
    personal = [name for name, *_ in CUSTOMERS if name != "known"] + numbers
    assert [word for word in personal if word in session.replace("key_account", "")] == []


def names(said: dict[str, Any]) -> list[str]:
    return sorted(card["name"] for card in said["cards"])


async def who_is_rung_first(line: Hotline, phones: dict[str, SipPhone], number: str) -> str:
    """Let somebody call the consumers' line; says whose phone is tried, answers, and ends the call."""
    call = await line.call("1", number=number)
    waiting = {asyncio.create_task(phone.next_call(20)): n for n, phone in phones.items()}
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.wait(others)
    (first,) = done
    ring = first.result()
    ring.ring()
    ring.answer()
    await asyncio.sleep(0.2)
    call.hang_up()
    await asyncio.wait_for(ring.over.wait(), 5)
    return waiting[first]
