"""A call once two parties talk: audio, hold, transfer, and its end from either side."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Protocol

from callcenter.errors import PhoneError
from callcenter.sip import sdp
from callcenter.sip.message import NotSip
from callcenter.sip.transaction import FINAL, REFUSED, RINGING
from callcenter.softphone.diary import Did, PhoneState
from callcenter.softphone.rtp import RtpStream

if TYPE_CHECKING:
    import socket

    from callcenter.sip.dialog import SipDialog
    from callcenter.sip.message import SipMessage
    from callcenter.softphone.endpoint import SipEndpoint
    from callcenter.softphone.transactions import Transactions

TRANSFER_SECONDS = 10.0
"""Seconds to wait for what became of an accepted transfer."""


class CallOwner(Protocol):
    """What a call needs of the line that it is on."""

    endpoint: SipEndpoint
    transactions: Transactions

    def note(self, did: Did, call: PhoneCall | None = None, *, ring: int = 0, detail: str = "") -> None:
        """Writes down what happened, now."""

    def respond(self, asked: SipMessage, code: int, tag: str = "", body: str = "") -> bytes:
        """Answers a request, and returns what was sent."""

    def open_audio(self) -> socket.socket:
        """Returns a socket for audio; raises PhoneError where no port is free."""

    def ended(self, call: PhoneCall, did: Did, detail: str) -> None:
        """Takes a call that has ended off the line."""

    def forget(self, call: PhoneCall) -> None:
        """Drops a call that nothing can arrive for any more."""


class PhoneCall:
    """One dialog with its audio; on the phone's loop only.

    Attributes:
        number: The other party, as it calls itself: hostile.
        name: The same.
        state: Ringing, dialing, talking; idle once it has ended.
        held: Whether this phone holds the other party.
        stream: Its audio, while there is any.
        farewell: What still tells the switch of its end.
    """

    def __init__(self, line: CallOwner, dialog: SipDialog, state: PhoneState, number: str, name: str = "") -> None:
        self.line, self.dialog, self.state = line, dialog, state
        self.number, self.name = number, name
        self.held = False
        self.stream: RtpStream | None = None
        self.farewell: asyncio.Task[None] | None = None
        self._changing = False
        self._going_to = ""
        self._on_the_way = False
        self._wire: socket.socket | None = None
        self._media: sdp.SipMedia | None = None
        self._progress: asyncio.Queue[int] = asyncio.Queue(16)

    @property
    def call_id(self) -> str:
        """What binds its messages."""
        return self.dialog.call_id

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state is PhoneState.IDLE

    # ---- audio ----

    @property
    def media(self) -> sdp.SipMedia:
        """Our side of the audio, its port opened at the first time; raises PhoneError where none is free."""
        if self._media is None:
            self._wire = self.line.open_audio()
            host, port = self._wire.getsockname()
            self._media = sdp.SipMedia(host, port)
        return self._media

    def agree(self, peer: sdp.AudioOffer) -> None:
        """Speaks to where the peer listens."""
        self.media.agree(peer)
        if self.stream:
            self.stream.adopt(peer)

    def begin_audio(self, peer: sdp.AudioOffer) -> None:
        """Starts to send and listen."""
        self.agree(peer)
        if self._wire is not None:
            self.stream = RtpStream(self._wire, peer)
            self.stream.start()

    # ---- hold and transfer ----

    async def hold(self) -> None:
        """Puts the other party on hold; raises PhoneError."""
        await self._change("sendonly", Did.HELD)

    async def unhold(self) -> None:
        """Takes the other party back; raises PhoneError."""
        await self._change("sendrecv", Did.RESUMED)

    async def _change(self, direction: str, did: Did) -> None:
        self.must_talk()
        if self._changing:
            raise PhoneError("the call is being changed already")
        self._changing = True
        try:
            await self._reinvite(direction)
        finally:
            self._changing = False
        self.must_talk()  # it may have ended meanwhile
        self.held = did is Did.HELD
        self.line.note(did, self)

    async def _reinvite(self, direction: str) -> None:
        sent: list[SipMessage] = []
        invite = self.dialog.request("INVITE", body=self.media.describe(direction))
        answer = await self.line.transactions.ask(self.dialog, invite, sending=sent.append)
        if answer.code >= REFUSED:
            raise PhoneError(f"the switch refuses to change the call: SIP {answer.code}")
        self.confirm(answer, sent[-1])
        with contextlib.suppress(NotSip):  # it agreed without saying to what: go on as before
            self.agree(sdp.read(answer.body))

    def confirm(self, answer: SipMessage, invite: SipMessage) -> None:
        """Acknowledges a 2xx to our INVITE."""
        self.dialog.accepted(answer)
        self.line.transactions.acknowledge(invite, self.dialog.acknowledge(invite))

    async def refer(self, target: str, named: str) -> None:
        """Sends the other party elsewhere, then leaves; raises PhoneError where the switch does not do it."""
        self.must_talk()
        if self._going_to:
            raise PhoneError("the call is being transferred already")
        self._progress, self._going_to = asyncio.Queue(16), named
        try:
            await self._refer(target, named)
        finally:
            self._going_to, self._on_the_way = "", False

    async def _refer(self, target: str, named: str) -> None:
        extra = (("refer-to", f"<{target}>"), ("referred-by", self.dialog.agent.contact))
        answer = await self.line.transactions.ask(self.dialog, self.dialog.request("REFER", extra))
        if answer.code >= REFUSED:
            raise PhoneError(f"the switch refuses to transfer to {named}: SIP {answer.code}")
        outcome = await self._outcome(named)
        if outcome >= REFUSED:
            raise PhoneError(f"the switch could not transfer to {named}: SIP {outcome}")
        self.leave(Did.TRANSFERRED, named)

    async def _outcome(self, named: str) -> int:
        """Waits until it rings there (180) or more is known; a phone that stays on is hung up by the switch."""
        code = 0
        try:
            async with asyncio.timeout(TRANSFER_SECONDS):
                while code < RINGING:
                    code = await self._progress.get()
        except TimeoutError as error:
            raise PhoneError(f"the switch does not say whether it transferred to {named}") from error
        return code

    def progressed(self, notify: SipMessage) -> None:
        """Takes the switch's word on a transfer, and answers it."""
        self.line.respond(notify, 200)
        if found := re.match(r"SIP/2\.0 ([1-6]\d\d)", notify.body):
            self._on_the_way = True
            self._tell_progress(int(found[1]))

    def _tell_progress(self, code: int) -> None:
        if not self._progress.full():
            self._progress.put_nowait(code)

    def must_talk(self) -> None:
        """Raises PhoneError where nobody is talking."""
        if self.state is not PhoneState.TALKING:
            raise PhoneError("there is no answered call")

    # ---- what the peer asks ----

    def renegotiate(self, asked: SipMessage) -> None:
        """Answers a re-INVITE, on the audio that is running already."""
        if self.state is not PhoneState.TALKING or self._changing:
            self.line.respond(asked, 491)
            return
        try:
            peer = sdp.read(asked.body) if asked.body else None
        except NotSip:
            self.line.respond(asked, 488)
            return
        if peer:
            self.agree(peer)
        self.line.respond(asked, 200, body=self.media.describe(peer.mirrored if peer else "sendrecv"))

    def bye(self) -> None:
        """The other party has hung up."""
        transferred = self._going_to if self._on_the_way else ""
        self.end(Did.TRANSFERRED if transferred else Did.PEER_HUNG_UP, transferred)
        self._tell_progress(FINAL)  # a transferred call may end like this
        self.line.forget(self)

    def hangup(self) -> None:
        """Ends the call from this side."""
        self.leave(Did.HUNG_UP)

    def leave(self, did: Did, detail: str = "") -> None:
        """Sends BYE, once, and says in the diary why."""
        if self.over:
            return
        self.end(did, detail)
        self.say_bye()

    def say_bye(self) -> None:
        """Tells the switch that it is over, and forgets the call when it has heard."""
        self.farewell = self.line.endpoint.spawn(self._say_bye(), f"BYE of {self.number!r}")

    async def _say_bye(self) -> None:
        try:
            await self.line.transactions.ask(self.dialog, self.dialog.request("BYE"))
        finally:
            self.line.forget(self)

    def end(self, did: Did, detail: str = "") -> None:
        """Stops audio and everything planned for this call."""
        self.state = PhoneState.IDLE
        self.close_audio()
        self.line.ended(self, did, detail)

    def close_audio(self) -> None:
        """Releases the port at once."""
        if self.stream:
            self.stream.stop()
        if self._wire is not None:
            self._wire.close()
            self._wire = None
