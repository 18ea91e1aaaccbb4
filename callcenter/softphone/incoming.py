"""A call to this phone, from its first ring to an answer or a refusal."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.sip import sdp
from callcenter.sip.dialog import SipDialog
from callcenter.sip.message import NotSip
from callcenter.sip.transaction import pauses
from callcenter.softphone.calls import CallOwner, PhoneCall
from callcenter.softphone.diary import Did, PhoneState

if TYPE_CHECKING:
    from callcenter.sip.message import SipMessage

_ELSEWHERE = re.compile(r"SIP\s*;\s*cause=200\b|Q\.850\s*;\s*cause=26\b", re.IGNORECASE)


class IncomingCall(PhoneCall):
    """An INVITE and what becomes of it; raises NotSip where nothing can."""

    def __init__(self, line: CallOwner, invite: SipMessage) -> None:
        if not invite.target:
            raise NotSip("an INVITE that does not say where to send BYE")
        super().__init__(line, SipDialog.invited(line.endpoint.agent, invite), PhoneState.RINGING, *invite.caller)
        self.invite = invite
        self._offered = sdp.read(invite.body)
        self._acked = asyncio.Event()

    def ring(self) -> None:
        """Says so to the switch and to the agent, at once, and goes on counting."""
        self.line.respond(self.invite, 180, self.dialog.tag)
        self.line.note(Did.RANG, self, ring=1)
        endpoint = self.line.endpoint
        self._bell = endpoint.spawn(self._keep_ringing(), f"bell of {endpoint.settings.extension}")

    async def _keep_ringing(self) -> None:
        loop = asyncio.get_running_loop()
        begun, ring = loop.time(), 1
        while True:
            await asyncio.sleep(begun + ring * self.line.endpoint.settings.ring_cadence - loop.time())
            ring += 1
            self.line.note(Did.RANG, self, ring=ring)

    def answer(self) -> None:
        """Picks up; raises PhoneError where it does not ring any more."""
        self._must_ring()
        self.agree(self._offered)
        body = self.media.describe(self._offered.mirrored)
        self.state = PhoneState.TALKING
        self._close(200, body)
        self.begin_audio(self._offered)
        self.line.note(Did.ANSWERED, self)

    def deny(self) -> None:
        """Says that the line is busy (486)."""
        self.refuse(486, Did.SAID_BUSY)

    def decline(self) -> None:
        """Rejects the call (603)."""
        self.refuse(603, Did.DECLINED)

    def refuse(self, code: int, did: Did) -> None:
        """Ends the INVITE with a failure; raises PhoneError where it does not ring any more."""
        self._must_ring()
        self._close(code)
        self.end(did)

    def hangup(self) -> None:
        """Declines while it rings, ends it later."""
        if self.state is PhoneState.RINGING:
            self.decline()
        else:
            super().hangup()

    def cancelled(self, cancel: SipMessage) -> None:
        """The caller has left, or somebody else was faster."""
        self.line.respond(cancel, 200, self.dialog.tag)
        if self.state is PhoneState.RINGING:
            elsewhere = any(_ELSEWHERE.search(reason) for reason in cancel.values("reason"))
            self.refuse(487, Did.ANSWERED_ELSEWHERE if elsewhere else Did.CALLER_LEFT)

    def acknowledged(self) -> None:
        """The switch has heard the final answer."""
        self._acked.set()

    def end(self, did: Did, detail: str = "") -> None:
        """Stops ringing and audio."""
        self._bell.cancel()
        super().end(did, detail)

    def _must_ring(self) -> None:
        if self.state is not PhoneState.RINGING:
            raise PhoneError("the call is not ringing any more")

    def _close(self, code: int, body: str = "") -> None:
        self._bell.cancel()
        answer = self.line.respond(self.invite, code, self.dialog.tag, body)
        self.farewell = self.line.endpoint.spawn(self._insist(answer), f"answer {code}")

    async def _insist(self, answer: bytes) -> None:
        for pause in pauses():
            try:
                await asyncio.wait_for(self._acked.wait(), pause)
            except TimeoutError:
                self.line.endpoint.send(answer)
            else:
                break
        if not self._acked.is_set():
            self.hangup()
        if self.over:
            self.line.forget(self)
