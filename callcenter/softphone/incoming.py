"""A call to this phone, from its first ring to an answer or a refusal.

pyVoIP 1.6.8 tells of a call a second after it rang, takes an audio port for it that it never gives back, answers
CANCEL without ending the INVITE, and cannot deny a call without raising.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.softphone import sdp
from callcenter.softphone.calls import Call
from callcenter.softphone.dialog import Dialog, respond
from callcenter.softphone.diary import Did
from callcenter.softphone.transactions import GIVE_UP, T1, T2
from callcenter.softphone.voip import CallState, SIPParseError

if TYPE_CHECKING:
    from callcenter.softphone.line import Line
    from callcenter.softphone.message import Message

_ELSEWHERE = re.compile(r"SIP\s*;\s*cause=200\b|Q\.850\s*;\s*cause=26\b", re.IGNORECASE)


class Incoming(Call):
    """An INVITE and what becomes of it."""

    def __init__(self, line: Line, invite: Message) -> None:
        self.tag = line.sip.gen_tag()
        number, name = invite.caller
        super().__init__(line, invite, _dialog(invite, self.tag, line.sip.contact), number, name)
        self.invite = invite
        self.state = CallState.RINGING
        self._offered = sdp.read(invite.text)
        self._acked = asyncio.Event()
        self._last = b""

    def ring(self) -> None:
        """Say so to the switch and to the agent, at once, and go on counting."""
        self._last = respond(self.invite, 180, self.tag, (("Contact", self.client.contact),))
        self.client.send(self._last)
        self.line.note(Did.RANG, self, ring=1)
        self._bell = self.client.spawn(self._keep_ringing(), f"bell of {self.client.username}")

    async def _keep_ringing(self) -> None:
        loop = asyncio.get_running_loop()
        begun, ring = loop.time(), 1
        while True:
            await asyncio.sleep(begun + ring * self.client.settings.ring_cadence - loop.time())
            ring += 1
            self.line.note(Did.RANG, self, ring=ring)

    def answer(self) -> None:
        """Pick up; raises PhoneError where it does not ring any more."""
        self._must_ring()
        self._codecs, self._refused = self._offered.codecs, self._offered.refused
        body = self.describe(sdp.mirrored(self._offered.direction))
        self.state = CallState.ANSWERED
        self._close(200, body)
        self.begin_audio(self._offered)
        self.line.note(Did.ANSWERED, self)

    def deny(self) -> None:
        """Say that the line is busy (486)."""
        self.refuse(486, Did.SAID_BUSY)

    def decline(self) -> None:
        """Reject the call (603)."""
        self.refuse(603, Did.DECLINED)

    def refuse(self, code: int, did: Did, detail: str = "") -> None:
        """End the INVITE with a failure; raises PhoneError where it does not ring any more."""
        self._must_ring()
        self._close(code)
        self.end(did, detail)

    def hangup(self) -> None:
        """Decline while it rings, end it later."""
        if self.state is CallState.RINGING:
            self.decline()
        else:
            super().hangup()

    def cancelled(self, cancel: Message) -> None:
        """The caller has left, or somebody else was faster."""
        self.client.send(respond(cancel, 200, self.tag))
        if self.state is CallState.RINGING:
            elsewhere = any(_ELSEWHERE.search(reason) for reason in cancel.fields.get("reason", []))
            self.refuse(487, Did.ANSWERED_ELSEWHERE if elsewhere else Did.CALLER_LEFT)

    def repeat(self) -> None:
        """Answer an INVITE that came twice as before."""
        self.client.send(self._last)

    def acknowledged(self) -> None:
        """The switch has heard the final answer."""
        self._acked.set()

    def end(self, did: Did, detail: str = "") -> None:
        """Stop ringing and audio."""
        self._bell.cancel()
        super().end(did, detail)

    def _must_ring(self) -> None:
        if self.state is not CallState.RINGING:
            raise PhoneError("the call is not ringing any more")

    def _close(self, code: int, body: str = "") -> None:
        self._bell.cancel()
        self._last = respond(self.invite, code, self.tag, (("Contact", self.client.contact),), body)
        self.client.send(self._last)
        self.farewell = self.client.spawn(self._insist(), f"answer {code}")

    async def _insist(self) -> None:
        pause, tries = T1, int(GIVE_UP / T2)
        while tries and not self._acked.is_set():
            try:
                await asyncio.wait_for(self._acked.wait(), pause)
            except TimeoutError:
                self.client.send(self._last)
                pause, tries = min(pause * 2, T2), tries - 1
        if not self._acked.is_set():
            self.hangup()
        if self.over:
            self.line.forget(self)


def _dialog(invite: Message, tag: str, contact: str) -> Dialog:
    if not invite.target:
        raise SIPParseError("an INVITE that does not say where to send BYE")
    return Dialog(
        call_id=invite.call_id,
        local=f"{invite.one('to')};tag={tag}",
        remote=invite.one("from"),
        target=invite.target,
        contact=contact,
        route=tuple(invite.fields.get("record-route", [])),
    )
