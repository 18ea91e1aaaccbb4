"""Registering, staying registered, and leaving in every way."""

from __future__ import annotations

import hashlib
import re
import socket
from typing import TYPE_CHECKING

import pytest

from callcenter.errors import PhoneError
from callcenter.softphone import Did, Phone, PhoneScript, PhoneSettings, PhoneState, ScriptAct
from callcenter.softphone.line import PhoneLine

if TYPE_CHECKING:
    from tests.integration.softphone.peer import Peer


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_phone_answers_the_challenge_with_its_secret(phone: Phone, peer: Peer) -> None:
    first, second = peer.registers.get(), peer.registers.get()

    once = second["Authorization"].partition('cnonce="')[2].rstrip('"')
    expected = _md5(f"{_md5('1001:r:s3cret')}:n:00000001:{once}:auth:{_md5('REGISTER:sip:127.0.0.1')}")
    assert f'response="{expected}"' in second["Authorization"]
    assert first["Call-ID"] == second["Call-ID"]
    assert int(second["CSeq"].split()[0]) == int(first["CSeq"].split()[0]) + 1
    assert phone.state is PhoneState.IDLE
    assert [entry.did for entry in phone.log] == [Did.REGISTERED]


def test_stopped_phone_unregisters_and_says_so(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings)
    phone.start()
    phone.stop()

    last = [peer.registers.get() for _ in range(3)][-1]
    assert last["Expires"] == "0"
    assert [entry.did for entry in phone.log] == [Did.REGISTERED, Did.UNREGISTERED]
    assert phone.state is PhoneState.OFFLINE


def test_stopped_phone_leaves_no_socket(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings)
    phone.start()
    port = peer.phone[1]
    phone.stop()
    phone.stop()

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", port))


def test_vanished_phone_says_nothing_to_the_switch(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings)
    phone.start()
    peer.registers.get()
    peer.registers.get()
    phone.vanish()

    assert peer.registers.empty()
    assert phone.log[-1].did is Did.VANISHED
    assert phone.state is PhoneState.OFFLINE


def test_phone_that_vanished_can_start_again_with_another_call_id(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings)
    phone.start()
    phone.vanish()
    peer.register_codes = ["401 Unauthorized", "200 OK"]
    phone.start()
    phone.stop()

    registers = [peer.registers.get() for _ in range(5)]
    assert len({register["Call-ID"] for register in registers}) == 2


def test_phone_can_vanish_by_script_and_then_leaves_no_thread(settings: PhoneSettings, peer: Peer) -> None:
    phone = Phone(settings, listener=lambda entry: None, scripts=(PhoneScript().ringing(ScriptAct.VANISH, 0.0),))
    phone.start()
    peer.invite()

    phone.wait(Did.VANISHED, 5)
    phone.stop()
    assert phone.state is PhoneState.OFFLINE
    assert [entry.did for entry in phone.log] == [Did.REGISTERED, Did.RANG, Did.VANISHED]


def test_wrong_secret_is_one_sentence(settings: PhoneSettings, peer: Peer) -> None:
    peer.register_codes = ["401 Unauthorized"]
    with pytest.raises(PhoneError, match=r"refuses extension 1001: wrong extension or secret$"):
        Phone(settings).start()


@pytest.mark.parametrize("code", ["403 Forbidden", "404 Not Found"])
def test_refused_extension_is_one_sentence(settings: PhoneSettings, peer: Peer, code: str) -> None:
    peer.register_codes = [code]
    with pytest.raises(PhoneError, match=r"refuses extension 1001"):
        Phone(settings).start()


def test_any_other_answer_names_its_code(settings: PhoneSettings, peer: Peer) -> None:
    peer.register_codes = ["503 Service Unavailable"]
    with pytest.raises(PhoneError, match=r"does not register 1001: SIP 503"):
        Phone(settings).start()


def test_server_where_nobody_listens_is_one_sentence(settings: PhoneSettings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PhoneError, match=re.escape(f"nobody answers SIP at 127.0.0.1:{port}")):
        Phone(settings.model_copy(update={"port": port})).start()


def test_silent_server_is_asked_again_and_then_given_up(settings: PhoneSettings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.settimeout(5)
        port = deaf.getsockname()[1]
        phone = Phone(settings.model_copy(update={"port": port, "patience": 1.4}))
        with pytest.raises(PhoneError, match="no answer to REGISTER"):
            phone.start()
        assert deaf.recv(4096) == deaf.recv(4096)


def test_unknown_host_is_one_sentence(settings: PhoneSettings) -> None:
    with pytest.raises(PhoneError, match=r"^there is no host named nowhere\.invalid$"):
        Phone(settings.model_copy(update={"server": "nowhere.invalid"})).start()


def test_port_already_taken_is_one_sentence(settings: PhoneSettings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        wanted = settings.model_copy(update={"local_ip": "127.0.0.1", "local_port": port})
        with pytest.raises(PhoneError, match=f"cannot open a SIP socket on 127.0.0.1, port {port}"):
            Phone(wanted).start()


def test_phone_that_is_on_cannot_be_switched_on(phone: Phone) -> None:
    with pytest.raises(PhoneError, match="on already"):
        phone.start()


def test_phone_that_is_off_has_no_buttons(settings: PhoneSettings) -> None:
    with pytest.raises(PhoneError, match="not running"):
        Phone(settings).answer()


def test_lost_registration_is_told_once_and_tried_again(
    settings: PhoneSettings, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.softphone.registration.SOONEST", 0.02)
    peer.register_codes = ["200 OK\r\nExpires: 0", "503 Unavailable", "503 Unavailable", "200 OK\r\nExpires: 60"]
    with Phone(settings) as phone:
        lost = phone.wait(Did.REGISTRATION_LOST, 5)
        phone.wait(Did.REGISTERED, 5, after=lost.at)

        assert lost.detail.endswith("SIP 503")
        dids = [entry.did for entry in phone.log]
    assert dids == [Did.REGISTERED, Did.REGISTRATION_LOST, Did.REGISTERED]


def test_options_is_answered_so_that_the_contact_stays_reachable(phone: Phone, peer: Peer) -> None:
    peer.ask("OPTIONS")
    answer = peer.take("SIP/2.0 200 OK")
    assert "INVITE" in answer["Allow"]
    assert answer.to_tag


def test_message_waiting_is_accepted_and_anything_else_is_not_allowed(phone: Phone, peer: Peer) -> None:
    peer.ask("NOTIFY")
    assert peer.take("SIP/2.0 200")["CSeq"] == "1 NOTIFY"
    peer.ask("PUBLISH")
    assert peer.take("SIP/2.0 405")["CSeq"] == "1 PUBLISH"


def test_start_that_is_interrupted_unregisters(
    settings: PhoneSettings, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start_and_be_interrupted(line: PhoneLine) -> None:
        line.endpoint.open()
        line.endpoint.run(line.registration.begin())
        raise KeyboardInterrupt

    monkeypatch.setattr(PhoneLine, "start", start_and_be_interrupted)
    phone = Phone(settings)
    with pytest.raises(KeyboardInterrupt):
        phone.start()
    assert [entry.did for entry in phone.log] == [Did.REGISTERED, Did.UNREGISTERED]
    assert phone.state is PhoneState.OFFLINE
