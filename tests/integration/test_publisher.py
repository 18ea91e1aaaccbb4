"""What leaves: at least once, in order by key, whatever one sink or one entry does to itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from callcenter.domain.frame import SECOND
from callcenter.store import DecisionStore
from callcenter.store.outbox import OutboxEntry, put
from callcenter.store.outbox_progress import SinkState, enable_sink, parked, sink_states, take_up
from callcenter.tracker.outbox.lane import AT_ONCE_OF_KEY, PARKED_AFTER
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway
from tests.integration.leaving import KIND, FakeSink, leaving
from tests.integration.office import opened
from tests.unit.rules.detection.people import MONDAY

MANY = AT_ONCE_OF_KEY + 5


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as found:
        yield found


def of(sink: FakeSink, key: str) -> list[int]:
    return [n for one, n in sink.had if one == key]


async def test_everything_leaves_once_and_in_order_by_key_to_each_sink(decisions: DecisionStore) -> None:
    fake, other = FakeSink(), FakeSink("other", at_once=1)
    async with leaving(decisions, fake, other) as out:
        await out.puts(*("a" for _ in range(MANY)), "b", "c", "b")
        await out.cleared()
        await out.cleared(sink="other")

    for sink in (fake, other):
        assert (of(sink, "a"), of(sink, "b"), of(sink, "c")) == ([*range(1, MANY + 1)], [1, 2], [1])
        assert len(sink.had) == MANY + 3


async def test_keys_go_side_by_side_but_no_more_than_the_sink_takes(decisions: DecisionStore) -> None:
    fake = FakeSink(at_once=2)
    fake.open.clear()
    async with leaving(decisions, fake) as out:
        await out.puts("a", "a", "b", "c")
        await out.until(lambda: len(fake.tried) > 1)
        await out.until(lambda: True)
        tried = [*fake.tried]
        fake.open.set()
        await out.cleared()

    assert (len(tried), {n for _, n in tried}, len(fake.had)) == (2, {1}, 4)


async def test_entry_that_is_refused_parks_its_key_alone_until_somebody_decides(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = refuses("a")
    async with leaving(decisions, fake) as out:
        with structlog.testing.capture_logs() as logs:
            await out.puts("a", "a", "b", "b")
            await out.cleared(waiting=2)
            await out.until(lambda: bool(logs))
        async with decisions.writing() as unit:
            (held,) = await parked(unit.connection)
            fake.answers = lambda _entry: None
            assert await take_up(unit.connection, held)
        before = [*fake.had]
        await out.cleared()

    assert [(one["event"], one["log_level"], one["n"], one["reason"]) for one in logs] == [
        ("outbox_entry_parked", "error", 1, "no")
    ]
    assert (before, fake.had[2:]) == ([("b", 1), ("b", 2)], [("a", 1), ("a", 2)])
    assert out.publisher.lanes[0].results == {"sent": 4, "failed": 0, "refused": 1}


async def test_entry_that_breaks_the_sink_parks_its_key_too(decisions: DecisionStore) -> None:
    fake = FakeSink()

    def breaks(_entry: OutboxEntry) -> None:
        raise UnicodeError

    fake.answers = breaks
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.until(lambda: out.publisher.lanes[0].results["refused"] == 1)

    async with decisions.reading() as connection:
        (held,) = await parked(connection)
    assert held.why == "it could not be sent: UnicodeError"


async def test_row_that_cannot_be_read_parks_its_key_alone(decisions: DecisionStore) -> None:
    fake = FakeSink()
    async with leaving(decisions, fake) as out:
        async with decisions.writing() as unit:
            for key in ("a", "b"):
                await put(unit.connection, KIND, key, {}, MONDAY)
            await unit.execute(text("UPDATE outbox SET payload = '{' WHERE key = 'a'"))
        out.publisher.wake()
        await out.cleared(waiting=1)

    async with decisions.reading() as connection:
        (held,) = await parked(connection)
    assert (fake.tried, held.key.key, held.why) == ([("b", 1)], "a", "what was put cannot be read")


async def test_sink_that_is_away_is_asked_again_by_one_key_and_then_has_all(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = away
    async with leaving(decisions, fake) as out:
        await out.puts("a", "a", "b", "c")
        await out.until(lambda: len(fake.tried) > 1)
        together = len(fake.tried)
        await out.tried(fake, together + 3)
        assert (await out.backlog()).waiting == 4
        fake.answers = lambda _entry: None
        await out.until(lambda: len(fake.had) == 4, passing=SECOND)

    assert (of(fake, "a"), of(fake, "b"), of(fake, "c")) == ([1, 2], [1], [1])
    async with decisions.reading() as connection:
        assert (await sink_states(connection))["fake"].failures == 0


async def test_entry_that_fails_while_others_leave_is_parked_in_the_end(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = lambda entry: away(entry) if entry.key == "a" else None
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        for n in range(PARKED_AFTER + 1):
            await out.puts("b")
            await out.tried(fake, n + 1, "b")
            await out.tried(fake, min(n + 1, PARKED_AFTER), "a")
        await out.cleared(waiting=1)

    async with decisions.reading() as connection:
        (held,) = await parked(connection)
    assert (held.key.key, held.why, len(of(fake, "b"))) == ("a", "away", PARKED_AFTER + 1)


async def test_sink_that_fails_too_often_is_disabled_until_somebody_enables_it(decisions: DecisionStore) -> None:
    fake = FakeSink(disable_after=3)
    fake.answers = away
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.tried(fake, 3)
        await out.until(lambda: out.publisher.lanes[0].disabled)
    async with leaving(decisions, fake) as out:
        for _ in range(5):
            await out.until(lambda: True, passing=100 * SECOND)
        fake.answers = lambda _entry: None
        async with decisions.writing() as unit:
            state = (await sink_states(unit.connection))["fake"]
            assert await enable_sink(unit.connection, "fake")
            assert not await enable_sink(unit.connection, "nobody")
        await out.until(lambda: len(fake.had) == 1)

    assert (state.failures, state.why, len(fake.tried)) == (3, "away", 4)


async def test_key_alone_over_which_the_other_side_breaks_is_parked_and_the_sink_goes_on(
    decisions: DecisionStore,
) -> None:
    fake = FakeSink(disable_after=PARKED_AFTER + 2)
    fake.answers = lambda entry: away(entry, about_entry=True) if entry.key == "a" else None
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.tried(fake, PARKED_AFTER + 2)
        await out.kept(fake, 0)
        await out.puts("b")
        await out.cleared(waiting=1)

    async with decisions.reading() as connection:
        (held,) = await parked(connection)
    assert (held.key.key, held.why, fake.had) == ("a", "away", [("b", 1)])


@pytest.mark.parametrize("keys", [("a",), ("a", "b")])
async def test_why_a_sink_fails_is_kept_and_two_keys_that_break_it_disable_it(
    decisions: DecisionStore, keys: tuple[str, ...]
) -> None:
    fake = FakeSink(at_once=1, disable_after=4)
    fake.answers = lambda entry: away(entry, about_entry=len(keys) > 1)
    async with leaving(decisions, fake) as out:
        await out.puts(*keys)
        await out.tried(fake, 3)
        await out.kept(fake)
        assert (await kept(decisions)).why == "away"
        await out.tried(fake, 4)
        await out.until(lambda: out.publisher.lanes[0].disabled)


async def test_sink_that_is_away_is_tried_at_once_if_somebody_says_so(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = away
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.tried(fake, 4)
        tried = len(fake.tried)
        fake.answers = lambda _entry: None
        while (await kept(decisions)).failures < tried:  # noqa: ASYNC110 - what the database says
            await asyncio.sleep(0.01)
        async with decisions.writing() as unit:
            await enable_sink(unit.connection, "fake")
        await out.until(lambda: bool(fake.had))

    assert ((await kept(decisions)).failures, len(fake.tried)) == (0, tried + 1)


async def kept(decisions: DecisionStore) -> SinkState:
    async with decisions.reading() as connection:
        return (await sink_states(connection))["fake"]


async def test_sink_that_waits_is_tried_at_once_when_somebody_enables_it(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = away
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.tried(fake, 6)
        await out.kept(fake)
        fake.answers = lambda _entry: None
        async with decisions.writing() as unit:
            assert await enable_sink(unit.connection, "fake")
        await out.until(lambda: len(fake.had) == 1)


async def test_clock_that_is_set_back_holds_up_nothing(decisions: DecisionStore) -> None:
    fake = FakeSink()
    fake.answers = away
    async with leaving(decisions, fake) as out:
        await out.puts("a")
        await out.tried(fake, 6)
        await out.kept(fake)
        fake.answers = lambda _entry: None
        out.now -= 3_600 * SECOND
        await out.until(lambda: len(fake.had) == 1)


async def test_sink_that_is_no_longer_set_is_named(decisions: DecisionStore) -> None:
    async with leaving(decisions, FakeSink("gone")) as out:
        pass
    with structlog.testing.capture_logs() as logs:
        async with leaving(decisions, FakeSink()):
            await out.puts("a")

    assert [(one["event"], one["sink"]) for one in logs] == [("outbox_sink_not_set", "gone")]
    assert (await out.backlog("gone")).waiting == 1


def away(_entry: OutboxEntry, *, about_entry: bool = False) -> None:
    raise SinkAway("away", about_entry=about_entry)


def refuses(key: str) -> Callable[[OutboxEntry], None]:
    def answer(entry: OutboxEntry) -> None:
        if entry.key == key:
            raise EntryRefused("no")

    return answer
