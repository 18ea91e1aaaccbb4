"""The switch's side of a page's phone, without a switch: it grants every REGISTER, calls, and notes the answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from playwright.async_api import BrowserContext, WebSocketRoute

from callcenter.sip.message import Field, SipMessage, new_token, parse

_OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=audio 40000 UDP/TLS/RTP/SAVPF 8 101",
        "c=IN IP4 127.0.0.1",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=mid:0",
        "a=rtcp-mux",
        "a=sendrecv",
        "a=setup:actpass",
        "a=ice-ufrag:bench",
        "a=ice-pwd:benchbenchbenchbenchbench",
        f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}",
        "a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host",
        "",
    ]
)
_FINAL = 200


class PageLine:
    """What a browser's phone speaks to; one phone.

    Attributes:
        registered: How often a REGISTER was granted.
        heard: When a call was first answered with a status, in seconds from its INVITE, by its id and the status.
    """

    def __init__(self, expires: int = 600) -> None:
        self.registered = 0
        self.heard: dict[tuple[str, int], float] = {}
        self._expires = expires
        self._socket: WebSocketRoute | None = None
        self._contact = ""
        self._invites: dict[str, tuple[SipMessage, float]] = {}
        self._tags: dict[str, str] = {}
        self._news = asyncio.Condition()

    async def serve(self, context: BrowserContext, websocket: str) -> None:
        """Be what pages of a browser find at an address."""
        await context.route_web_socket(websocket, self._open)

    async def until_registered(self) -> None:
        """Wait for a phone."""
        await self._until(lambda: self.registered > 0)

    async def call(self, channel: str) -> str:
        """Call the phone; gives the call's id."""
        call = new_token()
        fields: tuple[Field, ...] = (
            ("via", f"SIP/2.0/WS 127.0.0.1;branch=z9hG4bK{new_token()}"),
            ("max-forwards", "70"),
            ("from", f"<sip:caller@127.0.0.1>;tag={new_token()}"),
            ("to", f"<{self._contact}>"),
            ("call-id", call),
            ("cseq", "1 INVITE"),
            ("contact", "<sip:switch@127.0.0.1;transport=ws>"),
            ("x-callcenter-channel", channel),
            ("content-type", "application/sdp"),
        )
        invite = SipMessage(f"INVITE {self._contact} SIP/2.0", fields, _OFFER)
        self._invites[call] = (invite, time.monotonic())
        self._send(invite)
        return call

    async def until_heard(self, call: str, status: int) -> float:
        """Wait for a status; gives how long it took, in seconds."""
        await self._until(lambda: (call, status) in self.heard)
        return self.heard[call, status]

    def cancel(self, call: str) -> None:
        """Ring no longer."""
        invite, _ = self._invites[call]
        fields = (*invite.all("via", "max-forwards", "from", "to", "call-id"), ("cseq", "1 CANCEL"))
        self._send(SipMessage(invite.heading.replace("INVITE", "CANCEL", 1), fields))

    def hang_up(self, call: str) -> None:
        """End a call that was answered."""
        self._send(self._within(call, "BYE", 2))

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(true)

    def _open(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._hear)

    async def _hear(self, told: str | bytes) -> None:
        data = told.encode() if isinstance(told, str) else told
        if not data.strip():
            return
        message = parse(data)
        if message.code:
            self._answered(message)
        else:
            self._asked(message)
        async with self._news:
            self._news.notify_all()

    def _asked(self, request: SipMessage) -> None:
        echoed = request.all("via", "from", "to", "call-id", "cseq")
        more: tuple[Field, ...] = ()
        if request.heading.startswith("REGISTER "):
            contact = request.one("contact")
            self._contact = contact.partition("<")[2].partition(">")[0]
            gone = "expires=0" in contact or request.one("expires") == "0"
            more = () if gone else (("contact", f"<{self._contact}>;expires={self._expires}"),)
            self.registered += not gone
        if not request.heading.startswith("ACK "):
            self._send(SipMessage("SIP/2.0 200 OK", (*echoed, *more)))

    def _answered(self, answer: SipMessage) -> None:
        call = answer.one("call-id")
        if call not in self._invites or not answer.one("cseq").endswith("INVITE"):
            return
        self.heard.setdefault((call, answer.code), time.monotonic() - self._invites[call][1])
        self._tags[call] = answer.one("to")
        if answer.code >= _FINAL:
            self._send(self._within(call, "ACK", 1))

    def _within(self, call: str, method: str, number: int) -> SipMessage:
        invite, _ = self._invites[call]
        fields = (
            ("via", f"SIP/2.0/WS 127.0.0.1;branch=z9hG4bK{new_token()}"),
            ("max-forwards", "70"),
            *invite.all("from"),
            ("to", self._tags[call]),
            ("call-id", call),
            ("cseq", f"{number} {method}"),
        )
        return SipMessage(f"{method} {self._contact} SIP/2.0", fields)

    def _send(self, message: SipMessage) -> None:
        assert self._socket is not None
        self._socket.send(message.encode().decode())
