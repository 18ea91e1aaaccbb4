"""After the agent's leg, on a real Asterisk with the real service beside: surveys by key, lost legs, and neither."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.lab.own_service import write_settings
from callcenter.lab.sipphone import SipCall, SipPhone
from tests.live.hotline import DEAD_SECONDS, RING_SECONDS, Hotline, hotline, talk
from tests.support.forked import ForkedCommand

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(240)]

CONSUMERS, MERCHANTS, COMPLAINTS = "1", "3", "5"


@asynccontextmanager
async def serving(line: Hotline, **more: str) -> AsyncIterator[None]:
    """Run the service that a lab's settings are for, and `more` in its environment; goes on once it answers."""
    settings = write_settings(line.lab.settings.work_dir, line.lab.state)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
    ours |= {"CALLCENTER_EXPORTER__PORT": "0"} | more
    nowhere = Path(os.devnull)
    assert await ForkedCommand(("db", "upgrade", "--settings", settings), ours, nowhere, nowhere).wait() == 0
    process = ForkedCommand(("serve", "--settings", settings), ours, nowhere, nowhere)
    try:
        await until_it_answers(line)
        yield
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def until_it_answers(line: Hotline) -> None:
    address = f"http://127.0.0.1:{line.lab.state.lookup_port}/dialplan/route?line=consumers"
    token = {"X-Callcenter-Token": line.lab.state.lookup_token}
    async with httpx.AsyncClient() as http, asyncio.timeout(30):
        while True:
            try:
                if (await http.get(address, headers=token)).text == "consumers/0/-":
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def presses(call: SipCall, *keys: str) -> None:
    for key in keys:
        await asyncio.sleep(0.8)
        call.press(key)


async def at_consumers(line: Hotline, alice: SipPhone) -> None:
    """A full survey; then a phone that dies in a call."""
    call, ring = await talk(line, alice, CONSUMERS)
    ring.hang_up()
    await presses(call, "5", "1", "2", "3")
    await asyncio.wait_for(call.over.wait(), 15)
    call, ring = await talk(line, alice, CONSUMERS)
    bob = await line.phone("1002")
    await line.vanish(alice, ring)
    again = await bob.next_call(10)
    again.answer()
    again.speak()
    await asyncio.sleep(1)
    call.hang_up()
    await again.over.wait()


async def at_merchants(line: Hotline, carol: SipPhone, grace: SipPhone) -> None:
    """A survey in which the caller hangs up, one that an attended transfer leads to."""
    call, ring = await talk(line, carol, MERCHANTS)
    ring.hang_up()
    await presses(call, "1", "2")
    await asyncio.sleep(0.8)
    call.hang_up()
    call, ring = await talk(line, carol, MERCHANTS)
    await ring.hold()
    asked = carol.dial("1007")
    colleague = await grace.next_call(10)
    colleague.answer()
    await asked.answered.wait()
    for side in (asked, colleague):
        side.speak()
    await asyncio.sleep(1)
    ring.transfer_attended(asked)
    await asyncio.sleep(1.5)
    colleague.hang_up()
    await presses(call, "1", "1", "1", "1")
    await asyncio.wait_for(call.over.wait(), 15)


async def at_complaints(line: Hotline, eve: SipPhone) -> None:
    """A survey of which one question is answered, a caller who hangs up first, one who stays silent."""
    call, ring = await talk(line, eve, COMPLAINTS)
    ring.hang_up()
    await presses(call, "1", "9", "3")
    await asyncio.wait_for(call.over.wait(), 15)
    call, ring = await talk(line, eve, COMPLAINTS)
    call.hang_up()
    await ring.over.wait()
    call, ring = await talk(line, eve, COMPLAINTS)
    ring.hang_up()
    await asyncio.wait_for(call.over.wait(), 40)


async def test_what_follows_an_agents_leg_is_decided_by_who_ended_it(tmp_path: Path) -> None:
    async with hotline(tmp_path / "lab", rtp_timeout_seconds=DEAD_SECONDS, ring_seconds=RING_SECONDS) as line:
        alice, carol, eve, grace = [await line.phone(number) for number in ("1001", "1003", "1005", "1007")]
        await line.record()
        async with serving(line):
            async with asyncio.TaskGroup() as group:
                group.create_task(at_consumers(line, alice))
                group.create_task(at_merchants(line, carol, grace))
                group.create_task(at_complaints(line, eve))
            told = await line.told(tmp_path / "replay")
        answered_to(told)
    with closing(sqlite3.connect(tmp_path / "lab" / "record.sqlite")) as record:
        kept = record.execute("SELECT agent, result, service, handling FROM surveys ORDER BY agent, result").fetchall()
    assert kept == [
        ("Alice", "answered", 1, None),
        ("Carol", "partial", 2, None),
        ("Eve", "not_agreed", None, None),
        ("Eve", "partial", None, 3),
        ("Grace", "answered", 1, None),
    ]


def answered_to(told: dict[str, Any]) -> None:
    surveys = [call["survey"] for call in told["calls"] if "survey" in call]
    said = {(s["agent"], s["result"], s["hung_up"], tuple(s["answers"].items())) for s in surveys}
    assert said == {
        ("Alice", "answered", False, (("service", 1), ("product", 2), ("platform", 3))),
        ("Carol", "partial", True, (("service", 2),)),
        ("Grace", "answered", False, (("service", 1), ("product", 1), ("platform", 1))),
        ("Eve", "not_agreed", False, ()),
        ("Eve", "partial", False, (("handling", 3),)),
    }
    ends = [(v["queue"], v["agent"], v["ended_by"]) for call in told["calls"] for v in call["visits"]]
    assert sorted(ends, key=str) == sorted(
        [
            ("consumers", "Alice", "agent"),
            ("consumers", "Alice", "cut_short"),
            ("consumers", "Bob", "caller"),
            ("merchants", "Carol", "agent"),
            ("merchants", "Carol", "transfer"),
            ("complaints", "Eve", "agent"),
            ("complaints", "Eve", "caller"),
            ("complaints", "Eve", "agent"),
        ],
        key=str,
    )
    assert told["quarantined"]["total"] == 0
