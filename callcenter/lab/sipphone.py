"""A SIP phone and its calls, which do exactly what a story tells them and write down when, by their own clock.

Story: a call is *dialled* by us or comes *in*; it *rings* (180 sent or heard), is *answered* (200 sent or heard)
and is *over* by BYE, CANCEL or a final refusal, from either side, once. Nothing happens by itself, but what every
phone does: OPTIONS, NOTIFY and re-INVITE are answered.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.lab import rtp
from callcenter.lab.sipsocket import SipSocket
from callcenter.sip import sdp
from callcenter.sip.dialog import SipDialog
from callcenter.sip.message import NotSip
from callcenter.sip.transaction import REFUSED, RINGING, cancellation

if TYPE_CHECKING:
    from callcenter.lab.diary import LabDiary
    from callcenter.sip.message import SipMessage

_OK = 200
_PACKET_SECONDS = 0.02


class SipCall:
    """One dialog of a phone; times are epoch seconds by the phone's own clock, None until it happened."""

    def __init__(self, phone: SipPhone, dialog: SipDialog, invite: SipMessage | None = None) -> None:
        self.phone = phone
        self.dialog = dialog
        self.incoming = invite is not None
        self.invite = invite
        self.media_to: tuple[str, int] | None = None
        self.rang_at: float | None = None
        self.answered_at: float | None = None
        self.over_at: float | None = None
        self.over_by: str | None = None
        self.status = 0
        self.ringing = asyncio.Event()
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        if invite is not None:
            self._learn_media(invite)

    @property
    def call_id(self) -> str:
        """What binds its messages."""
        return self.dialog.call_id

    # what a story tells a call to do

    def ring(self) -> None:
        """Sends 180: the bell begins."""
        self.phone.respond(self._invitation(), RINGING, self.dialog.tag)
        self._mark_ringing()

    def answer(self) -> None:
        """Sends 200: the handset is lifted."""
        self.phone.respond(self._invitation(), _OK, self.dialog.tag, self.phone.media.describe())
        self._mark_answered()

    def refuse(self, status: int) -> None:
        """Sends a final refusal: 486 Busy Here, 603 Decline, 480 Temporarily Unavailable."""
        self.status = status
        self.phone.respond(self._invitation(), status, self.dialog.tag)
        self.mark_over("here", f"refused {status}")

    def hang_up(self) -> None:
        """Leaves, by BYE once answered, by CANCEL before."""
        if self.over.is_set():
            return
        if self.answered.is_set():
            self.phone.send(self.dialog.request("BYE"))
        else:
            self._cancel()
        self.mark_over("here", "hung up")

    async def hold(self) -> None:
        """Puts the other side on hold."""
        await self._reinvite("sendonly", "held")

    async def take_back(self) -> None:
        """Ends the hold."""
        await self._reinvite("sendrecv", "took back")

    def press(self, digit: str) -> float:
        """Presses a key, sent as telephone events in the media stream, and returns when.

        Raises:
            LabError: The other side has not said yet where media goes.
        """
        if self.media_to is None:
            raise LabError("A key can be pressed only once the other side has said where media goes.")
        for packet in rtp.telephone_event(digit):
            self.phone.media_socket.sendto(packet, self.media_to)
        return self.phone.note("pressed", call=self.call_id, digit=digit)

    def speak(self) -> None:
        """Sends voice from now on until the call is over: without any, the switch keeps its Local halves."""
        self.phone.spawn(self._speak())

    async def _speak(self) -> None:
        for packet in rtp.voice():
            if self.over.is_set():
                return
            if self.media_to is not None:
                self.phone.media_socket.sendto(packet, self.media_to)
            await asyncio.sleep(_PACKET_SECONDS)

    def transfer_blind(self, number: str) -> float:
        """Sends the other side to a number (REFER) and returns when."""
        return self._refer(f"sip:{number}@{self.phone.server_address}", f"transferred blind to {number}")

    def transfer_attended(self, other: SipCall) -> float:
        """Joins the other side of this call with that of another one (REFER with Replaces) and returns when."""
        return self._refer(other.dialog.replaced_by(), "transferred attended")

    # what happens to a call

    async def dial(self) -> None:
        """Calls until the other side answers or refuses, or nobody says anything."""
        invite = self.dialog.request("INVITE", body=self.phone.media.describe())
        try:
            answer = await self.phone.ask(self.dialog, invite, heard=self._heard, sending=self._sending)
        except LabError:
            self.mark_over("there", "no answer from the switch")
        else:
            self._concluded(answer)

    def _sending(self, invite: SipMessage) -> None:
        self.invite = invite

    def _heard(self, answer: SipMessage) -> None:
        self._learn_media(answer)
        if answer.code == RINGING:
            self._mark_ringing()

    def _concluded(self, answer: SipMessage) -> None:
        if answer.code >= REFUSED:
            self.status = answer.code
            self.mark_over("there", f"refused {answer.code}")
            return
        self._learn_media(answer)
        self.dialog.accepted(answer)
        self._acknowledge(self._invitation())
        self._mark_answered()

    def _acknowledge(self, invite: SipMessage) -> None:
        self.phone.acknowledge(invite, self.dialog.acknowledge(invite))

    def _learn_media(self, message: SipMessage) -> None:
        with contextlib.suppress(NotSip):
            offer = sdp.read(message.body)
            self.media_to = offer.address, offer.port

    def _mark_ringing(self) -> None:
        if not self.ringing.is_set():
            self.rang_at = self.phone.note("rang", call=self.call_id)
            self.ringing.set()

    def _mark_answered(self) -> None:
        if not self.answered.is_set():
            self.answered_at = self.phone.note("answered", call=self.call_id)
            self.answered.set()

    def mark_over(self, by: str, how: str) -> None:
        """Notes the end, once; `by` is here or there."""
        if not self.over.is_set():
            self.over_at = self.phone.note("over", call=self.call_id, by=by, how=how)
            self.over_by = by
            self.over.set()

    def _invitation(self) -> SipMessage:
        if self.invite is None:
            raise LabError("Only an incoming call can be rung, answered or refused.")
        return self.invite

    def _cancel(self) -> None:
        if self.invite is None or self.incoming:
            raise LabError("Only a call that we dialled can be cancelled.")
        self.phone.send(cancellation(self.invite))

    async def _reinvite(self, direction: str, word: str) -> None:
        sent: list[SipMessage] = []
        invite = self.dialog.request("INVITE", body=self.phone.media.describe(direction))
        self.phone.note(word, call=self.call_id)
        answer = await self.phone.ask(self.dialog, invite, sending=sent.append)
        if answer.code < REFUSED:
            self._acknowledge(sent[-1])

    def _refer(self, target: str, word: str) -> float:
        extra = (("refer-to", f"<{target}>"), ("referred-by", self.phone.agent.contact))
        self.phone.send(self.dialog.request("REFER", extra))
        return self.phone.note(word, call=self.call_id)


