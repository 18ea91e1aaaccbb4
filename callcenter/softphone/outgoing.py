"""A call from this phone, from dialling to an answer, a refusal or a change of mind.

pyVoIP 1.6.8 leaves 486, 603 and every status but 404 and 503 unhandled, raises on a hangup while it dials and
sends no CANCEL, and does not send its INVITE's password where another message arrives first.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.softphone import sdp
from callcenter.softphone.calls import Call
from callcenter.softphone.dialog import Dialog
from callcenter.softphone.diary import Did
from callcenter.softphone.message import Message
from callcenter.softphone.transactions import GIVE_UP, REFUSED
from callcenter.softphone.voip import CallState, SIPParseError

if TYPE_CHECKING:
    from callcenter.softphone.dialog import Request
    from callcenter.softphone.line import Line
    from callcenter.softphone.transactions import Sent


class Outgoing(Call):
    """An INVITE of ours and what becomes of it."""

    def __init__(self, line: Line, number: str) -> None:
        client = line.sip
        uri = f"sip:{number}@{client.server}"
        own = f"<sip:{client.username}@{client.server}>;tag={client.gen_tag()}"
        dialog = Dialog(client.gen_call_id(), own, f"<{uri}>", uri, client.contact)
        bare = dialog.request("INVITE")
        super().__init__(line, Message(bare.encode(client.via(client.gen_branch()))), dialog, number)
        self._sent: Sent = (bare, "")
        self._heard = False
        self._rang = False
        self._given_up = False

    def dial(self) -> None:
        """Begin to call; what becomes of it is told by the diary."""
        request = self.dialog.request("INVITE", body=self.describe("sendrecv"))
        self.line.note(Did.DIALLED, self)
        self._dialling = self.client.spawn(self._dial(request), f"call to {self.number!r}")
        self.farewell = self._dialling

    async def _dial(self, request: Request) -> None:
        try:
            answer = await self.client.transactions.ask(
                self.dialog, request, heard=self._provisional, sending=self._sending
            )
            self._concluded(answer)
        except PhoneError as error:
            self._refused_by(str(error))
        finally:
            if self.over:
                self.line.forget(self)

    def _sending(self, sent: Sent) -> None:
        self._sent, self._heard = sent, False

    def _provisional(self, answer: Message) -> None:
        if self._given_up and not self._heard:
            self._cancel()
        self._heard = True
        if answer.code == 180 and not self._rang and not self._given_up:  # noqa: PLR2004 - Ringing
            self._rang = True
            self.line.note(Did.PEER_RANG, self)

    def _concluded(self, answer: Message) -> None:
        if answer.code >= REFUSED:
            self._refused_by(f"{answer.code} {answer.reason}")
            return
        self.confirm(answer, self._sent)
        if self._given_up:
            self.farewell = self.client.spawn(self._say_bye(), f"BYE of {self.number!r}")
            return
        self.state = CallState.ANSWERED
        try:
            self.begin_audio(sdp.read(answer.text))
        except SIPParseError:
            self.hangup()
            return
        self.line.note(Did.PEER_ANSWERED, self)

    def _refused_by(self, detail: str) -> None:
        if not self.over:
            self.end(Did.PEER_REFUSED, detail)

    def hangup(self) -> None:
        """Give up while it is dialling or ringing there, end it later."""
        if self.state is not CallState.DIALING:
            super().hangup()
            return
        self._given_up = True
        self.end(Did.GAVE_UP)
        asyncio.get_running_loop().call_later(GIVE_UP, self._dialling.cancel)
        if self._heard:  # before any answer there is nothing that a CANCEL could meet (RFC 3261, 9.1)
            self._cancel()

    def _cancel(self) -> None:
        invite, branch = self._sent
        cancel = self.dialog.beside(invite, "CANCEL")
        self.client.spawn(self._ask_to_cancel(cancel, branch), f"CANCEL of {self.number!r}")

    async def _ask_to_cancel(self, cancel: Request, branch: str) -> None:
        await self.client.transactions.ask(self.dialog, cancel, branch=branch)
