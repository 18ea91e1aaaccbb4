"""The dialplan's questions on a real Asterisk: what an answer brings, and that without one nothing is different."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.vocabulary import LEG_LOST
from callcenter.lab.sipphone import SipCall, SipPhone
from tests.live.hotline import DEAD_SECONDS, RING_SECONDS, Hotline, hotline, talk

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(120)]

NONSENSE = (b"nowhere/0/1001", b"${SHELL(id)}/1/1001", b"x" * 1_000_000)
"""What a service may say; before the first there is none."""


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Hotline]:
    async with hotline(
        tmp_path / "lab", direct_seconds=3, rtp_timeout_seconds=DEAD_SECONDS, ring_seconds=RING_SECONDS
    ) as found:
        yield found


def visits(told: dict[str, Any]) -> list[list[tuple[str, str, str]]]:
    return [[(v["queue"], v["outcome"], v["ended_by"]) for v in call["visits"]] for call in told["calls"]]


async def first_of(*phones: SipPhone) -> SipCall:
    done, waiting = await asyncio.wait(
        [asyncio.create_task(phone.incoming.get()) for phone in phones], return_when=asyncio.FIRST_COMPLETED, timeout=6
    )
    for task in waiting:
        task.cancel()
    return done.pop().result()


async def test_preferred_agent_is_rung_alone_first_and_key_accounts_by_their_own_queue(
    line: Hotline, tmp_path: Path
) -> None:
    await line.answers.open(line.lab.state.lookup_port or 0)
    line.answers.says["route"] = b"consumers/0/1001"
    alice, bob, carol = [await line.phone(number) for number in ("1001", "1002", "1003")]
    await line.record()
    call = await line.call()
    first = await alice.next_call()
    first.ring()
    await asyncio.sleep(2)
    assert bob.incoming.empty()
    await asyncio.wait_for(first.over.wait(), 6)
    ring = await first_of(alice, bob)
    ring.answer()
    await asyncio.sleep(0.3)
    call.hang_up()
    await ring.over.wait()
    line.answers.says["route"] = b"key_accounts/10/-"
    call = await line.call()
    ring = await first_of(alice, carol)
    ring.answer()
    await asyncio.sleep(0.3)
    call.hang_up()
    told = await line.told(tmp_path / "replay")
    assert bob.incoming.empty()
    assert visits(told) == [
        [("direct-1001", "timed_out", None), ("consumers", "answered", "caller")],
        [("key_accounts", "answered", "caller")],
    ]
    one_kept = {"kept": 1, "broken": 0, "unknown": 0}
    assert {queue: kept["P-WAIT"] for queue, kept in told["promises"].items()} == {
        "consumers": one_kept,
        "key_accounts": one_kept,
    }
    assert f"X-Callcenter-Token: {line.lab.state.lookup_token}" in line.answers.asked[0]
    assert "/dialplan/route?line=consumers&caller=1381000" in line.answers.asked[0]


async def served(line: Hotline, bob: SipPhone) -> float:
    """Let somebody call and be answered; returns the seconds until the phone was tried."""
    begun = asyncio.get_running_loop().time()
    call = await line.call()
    ring = await bob.next_call(5)
    took = asyncio.get_running_loop().time() - begun
    ring.answer()
    await asyncio.sleep(0.2)
    call.hang_up()
    await ring.over.wait()
    return took


async def test_without_an_answer_a_goodbye_ends_the_call_and_a_lost_leg_goes_to_the_front(
    line: Hotline, tmp_path: Path
) -> None:
    alice = await line.phone("1001")
    await line.record()
    call, ring = await talk(line, alice, "1")
    ring.hang_up()
    await asyncio.wait_for(call.over.wait(), 2)
    call, ring = await talk(line, alice, "1")
    bob = await line.phone("1002")
    await line.vanish(alice, ring)
    again = await bob.next_call(10)
    again.answer()
    await asyncio.sleep(0.5)
    call.hang_up()
    told = await line.told(tmp_path / "replay")
    ends = [(v["agent"], v["outcome"], v["ended_by"]) for call in told["calls"] for v in call["visits"]]
    assert ends == [("Alice", "answered", "agent"), ("Alice", "answered", "cut_short"), ("Bob", "answered", "caller")]


async def test_caller_of_a_page_that_is_loaded_anew_comes_back_to_the_same_agent(line: Hotline, tmp_path: Path) -> None:
    await line.answers.open(line.lab.state.lookup_port or 0)
    line.answers.says["after"] = b"front/1001"
    alice = await line.phone("1001")
    await line.record()
    call, ring = await talk(line, alice, "1")
    bob = await line.phone("1002")
    alice.send(ring.dialog.request("BYE", (("reason", f'Q.850;cause={LEG_LOST};text="page left"'),)))
    ring.mark_over("here", "left")
    await alice.register(0)
    await asyncio.sleep(0.5)
    await alice.register()
    again = await alice.next_call(8)
    again.answer()
    await asyncio.sleep(0.5)
    call.hang_up()
    told = await line.told(tmp_path / "replay")
    assert bob.incoming.empty()
    assert visits(told) == [[("consumers", "answered", "cut_short"), ("direct-1001", "answered", "caller")]]


async def test_no_answer_a_late_one_or_nonsense_changes_nothing(line: Hotline, tmp_path: Path) -> None:
    bob = await line.phone("1002")
    await line.record()
    assert await served(line, bob) < 2.5
    await line.answers.open(line.lab.state.lookup_port or 0)
    for says in NONSENSE:
        line.answers.says["route"] = says
        assert await served(line, bob) < 2.5, says
    line.answers.says["route"], line.answers.late = b"consumers/0/1001", 1.2
    assert await served(line, bob) < 2.5
    told = visits(await line.told(tmp_path / "replay"))
    assert told == [[("consumers", "answered", "caller")]] * (len(NONSENSE) + 2)
