"""The phone's line: which call is where, and which of them a message or a person means.

pyVoIP 1.6.8 ignores OPTIONS, so that the switch thinks the phone dead; CANCEL falls through; a message about a
call that it does not know raises.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

from callcenter.errors import PhoneError
from callcenter.softphone.dialog import respond
from callcenter.softphone.diary import Did, Entry, PhoneState, inert
from callcenter.softphone.incoming import Incoming
from callcenter.softphone.message import Message
from callcenter.softphone.outgoing import Outgoing
from callcenter.softphone.prompter import Prompter
from callcenter.softphone.settings import NUMBER
from callcenter.softphone.sip import Client
from callcenter.softphone.voip import CallState, NoPortsAvailableError, SIPMessage, SIPParseError, VoIPPhone

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.domain.frame import Micros
    from callcenter.softphone.calls import Call
    from callcenter.softphone.settings import PhoneSettings

MOST_CALLS = 32
"""Calls at once, those counted that have ended but were not acknowledged yet."""

_STATES = {
    CallState.RINGING: PhoneState.RINGING,
    CallState.DIALING: PhoneState.DIALING,
    CallState.ANSWERED: PhoneState.TALKING,
    CallState.ENDED: PhoneState.IDLE,
}


class Line(VoIPPhone):
    """At most one call in the foreground and one parked behind it; on the phone's loop only.

    Attributes:
        known: By Call-ID, every call that a message may still arrive for.
        active: The call that buttons mean.
        parked: The call on hold while its agent consults somebody.
    """

    sip: Client

    def __init__(self, settings: PhoneSettings, clock: Callable[[], Micros], tell: Callable[[Entry], None]) -> None:
        super().__init__(settings.server, settings.port, settings.extension, "", sipPort=settings.local_port)
        self.settings = settings
        self.sip = Client(settings, self)
        self.known: dict[str, Call] = {}
        self.active: Call | None = None
        self.parked: Call | None = None
        self.prompter = Prompter(self)
        self._clock, self._tell = clock, tell

    # ---- telling ----

    def note(self, did: Did, call: Call | None = None, *, ring: int = 0, detail: str = "") -> None:
        """Write down what happened, now."""
        call_id, number, name = (call.call_id, call.number, call.name) if call else ("", "", "")
        self._tell(Entry(self._clock(), did, call_id, inert(number), inert(name), ring, inert(detail)))
        if call:
            self.prompter.heard(did, ring, call)

    def ended(self, call: Call, did: Did, detail: str) -> None:
        """Take a call that has ended off the line."""
        self.prompter.drop(call)
        if call is self.active:
            self.active, self.parked = self.parked, None
        elif call is self.parked:
            self.parked = None
        self.note(did, call, detail=detail)

    def forget(self, call: Call) -> None:
        """Drop a call that nothing can arrive for any more."""
        self.known.pop(call.call_id, None)

    def closed(self) -> None:
        """Release what calls hold; the thread is about to end."""
        self.prompter.close()
        for call in self.known.values():
            call.close_audio()
        self.active = self.parked = None
        self.known = {}

    @property
    def state(self) -> PhoneState:
        """What the line is doing."""
        call = self.active
        if not self.sip.NSD:
            return PhoneState.OFFLINE
        if call is None:
            return PhoneState.IDLE
        return PhoneState.HOLDING if call.held else _STATES[call.state]

    # ---- what the switch asks ----

    def callback(self, request: SIPMessage) -> None:
        """Do what a request says."""
        asked = self.hardened(request)
        call = self.known.get(asked.call_id)
        if asked.method == "INVITE":
            self._invited(asked, call)
        elif asked.method == "ACK":
            if isinstance(call, Incoming):
                call.acknowledged()
        elif asked.method in {"CANCEL", "BYE"}:
            self._stopped(asked, call)
        elif asked.method == "NOTIFY" and call:
            call.progressed(asked)
        else:  # OPTIONS keeps the contact reachable; a NOTIFY outside a call tells of a mailbox
            self._answer(asked, 200 if asked.method in {"OPTIONS", "NOTIFY"} else 405)

    def hardened(self, request: SIPMessage) -> Message:
        """Check that a message was read by our parser."""
        if not isinstance(request, Message):
            raise SIPParseError("not read by the hardened parser")
        return request

    def _answer(self, asked: Message, code: int) -> None:
        self.sip.send(respond(asked, code, self.sip.gen_tag()))

    def _invited(self, invite: Message, call: Call | None) -> None:
        if isinstance(call, Incoming) and invite.cseq == call.invite.cseq:
            call.repeat()
        elif call:
            call.renegotiate(invite)
        elif invite.tag("to"):
            self._answer(invite, 481)
        elif self.active or len(self.known) >= MOST_CALLS:
            self._answer(invite, 486)
        else:
            self._ring(invite)

    def _ring(self, invite: Message) -> None:
        try:
            call = Incoming(self, invite)
        except SIPParseError:
            self._answer(invite, 488)
            return
        self.active = self.known[call.call_id] = call
        call.ring()

    def _stopped(self, asked: Message, call: Call | None) -> None:
        if asked.method == "CANCEL" and isinstance(call, Incoming) and call.invite.branch == asked.branch:
            call.cancelled(asked)
        elif asked.method == "BYE" and call and not call.over:
            self._answer(asked, 200)
            call.bye()
        else:
            self._answer(asked, 481)

    # ---- what a person asks ----

    def _call(self) -> Call:
        if self.active is None:
            raise PhoneError("there is no call")
        return self.active

    def _ringing(self) -> Incoming:
        if not isinstance(self.active, Incoming):
            raise PhoneError("nothing is ringing")
        return self.active

    async def answer(self) -> None:
        """Pick up."""
        try:
            self._ringing().answer()
        except NoPortsAvailableError as error:
            raise PhoneError("no port for audio is free; give the phone more of them") from error

    async def decline(self) -> None:
        """Reject (603)."""
        self._ringing().decline()

    async def busy(self) -> None:
        """Say busy (486)."""
        self._ringing().deny()

    async def hangup(self) -> None:
        """End the call in the foreground, whatever it is doing."""
        self._call().hangup()

    async def hold(self) -> None:
        """Hold."""
        await self._call().hold()

    async def unhold(self) -> None:
        """Take back."""
        await self._call().unhold()

    async def transfer(self, number: str) -> None:
        """Send the caller to a number, unannounced."""
        await self._call().refer(self._uri(number), number)

    async def dial(self, number: str) -> None:
        """Call somebody."""
        uri = self._uri(number)
        if self.active:
            raise PhoneError(f"hang up before you dial {uri}")
        self._begin(number)

    async def consult(self, number: str) -> None:
        """Hold the caller and call somebody else."""
        self._uri(number)
        call = self._call()
        if self.parked:
            raise PhoneError("two calls are on the line already")
        if not call.held:
            await call.hold()
        self.parked, self.active = call, None
        self._begin(number)

    async def complete(self) -> None:
        """Connect the parked caller with whom was consulted, and leave."""
        consulted, parked = self._call(), self.parked
        if parked is None:
            raise PhoneError("nobody is on hold behind this call")
        consulted.must_talk()
        target = f"{self._uri(consulted.number)}?Replaces={quote(consulted.dialog.replaces(), safe='')}"
        await parked.refer(target, consulted.number)
        consulted.hangup()

    def _uri(self, number: str) -> str:
        if not re.fullmatch(NUMBER.strip("^$"), number):
            raise PhoneError(f"{inert(number)!r} is not a number that can be dialled")
        return f"sip:{number}@{self.settings.server}"

    def _begin(self, number: str) -> None:
        call = Outgoing(self, number)
        try:
            call.dial()
        except NoPortsAvailableError as error:
            raise PhoneError("no port for audio is free; give the phone more of them") from error
        self.active = self.known[call.call_id] = call

    # ---- ports, and the end ----

    def open_audio(self, host: str) -> socket.socket:
        """Bind a free even port; the kernel keeps the books. Raises NoPortsAvailableError."""
        low, high = self.settings.rtp_low, self.settings.rtp_high
        ports = range(low + low % 2, high + 1, 2)
        for port in secrets.SystemRandom().sample(ports, len(ports)):
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                wire.bind((host, port))
            except OSError:
                wire.close()
            else:
                return wire
        raise NoPortsAvailableError

    async def retire(self) -> None:
        """End every call, wait a moment for the switch to hear of it, and unregister; raises PhoneError."""
        for call in list(self.known.values()):
            call.hangup()
        goodbyes = [call.farewell for call in self.known.values() if call.farewell]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=self.settings.patience)
        await self.sip.registration.end()

    async def vanish(self) -> None:
        """Be gone, without a word to anybody."""
        self.note(Did.VANISHED)
        self.sip.leave()
