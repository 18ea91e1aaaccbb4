"""The phone's SIP endpoint: one thread, one socket, one loop that owns all state.

pyVoIP 1.6.8 starts to listen a second late, takes whatever arrives first for the answer to its REGISTER, holds
the socket while it waits up to 30 s, knows no retransmission, and blocks its INVITE on answers it does not know.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from callcenter.errors import PhoneError
from callcenter.softphone.message import Message
from callcenter.softphone.registration import Registration
from callcenter.softphone.transactions import GIVE_UP, Transactions
from callcenter.softphone.voip import SIP

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from callcenter.softphone.line import Line
    from callcenter.softphone.settings import PhoneSettings

log = structlog.get_logger(__name__)
T = TypeVar("T")


class _Wire(asyncio.DatagramProtocol):
    """The socket, connected to the switch: the kernel drops what others send."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:  # noqa: ARG002 - the switch
        self._client.hear(data)

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - ICMP: nobody listens there
        self._client.transactions.refused()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - always closed by us
        self.closed.set_result(None)


class Client(SIP.SIPClient):
    """The thread and the socket; transactions and registration are its parts, calls are the line's.

    Attributes:
        dropped: Datagrams that were no SIP, or that nothing could be done with.
    """

    transactions: Transactions
    registration: Registration

    def __init__(self, settings: PhoneSettings, line: Line) -> None:
        secret = settings.secret.get_secret_value()
        super().__init__(settings.server, settings.port, settings.extension, secret, phone=line)
        self.settings = settings
        self.line = line
        self.dropped = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None

    @property
    def place(self) -> str:
        """The switch, for a person."""
        return f"{self.server}:{self.port}"

    @property
    def contact(self) -> str:
        """Where the switch finds this phone."""
        return f"<sip:{self.username}@{self.myIP}:{self.myPort}>"

    def start(self) -> None:
        """Open the socket and register; raises PhoneError, and then wants to be stopped."""
        opened: Future[None] = Future()
        name = f"phone {self.username}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(opened)), name=name, daemon=True)
        self._thread.start()
        opened.result()
        self.register()

    def stop(self) -> None:
        """Close the socket and end the thread, saying nothing to the switch; doing it twice does no harm."""
        if self.NSD:
            with contextlib.suppress(RuntimeError):  # it has ended by itself in this moment
                self._loop.call_soon_threadsafe(self.leave)
        if self._thread:
            self._thread.join()

    def leave(self) -> None:
        """Let the thread end; on the loop only."""
        self.NSD = False
        self._left.set()

    async def _live(self, opened: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        try:
            wire = await self._open()
        except OSError as error:
            opened.set_exception(self._unopened(error))
            self.line.closed()
            return
        self.NSD = True
        opened.set_result(None)
        await self._left.wait()
        self.line.closed()
        self._transport.close()
        await wire.closed

    async def _open(self) -> _Wire:
        local = (self.settings.local_ip or "0.0.0.0", self.settings.local_port)  # noqa: S104 - connected at once
        self._transport, wire = await self._loop.create_datagram_endpoint(
            lambda: _Wire(self), local_addr=local, remote_addr=(self.server, self.port), family=socket.AF_INET
        )
        self.myIP, self.myPort = self._transport.get_extra_info("sockname")
        self.transactions = Transactions(self)
        self.registration = Registration(self)
        return wire

    def _unopened(self, error: OSError) -> PhoneError:
        if isinstance(error, socket.gaierror):
            return PhoneError(f"there is no host named {self.server}")
        local = f"{self.settings.local_ip or 'any address'}, port {self.settings.local_port or 'any'}"
        return PhoneError(f"cannot open a SIP socket on {local}: {error.strerror or error}")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the loop from another thread and wait for it; raises PhoneError where it cannot be done."""
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
        """Start a task that lives at most as long as the phone; on the loop only."""
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

    def hear(self, data: bytes) -> None:
        """Take a datagram; nothing in it can raise."""
        if not data.strip(b"\r\n\0 "):
            return  # a keepalive
        try:
            self.parse_message(Message(data))
        except SIP.SIPParseError:
            self.dropped += 1
        except Exception:  # the loop's boundary: one message may not stop the phone
            self.dropped += 1
            log.warning("phone_message_dropped", exc_info=True)

    def parse_message(self, message: SIP.SIPMessage) -> None:
        """Give an answer to whoever asked, a request to the line."""
        if not isinstance(message, Message):
            raise SIP.SIPParseError("not read by the hardened parser")
        if not message.code:
            self.line.callback(message)
        elif not self.transactions.heard(message):
            self.dropped += 1

    def send(self, data: bytes) -> None:
        """Send one datagram to the switch, once."""
        self._transport.sendto(data)

    def via(self, branch: str) -> str:
        """Our Via with this branch."""
        return f"SIP/2.0/UDP {self.myIP}:{self.myPort};rport;branch={branch}"

    def authorization(self, challenge: Message) -> tuple[str, str]:
        """Make the header that answers a 401 or 407."""
        realm, nonce = challenge.authentication["realm"], challenge.authentication["nonce"]
        response = self.gen_authorization(challenge).decode()
        name = "Proxy-Authorization" if challenge.one("proxy-authenticate") else "Authorization"
        value = (
            f'Digest username="{self.username}",realm="{realm}",nonce="{nonce}",'
            f'uri="sip:{self.server};transport=UDP",response="{response}",algorithm=MD5'
        )
        return name, value

    def register(self) -> bool:
        """Register and keep it so; raises PhoneError in one sentence."""
        self.run(self.registration.begin())
        return True

    def deregister(self) -> bool:
        """Unregister; raises PhoneError where the switch does not answer."""
        self.run(self.registration.end())
        return True

    def gen_tag(self) -> str:
        """Make a tag; pyVoIP keeps every one that it ever made."""
        return secrets.token_hex(8)

    def gen_call_id(self) -> str:
        """Make a Call-ID that a restarted phone does not use again, as pyVoIP's counter does."""
        return f"{secrets.token_hex(16)}@{self.myIP}"
