"""A SIP phone that does exactly what a story tells it and writes down when, by its own clock.

Nothing happens by itself, but what every phone does: OPTIONS, NOTIFY and re-INVITE are answered. A phone that
is `deaf` answers nothing at all, like one whose cable was pulled.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.lab import sip
from callcenter.lab.sipcall import Diary, SipCall

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_ANSWER_SECONDS = 8.0
_RESEND_SECONDS = 1.0
_PACKET_SECONDS = 0.02
_OK = 200
_CHALLENGES = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


def _ignore(_message: sip.Message) -> None:
    """Do nothing: an ACK wants no answer."""


class SipPhone(asyncio.DatagramProtocol):
    """A phone or a caller: one UDP socket, any number of calls."""

    def __init__(self, user: str, server: tuple[str, int], diary: Diary, *, name: str = "", secret: str = "") -> None:
        self.user = user
        self.name = name or user
        self.server = server
        self.secret = secret
        self.diary = diary
        self.deaf = False
        self.calls: dict[str, SipCall] = {}
        self.incoming: asyncio.Queue[SipCall] = asyncio.Queue()
        self._waiting: dict[tuple[str, int, str], asyncio.Future[sip.Message]] = {}
        self._sent: dict[tuple[str, str], bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # life

    async def open(self, host: str, port: int = 0) -> None:
        """Bind to an address; the switch knows a caller of the trunk by it."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self.host, self.port = self._transport.get_extra_info("sockname")
        self.media_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media_socket.bind((host, 0))
        self.media = sip.Media(host, self.media_socket.getsockname()[1])
        self.identity = f"<sip:{self.user}@{self.host}:{self.port}>"
        self.contact = self.identity
        self.server_address = f"{self.server[0]}:{self.server[1]}"

    def close(self) -> None:
        """Give the sockets back; calls are not ended by it."""
        for task in self._tasks:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
            self.media_socket.close()

    def vanish(self) -> None:
        """Lose the network: hear and say nothing from now on."""
        self.deaf = True
        self.note("vanished")

    def note(self, what: str, **more: object) -> float:
        """Write into the diary."""
        return self.diary.note(self.name, what, **more)

    async def register(self, seconds: int = 3600) -> None:
        """Register, or with 0 seconds unregister.

        Raises:
            LabError: The switch refuses.
        """
        uri = f"sip:{self.server_address}"
        identity = f"<sip:{self.user}@{self.server_address}>"
        headers = (
            ("max-forwards", "70"),
            ("from", f"{identity};tag={sip.token()}"),
            ("to", identity),
            ("call-id", sip.token()),
            ("contact", self.contact),
            ("expires", str(seconds)),
        )
        answer = await self._ask_with_secret("REGISTER", uri, headers)
        if answer.status != _OK:
            raise LabError(f"The phone {self.user} could not register: {answer.start}")
        self.note("registered" if seconds else "unregistered")

    async def next_call(self, seconds: float = 30.0) -> SipCall:
        """Wait for the next incoming call.

        Raises:
            LabError: None comes in time.
        """
        try:
            return await asyncio.wait_for(self.incoming.get(), seconds)
        except TimeoutError as error:
            raise LabError(f"No call reached the phone {self.name} within {seconds:.0f} s.") from error

    def dial(self, number: str, from_user: str | None = None) -> SipCall:
        """Dial a number; the call goes on by itself until it is answered or over.

        Args:
            number: What is dialled.
            from_user: The number shown, as it stands in the address (escapes included); ours if None.
        """
        call = SipCall(self, sip.token(), incoming=False)
        call.target = f"sip:{number}@{self.server_address}"
        call.remote_uri = f"<{call.target}>"
        self.calls[call.call_id] = call
        shown = self.user if from_user is None else from_user
        self._spawn(self._dial(call, f"<sip:{shown}@{self.host}:{self.port}>"))
        self.note("dialled", call=call.call_id, number=number)
        return call

    def speak(self, call: SipCall) -> None:
        """Send voice into a call until it is over."""
        self._spawn(self._speak(call))

    async def _speak(self, call: SipCall) -> None:
        for packet in sip.voice():
            if call.over.is_set():
                return
            if call.media_to is not None:
                self.media_socket.sendto(packet, call.media_to)
            await asyncio.sleep(_PACKET_SECONDS)

    # messages

    def new_via(self) -> str:
        """Make the Via of a new transaction."""
        return f"SIP/2.0/UDP {self.host}:{self.port};rport;branch=z9hG4bK{sip.token()}"

    def send(self, message: sip.Message) -> None:
        """Send a datagram to the switch, unless the phone is deaf or closed."""
        if self._transport is not None and not self._transport.is_closing() and not self.deaf:
            self._transport.sendto(message.encode(), self.server)

    def respond(
        self, request: sip.Message, status: int, reason: str, call: SipCall | None = None, body: str = ""
    ) -> None:
        """Answer a request; the same answer again if the request is repeated."""
        to = request.get("to")
        if "tag=" not in to:
            to += f";tag={call.local_tag if call else sip.token()}"
        copied = [(key, value) for key, value in request.headers if key in {"via", "record-route"}]
        headers = [
            *copied,
            ("from", request.get("from")),
            ("to", to),
            ("call-id", request.get("call-id")),
            ("cseq", request.get("cseq")),
            ("contact", self.contact),
            ("allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, UPDATE"),
            ("supported", "replaces"),
        ]
        if body:
            headers.append(("content-type", "application/sdp"))
        message = sip.Message(f"SIP/2.0 {status} {reason}", tuple(headers), body)
        self._sent[request.get("via"), request.method] = message.encode()
        self.send(message)

    async def ask(self, request: sip.Message) -> sip.Message:
        """Send a request, again every second, until its final answer comes.

        Raises:
            LabError: None comes in time.
        """
        key = (request.get("call-id"), request.cseq, request.method)
        future: asyncio.Future[sip.Message] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                while not future.done():
                    self.send(request)
                    await asyncio.wait([future], timeout=_RESEND_SECONDS)
        except TimeoutError as error:
            raise LabError(f"{request.method} of {self.name} was not answered.") from error
        finally:
            self._waiting.pop(key, None)
        return future.result()

    async def _ask_with_secret(self, method: str, uri: str, headers: tuple[tuple[str, str], ...]) -> sip.Message:
        answer = await self.ask(self._request(method, uri, 1, headers))
        if answer.status not in _CHALLENGES:
            return answer
        credentials = self._credentials(answer, method, uri)
        return await self.ask(self._request(method, uri, 2, (*headers, credentials)))

    def _credentials(self, answer: sip.Message, method: str, uri: str) -> tuple[str, str]:
        asked, given = _CHALLENGES[answer.status]
        return given, sip.digest_answer(answer.get(asked), method, uri, self.user, self.secret)

    def _request(
        self, method: str, uri: str, cseq: int, headers: tuple[tuple[str, str], ...], body: str = ""
    ) -> sip.Message:
        opening = (("via", self.new_via()), ("cseq", f"{cseq} {method}"))
        return sip.Message(f"{method} {uri} SIP/2.0", (*opening, *headers), body)

    async def _dial(self, call: SipCall, shown: str) -> None:
        """Send the INVITE, answer a challenge, and repeat until the switch says anything."""
        headers = (
            ("max-forwards", "70"),
            ("from", f"{shown};tag={call.local_tag}"),
            ("to", call.remote_uri),
            ("call-id", call.call_id),
            ("contact", self.contact),
            ("content-type", "application/sdp"),
        )
        offer = self.media.describe()
        call.invite = self._request("INVITE", call.target, 1, headers, offer)
        answer = await self._first_word(call.invite)
        if answer is not None and answer.status in _CHALLENGES:
            call.send_ack(answer)
            credentials = self._credentials(answer, "INVITE", call.target)
            call.cseq = 2
            call.invite = self._request("INVITE", call.target, 2, (*headers, credentials), offer)
            answer = await self._first_word(call.invite)
        if answer is None:
            call.mark_over("there", "no answer from the switch")

    async def _first_word(self, invite: sip.Message) -> sip.Message | None:
        """Wait for the first response to an INVITE; later ones reach the call through `heard`."""
        with contextlib.suppress(LabError):
            return await self.ask(invite)
        return None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """Take one datagram."""
        message = None if self.deaf else sip.parse(data)
        if message is None:
            return
        if message.status:
            self._take_response(message)
        else:
            self._take_request(message)

    def _take_response(self, message: sip.Message) -> None:
        key = (message.get("call-id"), message.cseq, message.method)
        call = self.calls.get(key[0])
        future = self._waiting.get(key)
        dialling = call is not None and message.method == "INVITE" and not call.incoming
        first_invite = dialling and call is not None and not call.answered.is_set()
        if future is not None and not future.done() and (message.status >= _OK or first_invite):
            future.set_result(message)
        if call is not None and first_invite and message.status not in _CHALLENGES:
            call.heard(message)
        elif call is not None and message.method == "INVITE" and message.status >= _OK and future is None:
            call.send_ack(message)

    def _take_request(self, message: sip.Message) -> None:
        repeated = self._sent.get((message.get("via"), message.method))
        if repeated is not None and self._transport is not None:
            self._transport.sendto(repeated, self.server)
            return
        handlers: dict[str, Callable[[sip.Message], None]] = {
            "INVITE": self._invited,
            "CANCEL": self._cancelled,
            "BYE": self._ended,
            "ACK": _ignore,
        }
        handlers.get(message.method, self._agreed)(message)

    def _agreed(self, message: sip.Message) -> None:
        """Say 200: to OPTIONS, NOTIFY, UPDATE and whatever else a phone need not act on."""
        self.respond(message, _OK, "OK")

    def _invited(self, message: sip.Message) -> None:
        call = self.calls.get(message.get("call-id"))
        if call is not None and call.answered.is_set():
            self.respond(message, _OK, "OK", call, self.media.describe())
            return
        if call is not None:
            return
        call = SipCall(self, message.get("call-id"), incoming=True)
        call.invite = message
        call.remote_uri = message.get("from")
        call.remote_tag = sip.tag_of(call.remote_uri)
        call.target = sip.uri_of(message.get("contact"))
        call.routes = message.all("record-route")
        call.media_to = sip.media_address(message.body)
        self.calls[call.call_id] = call
        shown = re.search(r"sip:([^@>]*)@", call.remote_uri)
        self.note("invited", call=call.call_id, shown=shown[1] if shown else "")
        self.incoming.put_nowait(call)

    def _cancelled(self, message: sip.Message) -> None:
        self.respond(message, _OK, "OK")
        call = self.calls.get(message.get("call-id"))
        if call is not None and call.invite is not None and not call.answered.is_set():
            self.respond(call.invite, 487, "Request Terminated", call)
            call.mark_over("there", f"cancelled {message.get('reason')}".strip())

    def _ended(self, message: sip.Message) -> None:
        self.respond(message, _OK, "OK")
        call = self.calls.get(message.get("call-id"))
        if call is not None:
            call.mark_over("there", f"BYE {message.get('reason')}".strip())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"phone-{self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