class SipPhone(SipSocket):
    """A phone or a caller: one UDP socket, any number of calls."""

    def __init__(
        self, user: str, server: tuple[str, int], diary: LabDiary, *, name: str = "", secret: str = ""
    ) -> None:
        super().__init__(user, server, diary, name=name, secret=secret)
        self.calls: dict[str, SipCall] = {}
        self.incoming: asyncio.Queue[SipCall] = asyncio.Queue()

    async def next_call(self, seconds: float = 30.0) -> SipCall:
        """Waits for the next incoming call and returns it.

        Raises:
            LabError: None comes in time.
        """
        try:
            return await asyncio.wait_for(self.incoming.get(), seconds)
        except TimeoutError as error:
            raise LabError(f"No call reached the phone {self.name} within {seconds:.0f} s.") from error

    def dial(self, number: str, from_user: str | None = None) -> SipCall:
        """Dials a number; the call that it returns goes on by itself until it is answered or over.

        Args:
            number: What is dialled.
            from_user: The number shown, as it stands in the address (escapes included); ours if None.
        """
        shown = self.user if from_user is None else from_user
        own = f"<sip:{shown}@{self.agent.host}:{self.agent.port}>"
        call = SipCall(self, SipDialog.begun(self.agent, own, f"sip:{number}@{self.server_address}"))
        self.calls[call.call_id] = call
        self.spawn(call.dial())
        self.note("dialled", call=call.call_id, number=number)
        return call

    def requested(self, request: SipMessage) -> None:
        """Does what a request says."""
        call = self.calls.get(request.call_id)
        match request.method:
            case "INVITE":
                self._invited(request, call)
            case "CANCEL":
                self._cancelled(request, call)
            case "BYE":
                self._ended(request, call)
            case "ACK":
                pass
            case _:
                super().requested(request)

    def _invited(self, invite: SipMessage, call: SipCall | None) -> None:
        if call is None:
            call = SipCall(self, SipDialog.invited(self.agent, invite), invite)
            self.calls[call.call_id] = call
            self.note("invited", call=call.call_id, shown=invite.caller[0])
            self.incoming.put_nowait(call)
        elif call.answered.is_set():
            self.respond(invite, _OK, call.dialog.tag, self.media.describe())

    def _cancelled(self, cancel: SipMessage, call: SipCall | None) -> None:
        self.respond(cancel, _OK)
        if call is not None and call.invite is not None and not call.answered.is_set():
            self.respond(call.invite, 487, call.dialog.tag)
            call.mark_over("there", f"cancelled {cancel.one('reason')}".strip())

    def _ended(self, bye: SipMessage, call: SipCall | None) -> None:
        self.respond(bye, _OK)
        if call is not None:
            call.mark_over("there", f"BYE {bye.one('reason')}".strip())
