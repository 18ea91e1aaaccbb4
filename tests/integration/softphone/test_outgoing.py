"""Calls from the phone, and what it does with two of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import PhoneError
from callcenter.softphone import Did, Phone, PhoneState
from tests.integration.softphone.peer import SDP, Heard, Peer

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = SDP.format(port=9)


def _dialled(phone: Phone, peer: Peer, number: str = "0755") -> Heard:
    phone.dial(number)
    return peer.take("INVITE")


def _talking(phone: Phone, peer: Peer) -> Heard:
    invite = _dialled(phone, peer)
    peer.answer(invite, "200 OK", body=ACCEPTED)
    peer.take("ACK")
    phone.wait(Did.PEER_ANSWERED, 5)
    return invite


class _Pressing:
    """A button pressed on another thread, since it waits for the switch that the test plays."""

    def __init__(self, button: Callable[..., None], *arguments: str) -> None:
        self.errors: list[PhoneError] = []
        self._thread = threading.Thread(target=self._press, args=(button, arguments))
        self._thread.start()

    def _press(self, button: Callable[..., None], arguments: tuple[str, ...]) -> None:
        try:
            button(*arguments)
        except PhoneError as error:
            self.errors.append(error)

    def done(self) -> list[str]:
        self._thread.join()
        return [str(error) for error in self.errors]


def test_answered_call_is_acknowledged_inside_the_dialog(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    assert phone.state is PhoneState.DIALING
    peer.answer(invite, "100 Trying")
    peer.answer(invite, "180 Ringing")
    peer.answer(invite, "200 OK", body=ACCEPTED)
    ack = peer.take("ACK")

    phone.wait(Did.PEER_ANSWERED, 5)
    assert ack["To"].endswith(";tag=peer")
    assert ack["CSeq"].split()[0] == invite["CSeq"].split()[0]
    assert ack.heading == f"ACK sip:asterisk@127.0.0.1:{peer.port} SIP/2.0"
    assert [entry.did for entry in phone.log[1:]] == [Did.DIALLED, Did.PEER_RANG, Did.PEER_ANSWERED]


def test_answer_that_comes_twice_is_acknowledged_twice(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, "200 OK", body=ACCEPTED)
    first = peer.take("ACK")
    peer.answer(invite, "200 OK", body=ACCEPTED)
    assert peer.take("ACK") == first


def test_invite_is_sent_again_until_something_is_heard(phone: Phone, peer: Peer) -> None:
    assert _dialled(phone, peer) == peer.take("INVITE")


def test_challenged_invite_is_sent_again_with_the_secret(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, "407 Proxy Authentication Required", 'Proxy-Authenticate: Digest realm="r",nonce="n"\r\n')
    ack, again = peer.take("ACK"), peer.take("INVITE")

    assert ack["Via"] == invite["Via"]
    assert again["Proxy-Authorization"].startswith('Digest username="1001"')
    assert again["Via"] != invite["Via"]
    assert int(again["CSeq"].split()[0]) == int(invite["CSeq"].split()[0]) + 1


@pytest.mark.parametrize("status", ["486 Busy Here", "603 Decline", "404 Not Found", "480 Gone", "499 Whatever"])
def test_refused_call_is_acknowledged_and_told(phone: Phone, peer: Peer, status: str) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, status)
    ack = peer.take("ACK")

    assert ack["Via"] == invite["Via"]
    assert phone.wait(Did.PEER_REFUSED, 5).detail == status
    assert phone.state is PhoneState.IDLE


def test_call_given_up_while_it_rings_is_cancelled(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, "180 Ringing")
    phone.wait(Did.PEER_RANG, 5)
    phone.hangup()
    cancel = peer.take("CANCEL")
    peer.answer(cancel, "200 OK")
    peer.answer(invite, "487 Request Terminated")
    peer.take("ACK")

    assert cancel["Via"] == invite["Via"]
    assert cancel["CSeq"].split()[0] == invite["CSeq"].split()[0]
    assert phone.log[-1].did is Did.GAVE_UP
    assert phone.state is PhoneState.IDLE


def test_call_given_up_before_any_answer_is_cancelled_at_the_first(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    phone.hangup()
    peer.answer(invite, "100 Trying")
    peer.answer(peer.take("CANCEL"), "200 OK")
    peer.answer(invite, "487 Request Terminated")
    peer.take("ACK")


def test_call_that_is_answered_while_it_is_given_up_ends_in_bye(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, "180 Ringing")
    phone.wait(Did.PEER_RANG, 5)
    phone.hangup()
    peer.answer(peer.take("CANCEL"), "200 OK")
    peer.answer(invite, "200 OK", body=ACCEPTED)
    peer.take("ACK")
    peer.take("BYE")
    assert phone.log[-1].did is Did.GAVE_UP


def test_answer_without_audio_that_we_speak_ends_the_call(phone: Phone, peer: Peer) -> None:
    invite = _dialled(phone, peer)
    peer.answer(invite, "200 OK", body="v=0\r\n")
    peer.take("ACK")
    peer.take("BYE")
    phone.wait(Did.HUNG_UP, 5)


@pytest.mark.parametrize("number", ["", "1 2", "1\r\nX: y", "a@b", "<1>", "9" * 65])
def test_number_that_could_break_the_line_is_refused(phone: Phone, number: str) -> None:
    with pytest.raises(PhoneError, match=r"is not a number that can be dialled$"):
        phone.dial(number)


def test_second_number_cannot_be_dialled_meanwhile(phone: Phone, peer: Peer) -> None:
    _talking(phone, peer)
    with pytest.raises(PhoneError, match="hang up before"):
        phone.dial("1")


def test_refused_hold_is_one_sentence_and_the_call_goes_on(phone: Phone, peer: Peer) -> None:
    _talking(phone, peer)
    pressing = _Pressing(phone.hold)
    peer.answer(peer.take("INVITE"), "488 Not Acceptable Here")
    assert pressing.done() == ["the switch refuses to change the call: SIP 488"]
    assert phone.state is PhoneState.TALKING


def test_reinvite_that_meets_our_own_is_pending(phone: Phone, peer: Peer) -> None:
    invite = _talking(phone, peer)
    pressing = _Pressing(phone.hold)
    ours = peer.take("INVITE")
    peer.ask("INVITE", call=invite["Call-ID"], cseq=7, to_tag="x", body=ACCEPTED)
    peer.take("SIP/2.0 491")
    peer.answer(ours, "200 OK", body=ACCEPTED)
    assert pressing.done() == []
    assert phone.state is PhoneState.HOLDING


def test_blind_transfer_leaves_when_it_rings_there(phone: Phone, peer: Peer) -> None:
    invite = _talking(phone, peer)
    pressing = _Pressing(phone.transfer, "1002")
    refer = peer.take("REFER")
    peer.answer(refer, "202 Accepted")
    for cseq, progress in enumerate(("100 Trying", "180 Ringing")):
        peer.ask("NOTIFY", call=invite["Call-ID"], cseq=cseq, to_tag="x", body=f"SIP/2.0 {progress}\r\n")
    peer.take("BYE")

    assert pressing.done() == []
    assert refer["Refer-To"] == "<sip:1002@127.0.0.1>"
    assert (phone.log[-1].did, phone.log[-1].detail) == (Did.TRANSFERRED, "1002")


def test_switch_that_hangs_up_first_has_transferred_too(phone: Phone, peer: Peer) -> None:
    invite = _talking(phone, peer)
    pressing = _Pressing(phone.transfer, "1002")
    peer.answer(peer.take("REFER"), "202 Accepted")
    peer.ask("NOTIFY", call=invite["Call-ID"], to_tag="x", body="SIP/2.0 100 Trying\r\n")
    peer.take("SIP/2.0 200")
    peer.ask("BYE", call=invite["Call-ID"], to_tag="x")
    assert pressing.done() == []
    assert phone.log[-1].did is Did.TRANSFERRED


@pytest.mark.parametrize(
    ("refer_code", "progress", "sentence"),
    [
        ("404 Not Found", "", "the switch refuses to transfer to 999: SIP 404"),
        ("202 Accepted", "SIP/2.0 486 Busy\r\n", "the switch could not transfer to 999: SIP 486"),
    ],
)
def test_transfer_that_fails_is_one_sentence_and_the_call_goes_on(
    phone: Phone, peer: Peer, refer_code: str, progress: str, sentence: str
) -> None:
    invite = _talking(phone, peer)
    pressing = _Pressing(phone.transfer, "999")
    peer.answer(peer.take("REFER"), refer_code)
    peer.ask("NOTIFY", call=invite["Call-ID"], to_tag="x", body=progress)
    assert pressing.done() == [sentence]
    assert phone.state is PhoneState.TALKING


def test_attended_transfer_names_the_consulted_dialog(phone: Phone, peer: Peer) -> None:
    first = _talking(phone, peer)
    consulting = _Pressing(phone.consult, "1002")
    peer.answer(peer.take("INVITE"), "200 OK", body=ACCEPTED)
    assert consulting.done() == []
    second = peer.take("INVITE sip:1002@")
    peer.answer(second, "200 OK", body=ACCEPTED, tag="bob")
    phone.wait(Did.PEER_ANSWERED, 5, after=phone.wait(Did.HELD, 5).at)
    completing = _Pressing(phone.complete)
    refer = peer.take("REFER")
    peer.answer(refer, "202 Accepted")
    peer.ask("NOTIFY", call=first["Call-ID"], to_tag="x", body="SIP/2.0 200 OK\r\n")

    assert completing.done() == []
    assert refer["Call-ID"] == first["Call-ID"]
    replaces = f"{second['Call-ID']};to-tag=bob;from-tag={second['From'].partition(';tag=')[2]}"
    assert refer["Refer-To"] == "<sip:1002@127.0.0.1?Replaces={}>".format(
        replaces.replace("@", "%40").replace(";", "%3B").replace("=", "%3D")
    )
    assert phone.state is PhoneState.IDLE


def test_consultation_that_ends_gives_the_held_caller_back(phone: Phone, peer: Peer) -> None:
    _talking(phone, peer)
    consulting = _Pressing(phone.consult, "1002")
    peer.answer(peer.take("INVITE"), "200 OK", body=ACCEPTED)
    consulting.done()
    peer.answer(peer.take("INVITE sip:1002@"), "486 Busy Here")
    phone.wait(Did.PEER_REFUSED, 5)
    assert phone.state is PhoneState.HOLDING
    with pytest.raises(PhoneError, match="nobody is on hold behind"):
        phone.complete()


def test_stopping_ends_the_call_before_it_unregisters(phone: Phone, peer: Peer) -> None:
    _talking(phone, peer)
    phone.stop()
    peer.take("BYE")
    assert [entry.did for entry in phone.log[-2:]] == [Did.HUNG_UP, Did.UNREGISTERED]
