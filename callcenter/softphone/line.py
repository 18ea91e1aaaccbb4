"""The phone's line: which call is where, and which of them a message or a person means."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from typing import TYPE_CHECKING

import structlog

from callcenter.errors import PhoneError
from callcenter.sip.message import NotSip, SipMessage, parse
from callcenter.sip.transaction import SentMessages
from callcenter.softphone.diary import DiaryEntry, Did, PhoneState, inert
from callcenter.softphone.endpoint import SipEndpoint
from callcenter.softphone.incoming import IncomingCall
from callcenter.softphone.outgoing import OutgoingCall
from callcenter.softphone.prompter import Prompter
from callcenter.softphone.registration import Registration
from callcenter.softphone.script import ScriptAct, ScriptStep
from callcenter.softphone.settings import NUMBER
from callcenter.softphone.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.domain.frame import Micros
    from callcenter.softphone.calls import PhoneCall
    from callcenter.softphone.settings import PhoneSettings

log = structlog.get_logger(__name__)

MOST_CALLS = 32
"""Calls at once, those counted that have ended but were not acknowledged yet."""


class PhoneLine:
    """At most one call in the foreground and one parked behind it; on the phone's loop only.

    Attributes:
        known: By Call-ID, every call that a message may still arrive for.
        active: The call that buttons mean.
        parked: The call on hold while its agent consults somebody.
    """

    def __init__(
        self, settings: PhoneSettings, clock: Callable[[], Micros], tell: Callable[[DiaryEntry], None]
    ) -> None:
        self.settings = settings
        self.endpoint = SipEndpoint(settings, self)
        self.transactions = Transactions(self.endpoint)
        self.registration = Registration(self.endpoint, self.transactions, self.note)
        self.prompter = Prompter(self._play)
        self.known: dict[str, PhoneCall] = {}
        self.active: PhoneCall | None = None
        self.parked: PhoneCall | None = None
        self._answers = SentMessages()
        self._clock, self._tell = clock, tell

    # ---- telling ----

    def note(self, did: Did, call: PhoneCall | None = None, *, ring: int = 0, detail: str = "") -> None:
        """Writes down what happened, now."""
        call_id, number, name = (call.call_id, call.number, call.name) if call else ("", "", "")
        self._tell(DiaryEntry(self._clock(), did, call_id, inert(number), inert(name), ring, inert(detail)))
        if call:
            self.prompter.heard(did, ring, call)

    def ended(self, call: PhoneCall, did: Did, detail: str) -> None:
        """Takes a call that has ended off the line."""
        self.prompter.drop(call)
        if call is self.active:
            self.active, self.parked = self.parked, None
        elif call is self.parked:
            self.parked = None
        self.note(did, call, detail=detail)

    def forget(self, call: PhoneCall) -> None:
        """Drops a call that nothing can arrive for any more."""
        self.known.pop(call.call_id, None)

    def closed(self) -> None:
        """Releases what calls hold; the thread is about to end."""
        self.prompter.close()
        for call in self.known.values():
            call.close_audio()
        self.active = self.parked = None
        self.known = {}

    @property
    def state(self) -> PhoneState:
        """What the line is doing."""
        call = self.active
        if not self.endpoint.on:
            return PhoneState.OFFLINE
        if call is None:
            return PhoneState.IDLE
        return PhoneState.HOLDING if call.held else call.state

    # ---- what the switch says and asks ----

    def hear(self, data: bytes) -> None:
        """Takes a datagram; nothing in it can raise."""
        try:
            message = parse(data)
        except NotSip:  # or a keepalive
            return
        try:
            self._heard(message)
        except Exception:  # the loop's boundary: one message may not stop the phone
            log.warning("phone_message_dropped", exc_info=True)

    def unheard(self) -> None:
        """Tells whoever waits for an answer that nobody listens at the switch's port."""
        self.transactions.unheard()

    def _heard(self, message: SipMessage) -> None:
        if message.code:
            self.transactions.heard(message)
        elif answer := self._answers.again(message):
            self.endpoint.send(answer)
        else:
            self._asked(message, self.known.get(message.call_id))

    def respond(self, asked: SipMessage, code: int, tag: str = "", body: str = "") -> bytes:
        """Answers a request, and again whenever it comes again; returns what was sent."""
        data = self._answers.keep(asked, self.endpoint.agent.response(asked, code, tag, body=body))
        self.endpoint.send(data)
        return data

    def _asked(self, asked: SipMessage, call: PhoneCall | None) -> None:
        if asked.method == "INVITE":
            self._invited(asked, call)
        elif asked.method == "ACK":
            if isinstance(call, IncomingCall):
                call.acknowledged()
        elif asked.method in {"CANCEL", "BYE"}:
            self._stopped(asked, call)
        elif asked.method == "NOTIFY" and call:
            call.progressed(asked)
        else:  # OPTIONS keeps the contact reachable; a NOTIFY outside a call tells of a mailbox
            self.respond(asked, 200 if asked.method in {"OPTIONS", "NOTIFY"} else 405)

    def _invited(self, invite: SipMessage, call: PhoneCall | None) -> None:
        if call:
            call.renegotiate(invite)
        elif invite.tag("to"):
            self.respond(invite, 481)
        elif self.active or len(self.known) >= MOST_CALLS:
            self.respond(invite, 486)
        else:
            self._ring(invite)

    def _ring(self, invite: SipMessage) -> None:
        try:
            call = IncomingCall(self, invite)
        except NotSip:
            self.respond(invite, 488)
            return
        self.active = self.known[call.call_id] = call
        call.ring()

    def _stopped(self, asked: SipMessage, call: PhoneCall | None) -> None:
        if asked.method == "CANCEL" and isinstance(call, IncomingCall) and call.invite.branch == asked.branch:
            call.cancelled(asked)
        elif asked.method == "BYE" and call and not call.over:
            self.respond(asked, 200)
            call.bye()
        else:
            self.respond(asked, 481)

    # ---- what a person asks ----

    def _call(self) -> PhoneCall:
        if self.active is None:
            raise PhoneError("there is no call")
        return self.active

    def _ringing(self) -> IncomingCall:
        if not isinstance(self.active, IncomingCall):
            raise PhoneError("nothing is ringing")
        return self.active

    async def answer(self) -> None:
        """Picks up."""
        self._ringing().answer()

    async def decline(self) -> None:
        """Rejects (603)."""
        self._ringing().decline()

    async def busy(self) -> None:
        """Says busy (486)."""
        self._ringing().deny()

    async def hangup(self) -> None:
        """Ends the call in the foreground, whatever it is doing."""
        self._call().hangup()

    async def hold(self) -> None:
        """Holds."""
        await self._call().hold()

    async def unhold(self) -> None:
        """Takes back."""
        await self._call().unhold()

    async def transfer(self, number: str) -> None:
        """Sends the caller to a number, unannounced."""
        await self._call().refer(self._uri(number), number)

    async def dial(self, number: str) -> None:
        """Calls somebody."""
        uri = self._uri(number)
        if self.active:
            raise PhoneError(f"hang up before you dial {uri}")
        self._begin(number)

    async def consult(self, number: str) -> None:
        """Holds the caller and calls somebody else."""
        self._uri(number)
        call = self._call()
        if self.parked:
            raise PhoneError("two calls are on the line already")
        if not call.held:
            await call.hold()
        self.parked, self.active = call, None
        self._begin(number)

    async def complete(self) -> None:
        """Connects the parked caller with whom was consulted, and leaves."""
        consulted, parked = self._call(), self.parked
        if parked is None:
            raise PhoneError("nobody is on hold behind this call")
        consulted.must_talk()
        await parked.refer(consulted.dialog.replaced_by(), consulted.number)
        consulted.hangup()

    def _uri(self, number: str) -> str:
        if not re.fullmatch(NUMBER.strip("^$"), number):
            raise PhoneError(f"{inert(number)!r} is not a number that can be dialled")
        return f"sip:{number}@{self.settings.server}"

    def _begin(self, number: str) -> None:
        call = OutgoingCall(self, number)
        call.dial()
        self.active = self.known[call.call_id] = call

    # ---- what a script asks ----

    def _play(self, step: ScriptStep, call: PhoneCall) -> None:
        self.endpoint.spawn(self._act(step, call), f"{step.act.value} by script")

    async def _act(self, step: ScriptStep, call: PhoneCall) -> None:
        acts = {
            ScriptAct.ANSWER: self.answer,
            ScriptAct.DECLINE: self.decline,
            ScriptAct.BUSY: self.busy,
            ScriptAct.HOLD: self.hold,
            ScriptAct.UNHOLD: self.unhold,
            ScriptAct.HANGUP: self.hangup,
            ScriptAct.VANISH: self.vanish,
        }
        try:
            await (self.transfer(step.to) if step.act is ScriptAct.TRANSFER else acts[step.act]())
        except PhoneError as error:
            self.note(Did.STEP_FAILED, call, detail=f"{step.act.value}: {error}")

    # ---- ports, the beginning and the end ----

    def open_audio(self) -> socket.socket:
        """Binds a free even port; the kernel keeps the books. Raises PhoneError where none is free."""
        low, high = self.settings.rtp_low, self.settings.rtp_high
        ports = range(low + low % 2, high + 1, 2)
        for port in secrets.SystemRandom().sample(ports, len(ports)):
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                wire.bind((self.endpoint.agent.host, port))
            except OSError:
                wire.close()
            else:
                return wire
        raise PhoneError("no port for audio is free; give the phone more of them")

    def start(self) -> None:
        """Opens the socket and registers, from another thread; raises PhoneError, and then wants to be closed."""
        self.endpoint.open()
        self.endpoint.run(self.registration.begin())

    async def retire(self) -> None:
        """Ends every call, waits a moment for the switch to hear of it, and unregisters; raises PhoneError."""
        for call in list(self.known.values()):
            call.hangup()
        goodbyes = [call.farewell for call in self.known.values() if call.farewell]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=self.settings.patience)
        await self.registration.end()

    async def vanish(self) -> None:
        """Is gone, without a word to anybody."""
        self.note(Did.VANISHED)
        self.endpoint.leave()
