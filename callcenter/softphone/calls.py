"""A call once two parties talk: audio, hold, transfer, and its end from either side.

pyVoIP 1.6.8 answers re-INVITEs by starting its audio again on the same port, can neither hold nor transfer, and
builds BYE and ACK with tags and targets that do not belong to the dialog.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.softphone import sdp
from callcenter.softphone.dialog import respond
from callcenter.softphone.diary import Did
from callcenter.softphone.media import Media
from callcenter.softphone.transactions import FINAL, REFUSED
from callcenter.softphone.voip import CallState, SIPMessage, SIPParseError, VoIPCall

if TYPE_CHECKING:
    import socket

    from callcenter.softphone.dialog import Dialog, Headers
    from callcenter.softphone.line import Line
    from callcenter.softphone.message import Message
    from callcenter.softphone.transactions import Sent

RINGING = 180
KEPT_KEYS = 256
TRANSFER_SECONDS = 10.0
"""Seconds to wait for what became of an accepted transfer."""


class Call(VoIPCall):
    """One dialog with its audio; on the phone's loop only.

    Attributes:
        number: The other party, as it calls itself: hostile.
        name: The same.
        held: Whether this phone holds the other party.
    """

    def __init__(self, line: Line, request: Message, dialog: Dialog, number: str, name: str = "") -> None:
        super().__init__(line, CallState.DIALING, request, secrets.randbelow(2**31), line.sip.myIP, ms={})
        self.line, self.client, self.dialog = line, line.sip, dialog
        self.number, self.name = number, name
        self.held = False
        self.media: Media | None = None
        self.farewell: asyncio.Task[None] | None = None
        self._described = 0
        self._changing = False
        self._going_to = ""
        self._on_the_way = False
        self._refused: tuple[str, ...] = ()
        self._codecs = sdp.CODECS
        self._wire: socket.socket | None = None
        self._progress: asyncio.Queue[int] = asyncio.Queue(16)

    def __del__(self) -> None:
        """Leave ports alone: they are closed when the call ends, not when its memory is found."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return bool(self.state is CallState.ENDED)

    # ---- audio ----

    def describe(self, direction: str) -> str:
        """Write our side, opening the audio port at the first time; raises NoPortsAvailableError."""
        if self._wire is None:
            self._wire = self.line.open_audio(self.myIP)
        self._described += 1
        port = self._wire.getsockname()[1]
        return sdp.write(self.myIP, port, self._codecs, direction, self._described, self._refused)

    def agree(self, peer: sdp.Offered) -> None:
        """Speak to where the peer listens."""
        self._codecs, self._refused = peer.codecs, peer.refused
        if self.media:
            self.media.adopt(peer)

    def begin_audio(self, peer: sdp.Offered) -> None:
        """Start to send and listen."""
        self.agree(peer)
        if self._wire is not None:
            self.media = Media(self._wire, peer, self.dtmf_callback)
            self.RTPClients = [self.media]  # where pyVoIP's read_audio and write_audio look
            self.media.start()

    def dtmf_callback(self, code: str) -> None:
        """Keep a key that the other party pressed, up to a bound."""
        if len(self.dtmf.getvalue()) < KEPT_KEYS:
            super().dtmf_callback(code)

    # ---- hold and transfer ----

    async def hold(self) -> None:
        """Put the other party on hold; raises PhoneError."""
        await self._change("sendonly", Did.HELD)

    async def unhold(self) -> None:
        """Take the other party back; raises PhoneError."""
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
        body = self.describe(direction)
        sent: list[Sent] = []
        answer = await self.client.transactions.ask(
            self.dialog, self.dialog.request("INVITE", body=body), sending=sent.append
        )
        if answer.code >= REFUSED:
            raise PhoneError(f"the switch refuses to change the call: SIP {answer.code}")
        self.confirm(answer, sent[-1])
        with contextlib.suppress(SIPParseError):  # it agreed without saying to what: go on as before
            self.agree(sdp.read(answer.text))

    def confirm(self, answer: Message, sent: Sent) -> None:
        """Acknowledge a 2xx to our INVITE."""
        self.dialog.accepted(answer)
        invite, branch = sent
        ack = self.dialog.beside(invite, "ACK")
        self.client.transactions.acknowledge(branch, ack.encode(self.client.via(self.client.gen_branch())))

    async def refer(self, target: str, named: str) -> None:
        """Send the other party elsewhere, then leave; raises PhoneError where the switch does not do it."""
        self.must_talk()
        if self._going_to:
            raise PhoneError("the call is being transferred already")
        self._progress, self._going_to = asyncio.Queue(16), named
        try:
            await self._refer(target, named)
        finally:
            self._going_to, self._on_the_way = "", False

    async def _refer(self, target: str, named: str) -> None:
        extra: Headers = (("Refer-To", f"<{target}>"), ("Referred-By", self.client.contact))
        answer = await self.client.transactions.ask(self.dialog, self.dialog.request("REFER", extra))
        if answer.code >= REFUSED:
            raise PhoneError(f"the switch refuses to transfer to {named}: SIP {answer.code}")
        outcome = await self._outcome(named)
        if outcome >= REFUSED:
            raise PhoneError(f"the switch could not transfer to {named}: SIP {outcome}")
        self.leave(Did.TRANSFERRED, named)

    async def _outcome(self, named: str) -> int:
        """Wait until it rings there (180) or more is known; a phone that stays on is hung up by the switch."""
        code = 0
        try:
            async with asyncio.timeout(TRANSFER_SECONDS):
                while code < RINGING:
                    code = await self._progress.get()
        except TimeoutError as error:
            raise PhoneError(f"the switch does not say whether it transferred to {named}") from error
        return code

    def progressed(self, notify: Message) -> None:
        """Take the switch's word on a transfer, and answer it."""
        self.client.send(respond(notify, 200, ""))
        if found := re.match(r"SIP/2\.0 ([1-6]\d\d)", notify.text):
            self._on_the_way = True
            self._tell_progress(int(found[1]))

    def _tell_progress(self, code: int) -> None:
        if not self._progress.full():
            self._progress.put_nowait(code)

    def must_talk(self) -> None:
        """Raise PhoneError where nobody is talking."""
        if self.state is not CallState.ANSWERED:
            raise PhoneError("there is no answered call")

    # ---- what the peer asks ----

    def renegotiate(self, request: SIPMessage) -> None:
        """Answer a re-INVITE, on the audio that is running already."""
        asked = self.line.hardened(request)
        if self.state is not CallState.ANSWERED or self._changing:
            self.client.send(respond(asked, 491, ""))
            return
        try:
            peer = sdp.read(asked.text) if asked.text else None
        except SIPParseError:
            self.client.send(respond(asked, 488, ""))
            return
        if peer:
            self.agree(peer)
        body = self.describe(sdp.mirrored(peer.direction) if peer else "sendrecv")
        self.client.send(respond(asked, 200, "", (("Contact", self.client.contact),), body))

    def bye(self) -> None:
        """The other party has hung up."""
        transferred = self._going_to if self._on_the_way else ""
        self.end(Did.TRANSFERRED if transferred else Did.PEER_HUNG_UP, transferred)
        self._tell_progress(FINAL)  # a transferred call may end like this
        self.line.forget(self)

    def hangup(self) -> None:
        """End the call from this side."""
        self.leave(Did.HUNG_UP)

    def leave(self, did: Did, detail: str = "") -> None:
        """Send BYE, once, and say in the diary why."""
        if self.over:
            return
        self.end(did, detail)
        self.farewell = self.client.spawn(self._say_bye(), f"BYE of {self.number!r}")

    async def _say_bye(self) -> None:
        try:
            await self.client.transactions.ask(self.dialog, self.dialog.request("BYE"))
        finally:
            self.line.forget(self)

    def end(self, did: Did, detail: str = "") -> None:
        """Stop audio and everything planned for this call."""
        self.state = CallState.ENDED
        self.close_audio()
        self.line.ended(self, did, detail)

    def close_audio(self) -> None:
        """Release the port at once."""
        if self.media:
            self.media.stop()
        if self._wire is not None:
            self._wire.close()
            self._wire = None
