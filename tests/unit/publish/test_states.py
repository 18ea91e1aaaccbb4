"""When a state is told: by a clock that the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from callcenter.errors import BrokerAway, MessageRefused
from callcenter.publish import state
from callcenter.publish.state import States

EXPIRY = 30


class Air:
    """A bus that keeps what it is sent, and whose time is said."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[tuple[str, bytes, int | None]] = []
        self.fault: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.states = States(self, EXPIRY, lambda: self.now)
        self.states.heard()

    async def send(self, topic: str, body: bytes, *, retain: bool = False, expiry: int | None = None) -> None:
        assert retain
        await self.open.wait()
        if self.fault is not None:
            raise self.fault
        self.sent.append((topic, body, expiry))

    async def after(self, seconds: float = 0, *, heard: bool = True) -> list[tuple[str, bytes, int | None]]:
        """Let time pass, and return what was sent."""
        self.now += seconds
        if heard:
            self.states.heard()
        self.states._news.set()
        for _ in range(200):
            await asyncio.sleep(0)
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
async def air() -> AsyncIterator[Air]:
    air = Air()
    running = asyncio.create_task(air.states.run())
    yield air
    running.cancel()
    await asyncio.wait([running])


async def test_change_is_told_at_once_and_the_next_a_second_later_as_it_is_then(air: Air) -> None:
    says = [b"1"]
    air.states.changed("a", lambda: says[-1])
    assert await air.after() == [("a", b"1", EXPIRY)]
    for word in (b"2", b"3"):
        says.append(word)
        air.states.changed("a", lambda: says[-1])
        assert await air.after(0.3) == []
    assert await air.after(0.4) == [("a", b"3", EXPIRY)]
    assert await air.after(5) == []


async def test_state_is_told_again_before_it_expires_and_only_while_the_switch_is_heard(air: Air) -> None:
    air.states.changed("a", lambda: b"1")
    air.states.changed("status", lambda: b"on", always=True)
    assert len(await air.after()) == 2
    assert await air.after(9.9) == []
    assert await air.after(0.1) == [("a", b"1", EXPIRY), ("status", b"on", EXPIRY)]
    assert await air.after(11, heard=False) == [("a", b"1", EXPIRY - 11), ("status", b"on", EXPIRY)]
    air.states.changed("a", lambda: b"2")
    assert await air.after(20, heard=False) == [("status", b"on", EXPIRY)]
    assert await air.after(1) == [("a", b"2", EXPIRY)]


async def test_what_is_gone_is_emptied_once_and_forgotten(air: Air) -> None:
    there: list[bytes | None] = [b"1"]
    air.states.changed("a", lambda: there[-1])
    await air.after()
    there.append(None)
    air.states.changed("a", lambda: there[-1])
    assert await air.after(1) == [("a", b"", None)]
    assert air.states._kept == {}
    assert await air.after(30) == []


async def test_what_comes_back_while_it_is_emptied_stays(air: Air) -> None:
    there: list[bytes | None] = [b"1", None]
    air.states.changed("a", lambda: there[-1])
    air.open.clear()
    assert await air.after() == []
    there.append(b"2")
    air.states.changed("a", lambda: there[-1])
    assert await air.after(1) == []
    air.open.set()
    assert await air.after() == [("a", b"", None), ("a", b"2", EXPIRY)]
    assert await air.after(10) == [("a", b"2", EXPIRY)]


async def test_everything_is_told_anew_over_the_next_connection() -> None:
    air = Air()
    for topic in ("a", "b"):
        air.states.changed(topic, lambda: b"1")
    for _ in range(2):
        running = asyncio.create_task(air.states.run())
        assert [topic for topic, *_ in await air.after(0.1)] == ["a", "b"]
        running.cancel()
        await asyncio.wait([running])


async def test_connection_that_is_lost_ends_it() -> None:
    air = Air()
    air.states.changed("a", lambda: b"1")
    air.fault = BrokerAway("away")
    running = asyncio.create_task(air.states.run())
    await air.after()
    with pytest.raises(ExceptionGroup, match=r"unhandled errors"):
        running.result()


async def test_what_is_refused_is_left_alone_for_a_minute_with_all_that_is_like_it(air: Air) -> None:
    air.fault = MessageRefused("no")
    air.states.changed("x/agent/a/state", lambda: b"1")
    await air.after()
    air.fault = None
    for topic in ("x/agent/a/state", "x/agent/b/state", "x/queue/q/state"):
        air.states.changed(topic, lambda: b"2")
    assert [topic for topic, *_ in await air.after(1)] == ["x/queue/q/state"]
    assert [topic for topic, *_ in await air.after(60)] == ["x/agent/a/state", "x/agent/b/state", "x/queue/q/state"]


async def test_slow_broker_is_sent_each_topic_once_however_often_it_changes(air: Air) -> None:
    count = [0]
    air.open.clear()
    for _ in range(50):
        count[0] += 1
        air.states.changed("a", lambda: b"%d" % count[0])
        await air.after(2)
    air.open.set()
    told = await air.after(2)
    assert [body for _, body, _ in told] == [b"1", b"50"]


async def test_a_switch_that_names_queues_without_end_gets_so_many_topics_and_no_more(
    air: Air, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "MOST_TOPICS", 3)
    for n in range(5):
        air.states.changed(f"q{n}", lambda: b"1")
    assert [topic for topic, *_ in await air.after()] == ["q0", "q1", "q2"]
