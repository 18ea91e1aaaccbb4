"""The loop itself: every item of the client is journalled, applied, shown at once, and left to the record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec
import structlog

from callcenter import __version__
from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, RefusedItem, SnapshotTaken
from callcenter.clock import wall_clock
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.health import Health
from callcenter.journal import Journal
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.violation import Violation
from callcenter.tracker.bound import OpenBound
from callcenter.tracker.entries import EntryMeaning, event_step, input_step, mark_step
from callcenter.tracker.follower import Follower
from callcenter.tracker.inputs import Input, LagSeen, RulesInForce
from callcenter.tracker.intake import Intake
from callcenter.tracker.ledger import Ledger
from callcenter.tracker.record import RecordKeeper
from callcenter.tracker.refusals import Refusals
from callcenter.tracker.sink import Sink
from callcenter.tracker.switch_log.log_watch import LogWatch

log = structlog.get_logger()

_LAG_TOLD: Micros = 50_000
"""A lag above this is journalled, for the verdicts of that time; the least uncertainty that they allow for is 0.1 s."""

_DRAIN_SECONDS = 10.0
"""How long a stop waits for the database; what it has not taken in by then, the next start replays."""


class LiveSource(Protocol):
    """A live client: what it read, in order, and what it knows about itself."""

    def __aiter__(self) -> AsyncIterator[Item]: ...

    @property
    def up(self) -> bool:
        """Whether the login is open and its snapshot has been taken."""

    @property
    def lag(self) -> float | None:
        """Seconds that the event stream lags behind; None while unknown."""

    @property
    def graded(self) -> bool | None:
        """Whether frames are evidence-grade; None while unknown."""

    @property
    def frames_total(self) -> dict[str, int]:
        """Frames so far, by result."""

    def cut(self, reason: str) -> None:
        """End the login; another is opened after a while."""


class Tracker:
    """Follow one switch: owns the floor, everyone else gets facts."""

    def __init__(
        self,
        node: str,
        source: LiveSource,
        journal: Journal,
        record: RecordKeeper,
        follower: Follower,
        bound: OpenBound | None = None,
    ) -> None:
        self._node = node
        self._source = source
        self._journal = journal
        self._record = record
        self._follower = follower
        self._sinks: list[Sink] = []
        self._intake = Intake(node, follower.seen)
        self._ledger = Ledger(follower.floor)
        self._started_at = wall_clock()
        self._saving: asyncio.Task[None] | None = None
        self._taking = asyncio.Lock()
        self._log_watch: LogWatch | None = None
        self._bound = bound
        self._cut = False
        self._overfull = False
        self.rules_refused = False
        self._applied = journal.appended_position
        self._resynced = False
        self._graded: bool | None = None
        self._skew: Micros | None = None
        self._last_seen_at: Micros | None = None
        self._gap: Micros = 0
        self._out_of_order = 0
        self._refusals = Refusals(node)
        self._refused_moments = 0

    @property
    def in_force(self) -> RulesInForce | None:
        """By what is judged now, as the journal says; None: it does not say yet."""
        return self._follower.enacted

    @property
    def floor(self) -> Floor:
        """The floor as it is now: to be looked at, never kept."""
        return self._follower.floor

    @property
    def applied(self) -> int:
        """The last journal position that the floor has been told of."""
        return self._applied

    @property
    def in_sync(self) -> bool:
        """Whether a snapshot has said what there is since the login was opened, and frames are evidence."""
        return self._resynced and self._graded is True

    async def enter(self, said: Input) -> None:
        """Let what people or files say hold from now on, in its place among the frames.

        Raises:
            StoreError: The journal takes nothing more.
        """
        await self._take([input_step(self._node, wall_clock(), said)])

    def switch_time(self) -> Micros:
        """Tell the switch's time that was seen last, which is never later than now."""
        now = self._follower.floor.state.now
        return wall_clock() if now is None else now

    async def dispose(self, said: Disposition) -> None:
        """Let the rules know of a call's disposition; durable when it returns.

        Raises:
            StoreError: The journal takes nothing more.
        """
        await self.enter(said)
        await self._journal.committed(self._applied)

    async def hear_pages(self, told: Sequence[ev.PageTold]) -> None:
        """Take what agents' pages say, in its place among the frames; durable when it returns.

        Raises:
            StoreError: The journal takes nothing more.
        """
        now = wall_clock()
        await self._take([event_step(self._node, now, one) for one in told])
        await self._journal.committed(self._applied)

    def attach(self, sink: Sink) -> None:
        """Tell a live view of every fact from the start; to be called before `run`."""
        self._sinks.append(sink)

    def attach_log(self, watch: LogWatch) -> None:
        """Have queue_log looked at before verdicts; to be called before `run`."""
        self._log_watch = watch
        self.attach(watch)

    async def run(self) -> None:
        """Follow until the source ends, then leave everything recorded and saved.

        Raises:
            StoreError: The journal takes nothing more.
        """
        now = wall_clock()
        await self._take([mark_step(self._node, now, mark="started", version=__version__), *self._intake.lost(now)])
        for sink in self._sinks:
            sink.happened((), self._follower.floor)
        async with asyncio.TaskGroup() as group:
            async for item in self._source:
                if self._cut and not isinstance(item, LoginLost):
                    continue  # read before the login was ended, which has been journalled
                await self._take(self._intake.steps(item))
                self._note(item)
                self._cut = not isinstance(item, LoginLost) and await self._cut_off(item)
                if isinstance(item, HeartbeatSeen) and item.round_trip > _LAG_TOLD:
                    await self.enter(LagSeen(item.round_trip))
                if self._journal.state_due and (self._saving is None or self._saving.done()):
                    self._saving = group.create_task(self._save(*self._state()), name="tracker-save")
        await self._stop()

    def health(self) -> Health:
        """Tell how well we see and keep, as of now."""
        seen, watch = self._follower.seen, self._log_watch
        up = self._source.up and self._resynced
        return Health(
            node=self._node,
            started_at=self._started_at,
            ami_up=up,
            ready=up,
            lag_seconds=self._source.lag,
            clock_skew_seconds=None if self._skew is None else self._skew / SECOND,
            last_seen_at=self._last_seen_at,
            evidence_grade=self._graded,
            frames=self._source.frames_total,
            gap_seconds=self._gap / SECOND,
            gap_open_at=seen.at if seen.lost else None,
            journal_pending=self._journal.pending,
            store_pending=self._record.pending,
            store_lag_seconds=self._record.lag_seconds,
            out_of_order=self._out_of_order,
            rules_refused=self.rules_refused,
            queue_log_differences=None if watch is None else watch.differences,
            queue_log_filled=None if watch is None else watch.filled,
            queue_log_read_at=None if watch is None else watch.read_at,
            refused_moments=self._refused_moments,
            unseen_joins=None if watch is None else watch.unseen.total,
            unseen_last=() if watch is None else tuple(watch.unseen.last),
            overfull=self._overfull,
            ledger=self._ledger.differences(self._follower.floor),
        )

    def due_in(self) -> float | None:
        """Tell in how many seconds a verdict can be known, as far as the switch's clock is known; None: none waits.

        A quiet switch tells no time but by heartbeats: one sent then lets the verdict be told at once.
        """
        due, now = self._follower.due, self._follower.floor.state.now
        if due is None or now is None or self._last_seen_at is None:
            return None
        return (due - now - (wall_clock() - self._last_seen_at)) / SECOND

    async def _take(self, steps: Sequence[EntryMeaning]) -> None:
        """Journal, apply, show, and hand to the record; waits only where the journal has no more room."""
        async with self._taking:
            positions = await self._journal.append([step.entry for step in steps])
            for position, step in zip(positions, steps, strict=True):
                event = None if step.event is None else msgspec.structs.replace(step.event, pos=position)
                followed = self._follower.follow(step.frame, event, step.said)
                self._applied = position
                self._show(followed.facts)
                self._record.put(position, *followed)
                if followed.violations:
                    self._tell(followed.violations)

    async def _cut_off(self, item: Item) -> bool:
        """End a login that tells of too much, and let go of what it told; returns whether it did."""
        said = None if self._bound is None else self._bound.exceeded(item, self._follower.floor.state)
        if said is not None:
            self._overfull = True
            await self._take([event_step(self._node, wall_clock(), ev.Overfull(self._follower.seen.at, 0))])
            self._source.cut(said)
        return said is not None

    def _show(self, facts: Sequence[fx.Fact]) -> None:
        if not facts:
            return
        self._ledger.happened(facts)
        for sink in self._sinks:
            sink.happened(facts, self._follower.floor)
        for fact in facts:
            match fact:
                case fx.GapSeen(cause="quarantined"):
                    self._refused_moments += 1
                case fx.GapSeen(at=at, start=start, cause=cause):
                    self._gap += max(0, at - start) if at is not None and start is not None else 0
                    log.warning("gap_ended", node=self._node, cause=cause, gap_seconds=_span(start, at))
                case fx.OutOfOrder():
                    self._out_of_order += 1
                case _:
                    pass

    def _tell(self, violations: Sequence[Violation]) -> None:
        for sink in self._sinks:
            sink.judged(violations)
        for violation in violations:
            log.info("violation_raised", violation=violation.id, rule=violation.rule, verdict=violation.verdict.value)

    def _note(self, item: Item) -> None:
        """Keep what the gauges need of an item."""
        match item:
            case HeartbeatSeen(at=at, switch_at=switch_at, round_trip=round_trip):
                self._skew = None if switch_at is None else switch_at - (at - round_trip // 2)
                for sink in self._sinks:
                    sink.happened((), self._follower.floor)
                self._refusals.tell()
            case RefusedItem(refused=refused):
                self._refusals.note(refused)
            case FramesRead(at=at):
                self._last_seen_at = at
                self._note_grade()
            case SnapshotTaken():
                self._resynced, self._overfull = True, False
                log.info("floor_resynced", node=self._node)
            case LoginLost():
                self._resynced = False
            case _:
                pass

    def _note_grade(self) -> None:
        graded = self._source.graded
        if graded is not None and graded != self._graded:
            self._graded = graded
            if not graded:
                log.warning("evidence_grade_missing", node=self._node, advice="run callcenter doctor")

    def _state(self) -> tuple[int, bytes]:
        """Pack the state as of now, with the last position that is in it."""
        return self._applied, self._follower.save()

    async def _save(self, position: int, blob: bytes) -> None:
        """Save a state, once the record has passed it: a restart must not skip facts that the record lacks."""
        await self._record.reached(position)
        await self._journal.save_state(position, blob)
        log.info("state_saved", position=position, state_bytes=len(blob))

    async def _stop(self) -> None:
        await self._take([mark_step(self._node, wall_clock(), mark="stopped")])
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._save(*self._state())
        except TimeoutError:
            log.warning("record_behind_at_stop", events_count=self._record.pending)


def _span(start: Micros | None, end: Micros | None) -> float | None:
    return None if start is None or end is None else (end - start) / SECOND
