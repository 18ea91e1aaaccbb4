"""The dialplan's questions on a real Asterisk: what an answer brings, and that without one nothing is different."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.lab.sipphone import SipPhone
from tests.live.hotline import Hotline, hotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Hotline]:
    async with hotline(tmp_path / "lab", direct_seconds=3) as found:
        yield found


def visits(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(v["queue"], v["outcome"], v["ended_by"]) for call in told["calls"] for v in call["visits"]]


async def test_preferred_agent_is_rung_alone_first_then_the_line_and_it_is_one_call(
    line: Hotline, tmp_path: Path
) -> None:
    await line.answers.open(line.lab.state.lookup_port or 0)
    line.answers.says["route"] = b"consumers/0/1001"
    alice, bob = await line.phone("1001"), await line.phone("1002")
    await line.record()
    call = await line.call()
    first = await alice.next_call()
    first.ring()
    await asyncio.wait_for(first.over.wait(), 6)
    assert bob.incoming.empty()
    ring = await asyncio.wait_for(anyone(alice, bob), 5)
    ring.ring()
    await asyncio.sleep(0.5)
    ring.answer()
    await asyncio.sleep(0.5)
    call.hang_up()
    told = await line.told(tmp_path / "replay")
    assert visits(told) == [("direct-1001", "timed_out", None), ("consumers", "answered", "caller")]
    (whole,) = told["calls"]
    assert [offer["outcome"] for visit in whole["visits"] for offer in visit["offers"]][-1] == "answered"
    assert told["promises"] == {
        "consumers": {"P-RING": kept(), "P-WAIT": kept()},
    }
    assert f"X-Callcenter-Token: {line.lab.state.lookup_token}" in line.answers.asked[0]
    assert "/dialplan/route?line=consumers&caller=1381000" in line.answers.asked[0]


async def anyone(*phones: Any) -> Any:
    done, waiting = await asyncio.wait(
        [asyncio.create_task(phone.incoming.get()) for phone in phones], return_when=asyncio.FIRST_COMPLETED
    )
    for task in waiting:
        task.cancel()
    return done.pop().result()


def kept() -> dict[str, int]:
    return {"kept": 1, "broken": 0, "unknown": 0}


async def test_key_account_rings_its_group_first(line: Hotline, tmp_path: Path) -> None:
    await line.answers.open(line.lab.state.lookup_port or 0)
    line.answers.says["route"] = b"key_accounts/10/-"
    bob, carol = await line.phone("1002"), await line.phone("1003")
    await line.record()
    call = await line.call()
    ring = await carol.next_call(5)
    ring.answer()
    await asyncio.sleep(0.3)
    call.hang_up()
    assert bob.incoming.empty()
    assert visits(await line.told(tmp_path / "replay")) == [("key_accounts", "answered", "caller")]


NONSENSE = (
    None,
    b"",
    b"nowhere/0/1001",
    b"consumers/0/1001\nX: y",
    b"${SHELL(id)}/1/1001",
    b'consumers/9" + "1/1001',
    b"x" * 1_000_000,
)
"""What a service may say; None: there is none."""


async def served(line: Hotline, bob: SipPhone) -> float:
    """Let somebody call and be answered; returns the seconds until the phone was tried."""
    begun = asyncio.get_running_loop().time()
    call = await line.call()
    ring = await bob.next_call(5)
    took = asyncio.get_running_loop().time() - begun
    ring.answer()
    await asyncio.sleep(0.3)
    call.hang_up()
    await ring.over.wait()
    return took


async def test_no_answer_a_late_one_or_nonsense_changes_nothing(line: Hotline, tmp_path: Path) -> None:
    bob = await line.phone("1002")
    await line.record()
    for says in NONSENSE:
        if says is not None and says == NONSENSE[1]:
            await line.answers.open(line.lab.state.lookup_port or 0)
        line.answers.says["route"] = says or b""
        assert await served(line, bob) < 2.5, says
    line.answers.says["route"], line.answers.late = b"consumers/0/1001", 5
    assert await served(line, bob) < 2.5
    line.answers.late = 0
    told = visits(await line.told(tmp_path / "replay"))
    assert told == [("consumers", "answered", "caller")] * (len(NONSENSE) + 1)
