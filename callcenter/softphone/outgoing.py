"""A call from this phone, from dialling to an answer, a refusal or a change of mind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.sip import sdp
from callcenter.sip.dialog import SipDialog
from callcenter.sip.message import NotSip
from callcenter.sip.transaction import GIVE_UP, REFUSED, RINGING, cancellation
from callcenter.softphone.calls import CallOwner, PhoneCall
from callcenter.softphone.diary import Did, PhoneState

if TYPE_CHECKING:
    from callcenter.sip.message import SipMessage


class OutgoingCall(PhoneCall):
    """An INVITE of ours and what becomes of it."""

    def __init__(self, line: CallOwner, number: str) -> None:
        settings = line.endpoint.settings
        own, uri = f"<sip:{settings.extension}@{settings.server}>", f"sip:{number}@{settings.server}"
        super().__init__(line, SipDialog.begun(line.endpoint.agent, own, uri), PhoneState.DIALING, number)
        self._invite = self.dialog.request("INVITE", body=self.media.describe())
        self._heard = False
        self._rang = False
        self._given_up = False

    def dial(self) -> None:
        """Begins to call; what becomes of it is told by the diary."""
        self.line.note(Did.DIALLED, self)
        self._dialling = self.line.endpoint.spawn(self._dial(), f"call to {self.number!r}")
        self.farewell = self._dialling

    async def _dial(self) -> None:
        try:
            answer = await self.line.transactions.ask(
                self.dialog, self._invite, heard=self._provisional, sending=self._sending
            )
            self._concluded(answer)
        except PhoneError as error:
            self._refused_by(str(error))
        finally:
            if self.over:
                self.line.forget(self)

    def _sending(self, invite: SipMessage) -> None:
        self._invite, self._heard = invite, False

    def _provisional(self, answer: SipMessage) -> None:
        if self._given_up and not self._heard:
            self._cancel()
        self._heard = True
        if answer.code == RINGING and not self._rang and not self._given_up:
            self._rang = True
            self.line.note(Did.PEER_RANG, self)

    def _concluded(self, answer: SipMessage) -> None:
        if answer.code >= REFUSED:
            self._refused_by(f"{answer.code} {answer.reason}")
            return
        self.confirm(answer, self._invite)
        if self._given_up:
            self.say_bye()
            return
        self.state = PhoneState.TALKING
        try:
            self.begin_audio(sdp.read(answer.body))
        except NotSip:
            self.hangup()
            return
        self.line.note(Did.PEER_ANSWERED, self)

    def _refused_by(self, detail: str) -> None:
        if not self.over:
            self.end(Did.PEER_REFUSED, detail)

    def hangup(self) -> None:
        """Gives up while it is dialling or ringing there, ends it later."""
        if self.state is not PhoneState.DIALING:
            super().hangup()
            return
        self._given_up = True
        self.end(Did.GAVE_UP)
        asyncio.get_running_loop().call_later(GIVE_UP, self._dialling.cancel)
        if self._heard:  # before any answer there is nothing that a CANCEL could meet (RFC 3261, 9.1)
            self._cancel()

    def _cancel(self) -> None:
        cancel = cancellation(self._invite)
        self.line.endpoint.spawn(self._ask_to_cancel(cancel), f"CANCEL of {self.number!r}")

    async def _ask_to_cancel(self, cancel: SipMessage) -> None:
        await self.line.transactions.ask(self.dialog, cancel)
