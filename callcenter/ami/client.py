"""The live client: two logins kept open, and everything that one of them sees handed on in order.

The *events* login reads and sends nothing but its login. The *control* login sends heartbeats, asks for
snapshots and pauses members; two sockets have no common order, so each snapshot stands between two
heartbeats. A login that is lost is opened again after a wait that grows and is never the same twice; no
action is ever sent again, what was unanswered has failed, and the gap is there for everyone to see:
LoginLost, then LoginOpened, then a new snapshot.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Self

import structlog

from callcenter.ami.inbox import Inbox
from callcenter.ami.items import Item, LoginLost, LoginOpened
from callcenter.ami.link import Link
from callcenter.ami.session import EventsSession, first_error
from callcenter.clock import wall_clock
from callcenter.errors import BadSetting, RightsMissing, SwitchError, SwitchUnreachable, SwitchUnsuitable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcenter.ami.settings import AmiSettings, LoginSettings

log = structlog.get_logger()

_DOUBLINGS = 16
_NOT_DYNAMIC = "Member not dynamic"


class Backoff:
    """Waits between attempts: doubling up to a limit, each drawn from the upper half of its span."""

    def __init__(self, shortest: float, longest: float, draw: Callable[[], float] = random.random) -> None:
        self._shortest = shortest
        self._longest = longest
        self._draw = draw
        self._failures = 0

    def next(self) -> float:
        """Return the seconds to wait before the next attempt."""
        span = min(self._longest, self._shortest * (1 << min(self._failures, _DOUBLINGS)))
        self._failures += 1
        return span * (0.5 + self._draw() / 2)

    def reset(self) -> None:
        """Begin again at the shortest wait."""
        self._failures = 0


class AmiClient:
    """Iterate over what one switch says, while `run` keeps both logins open.

    Whatever is wrong at the first login stops `run` with one sentence; after that, nothing does.

    Attributes:
        beat_in: Says in how many seconds somebody needs to know the switch's time, so that a heartbeat goes then.
    """

    def __init__(self, settings: AmiSettings, *, tee: Callable[[bytes], None] | None = None) -> None:
        self._settings = settings
        self._tee = tee
        self._inbox = Inbox(settings.queue_frames)
        self._events: Link | None = None
        self._control: Link | None = None
        self._session: EventsSession | None = None
        self._settled = False
        self._cut = ""
        self._ended_frames: Counter[str] = Counter()
        self.beat_in: Callable[[], float | None] = lambda: None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        return await self._inbox.get()

    @property
    def up(self) -> bool:
        """Whether the events login is open and its snapshot has been taken."""
        return self._session is not None and self._session.synced

    @property
    def lag(self) -> float | None:
        """Seconds that the event stream lags behind, by the heartbeat; None while unknown."""
        return None if self._session is None else self._session.lag

    @property
    def certificate_ends(self) -> float | None:
        """When the switch's certificate runs out, in seconds since 1970; None without TLS, or a login."""
        return None if self._events is None else self._events.certificate_ends

    @property
    def waiting_frames(self) -> int:
        """Frames read that have not been consumed."""
        return self._inbox.frames

    @property
    def graded(self) -> bool | None:
        """Whether this login's frames are evidence-grade; None until its first event."""
        return None if self._events is None else self._events.graded

    @property
    def frames_total(self) -> dict[str, int]:
        """Frames of all events logins so far, by result."""
        current = {} if self._events is None else self._events.frames_total
        return dict(self._ended_frames + Counter(current))

    async def run(self) -> None:
        """Keep both logins open until cancelled; the iteration ends when this does.

        Raises:
            SwitchError: The first login of either kind failed, or lacks a right that is needed.
            BadSetting: A secret or certificate cannot be read.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_events(), name="ami-events")
                group.create_task(self._keep_control(), name="ami-control")
        except BaseExceptionGroup as group_error:
            raise first_error(group_error) from None
        finally:
            self._inbox.close()

    def cut(self, reason: str) -> None:
        """End the events login; it is opened again, after waits that grow though it is heard."""
        self._cut = reason
        if self._events is not None:
            self._events.close(reason)

    async def pause(self, interface: str, *, paused: bool = True, queue: str | None = None, reason: str = "") -> None:
        """Pause a member in one queue, or in all that it serves, or let it be called again; twice is as once.

        Raises:
            SwitchError: Refused, or not answered; it is not sent again, so look before asking twice.
            BadInput: A value holds a line break.
        """
        fields = {"Interface": interface, "Paused": "true" if paused else "false"}
        fields |= {name: value for name, value in (("Queue", queue), ("Reason", reason)) if value}
        await self._act("QueuePause", fields)

    async def add_member(self, interface: str, queue: str, *, name: str) -> None:
        """Let a queue have a member, paused; one that it has is left as it is. Errors as `pause`."""
        fields = {"Queue": queue, "Interface": interface, "MemberName": name, "Paused": "true"}
        await self._act("QueueAdd", fields, done_says="Already there")

    async def remove_member(self, interface: str, queue: str) -> None:
        """Take a member out of a queue, also during a call; one that it has not is out.

        Raises:
            SwitchUnsuitable: The switch's own files have the member there.
            SwitchError: As of `pause`.
        """
        try:
            await self._act("QueueRemove", {"Queue": queue, "Interface": interface}, done_says="Not there")
        except SwitchError as error:
            if str(error).endswith(_NOT_DYNAMIC):
                raise SwitchUnsuitable(
                    f"{interface} is a member of {queue} by queues.conf: take it out there, so that people can sign out"
                ) from error
            raise

    async def _act(self, action: str, fields: Mapping[str, str], done_says: str | None = None) -> None:
        if self._control is None:
            raise SwitchUnreachable("the control login is away; try again when the switch is back")
        await self._control.demand(action, fields, done_says=done_says)

    async def _keep_events(self) -> None:
        settings = self._settings
        backoff = Backoff(settings.backoff_min, settings.backoff_max)
        login = 0
        while True:
            login += 1
            link = await self._open(settings.events, backoff, events=True, first=login == 1)
            self._events = link
            self._inbox.put(LoginOpened(settings.node, wall_clock(), login, link.banner))
            log.info("events_login_opened", node=settings.node, login=login)
            reason = await self._follow(link, backoff)
            self._inbox.put(LoginLost(settings.node, wall_clock(), reason))
            log.warning("events_login_lost", node=settings.node, login=login, reason=reason)
            await asyncio.sleep(backoff.next())

    async def _follow(self, link: Link, backoff: Backoff) -> str:
        """Follow one events login to its end and return why it ended."""
        session = self._session = EventsSession(self._settings, link, lambda: self._control, self._inbox, self.beat_in)
        try:
            reason = await session.follow()
        except SwitchError as error:
            if not (self._settled or session.synced):
                raise
            reason = str(error)
        finally:
            link.close()
            self._session = None
            self._events = None
            self._ended_frames.update(link.frames_total)
        self._settled |= session.synced
        if session.proven and reason != self._cut:
            backoff.reset()
        elif session.overdue and not self._settled:
            raise RightsMissing(
                f"manager login {link.username!r} does not see UserEvent: "
                f"add user to its read= line and its event filters in manager.conf"
            )
        return reason

    async def _keep_control(self) -> None:
        settings = self._settings
        backoff = Backoff(settings.backoff_min, settings.backoff_max)
        first = True
        while True:
            link = self._control = await self._open(settings.control, backoff, events=False, first=first)
            first = False
            opened = time.monotonic()
            try:
                reason = await link.wait_ended()
            finally:
                link.close()
                self._control = None
            if time.monotonic() - opened > settings.backoff_max:
                backoff.reset()
            log.warning("control_login_lost", node=settings.node, reason=reason)
            await asyncio.sleep(backoff.next())

    async def _open(self, login: LoginSettings, backoff: Backoff, *, events: bool, first: bool) -> Link:
        """Open a login, however long it takes; only the first one may fail for good."""
        tee = self._tee if events else None
        while True:
            try:
                return await Link.open(self._settings, login, events=events, tee=tee)
            except (SwitchError, BadSetting) as error:
                waits = self._settings.wait_at_start and isinstance(error, SwitchUnreachable)
                if first and not waits:
                    raise
                wait = backoff.next()
                log.warning("login_failed", node=self._settings.node, reason=str(error), retry_in=round(wait, 1))
                await asyncio.sleep(wait)
