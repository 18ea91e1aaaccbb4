"""What a hostile switch can make us hold in memory has an end, and where no switch would do it, so has the login."""

from __future__ import annotations

import asyncio
import itertools
import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from callcenter.ami.client import AmiClient
from callcenter.ami.link import Link
from callcenter.ami.protocol import EARLY_LIMIT
from callcenter.errors import SwitchUnreachable
from tests.faults.hostile_switch import MEGA, Act, Flood, block, events, hostile
from tests.integration.scripted_switch import until_true
from tests.support.party import party

KERNEL = 12 * MEGA
"""What the buffers of both ends of a loopback connection may take."""


@pytest.fixture
def memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def used() -> int:
    return tracemalloc.get_traced_memory()[1]


async def until_still(floods: list[Flood]) -> int:
    """Wait until the switch gets rid of nothing more, and return how much it was."""
    sent = -1
    while sent < (now := sum(flood.sent for flood in floods)) or now < MEGA:
        sent = now
        await asyncio.sleep(0.5)
    return sent


async def log_in(flood: Flood) -> None:
    asked = await flood.asked("Login")
    await flood.say(block({"Response": "Success", "ActionID": asked["ActionID"]}))


async def events_before_the_answer(flood: Flood) -> None:
    await flood.asked("Login")
    await flood.pour(events())


async def events_behind_the_answer(flood: Flood) -> None:
    await log_in(flood)
    await flood.pour(events())


async def an_answer_to_the_login_without_end(flood: Flood) -> None:
    asked = await flood.asked("Login")
    await flood.say(block({"Response": "Success", "ActionID": asked["ActionID"], "EventList": "start"}))
    await flood.pour(itertools.repeat(block({"Event": "QueueMember", "ActionID": asked["ActionID"], "Name": "A"})))


def answers(**more: str) -> Act:
    async def act(flood: Flood) -> None:
        await log_in(flood)
        asked = await flood.asked("CoreShowChannels")
        ours = {"ActionID": asked["ActionID"]}
        await flood.say(block({"Response": "Success", **ours, "EventList": "start"}))
        channel = {"Event": "CoreShowChannel", **ours, **party(Channel="PJSIP/t-1", Uniqueid="1.1"), **more}
        await flood.pour(itertools.repeat(block(channel)))

    return act


async def test_events_before_the_logins_answer_end_the_login(memory: None) -> None:
    async with hostile(events_before_the_answer) as (settings, floods):
        with pytest.raises(SwitchUnreachable, match="events without end before it answered the login"):
            await Link.open(settings, settings.events, events=True)
        await floods[0].cut_off.wait()

    assert floods[0].sent < EARLY_LIMIT + KERNEL
    assert used() < 60 * MEGA


async def test_an_answer_without_end_ends_the_login(memory: None) -> None:
    async with hostile(answers()) as (settings, floods):
        link = await Link.open(settings, settings.control, events=False)
        with pytest.raises(SwitchUnreachable, match=r"CoreShowChannels was not answered.*an answer without end"):
            await link.ask("CoreShowChannels")
        assert link.ended
        await floods[0].cut_off.wait()

    assert used() < 200 * MEGA


async def test_a_few_headers_of_many_bytes_count_like_many_of_few(memory: None) -> None:
    async with hostile(answers(Padding="x" * 200_000)) as (settings, floods):
        link = await Link.open(settings, settings.control, events=False)
        with pytest.raises(SwitchUnreachable, match="an answer without end"):
            await link.ask("CoreShowChannels")
        await floods[0].cut_off.wait()

    assert floods[0].sent < 80 * MEGA
    assert used() < 200 * MEGA


async def test_an_answer_to_the_login_itself_must_end() -> None:
    async with hostile(an_answer_to_the_login_without_end) as (settings, _):
        with pytest.raises(SwitchUnreachable, match="an answer without end"):
            await Link.open(settings, settings.control, events=False)


async def test_events_that_nobody_takes_yet_wait_in_the_switch(memory: None) -> None:
    async with hostile(events_behind_the_answer) as (settings, floods):
        link = await Link.open(settings, settings.events, events=True)
        sent = await until_still(floods)
        held, taken = used(), Counter[str]()
        link.deliver(lambda batch: taken.update(frame.name for frame, _ in batch))
        async with asyncio.timeout(20):
            await until_true(lambda: floods[0].sent > 2 * sent)
        link.close()

    assert sent < EARLY_LIMIT + KERNEL
    assert held < 60 * MEGA
    assert taken["Newchannel"] > 1_000


async def test_events_on_the_control_login_are_not_kept(memory: None) -> None:
    async with hostile(events_behind_the_answer) as (settings, floods):
        link = await Link.open(settings, settings.control, events=False)
        async with asyncio.timeout(60):
            await until_true(lambda: floods[0].sent > 30 * MEGA)
        link.close()

    assert used() < 20 * MEGA


async def test_frames_that_wait_to_be_consumed_are_bounded_by_their_size_too(memory: None) -> None:
    async def act(flood: Flood) -> None:
        asked = await flood.asked("Login")
        await flood.say(block({"Response": "Success", "ActionID": asked["ActionID"]}))
        if asked["Username"] == "control":
            await flood.asked("Goodbye")
        await flood.pour(events(**{f"X{n}": "x" * 1000 for n in range(200)}))

    async with hostile(act) as (settings, floods):
        client = AmiClient(settings)
        client._inbox._memory_limit = 8 * MEGA
        running = asyncio.create_task(client.run())
        await until_still(floods)
        waiting = client.waiting_frames
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert 10 < waiting < 100
    assert used() < 60 * MEGA
