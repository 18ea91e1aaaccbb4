"""One events login from its opening to its loss: its frames, its heartbeats, and the snapshot it owes.

Three tasks beside the socket: one sends a heartbeat every few seconds through the control login, one cuts
the events login when a heartbeat is overdue, one takes a snapshot between two heartbeats, at once and again
if the switch says FullyBooted later. While the control login is away no heartbeat can be sent; the events
go on, and their lag is unknown.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec
import structlog

from callcenter.ami.heartbeat import Heartbeat
from callcenter.ami.items import FramesRead, HeartbeatSeen, RefusedItem, SnapshotTaken
from callcenter.ami.protocol import memory_of
from callcenter.ami.snapshot import take_snapshot
from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND, Frame
from callcenter.errors import RightsMissing, SwitchError, SwitchUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.ami.inbox import Inbox
    from callcenter.ami.link import Link
    from callcenter.ami.protocol import Batch
    from callcenter.ami.refused import LostFrame
    from callcenter.ami.settings import AmiSettings
    from callcenter.domain.snapshot import Snapshot

log = structlog.get_logger()

_CHECKS_PER_BEAT = 4
_RETRY_SECONDS = 0.25
_SOONEST_BEAT = 0.25
"""However much somebody needs the time, the control login is left room."""


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error inside a task group's; one cause is what a person wants to read."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class EventsSession:
    """Follow one events login; `control` gives the control login, None while there is none.

    Attributes:
        proven: A heartbeat has come back: the login reads what it must.
        overdue: A heartbeat did not come back in time, which ended the login.
        synced: The snapshot has been taken.
    """

    def __init__(
        self,
        settings: AmiSettings,
        link: Link,
        control: Callable[[], Link | None],
        inbox: Inbox,
        beat_in: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._link = link
        self._control = control
        self._inbox = inbox
        self._beat_in = beat_in
        self._heart = Heartbeat(settings.heartbeat_deadline)
        self._arrivals: dict[int, asyncio.Future[Frame]] = {}
        self._snapshot_owed = asyncio.Event()
        self.proven = False
        self.overdue = False
        self.synced = False

    @property
    def lag(self) -> float | None:
        """Seconds that the event stream lags behind; None before the first heartbeat."""
        return self._heart.lag(time.monotonic())

    async def follow(self) -> str:
        """Hand frames to the inbox until the login is lost; returns why.

        Raises:
            RightsMissing: The control login may not send heartbeats or ask for a snapshot.
                SwitchError: The switch refused a heartbeat for another reason.
        """
        self._inbox.on_full, self._inbox.on_free = self._hold, self._release
        was_full = self._inbox.full
        self._link.deliver(self._receive, self._receive_refused)
        if was_full:
            self._hold()
        self._snapshot_owed.set()
        try:
            async with asyncio.TaskGroup() as group:
                workers = [
                    group.create_task(self._keep_beating(), name="ami-heartbeat"),
                    group.create_task(self._keep_watch(), name="ami-watch"),
                    group.create_task(self._resync(), name="ami-resync"),
                ]
                reason = await self._link.wait_ended()
                for worker in workers:
                    worker.cancel()
        except BaseExceptionGroup as group_error:
            raise first_error(group_error) from None
        return reason

    def _hold(self) -> None:
        self._heart.hold()
        self._link.hold()

    def _release(self) -> None:
        self._heart.release(time.monotonic())
        self._link.release()

    def _receive(self, batch: Batch) -> None:
        """Put frames into the inbox, and a heartbeat right behind its own frame."""
        start = 0
        for end, (frame, _) in enumerate(batch, 1):
            if frame.name == "FullyBooted":
                self._snapshot_owed.set()
            seen = self._heart.see(frame.headers, time.monotonic()) if frame.name == "UserEvent" else None
            if seen is None:
                continue
            self._put_frames(batch[start:end])
            start = end
            self._note_beat(frame, *seen)
        self._put_frames(batch[start:])

    def _receive_refused(self, refused: LostFrame) -> None:
        self._inbox.put(RefusedItem(self._settings.node, wall_clock(), refused), 1, len(refused.raw))

    def _put_frames(self, batch: Batch) -> None:
        if batch:
            frames, raw = zip(*batch, strict=True)
            memory = sum(memory_of(*one) for one in batch)
            settings = self._settings
            item = FramesRead(settings.node, wall_clock(), frames, raw, settings.charset)
            self._inbox.put(item, len(batch), memory)

    def _note_beat(self, frame: Frame, count: int, round_trip: float) -> None:
        self.proven = True
        micros = round(round_trip * SECOND)
        self._inbox.put(HeartbeatSeen(self._settings.node, wall_clock(), frame.at, micros))
        arrival = self._arrivals.pop(count, None)
        if arrival is not None and not arrival.done():
            arrival.set_result(frame)

    async def _keep_beating(self) -> None:
        while True:
            if not self._inbox.full:
                await self._beat()
            await asyncio.sleep(self._until_next_beat())

    def _until_next_beat(self) -> float:
        """Wait as long as set, or until the switch's time is needed."""
        every, needed = self._settings.heartbeat_every, self._beat_in()
        return every if needed is None else min(every, max(needed, _SOONEST_BEAT))

    async def _keep_watch(self) -> None:
        while not self.overdue:
            await asyncio.sleep(self._settings.heartbeat_every / _CHECKS_PER_BEAT)
            self.overdue = self._heart.expired(time.monotonic())
        self._link.close(f"no heartbeat came back within {self._settings.heartbeat_deadline:g} s")

    async def _beat(self) -> int | None:
        """Send a heartbeat and return its number, None when the control login could not carry it."""
        control = self._control()
        if control is None:
            return None
        count, fields = self._heart.send(time.monotonic())
        try:
            await control.demand("UserEvent", fields)
        except RightsMissing:
            raise
        except SwitchError as error:
            self._heart.withdraw(count)
            if isinstance(error, SwitchUnreachable):
                control.close(str(error))
            elif not self.proven:
                raise
            else:
                # a switch that stops refuses actions for a second, and says what it tears down meanwhile
                log.info("heartbeat_refused", node=self._settings.node, reason=str(error))
            return None
        self._heart.confirm(count, time.monotonic())
        return count

    async def _resync(self) -> None:
        """Take the snapshots that are owed; one that fails (no control login, half booted) is begun again."""
        while await self._snapshot_owed.wait():
            self._snapshot_owed.clear()
            try:
                snapshot = await self._take_between_beats()
            except RightsMissing:
                raise
            except SwitchError as error:
                log.info("snapshot_failed", node=self._settings.node, reason=str(error))
                self._snapshot_owed.set()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self.synced = True
                self._inbox.put(SnapshotTaken(self._settings.node, wall_clock(), snapshot))

    async def _take_between_beats(self) -> Snapshot:
        first = await self._beat_through()
        control = self._control()
        if control is None:
            raise SwitchUnreachable("the control login was lost")
        snapshot = await take_snapshot(control)
        second = await self._beat_through()
        return msgspec.structs.replace(snapshot, after=first.at, before=second.at)

    async def _beat_through(self) -> Frame:
        """Send a heartbeat and wait until its own frame has come back."""
        arrival: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        number = self._heart.next_number
        self._arrivals[number] = arrival
        try:
            if await self._beat() is None:
                raise SwitchUnreachable("the control login is away")
            async with asyncio.timeout(self._settings.heartbeat_deadline):
                return await arrival
        except TimeoutError as error:
            raise SwitchUnreachable("a heartbeat did not come back") from error
        finally:
            self._arrivals.pop(number, None)
