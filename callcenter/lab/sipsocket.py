"""The UDP socket of a phone or a caller: it asks until it is answered, answers what is repeated, and can go deaf.

A phone that is `deaf` answers nothing at all, like one whose cable was pulled.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, NamedTuple

from callcenter.errors import LabError
from callcenter.sip.dialog import SipDialog, UserAgent
from callcenter.sip.digest import credentials
from callcenter.sip.message import NotSip, SipMessage, parse
from callcenter.sip.sdp import SipMedia
from callcenter.sip.transaction import FINAL, REFUSED, Repetition, SentMessages, refusal_heard

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from callcenter.lab.diary import LabDiary

_ANSWER_SECONDS = 8.0
_OK = 200
_ALLOWED = (
    ("allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, UPDATE"),
    ("supported", "replaces"),
)


class _Asked(NamedTuple):
    """A request that waits for its final answer, and who hears of those before."""

    repetition: Repetition
    final: asyncio.Future[SipMessage]
    heard: Callable[[SipMessage], None] | None
    limit: asyncio.Timeout


class SipSocket(asyncio.DatagramProtocol):
    """One socket for messages and one for media, both of one account or caller."""

    agent: UserAgent
    media: SipMedia
    media_socket: socket.socket

    def __init__(
        self, user: str, server: tuple[str, int], diary: LabDiary, *, name: str = "", secret: str = ""
    ) -> None:
        self.user = user
        self.name = name or user
        self.server = server
        self.secret = secret
        self.diary = diary
        self.deaf = False
        self._waiting: dict[tuple[str, str, int, str], _Asked] = {}
        self._answers, self._acks = SentMessages(), SentMessages()
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # life

    @property
    def server_address(self) -> str:
        """The switch, as it stands in an address."""
        return f"{self.server[0]}:{self.server[1]}"

    async def open(self, host: str, port: int = 0) -> None:
        """Binds to an address; the switch knows a caller of the trunk by it."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        host, port = self._transport.get_extra_info("sockname")
        self.agent = UserAgent(host, port, f"<sip:{self.user}@{host}:{port}>")
        self.media_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media_socket.bind((host, 0))
        self.media = SipMedia(host, self.media_socket.getsockname()[1])

    def close(self) -> None:
        """Gives the sockets back; calls are not ended by it."""
        for task in self._tasks:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
            self.media_socket.close()

    def vanish(self) -> None:
        """Loses the network: hears and says nothing from now on."""
        self.deaf = True
        self.note("vanished")

    def note(self, what: str, **more: object) -> float:
        """Writes into the diary and returns when."""
        return self.diary.note(self.name, what, **more)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Starts a task that lives at most as long as the socket."""
        task = asyncio.get_running_loop().create_task(work, name=f"phone-{self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def register(self, seconds: int = 3600) -> None:
        """Registers, or with 0 seconds unregisters.

        Raises:
            LabError: The switch refuses.
        """
        own = f"<sip:{self.user}@{self.server_address}>"
        account = SipDialog.begun(self.agent, own, f"sip:{self.server_address}", own)
        answer = await self.ask(account, account.request("REGISTER", (("expires", str(seconds)),)))
        if answer.code != _OK:
            raise LabError(f"The phone {self.user} could not register: {answer.heading}")
        self.note("registered" if seconds else "unregistered")

    # what it says

    def send(self, message: SipMessage) -> None:
        """Sends a message to the switch, unless the phone is deaf or closed."""
        self._send(message.encode())

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing() and not self.deaf:
            self._transport.sendto(data, self.server)

    def respond(self, request: SipMessage, code: int, tag: str = "", body: str = "") -> None:
        """Answers a request; the same answer again if the request is repeated."""
        self._send(self._answers.keep(request, self.agent.response(request, code, tag, _ALLOWED, body)))

    def acknowledge(self, invite: SipMessage, ack: SipMessage) -> None:
        """Sends the ACK of an INVITE, and again whenever its answer comes again."""
        self._send(self._acks.keep(invite, ack))

    async def ask(
        self,
        dialog: SipDialog,
        request: SipMessage,
        *,
        heard: Callable[[SipMessage], None] | None = None,
        sending: Callable[[SipMessage], None] | None = None,
    ) -> SipMessage:
        """Sends a request until its final answer comes, with the secret where that is asked for; returns the answer.

        Args:
            dialog: Where the request belongs.
            request: What to ask.
            heard: Called with each answer before the final one, which may take any time from the first on.
            sending: Called with what is sent, before it is sent.

        Raises:
            LabError: No answer comes in time.
        """
        answer = await self._exchange(request, heard, sending)
        given = credentials(answer, request, self.user, self.secret)
        return answer if given is None else await self._exchange(dialog.again(request, given), heard, sending)

    async def _exchange(
        self,
        request: SipMessage,
        heard: Callable[[SipMessage], None] | None,
        sending: Callable[[SipMessage], None] | None,
    ) -> SipMessage:
        if sending:
            sending(request)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS) as limit:
                asked = _Asked(Repetition(request), asyncio.get_running_loop().create_future(), heard, limit)
                self._waiting[request.transaction] = asked
                while not asked.final.done():
                    if asked.repetition.wanted:
                        self.send(request)
                    await asyncio.wait([asked.final], timeout=asked.repetition.pause())
        except TimeoutError as error:
            raise LabError(f"{request.method} of {self.name} was not answered.") from error
        finally:
            self._waiting.pop(request.transaction, None)
        answer = asked.final.result()
        if request.method == "INVITE" and answer.code >= REFUSED:
            self.acknowledge(request, refusal_heard(request, answer))
        return answer

    # what it hears

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """Takes one datagram."""
        if self.deaf:
            return
        try:
            message = parse(data)
        except NotSip:  # or a keepalive
            return
        if message.code:
            self._answered(message)
        elif again := self._answers.again(message):
            self._send(again)
        else:
            self.requested(message)

    def _answered(self, answer: SipMessage) -> None:
        asked = self._waiting.get(answer.transaction)
        if asked is None or asked.final.done():
            if answer.code >= FINAL and (ack := self._acks.again(answer)):
                self._send(ack)
        elif asked.repetition.heard(answer):
            asked.final.set_result(answer)
        elif asked.heard:
            asked.limit.reschedule(None)
            asked.heard(answer)

    def requested(self, request: SipMessage) -> None:
        """Says 200: to OPTIONS, NOTIFY, UPDATE and whatever else a phone need not act on."""
        self.respond(request, _OK)
