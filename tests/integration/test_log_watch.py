"""queue_log looked at before a verdict: a real switch's log beside what its manager login told."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.ami.decode import decode
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.files.rulebook import load_rulebook
from callcenter.tracker import Follower, LogWatch, RulesInForce
from callcenter.tracker.inputs import Input, QueueLogRead

TAPES = Path(__file__).parents[1] / "tapes"


class Bench:
    """A tracker that only keeps what it was told."""

    in_force: RulesInForce | None = None

    def __init__(self) -> None:
        self.told: list[QueueLogRead] = []

    async def enter(self, said: Input) -> None:
        assert isinstance(said, QueueLogRead)
        self.told.append(said)

    @property
    def differing(self) -> set[str]:
        return {uniqueid for said in self.told for uniqueid in said.differing}


def events_of(story: str) -> Iterator[ev.Event]:
    wire = Wire()
    for frame in wire.feed(gzip.decompress((TAPES / story / "board.ami.gz").read_bytes())):
        event = decode(frame)
        if event is not None:
            yield event


class Replayed:
    """A tape played beside its own queue_log, which is written as the switch's clock goes on."""

    def __init__(self, story: str, folder: Path) -> None:
        self.path = folder / "queue_log"
        self.path.touch()
        self.bench = Bench()
        self.watch = LogWatch(self.path, self.bench)
        self.floor = Floor()
        self._story = story
        self._lines = (TAPES / story / "queue_log").read_text().splitlines(keepends=True)

    async def play(self, change: dict[str, str] | None = None) -> None:
        """Look after every event; `change` replaces words of the log."""
        first = next(event.at for event in events_of(self._story) if event.at is not None)
        await self._tick(first - 60 * SECOND)
        for event in events_of(self._story):
            self.watch.happened(self.floor.apply(event), self.floor)
            self._write(self.floor.state.now or 0, change or {})
            await self.watch.look()
        await self._tick((self.floor.state.now or 0) + 60 * SECOND)
        self.watch.close()

    async def _tick(self, at: Micros) -> None:
        self.watch.happened(self.floor.apply(ev.Tick(at, 0)), self.floor)
        self._write(at, {})
        await self.watch.look()

    def _write(self, now: Micros, change: dict[str, str]) -> None:
        with self.path.open("a") as file:
            while self._lines and _written_at(self._lines[0]) <= now:
                line = self._lines.pop(0)
                for old, new in change.items():
                    line = line.replace(old, new)
                file.write(line)


def _written_at(line: str) -> Micros:
    """Tell when a line was written; what a caller's line break made of one, with the line before it."""
    at = line.partition("|")[0]
    return int(at) * SECOND if at.isdigit() else 0


@pytest.mark.parametrize(
    "story",
    [
        "answered",
        "late_answer",
        "abandoned_waiting",
        "blind_transfer",
        "ring_no_answer",
        "timed_out",
        "attended_transfer",
        "hold",
        "leave_empty",
        "key_exit",
    ],
)
async def test_honest_log_agrees_and_was_read_to_the_end(story: str, tmp_path: Path) -> None:
    played = Replayed(story, tmp_path)
    await played.play()
    assert played.bench.differing == set()
    assert played.bench.told[-1].until > (played.floor.state.now or 0) - 10 * SECOND
    assert played.watch.differences == 0


SEEN_THROUGHOUT = sorted(one.name for one in TAPES.iterdir() if not (one / "board.2.ami.gz").exists())


@pytest.mark.parametrize("story", SEEN_THROUGHOUT)
async def test_each_join_in_an_honest_log_was_seen(story: str, tmp_path: Path) -> None:
    played = Replayed(story, tmp_path)
    await played.play()
    broken = story == "hostile_number_uncleaned"
    assert played.watch.unseen.total == broken
    assert [join.queue for join in played.watch.unseen.last] == [story] * broken


async def test_log_that_says_otherwise_makes_the_call_doubtful(tmp_path: Path) -> None:
    played = Replayed("abandoned_waiting", tmp_path)
    await played.play({"|ABANDON|": "|EXITWITHTIMEOUT|"})
    assert len(played.bench.differing) == played.watch.differences == 1


async def test_call_that_the_log_does_not_have_is_doubtful(tmp_path: Path) -> None:
    played = Replayed("late_answer", tmp_path)
    played._lines.clear()
    await played.play()
    assert len(played.bench.differing) == 1


async def test_nothing_is_compared_while_the_log_cannot_be_read(tmp_path: Path) -> None:
    played = Replayed("late_answer", tmp_path)
    played.watch = LogWatch(tmp_path / "elsewhere", played.bench)
    await played.play()
    assert (played.bench.told, played.watch.read_at) == ([], None)


def test_judge_hears_what_the_log_says_and_how_far_it_was_read() -> None:
    follower = Follower(RulesInForce(load_rulebook(), None))
    follower.follow(None, ev.Tick(100 * SECOND, 0), QueueLogRead(10, 90 * SECOND, ("1.1",)))
    assert follower.judge is not None
    memory = follower.judge._context.memory
    assert (memory.log_since, memory.log_until, memory.doubted) == (10, 90 * SECOND, {"1.1": "queue_log"})
