"""The phone's SIP endpoint: one thread, one socket, one loop that owns all state of the phone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from callcenter.errors import PhoneError
from callcenter.sip.dialog import UserAgent
from callcenter.sip.transaction import GIVE_UP

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from callcenter.softphone.settings import PhoneSettings

log = structlog.get_logger(__name__)
T = TypeVar("T")

SAYS = (("allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY"), ("user-agent", "callcenter-phone"))


class EndpointOwner(Protocol):
    """Who is told what the socket hears; on the loop only."""

    def hear(self, data: bytes) -> None:
        """Takes a datagram."""

    def unheard(self) -> None:
        """Takes the news that nobody listens at the switch's port."""

    def closed(self) -> None:
        """Releases what it holds; the thread is about to end."""


class _Wire(asyncio.DatagramProtocol):
    """The socket, connected to the switch: the kernel drops what others send."""

    def __init__(self, owner: EndpointOwner) -> None:
        self._owner = owner
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:  # noqa: ARG002 - the switch
        self._owner.hear(data)

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - ICMP: nobody listens there
        self._owner.unheard()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - always closed by us
        self.closed.set_result(None)


class SipEndpoint:
    """The thread and the socket; what is said and heard is its owner's.

    Attributes:
        agent: The phone as its messages name it, once the socket is open.
        on: Whether the phone can speak.
    """

    agent: UserAgent

    def __init__(self, settings: PhoneSettings, owner: EndpointOwner) -> None:
        self.settings = settings
        self.on = False
        self._owner = owner
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None

    @property
    def place(self) -> str:
        """The switch, for a person."""
        return f"{self.settings.server}:{self.settings.port}"

    def open(self) -> None:
        """Opens the socket; raises PhoneError, and then wants to be closed."""
        opened: Future[None] = Future()
        name = f"phone {self.settings.extension}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(opened)), name=name, daemon=True)
        self._thread.start()
        opened.result()

    def close(self) -> None:
        """Closes the socket and ends the thread, saying nothing to the switch; doing it twice does no harm."""
        if self.on:
            with contextlib.suppress(RuntimeError):  # it has ended by itself in this moment
                self._loop.call_soon_threadsafe(self.leave)
        if self._thread:
            self._thread.join()

    def leave(self) -> None:
        """Lets the thread end; on the loop only."""
        self.on = False
        self._left.set()

    async def _live(self, opened: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        try:
            wire = await self._open()
        except OSError as error:
            opened.set_exception(self._unopened(error))
            self._owner.closed()
            return
        self.on = True
        opened.set_result(None)
        await self._left.wait()
        self._owner.closed()
        self._transport.close()
        await wire.closed

    async def _open(self) -> _Wire:
        settings = self.settings
        local = (settings.local_ip or "0.0.0.0", settings.local_port)  # noqa: S104 - connected at once
        self._transport, wire = await self._loop.create_datagram_endpoint(
            lambda: _Wire(self._owner),
            local_addr=local,
            remote_addr=(settings.server, settings.port),
            family=socket.AF_INET,
        )
        host, port = self._transport.get_extra_info("sockname")
        self.agent = UserAgent(host, port, f"<sip:{settings.extension}@{host}:{port}>", SAYS)
        return wire

    def _unopened(self, error: OSError) -> PhoneError:
        if isinstance(error, socket.gaierror):
            return PhoneError(f"there is no host named {self.settings.server}")
        local = f"{self.settings.local_ip or 'any address'}, port {self.settings.local_port or 'any'}"
        return PhoneError(f"cannot open a SIP socket on {local}: {error.strerror or error}")

    def send(self, data: bytes) -> None:
        """Sends one datagram to the switch, once."""
        self._transport.sendto(data)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Does something on the loop from another thread and waits for it; raises PhoneError where it cannot be."""
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except (AttributeError, RuntimeError) as error:  # no loop yet, or closed already
            work.close()
            raise PhoneError("the phone is not running") from error
        try:
            return future.result(GIVE_UP)
        except (TimeoutError, CancelledError) as error:
            future.cancel()
            raise PhoneError("the phone was stopped before it could do that") from error

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Starts a task that lives at most as long as the phone; on the loop only."""
        task = self._loop.create_task(self._guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except PhoneError as error:
            log.debug("phone_task_unanswered", task=name, error=str(error))
        except Exception:  # a task's boundary: the phone goes on without it
            log.warning("phone_task_failed", task=name, exc_info=True)
