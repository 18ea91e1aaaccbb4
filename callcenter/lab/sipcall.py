"""One SIP call of a phone: what a story tells it to do, what happened to it, and when.

Story: a call is *dialled* by us or comes *in*; it *rings* (180 sent or heard), is *answered* (200 sent or heard)
and is *over* by BYE, CANCEL or a final refusal, from either side, once.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from callcenter.errors import LabError
from callcenter.lab import sip

if TYPE_CHECKING:
    from callcenter.lab.sipphone import SipPhone

_RINGING = 180
_OK = 200
_REFUSED = 300


@dataclass
class Diary:
    """What phones and callers did, in the order in which they did it, by `time.time()`."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def note(self, who: str, what: str, **more: object) -> float:
        """Write a line and return its time, epoch seconds."""
        at = time.time()
        self.lines.append({"at": round(at, 6), "who": who, "what": what, **more})
        return at


class SipCall:
    """One dialog of a phone; times are epoch seconds by the phone's own clock, None until it happened."""

    def __init__(self, phone: SipPhone, call_id: str, *, incoming: bool) -> None:
        self.phone = phone
        self.call_id = call_id
        self.incoming = incoming
        self.local_tag = sip.token()
        self.remote_tag = ""
        self.remote_uri = ""
        self.target = ""
        self.routes: list[str] = []
        self.cseq = 1
        self.invite: sip.Message | None = None
        self.media_to: tuple[str, int] | None = None
        self.rang_at: float | None = None
        self.answered_at: float | None = None
        self.over_at: float | None = None
        self.over_by: str | None = None
        self.status = 0
        self.ringing = asyncio.Event()
        self.answered = asyncio.Event()
        self.over = asyncio.Event()

    # what a story tells a call to do

    def ring(self) -> None:
        """Send 180: the bell begins."""
        self.phone.respond(self._invitation(), 180, "Ringing", self)
        self._mark_ringing()

    def answer(self) -> None:
        """Send 200: the handset is lifted."""
        self.phone.respond(self._invitation(), _OK, "OK", self, self.phone.media.describe())
        self._mark_answered()

    def refuse(self, status: int, reason: str) -> None:
        """Send a final refusal: 486 Busy Here, 603 Decline, 480 Temporarily Unavailable."""
        self.status = status
        self.phone.respond(self._invitation(), status, reason, self)
        self.mark_over("here", f"refused {status}")

    def hang_up(self) -> None:
        """Leave, by BYE once answered, by CANCEL before."""
        if self.over.is_set():
            return
        if self.answered.is_set():
            self._send("BYE")
        else:
            self._cancel()
        self.mark_over("here", "hung up")

    async def hold(self) -> None:
        """Put the other side on hold."""
        await self._reinvite("sendonly", "held")

    async def take_back(self) -> None:
        """End the hold."""
        await self._reinvite("sendrecv", "took back")

    def press(self, digit: str) -> float:
        """Press a key, sent as telephone events in the media stream, and return when.

        Raises:
            LabError: The other side has not said yet where media goes.
        """
        if self.media_to is None:
            raise LabError("A key can be pressed only once the other side has said where media goes.")
        for packet in sip.telephone_event(digit):
            self.phone.media_socket.sendto(packet, self.media_to)
        return self.phone.note("pressed", call=self.call_id, digit=digit)

    def speak(self) -> None:
        """Send voice from now on until the call is over: without any, the switch keeps its Local halves."""
        self.phone.speak(self)

    def transfer_blind(self, number: str) -> float:
        """Send the other side to a number (REFER) and return when."""
        return self._refer(f"<sip:{number}@{self.phone.server_address}>", f"transferred blind to {number}")

    def transfer_attended(self, other: SipCall) -> float:
        """Join the other side of this call with that of another one (REFER with Replaces)."""
        replaces = quote(f"{other.call_id};to-tag={other.remote_tag};from-tag={other.local_tag}", safe="")
        return self._refer(f"<{sip.uri_of(other.remote_uri)}?Replaces={replaces}>", "transferred attended")

    # what happens to a call

    def _mark_ringing(self) -> None:
        if not self.ringing.is_set():
            self.rang_at = self.phone.note("rang", call=self.call_id)
            self.ringing.set()

    def _mark_answered(self) -> None:
        if not self.answered.is_set():
            self.answered_at = self.phone.note("answered", call=self.call_id)
            self.answered.set()

    def mark_over(self, by: str, how: str) -> None:
        """Note the end, once; `by` is here or there."""
        if not self.over.is_set():
            self.over_at = self.phone.note("over", call=self.call_id, by=by, how=how)
            self.over_by = by
            self.over.set()

    def heard(self, message: sip.Message) -> None:
        """Take a response to our INVITE."""
        self.remote_tag = sip.tag_of(message.get("to")) or self.remote_tag
        if message.body:
            self.media_to = sip.media_address(message.body)
        if message.status == _RINGING:
            self._mark_ringing()
        elif _OK <= message.status < _REFUSED:
            self.remote_uri = message.get("to")
            self.target = sip.uri_of(message.get("contact")) or self.target
            self.routes = message.all("record-route")[::-1]
            self.send_ack(message)
            self._mark_answered()
        elif message.status >= _REFUSED:
            self.send_ack(message)
            self.status = message.status
            self.mark_over("there", f"refused {message.status}")

    def send_ack(self, message: sip.Message) -> None:
        """Acknowledge a final answer; a refusal's belongs to the INVITE's own transaction."""
        branch = message.get("via") if message.status >= _REFUSED else ""
        self._send("ACK", cseq=message.cseq, via=branch)

    def _invitation(self) -> sip.Message:
        if self.invite is None:
            raise LabError("Only an incoming call can be rung, answered or refused.")
        return self.invite

    def _cancel(self) -> None:
        if self.invite is None or self.incoming:
            raise LabError("Only a call that we dialled can be cancelled.")
        invite = self.invite
        kept = [(k, v) for k, v in invite.headers if k in {"via", "from", "to", "call-id", "max-forwards"}]
        cancel = sip.Message(invite.start.replace("INVITE", "CANCEL", 1), (*kept, ("cseq", f"{invite.cseq} CANCEL")))
        self.phone.send(cancel)

    def _send(self, method: str, *more: tuple[str, str], cseq: int = 0, via: str = "", body: str = "") -> None:
        self.phone.send(self.request(method, *more, cseq=cseq, via=via, body=body))

    def request(self, method: str, *more: tuple[str, str], cseq: int = 0, via: str = "", body: str = "") -> sip.Message:
        """Make a request inside this dialog."""
        if not cseq:
            self.cseq += 1
        headers = [
            ("via", via or self.phone.new_via()),
            ("max-forwards", "70"),
            ("from", f"{self.phone.identity};tag={self.local_tag}"),
            ("to", self.remote_uri),
            ("call-id", self.call_id),
            ("cseq", f"{cseq or self.cseq} {method}"),
            *(("route", route) for route in self.routes),
            ("contact", self.phone.contact),
            *more,
        ]
        if body:
            headers.append(("content-type", "application/sdp"))
        return sip.Message(f"{method} {self.target} SIP/2.0", tuple(headers), body)

    async def _reinvite(self, direction: str, word: str) -> None:
        request = self.request("INVITE", body=self.phone.media.describe(direction))
        self.phone.note(word, call=self.call_id)
        answer = await self.phone.ask(request)
        self.send_ack(answer)

    def _refer(self, refer_to: str, word: str) -> float:
        self._send("REFER", ("refer-to", refer_to), ("referred-by", self.phone.identity))
        return self.phone.note(word, call=self.call_id)
