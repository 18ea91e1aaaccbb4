"""Calls to the phone, at a switch that says exactly what the test tells it to."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import PhoneError
from callcenter.softphone import DiaryEntry, Did, Phone, PhoneScript, PhoneSettings, PhoneState, ScriptAct
from tests.integration.softphone.peer import SDP, Peer

if TYPE_CHECKING:
    from collections.abc import Callable


def _audio_port(heard_body: str) -> int:
    return int(heard_body.partition("m=audio ")[2].split()[0])


def test_ring_is_told_at_once_and_names_the_caller(settings: PhoneSettings, peer: Peer) -> None:
    told: list[DiaryEntry] = []
    with Phone(settings, listener=told.append) as phone:
        peer.invite()
        rang = phone.wait(Did.RANG, 0.9)  # pyVoIP tells it a second late
    assert (rang.ring, rang.number, rang.name, rang.call) == (1, "13800138000", "Wang", "call-1")
    assert rang in told


def test_rings_are_counted_while_it_rings_and_not_after(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.wait(Did.RANG, 5, ring=3)
    phone.decline()
    rings = [entry.ring for entry in phone.log if entry.did is Did.RANG]
    assert rings == list(range(1, len(rings) + 1))
    assert phone.log[-1].did is Did.DECLINED


def test_ringing_bears_our_own_contact_and_a_tag(phone: Phone, peer: Peer) -> None:
    ringing = peer.invite()
    assert ringing["Contact"] == f"<sip:1001@127.0.0.1:{peer.phone[1]}>"
    assert ringing.to_tag
    assert phone.state is PhoneState.RINGING


def test_answer_speaks_audio_and_is_repeated_until_it_is_acknowledged(phone: Phone, peer: Peer) -> None:
    ringing = peer.invite()
    phone.answer()
    first, second = peer.take("SIP/2.0 200"), peer.take("SIP/2.0 200")
    peer.acknowledge(second)

    assert first == second
    assert first.to_tag == ringing.to_tag
    assert "a=sendrecv" in first.body
    assert 29000 <= _audio_port(first.body) <= 29999
    assert phone.state is PhoneState.TALKING


def test_answer_that_is_never_acknowledged_ends_in_bye(
    phone: Phone, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.sip.transaction.T1", 0.02)
    monkeypatch.setattr("callcenter.sip.transaction.T2", 0.02)
    monkeypatch.setattr("callcenter.sip.transaction.GIVE_UP", 0.1)
    peer.invite()
    phone.answer()
    peer.take("BYE")
    phone.wait(Did.HUNG_UP, 5)


def test_silence_in_ulaw_reaches_the_caller(phone: Phone, peer: Peer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        peer.ask("INVITE", body=SDP.format(port=ear.getsockname()[1]))
        phone.wait(Did.RANG, 5)
        phone.answer()
        packet = ear.recv(2048)
    assert (packet[0], packet[1], len(packet)) == (0x80, 0, 172)
    assert set(packet[12:]) == {0xFF}


def test_caller_who_hangs_up_ends_the_call_and_frees_the_audio_port(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.answer()
    accepted = peer.take("SIP/2.0 200")
    peer.acknowledge(accepted)
    peer.ask("BYE", cseq=2, to_tag=accepted.to_tag)

    assert peer.take("SIP/2.0 200")["CSeq"] == "2 BYE"
    phone.wait(Did.PEER_HUNG_UP, 5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", _audio_port(accepted.body)))
    assert phone.state is PhoneState.IDLE


def test_agent_who_hangs_up_sends_bye_inside_the_dialog(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.answer()
    accepted = peer.take("SIP/2.0 200")
    peer.acknowledge(accepted)
    phone.hangup()
    bye = peer.take("BYE")

    assert bye.heading == f"BYE sip:asterisk@127.0.0.1:{peer.port} SIP/2.0"
    assert bye["From"].endswith(f";tag={accepted.to_tag}")
    assert bye["To"].endswith(";tag=caller")
    assert phone.log[-1].did is Did.HUNG_UP


@pytest.mark.parametrize(
    ("press", "code", "did"),
    [
        (Phone.decline, "603 Decline", Did.DECLINED),
        (Phone.busy, "486 Busy Here", Did.SAID_BUSY),
        (Phone.hangup, "603 Decline", Did.DECLINED),
    ],
)
def test_refused_call_says_how_and_leaves_nothing(
    phone: Phone, peer: Peer, press: Callable[[Phone], None], code: str, did: Did
) -> None:
    ringing = peer.invite()
    press(phone)
    refusal = peer.take(f"SIP/2.0 {code}")
    peer.acknowledge(refusal)

    assert refusal.to_tag == ringing.to_tag
    assert phone.log[-1].did is did
    assert phone.state is PhoneState.IDLE


def test_cancel_is_answered_and_so_is_the_invite(phone: Phone, peer: Peer) -> None:
    peer.invite()
    peer.cancel()
    assert peer.take("SIP/2.0 200")["CSeq"] == "1 CANCEL"
    ended = peer.take("SIP/2.0 487")
    peer.acknowledge(ended)

    assert ended["CSeq"] == "1 INVITE"
    phone.wait(Did.CALLER_LEFT, 5)
    assert phone.state is PhoneState.IDLE
    with pytest.raises(PhoneError, match="nothing is ringing"):
        phone.answer()


@pytest.mark.parametrize("reason", ['SIP;cause=200;text="Call completed elsewhere"', "Q.850;cause=26"])
def test_call_that_somebody_else_answered_is_not_a_caller_who_left(phone: Phone, peer: Peer, reason: str) -> None:
    peer.invite()
    peer.cancel(extra=f"Reason: {reason}\r\n")
    phone.wait(Did.ANSWERED_ELSEWHERE, 5)


def test_cancel_after_the_answer_changes_nothing(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.answer()
    peer.cancel()
    peer.take("SIP/2.0 200")
    assert phone.state is PhoneState.TALKING


def test_cancel_and_bye_of_an_unknown_call_do_not_exist(phone: Phone, peer: Peer) -> None:
    peer.cancel(call="other")
    assert peer.take("SIP/2.0 481")["CSeq"] == "1 CANCEL"
    peer.ask("BYE", call="other")
    assert peer.take("SIP/2.0 481")["CSeq"] == "1 BYE"


def test_invite_that_comes_twice_rings_once(phone: Phone, peer: Peer) -> None:
    assert peer.invite() == peer.invite()
    phone.decline()
    assert [entry.ring for entry in phone.log if entry.did is Did.RANG].count(1) == 1


def test_second_call_meets_a_busy_line(phone: Phone, peer: Peer) -> None:
    peer.invite()
    peer.ask("INVITE", call="call-2", body=SDP.format(port=9))
    assert peer.take("SIP/2.0 486")["Call-ID"] == "call-2"
    assert phone.state is PhoneState.RINGING


@pytest.mark.parametrize(
    "body",
    [
        "",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 18\r\n",
        "v=0\r\nc=IN IP4 299.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/SAVP 0\r\n",
    ],
)
def test_call_without_audio_that_we_speak_is_not_acceptable(phone: Phone, peer: Peer, body: str) -> None:
    peer.ask("INVITE", body=body)
    peer.take("SIP/2.0 488")
    assert phone.state is PhoneState.IDLE


def test_number_with_control_characters_is_made_inert(phone: Phone, peer: Peer) -> None:
    peer.invite(sender='"evil;tag=x\u202e" <sip:138%0d%0aEvent%1b[31m@127.0.0.1>')
    rang = phone.wait(Did.RANG, 5)
    assert rang.number == "138\\r\\nEvent\\x1b[31m"
    assert rang.name == "evil;tag=x\\u202e"


def test_name_that_looks_like_a_tag_does_not_move_the_dialog(phone: Phone, peer: Peer) -> None:
    ringing = peer.invite(sender='"evil;tag=x" <sip:1@127.0.0.1>')
    assert ringing["From"] == '"evil;tag=x" <sip:1@127.0.0.1>;tag=caller'


def test_reinvite_is_answered_on_the_audio_port_that_is_open(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.answer()
    accepted = peer.take("SIP/2.0 200")
    peer.acknowledge(accepted)
    held = SDP.format(port=9).replace("sendrecv", "sendonly")
    peer.ask("INVITE", cseq=2, to_tag=accepted.to_tag, body=held)
    again = peer.take("SIP/2.0 200")

    assert again["CSeq"] == "2 INVITE"
    assert _audio_port(again.body) == _audio_port(accepted.body)
    assert "a=recvonly" in again.body


def test_reinvite_without_audio_that_we_speak_leaves_the_call_as_it_was(phone: Phone, peer: Peer) -> None:
    peer.invite()
    phone.answer()
    accepted = peer.take("SIP/2.0 200")
    peer.acknowledge(accepted)
    peer.ask("INVITE", cseq=2, to_tag=accepted.to_tag, body="v=0\r\n")
    peer.take("SIP/2.0 488")
    assert phone.state is PhoneState.TALKING


def test_reinvite_while_it_rings_is_pending(phone: Phone, peer: Peer) -> None:
    ringing = peer.invite()
    peer.ask("INVITE", cseq=2, to_tag=ringing.to_tag, body=SDP.format(port=9))
    peer.take("SIP/2.0 491")
    assert phone.state is PhoneState.RINGING


def test_reinvite_of_a_call_that_is_gone_does_not_exist(phone: Phone, peer: Peer) -> None:
    peer.ask("INVITE", call="gone", to_tag="x", body=SDP.format(port=9))
    peer.take("SIP/2.0 481")


def test_phone_that_stops_while_it_waits_for_the_switch_says_so(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings)
    phone.start()
    phone.dial("1")
    peer.answer(peer.take("INVITE"), "200 OK", body=SDP.format(port=9))
    phone.wait(Did.PEER_ANSWERED, 5)
    sentences: list[str] = []

    def hold() -> None:
        with pytest.raises(PhoneError) as raised:
            phone.hold()
        sentences.append(str(raised.value))

    holding = threading.Thread(target=hold)
    holding.start()
    peer.take("INVITE")
    phone.vanish()
    holding.join()
    assert sentences == ["the phone was stopped before it could do that"]
    with pytest.raises(PhoneError, match="not running"):
        phone.hangup()


def test_script_answers_holds_resumes_and_hangs_up_by_itself(settings: PhoneSettings, peer: Peer) -> None:
    script = (
        PhoneScript()
        .ringing(ScriptAct.ANSWER, 0.06)
        .talking(ScriptAct.HOLD, 0.02)
        .talking(ScriptAct.UNHOLD, 1)
        .talking(ScriptAct.HANGUP, 2)
    )
    with Phone(settings, scripts=(script,)) as phone:
        peer.invite()
        peer.acknowledge(peer.take("SIP/2.0 200"))
        for direction in ("sendonly", "sendrecv"):
            change = peer.take("INVITE")
            assert f"a={direction}" in change.body
            peer.answer(change, "200 OK", body=SDP.format(port=9))
            peer.take("ACK")
        peer.take("BYE")
        wanted = {Did.ANSWERED, Did.HELD, Did.RESUMED, Did.HUNG_UP}
        assert [entry.did for entry in phone.log if entry.did in wanted] == [
            Did.ANSWERED,
            Did.HELD,
            Did.RESUMED,
            Did.HUNG_UP,
        ]


def test_scripts_serve_one_call_each_and_the_last_all_that_follow(phone: Phone, peer: Peer) -> None:
    phone.follow(PhoneScript().ringing(ScriptAct.BUSY, 0), PhoneScript().ringing(ScriptAct.DECLINE, 0))
    for call, code in (("a", "486"), ("b", "603"), ("c", "603")):
        peer.invite(call)
        peer.acknowledge(peer.take(f"SIP/2.0 {code}"), call)


def test_steps_of_a_call_that_ended_are_dropped(phone: Phone, peer: Peer) -> None:
    phone.follow(PhoneScript().ringing(ScriptAct.ANSWER, 0.5), PhoneScript())
    peer.invite("a")
    peer.cancel("a")
    peer.take("SIP/2.0 487")
    peer.invite("b")
    phone.wait(Did.RANG, 5, ring=15)
    assert phone.state is PhoneState.RINGING


def test_step_that_cannot_be_done_is_told(phone: Phone, peer: Peer) -> None:
    phone.follow(PhoneScript().ringing(ScriptAct.HOLD, 0))
    peer.invite()
    assert phone.wait(Did.STEP_FAILED, 5).detail == "hold: there is no answered call"


def test_listener_may_press_buttons_and_its_faults_stay_its_own(settings: PhoneSettings, peer: Peer) -> None:
    def listen(entry: DiaryEntry) -> None:
        assert entry.did is Did.RANG  # fails for all else
        phone.answer()

    phone = Phone(settings, listener=listen)
    with phone:
        peer.invite()
        phone.wait(Did.ANSWERED, 5)


def test_phone_without_free_audio_ports_says_so(settings: PhoneSettings, peer: Peer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1] // 2 * 2
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as even:
            even.bind(("127.0.0.1", port)) if port != taken.getsockname()[1] else None
            with Phone(settings.model_copy(update={"rtp_low": port, "rtp_high": port})) as phone:
                peer.invite()
                with pytest.raises(PhoneError, match="no port for audio is free"):
                    phone.answer()
                assert phone.state is PhoneState.RINGING
