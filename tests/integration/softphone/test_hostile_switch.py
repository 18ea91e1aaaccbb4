"""A switch, or somebody who can send as one, that wants the phone to fall over or to grow."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from callcenter.sip.transaction import KEPT
from callcenter.softphone import Did, Phone, PhoneState
from callcenter.softphone.line import MOST_CALLS
from tests.integration.softphone.peer import SDP

if TYPE_CHECKING:
    from tests.integration.softphone.peer import Peer

WHOLE = (
    "{method} sip:1001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n}\r\n"
    "From: <sip:1@127.0.0.1>;tag=f\r\nTo: <sip:1001@127.0.0.1>\r\nCall-ID: {call}\r\nCSeq: {n} {method}\r\n"
    "Contact: <sip:x@127.0.0.1:9>\r\nContent-Type: application/sdp\r\n\r\n"
)
METHODS = ("INVITE", "BYE", "CANCEL", "ACK", "NOTIFY", "REFER", "INFO")


def _alive(peer: Peer) -> None:
    peer.ask("OPTIONS", call="alive")
    while not peer.take("SIP/2.0 200")["CSeq"].endswith("OPTIONS"):
        pass


def _broken(chance: random.Random, message: bytes) -> bytes:
    mutable = bytearray(message)
    for _ in range(chance.randrange(1, 9)):
        mutable[chance.randrange(len(mutable))] = chance.randrange(256)
    start = chance.randrange(len(mutable) // 4)
    return bytes(mutable[start:] if chance.random() < 0.1 else mutable)


def test_phone_outlives_broken_messages(phone: Phone, peer: Peer) -> None:
    chance = random.Random(7)
    with capture_logs() as logged:
        for _ in range(12):
            _send_broken_messages(peer, chance)
            _alive(peer)  # keeps the kernel's buffers from overflowing, too
    assert logged == []  # nothing that the parser let through raised
    assert phone.state in {PhoneState.IDLE, PhoneState.RINGING}


def _send_broken_messages(peer: Peer, chance: random.Random) -> None:
    for number in range(50):
        text = WHOLE.format(method=chance.choice(METHODS), call=f"c{number % 20}", n=chance.randrange(99)) + SDP.format(
            port=9
        )
        peer.send_bytes(_broken(chance, text.encode()))


def test_keepalives_and_noise_are_not_worth_an_answer(phone: Phone, peer: Peer) -> None:
    for noise in (b"\r\n\r\n", b"\0\0\0\0", b"", b"\xff" * 9000):
        peer.send_bytes(noise)
    _alive(peer)
    assert phone.state is PhoneState.IDLE


def test_answers_that_nobody_asked_for_are_dropped(phone: Phone, peer: Peer) -> None:
    phone.dial("1")
    invite = peer.take("INVITE")
    peer.answer(invite, "486 Busy Here")
    peer.take("ACK")
    stranger = invite.text.replace("branch=", "branch=x")
    peer.answer(type(invite)(stranger), "200 OK", body=SDP.format(port=9))
    _alive(peer)
    phone.wait(Did.PEER_REFUSED, 5)
    assert phone.state is PhoneState.IDLE


def test_thousand_calls_leave_nothing_behind(phone: Phone, peer: Peer) -> None:
    for number in range(1000):
        call = f"call-{number}"
        peer.invite(call)
        peer.cancel(call)
        peer.take("SIP/2.0 487")
    _alive(peer)
    line = phone._line
    assert line
    assert len(line.known) <= MOST_CALLS
    assert len(line.endpoint._tasks) <= 2 * MOST_CALLS
    assert len(line._answers._kept) <= KEPT
    assert not line.prompter._planned
    assert not line.prompter._playing


def test_thousand_refused_calls_of_ours_leave_nothing_behind(phone: Phone, peer: Peer) -> None:
    for _ in range(200):
        phone.dial("1")
        peer.answer(peer.take("INVITE"), "486 Busy Here")
        peer.take("ACK")
        phone.wait(Did.PEER_REFUSED, 5, after=phone.wait(Did.DIALLED, 5).at)
        _alive(peer)
    line = phone._line
    assert line
    assert line.known == {}
    assert len(line.transactions._acks._kept) <= KEPT
    assert line.transactions._waiting == {}


def test_calls_that_are_never_acknowledged_are_bounded(phone: Phone, peer: Peer) -> None:
    peer.deaf_to_refusals = True
    for number in range(MOST_CALLS):
        peer.invite(f"call-{number}")
        peer.cancel(f"call-{number}")
    peer.ask("INVITE", call="one too many", body=SDP.format(port=9))
    busy = peer.take("SIP/2.0 486")
    peer.deaf_to_refusals = False
    assert busy["Call-ID"] == "one too many"
